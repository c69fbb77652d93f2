import { IDENTITY_UNATTACHED } from "../inspect/followable";

/** An end of a link. */
export type Side = "publisher" | "subscriber";

/** What decides where facades stand. */
export interface Places {
  /** Whether the other end's schema name means nothing there yet. */
  readonly free: Readonly<Record<Side, boolean>>;
  readonly versions: Readonly<Record<Side, number>>;
  /** Whether a table has an identity column, which newer servers attach to no facade. */
  readonly identities: boolean;
}

/**
 * The side of a link on which facades stand: where the name is free, and their tables can be attached; in the new home if
 * either will do, out of the service's way. Undefined when the name is taken on both. Pure.
 */
export function chooseSide({ free, versions, identities }: Places): Side | undefined {
  const sides = (["subscriber", "publisher"] as const).filter((side) => free[side]);
  const able = sides.filter((side) => !identities || versions[side] < IDENTITY_UNATTACHED);
  return able[0] ?? sides[0];
}
