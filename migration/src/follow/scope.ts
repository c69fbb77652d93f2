import { inspectFollowable, whatToFollow, type Following } from "../inspect/followable";
import { schemaOid } from "../inspect/schema";
import { serverVersion } from "../sql/connect";
import type { Run } from "../stages/run";
import { pairOf } from "./link";
import { chooseSide, type Side } from "./side";
import type { FacadeSchemas } from "./facade-sql";
import { findFacades, isFree } from "./facades";

/** Where facades stand, and over what. */
export interface Facades extends FacadeSchemas {
  /** The end of the link whose tables they cover. */
  readonly side: Side;
}

/** What a link from a run's source to its target carries, and under which names. */
export interface Scope extends Following {
  /** Absent where the schema keeps its name. */
  readonly facades?: Facades;
}

type Ends = Pick<Run, "source" | "target" | "request">;

/** Read where the tables are now: the same for every run over the same definitions. */
export async function scopeOf(run: Ends): Promise<Scope> {
  const { source, target, request } = run;
  const oid = (await schemaOid(source, request.from.schema)) ?? 0;
  const tables = await inspectFollowable(source, oid);
  const facades = await facadesOf(
    run,
    tables.some((table) => table.identity),
  );
  if (facades === undefined) return whatToFollow(tables, undefined);
  const version = await serverVersion(facades.side === "publisher" ? source : target);
  return { ...whatToFollow(tables, version), facades };
}

/** The schema under which the followed tables are published, and known to the subscriber. */
export const publishedSchema = ({ facades }: Scope, { from }: Run["request"]): string =>
  facades?.side === "publisher" ? facades.facade : from.schema;

/** The same for the link the other way. */
export const publishedBack = ({ facades }: Scope, { to }: Run["request"]): string =>
  facades?.side === "subscriber" ? facades.facade : to.schema;

/** The facades of a move under another schema name. Those that stand are kept, whichever way the link goes. */
async function facadesOf(
  { source, target, request: { dataset, from, to } }: Ends,
  identities: boolean,
): Promise<Facades | undefined> {
  if (from.schema === to.schema) return undefined;
  const pair = pairOf(dataset, from, to);
  const onSource: Facades = { side: "publisher", real: from.schema, facade: to.schema, pair };
  const onTarget: Facades = { side: "subscriber", real: to.schema, facade: from.schema, pair };
  if ((await findFacades(source, from.schema, pair)).length > 0) return onSource;
  if ((await findFacades(target, to.schema, pair)).length > 0) return onTarget;
  const side = chooseSide({
    free: {
      publisher: await isFree(source, onSource),
      subscriber: await isFree(target, onTarget),
    },
    versions: { publisher: await serverVersion(source), subscriber: await serverVersion(target) },
    identities,
  });
  return side === "subscriber" ? onTarget : onSource;
}
