import type { SchemaInspection } from "../inspect/schema";
import type { Endpoint, MoveRequest, Strategy } from "../types";
import { some, type TargetInspection } from "./finding";

/** A strategy, and why it is the one, in a clause. */
export interface Choice {
  readonly strategy: Strategy;
  readonly because: string;
}

/** Whether a strategy restores definitions from a dump, and copies rows: nothing else of the database comes along. */
export const copiesRows = (strategy: Strategy): boolean => strategy === "copy" || strategy === "follow";

type Place = Pick<Endpoint, "database" | "ownDatabase"> & { readonly server?: Endpoint["server"] };

/** Whether two placements are on one server, by the address that it has in the stack. */
export const sameServer = (one: Place, other: Place): boolean =>
  one.server !== undefined &&
  other.server !== undefined &&
  one.server.host === other.server.host &&
  one.server.port === other.server.port;

/** Whether two placements are schemas of one database. */
export const sameDatabase = (one: Place, other: Place): boolean =>
  sameServer(one, other) && one.database === other.database;

/** Bytes of rows from which on a load without a log saves more than two restarts take. */
const WORTH_RESTARTING = 200_000_000;

/** Bytes that each table needs besides: the restart after the load flushes its files, one by one. */
const WORTH_FLUSHING = 300_000;

/** How much there is to copy. */
interface Extent {
  readonly bytes: number;
  readonly tables: number;
}

/** Whether the new home's server is to be restarted for the load, should it have nothing else to do. */
export const restartsForLoad = (
  {
    from,
    to,
    tables,
    options,
  }: Pick<MoveRequest, "tables" | "options"> & {
    readonly from: Place;
    readonly to: Place & Pick<Endpoint, "cluster">;
  },
  extent: Extent,
): boolean =>
  to.cluster !== undefined &&
  extent.bytes >= WORTH_RESTARTING + extent.tables * WORTH_FLUSHING &&
  options.mode === "offline" &&
  options.workers === undefined &&
  tables === undefined &&
  !sameServer(from, to);

/**
 * The cheapest strategy that is faithful: a change of the catalog inside one database, a copy of the files on one server
 * where the database is the dataset's alone, and otherwise a copy of the rows. Pure.
 */
export function chooseStrategy(
  request: Pick<MoveRequest, "tables" | "options"> & {
    readonly from: Endpoint;
    readonly to: Place & Pick<Endpoint, "schema">;
  },
  source: SchemaInspection,
  target: TargetInspection | undefined,
): Choice {
  const { from, to } = request;
  const rowByRow = (because: string): Choice => ({ strategy: "copy", because });
  const online = request.options.mode === "online";
  if (request.options.strategy === "copy" && !online) return rowByRow("the stack file asks for it");
  if (request.tables !== undefined) return rowByRow("a part of the schema moves");
  const following = online && !sameDatabase(from, to);
  if (!following && sameServer(from, to) && from.schema !== to.schema && needsSuperuser(source))
    return rowByRow("only a superuser can take the functions of range types along");
  if (sameDatabase(from, to))
    return { strategy: "set-schema", because: "inside one database, no row is touched" };
  if (following) {
    return { strategy: "follow", because: "the service goes on while rows are copied and changes follow" };
  }
  if (!sameServer(from, to)) return rowByRow("to another server");
  const reason = whyNotTemplate(request, source, target);
  if (reason !== undefined) return rowByRow(`to another database, row by row: ${reason}`);
  return { strategy: "template", because: "on one server, the database's files are copied" };
}

/** A range type's functions belong to the server's first superuser, whoever made the type. */
const needsSuperuser = ({ rights, entries }: SchemaInspection): boolean =>
  !rights.superuser && entries.some(({ kind, definition }) => kind === "type" && definition.startsWith("r "));

/** What forbids copying the old home's whole database in the place of the new one's. */
function whyNotTemplate(
  { from, to }: Parameters<typeof chooseStrategy>[0],
  { database, extensions }: SchemaInspection,
  target: TargetInspection | undefined,
): string | undefined {
  if (to.ownDatabase !== true) return "the new home's database is not this dataset's alone";
  if (database.others.length > 0) return `the old home's database also holds ${some(database.others, 2)}`;
  if (!database.replaceable) return "the administrator may not copy the old home's database";
  const left = extensions.find(({ schema }) => schema === from.schema && schema !== "public");
  if (left !== undefined && from.schema !== to.schema)
    return `extension ${left.name} is in schema "${left.schema}"`;
  if (target === undefined) return undefined;
  const added = [...target.installedExtensions.keys()].find(
    (name) => !extensions.some((e) => e.name === name),
  );
  if (added !== undefined) return `the new home's database has extension ${added} of its own`;
  if (target.database.others.length > 0)
    return `the new home's database also holds ${some(target.database.others, 2)}`;
  if (!target.database.replaceable) return "the administrator may not replace the new home's database";
  if (target.database.locale !== database.locale) return "the databases differ in encoding or locale";
  return undefined;
}
