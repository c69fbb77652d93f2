import { chooseSide, type Side } from "../follow/side";
import { whatToFollow, type Following } from "../inspect/followable";
import type { Ends } from "./finding";

/** What a move that follows would carry by replication, and where facades would stand. */
export interface FollowPlan extends Following {
  /** Null where the schema keeps its name; undefined where no side has room for facades. */
  readonly side: Side | null | undefined;
}

/** The same choice that the run makes; a new home that is still to be created is taken to be as the old one. Pure. */
export function followPlan({
  request,
  source,
  target,
}: Pick<Ends, "request" | "source" | "target">): FollowPlan {
  const tables = source.followable ?? [];
  if (request.from.schema === request.to.schema) return { ...whatToFollow(tables, undefined), side: null };
  const versions = {
    publisher: source.serverVersion,
    subscriber: target?.serverVersion ?? source.serverVersion,
  };
  const standing: Side | undefined =
    source.replication?.facadesStand === true
      ? "publisher"
      : target?.replication?.facadesStand === true
        ? "subscriber"
        : undefined;
  const side =
    standing ??
    chooseSide({
      free: {
        publisher: source.replication?.facadesFree ?? true,
        subscriber: target?.replication?.facadesFree ?? request.from.schema !== "public",
      },
      versions,
      identities: tables.some((table) => table.identity),
    });
  return { ...whatToFollow(tables, versions[side ?? "publisher"]), side };
}
