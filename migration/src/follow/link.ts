import { schemaOid } from "../inspect/schema";
import { placementName, shortHash } from "../naming";
import type { Run } from "../stages/run";
import type { Endpoint } from "../types";
import type { FacadeSchemas } from "./facade-sql";
import { findFacades } from "./facades";

/**
 * One way in which rows are followed: from the publisher's placement to the subscriber's. All that belongs to it on either
 * server bears its name: publication, slot, subscription, and the role that the subscriber connects as.
 */
export interface Link {
  readonly dataset: string;
  readonly publisher: Endpoint;
  readonly subscriber: Endpoint;
  readonly name: string;
}

export function linkOf(dataset: string, publisher: Endpoint, subscriber: Endpoint): Link {
  const ends = `${dataset}\0${placementName(publisher)}\0${placementName(subscriber)}`;
  return { dataset, publisher, subscriber, name: `rehome_${shortHash(ends)}` };
}

/** The same dataset's link the other way. */
export const reverse = ({ dataset, publisher, subscriber }: Link): Link =>
  linkOf(dataset, subscriber, publisher);

/** Where facades stand, and over what. */
export interface Facades extends FacadeSchemas {
  /** The end of the link whose tables they cover. */
  readonly side: "publisher" | "subscriber";
}

/**
 * The facades of a move under another schema name, undefined when the name stays. Those that stand are kept, whichever way
 * the link goes; new ones stand in the new home, out of the service's way, unless the old name means something there.
 */
export async function facadesOf({
  source,
  target,
  request: { from, to },
}: Pick<Run, "source" | "target" | "request">): Promise<Facades | undefined> {
  if (from.schema === to.schema) return undefined;
  const onSource: Facades = { side: "publisher", real: from.schema, facade: to.schema };
  const onTarget: Facades = { side: "subscriber", real: to.schema, facade: from.schema };
  if ((await findFacades(source, from.schema)).length > 0) return onSource;
  if ((await findFacades(target, to.schema)).length > 0) return onTarget;
  const taken = from.schema === "public" || (await schemaOid(target, from.schema)) !== undefined;
  return taken ? onSource : onTarget;
}
