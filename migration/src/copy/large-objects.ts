import type pg from "pg";
import { batchesOf } from "../batches";
import { inspectLargeObjects } from "../inspect/large-objects";
import { schemaOid } from "../inspect/schema";
import { sameDatabase } from "../plan/strategy";
import { rows, transaction } from "../sql/connect";
import { ident, literal } from "../sql/quote";
import type { Run } from "../stages/run";
import { differingObjects } from "../verify/large-objects";

/** Objects compared and copied in one transaction: unlinking one takes a lock of its own. */
const BATCH = 200;
/** Bytes of each object of a batch that are read together; what is longer follows piece by piece. */
const FIRST = 1 << 16;
const PIECE = 1 << 20;

type Ends = Pick<Run, "request" | "source" | "target" | "migration">;

/** The dataset's large objects, as they are now; none where both homes share a database. */
export async function ownObjects({
  request,
  source,
  inspection: { scope, relations },
}: Pick<Run, "request" | "source" | "inspection">): Promise<number[]> {
  const { from, to } = request;
  if (sameDatabase(from, to)) return [];
  const oid = await schemaOid(source, from.schema);
  if (oid === undefined) return [];
  const tables = scope && relations.map(({ name }) => name);
  return [...(await inspectLargeObjects(source, oid, from.owner, tables)).mine];
}

/** The objects that this migration has put into the new home's database. */
export async function movedObjects({
  target,
  migration,
}: Pick<Run, "target" | "migration">): Promise<number[]> {
  const found = await rows<{ oid: string }>(
    target,
    "SELECT oid::int8::text AS oid FROM rehome.moved_object WHERE migration = $1 ORDER BY oid",
    [migration.id],
  );
  return found.map((row) => Number(row.oid));
}

/**
 * Makes the new home's objects equal to the old one's: those that differ are copied whole under the same OIDs, those that
 * are gone are unlinked. May be called at any time and again.
 * @param wanted OIDs of the objects that are to be there
 * @param signal ends it with its reason
 */
export async function syncObjects(
  ends: Ends,
  wanted: readonly number[],
  signal?: AbortSignal,
): Promise<void> {
  const moved = await movedObjects(ends);
  const all = [...new Set([...wanted, ...moved])].sort((a, b) => a - b);
  for (const batch of batchesOf(all, BATCH)) {
    signal?.throwIfAborted();
    const differing = await differingObjects(ends.source, ends.target, batch);
    if (differing.length > 0)
      await transaction(ends.target, () => copyObjects(ends, differing, new Set(moved), signal));
  }
}

/** In a transaction of the target: an object is whole and recorded, or absent. */
async function copyObjects(
  { request, source, target, migration }: Ends,
  oids: readonly number[],
  moved: ReadonlySet<number>,
  signal?: AbortSignal,
): Promise<void> {
  // Only what this migration has brought is taken away: what else has such an OID makes the copy fail, and stays.
  await target.query(
    "SELECT pg_catalog.lo_unlink(l.oid) FROM pg_catalog.pg_largeobject_metadata l WHERE l.oid = ANY ($1::oid[])",
    [oids.filter((oid) => moved.has(oid))],
  );
  await target.query("DELETE FROM rehome.moved_object WHERE migration = $1 AND oid = ANY ($2::oid[])", [
    migration.id,
    oids,
  ]);
  const first = await rows<{ oid: string; data: Buffer; comment: string | null }>(
    source,
    `SELECT l.oid::int8::text AS oid, pg_catalog.lo_get(l.oid, 0, ${FIRST}) AS data, pg_catalog.obj_description(l.oid, 'pg_largeobject') AS comment
     FROM pg_catalog.pg_largeobject_metadata l WHERE l.oid = ANY ($1::oid[]) ORDER BY l.oid`,
    [oids],
  );
  const there = first.map((row) => row.oid);
  await target.query("INSERT INTO rehome.moved_object SELECT $1, * FROM unnest($2::oid[])", [
    migration.id,
    there,
  ]);
  await target.query(`SET LOCAL ROLE ${ident(request.to.owner)}`);
  await target.query(
    "SELECT pg_catalog.lo_from_bytea(o.oid, o.data) FROM unnest($1::oid[], $2::bytea[]) o(oid, data)",
    [there, first.map((row) => row.data)],
  );
  for (const { oid, data, comment } of first) {
    if (data.length === FIRST) await copyRest(source, target, oid, signal);
    if (comment !== null) await target.query(`COMMENT ON LARGE OBJECT ${oid} IS ${literal(comment)}`);
  }
  await target.query("RESET ROLE");
}

async function copyRest(
  source: pg.Client,
  target: pg.Client,
  oid: string,
  signal?: AbortSignal,
): Promise<void> {
  for (let at = FIRST; ; at += PIECE) {
    signal?.throwIfAborted();
    const [row] = await rows<{ data: Buffer }>(source, "SELECT pg_catalog.lo_get($1, $2, $3) AS data", [
      oid,
      at,
      PIECE,
    ]);
    const data = row?.data ?? Buffer.alloc(0);
    if (data.length > 0) await target.query("SELECT pg_catalog.lo_put($1, $2, $3)", [oid, at, data]);
    if (data.length < PIECE) return;
  }
}

/** Says of a database that was copied whole which of its objects have come with it. */
export async function recordObjects(
  { target, migration }: Pick<Run, "target" | "migration">,
  oids: readonly number[],
): Promise<void> {
  await target.query(
    "INSERT INTO rehome.moved_object SELECT $1, * FROM unnest($2::oid[]) ON CONFLICT DO NOTHING",
    [migration.id, oids],
  );
}

/** Unlinks what moves that never came to their end have brought into a database. */
export async function dropMovedObjects(client: pg.Client, dataset: string, target: string): Promise<void> {
  await unlinkAll(
    client,
    `SELECT o.oid FROM rehome.moved_object o JOIN rehome.migration m ON m.id = o.migration
     WHERE m.state = 'running' AND m.dataset = ${literal(dataset)} AND m.target = ${literal(target)}`,
  );
}

/** Unlinks the objects that a query names, a batch in each transaction: every object takes a lock. */
export async function unlinkAll(client: pg.Client, query: string): Promise<void> {
  for (;;) {
    const { rowCount } = await client.query(
      `SELECT pg_catalog.lo_unlink(l.oid) FROM pg_catalog.pg_largeobject_metadata l
       WHERE l.oid IN (SELECT oid FROM (${query}) named) LIMIT ${BATCH}`,
    );
    if ((rowCount ?? 0) < BATCH) return;
  }
}
