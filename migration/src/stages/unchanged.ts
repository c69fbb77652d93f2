import type pg from "pg";
import { RehomeError } from "../errors";
import { refuseOtherTables } from "../fence/fenced-tables";
import { differences, fingerprint } from "../inspect/fingerprint";
import {
  extensionSchemas,
  readCatalog,
  readFingerprint,
  schemaOid,
  type SchemaInspection,
} from "../inspect/schema";
import { catalogStamp } from "../inspect/stamp";
import { placementName } from "../naming";
import { isLarge } from "../plan/inspect-ends";
import { open, rows } from "../sql/connect";
import type { Endpoint, MoveRequest } from "../types";
import type { Run } from "./run";

/** What a home's catalog was when its definitions were last seen to be those of an inspection. */
const stamps = new WeakMap<SchemaInspection, string>();

/** From now on an inspection's definitions are known to be those that a stamp is of. */
export const noteStamp = (inspection: SchemaInspection, stamp: string): void =>
  void stamps.set(inspection, stamp);

/**
 * Begins to take a stamp of the old home, before it is read. Of a large schema, a session of its own keeps what was there and
 * reads it while others go on.
 * @returns what waits for it, once what is to be stamped cannot change any more
 */
export async function beginStamp(
  client: pg.Client,
  { from: { server, database, schema } }: { readonly from: Pick<Endpoint, "server" | "database" | "schema"> },
): Promise<() => Promise<string | undefined>> {
  const oid = await schemaOid(client, schema);
  if (oid === undefined) return () => Promise.resolve(undefined);
  const aside = (await isLarge(client, schema))
    ? await open(server, database).catch(() => undefined)
    : undefined;
  if (aside === undefined) {
    const stamp = await catalogStamp(client, oid);
    return () => Promise.resolve(stamp);
  }
  // The snapshot is taken by the first statement that reads.
  await aside.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT FROM pg_catalog.pg_namespace");
  // Without a stamp, definitions are read again when the fence closes.
  const stamp = catalogStamp(aside, oid).catch(() => undefined);
  void stamp.then(() => aside.end()).catch(() => undefined);
  return () => stamp;
}

/**
 * DDL in mid-move: what was planned and prepared is no longer what is there.
 * @param client a session in the old home's database
 * @throws RehomeError `catalog-changed` with what differs
 */
export async function refuseChangedCatalog(
  client: pg.Client,
  { request, inspection }: Pick<Run, "request" | "inspection">,
): Promise<void> {
  const { schema } = request.from;
  const oid = await schemaOid(client, schema);
  const at = { schema, oid: oid ?? 0, extensionSchemas: extensionSchemas(inspection.extensions) };
  if (oid !== undefined) {
    const stamp = await catalogStamp(client, oid);
    if (stamps.get(inspection) === stamp) return;
    if ((await readFingerprint(client, at, request.tables)) === inspection.fingerprint)
      return void stamps.set(inspection, stamp);
  }
  const now = oid === undefined ? [] : (await readCatalog(client, at, request.tables)).entries;
  if (fingerprint(now) === inspection.fingerprint) return; // altered back in between
  throw new RehomeError(
    "catalog-changed",
    `${placementName(request.from)} was altered during the move: ${differences(inspection.entries, now).join("; ")}. The service goes on there. Run it again when no schema migration is under way.`,
    { retryable: true },
  );
}

/**
 * Whether the old home behind the closed fence is still what was closed: its definitions, its tables, the fence's triggers.
 * @throws RehomeError `catalog-changed`
 */
export async function refuseAltered(
  run: Pick<Run, "source" | "request" | "inspection" | "fence">,
): Promise<void> {
  await refuseChangedCatalog(run.source, run);
  await refuseOtherTables(run.source, run.fence);
}

/**
 * Others that hold what only a change of the schema's definitions needs: to create in it, or to alter a table of it. Of a
 * part of a schema (`$2` names its relations, `$3` its owner) who else creates in the schema is no concern.
 */
const CHANGING = `
  SELECT DISTINCT coalesce(format('prepared transaction %L', p.gid), format('pid %s', l.pid)) AS who
  FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_namespace n ON n.nspname = $1
  LEFT JOIN pg_catalog.pg_locks x ON l.pid IS NULL AND x.pid IS NULL AND x.locktype = 'transactionid'
    AND x.virtualtransaction = l.virtualtransaction
  LEFT JOIN pg_catalog.pg_prepared_xacts p ON p.transaction = x.transactionid
  LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
  LEFT JOIN pg_catalog.pg_class c ON l.locktype = 'relation' AND c.oid = l.relation
  WHERE l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
    AND l.granted AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid()
    AND ((l.locktype = 'object' AND l.classid = 'pg_catalog.pg_namespace'::regclass AND l.objid = n.oid
          AND ($2::text[] IS NULL OR $3 IN (a.usename, p.owner)))
         OR (c.relnamespace = n.oid AND l.mode = 'AccessExclusiveLock' AND ($2::text[] IS NULL OR c.relname = ANY ($2))))`;

/**
 * DDL that is still to be committed: by sessions that the engine may not end, and by prepared transactions.
 * @param client a session in the old home's database
 * @throws RehomeError `catalog-changed` with who is at it
 */
export async function refuseOpenChanges(
  client: pg.Client,
  { from }: MoveRequest,
  { scope, relations }: Pick<SchemaInspection, "scope" | "relations">,
): Promise<void> {
  const names = scope && relations.map(({ name }) => name);
  const found = await rows<{ who: string }>(client, CHANGING, [from.schema, names ?? null, from.owner]);
  if (found.length === 0) return;
  throw new RehomeError(
    "catalog-changed",
    `${placementName(from)} is being altered by a transaction that is still open: ${found.map(({ who }) => who).join(", ")}. The service goes on there. Run it again when it has ended.`,
    { retryable: true },
  );
}
