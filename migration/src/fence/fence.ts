import type pg from "pg";
import { batchesOf } from "../batches";
import { RehomeError, SQLSTATE, codeOf } from "../errors";
import { giveObjects } from "./held-objects";
import { NAMED_SCHEMA, ownRelation } from "../inspect/own-rows";
import { journalHas } from "../journal/journal-has";
import { LOCK } from "../journal/locks";
import { lockKey } from "../naming";
import { rows, transaction } from "../sql/connect";
import { closure, grantAgain } from "./rights";
import {
  FENCE_TRIGGER,
  armTableSql,
  armedFunctionSql,
  disarmTableSql,
  fenceFunction,
  fenceFunctionName,
  sealedFunctionSql,
} from "./fence-sql";

/** What one fence is about. */
export interface Fence {
  readonly dataset: string;
  readonly schema: string;
  readonly migration: string;
  /** Where the data goes, as a placement's name. */
  readonly target: string;
  /** Names of the relations of a part of the schema; absent: the whole schema. */
  readonly relations?: readonly string[];
}

/** The row of `rehome.fence`. */
export interface FenceRow {
  readonly key: number;
  readonly dataset: string;
  readonly schema_name: string;
  readonly migration: string;
  readonly target: string;
  readonly sealed: boolean;
  readonly restore_sql: string[];
  readonly fenced_at: Date;
  /** What it stood around when it was last closed; null: it has not been, or by an earlier version. */
  readonly standing: string | null;
}

/** Tables armed in one transaction: few, so that none of their writers waits for long. */
const BATCH = 20;
const LOCK_TRY_MS = 2_000;
/** How long each ended session is waited for. */
const END_MS = 5_000;
/** After how long a session that stops a service is ended when the engine says nothing. */
const STANDSTILL_MS = 30_000;
const HEARTBEAT_MS = 7_000;

export function fenceKey(dataset: string, schema: string): number {
  return lockKey(JSON.stringify(["fence", dataset, schema]));
}

/** The fence of a dataset's schema in this database, if there is one. */
export async function findFence(
  client: pg.Client,
  dataset: string,
  schema: string,
): Promise<FenceRow | undefined> {
  if (!(await journalHas(client, "fence"))) return undefined;
  return (
    await rows<FenceRow>(client, "SELECT * FROM rehome.fence WHERE key = $1", [fenceKey(dataset, schema)])
  )[0];
}

/**
 * Puts the fence's triggers on every table; writers still pass. Each table's turn waits for its open transactions.
 * @param timeout milliseconds for one table
 * @throws RehomeError `fence-timeout` naming the sessions and prepared transactions in the way
 */
export async function armFence(client: pg.Client, fence: Fence, timeout: number): Promise<void> {
  const key = fenceKey(fence.dataset, fence.schema);
  await transaction(client, async () => {
    await client.query(armedFunctionSql(key, fence.target));
    await client.query(
      `INSERT INTO rehome.fence (key, dataset, schema_name, migration, target) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (key) DO UPDATE SET migration = excluded.migration, target = excluded.target, sealed = false`,
      [key, fence.dataset, fence.schema, fence.migration, fence.target],
    );
  });
  await armTables(client, fence, timeout);
}

/** Gives the triggers back to a sealed home that is not gone back to after all. */
export async function rearm(
  client: pg.Client,
  { dataset, schema }: Pick<Fence, "dataset" | "schema">,
  timeout = 60_000,
): Promise<void> {
  const row = await findFence(client, dataset, schema);
  if (row?.sealed === true) await armTables(client, { dataset, schema }, timeout);
}

async function armTables(
  client: pg.Client,
  fence: Pick<Fence, "dataset" | "schema" | "relations">,
  timeout: number,
): Promise<void> {
  const key = fenceKey(fence.dataset, fence.schema);
  const unarmed = await tablesWithout(client, fence);
  const batches = batchesOf(unarmed, BATCH);
  for (const batch of batches) {
    await withinLockTimeout(client, fence.schema, timeout, async () => {
      // A run after this one relies on what is armed: the last commit waits for the disk, for itself and all before it.
      const wait = batch !== batches.at(-1) ? ["SET LOCAL synchronous_commit = off"] : [];
      await client.query(
        [...wait, ...batch.map((table) => armTableSql(fence.schema, table, key))].join("; "),
      );
    });
  }
}

/**
 * Has the server end this session half a minute after it has last heard of the engine, which says every few seconds that
 * it is there: an engine that has vanished, or stands still, stops no service.
 */
export async function watchEngine(client: pg.Client): Promise<void> {
  const heartbeat = setInterval(() => {
    // A session with a query under way is not idle, and takes no second one.
    if ((client as { readyForQuery?: boolean }).readyForQuery === false) return;
    void client.query("SELECT").catch(() => undefined);
  }, HEARTBEAT_MS);
  heartbeat.unref();
  client.once("end", () => clearInterval(heartbeat));
  await client.query(`SET idle_in_transaction_session_timeout = ${STANDSTILL_MS}`);
  // From PostgreSQL 14 on, and the last where the platform can tell that a client has gone during a long statement.
  for (const setting of [
    `idle_session_timeout = ${STANDSTILL_MS}`,
    "client_connection_check_interval = 1000",
  ]) {
    await client.query(`SET ${setting}`).catch(() => undefined);
  }
}

/**
 * Closes the armed fence: waits for every open writer, then lets none pass for as long as this session lives.
 * @throws RehomeError `fence-timeout`
 */
export async function closeFence(client: pg.Client, fence: Fence, timeout: number): Promise<void> {
  await watchEngine(client);
  await client.query(`SET lock_timeout = ${Math.trunc(timeout)}`);
  try {
    await client.query("SELECT pg_catalog.pg_advisory_lock($1, $2)", [
      LOCK.fence,
      fenceKey(fence.dataset, fence.schema),
    ]);
  } catch (error) {
    throw await fenceTimeout(client, fence.schema, error);
  } finally {
    await client.query("SET lock_timeout = 0").catch(() => undefined);
  }
}

/** Tables that were written to since they were armed. Exact once the fence is closed. */
export async function writtenTables(client: pg.Client, fence: Fence): Promise<Set<string>> {
  const found = await rows<{ table_name: string }>(
    client,
    "SELECT DISTINCT table_name FROM rehome.written WHERE key = $1",
    [fenceKey(fence.dataset, fence.schema)],
  );
  return new Set(found.map((row) => row.table_name));
}

/** Begins another round of notes. To be called while the fence is closed. */
export async function forgetWritten(client: pg.Client, fence: Fence): Promise<void> {
  const key = fenceKey(fence.dataset, fence.schema);
  await transaction(client, async () => {
    await client.query(armedFunctionSql(key, fence.target));
    await client.query("DELETE FROM rehome.written WHERE key = $1", [key]);
  });
}

/**
 * The point of no return: on the session that holds the fence, so that it has held without a gap. From its commit on
 * the old home takes no write and no reader, and this dataset's home is the target.
 */
export async function sealFence(client: pg.Client, fence: Fence): Promise<void> {
  await transaction(client, async () => {
    await client.query(sealedFunctionSql(fenceKey(fence.dataset, fence.schema), fence.target));
    await recordSeal(client, fence);
  });
}

/** The seal but for the triggers: the schema's rights, and what the journal says. To be called in a transaction. */
export async function recordSeal(client: pg.Client, fence: Fence): Promise<void> {
  const { dataset, schema, migration, target, relations } = fence;
  const { revoke, restore } = await closure(client, schema, relations);
  await client.query(
    `INSERT INTO rehome.fence (key, dataset, schema_name, migration, target, sealed, restore_sql) VALUES ($1, $2, $3, $4, $5, true, $6)
     ON CONFLICT (key) DO UPDATE SET sealed = true, restore_sql = excluded.restore_sql`,
    [fenceKey(dataset, schema), dataset, schema, migration, target, restore],
  );
  if (revoke.length > 0) await client.query(revoke.join("; "));
}

/** Says in the old home's journal that what once came there has left again. */
export async function recordLeaving(client: pg.Client, { dataset, migration }: Fence): Promise<void> {
  await client.query(
    "UPDATE rehome.migration SET state = 'reversed' WHERE dataset = $1 AND id <> $2 AND state = 'switched'",
    [dataset, migration],
  );
}

/** Lets writers pass again at once; the triggers stay. */
export async function openFence(client: pg.Client, dataset: string, schema: string): Promise<void> {
  await client.query("SELECT pg_catalog.pg_advisory_unlock($1, $2)", [LOCK.fence, fenceKey(dataset, schema)]);
}

/**
 * Removes the fence and every trace of it; what it took from the schema's users is given back.
 * @param timeout milliseconds for one batch of tables: taking a trigger away waits for the table's readers too
 * @throws RehomeError `fence-timeout`
 */
export async function liftFence(
  client: pg.Client,
  dataset: string,
  schema: string,
  timeout = 60_000,
): Promise<void> {
  const row = await findFence(client, dataset, schema);
  if (row === undefined) return;
  await disarm(client, { dataset, schema }, timeout);
  await giveObjects(client, row.key);
  await transaction(client, () => forgetFence(client, row));
}

/**
 * Lifts an armed fence that a move which was given up has left; a sealed one is no longer its own.
 * @returns whether a fence stays
 */
export async function abandonFence(
  client: pg.Client,
  { dataset, schema, target }: Pick<Fence, "dataset" | "schema" | "target">,
): Promise<boolean> {
  const fence = await findFence(client, dataset, schema);
  if (fence === undefined) return false;
  if (fence.sealed || fence.target !== target) return true;
  await liftFence(client, dataset, schema);
  return false;
}

/** Takes a fence's triggers off its tables; what it took from the schema's users stays taken. */
export async function disarm(
  client: pg.Client,
  { dataset, schema }: Pick<Fence, "dataset" | "schema">,
  timeout = 60_000,
): Promise<void> {
  const armed = await tablesWith(client, fenceKey(dataset, schema));
  for (const batch of batchesOf(armed, BATCH)) {
    await withinLockTimeout(client, schema, timeout, async () => {
      await client.query(batch.map((table) => disarmTableSql(schema, table)).join("; "));
    });
  }
}

/** Gives back what a fence took from the schema's users, and forgets it. To be called in a transaction. */
export async function forgetFence(client: pg.Client, row: FenceRow): Promise<void> {
  await grantAgain(client, row.restore_sql);
  await client.query(`DROP FUNCTION IF EXISTS ${fenceFunction(row.key)}()`);
  await client.query("DELETE FROM rehome.written WHERE key = $1", [row.key]);
  await client.query("DELETE FROM rehome.fence WHERE key = $1", [row.key]);
}

/**
 * Ends the other sessions of roles that can use what is fenced, but for superusers: pools then connect anew. Waits until
 * they are gone: what they were about to do is done or undone by then. Those that the administrator may not end stay, and
 * are refused.
 */
export async function endSessions(
  client: pg.Client,
  { schema, relations }: Pick<Fence, "schema" | "relations">,
): Promise<number> {
  const found = await rows<{ ended: boolean }>(
    client,
    `SELECT pg_catalog.pg_terminate_backend(a.pid, ${END_MS}) AS ended FROM pg_catalog.pg_stat_activity a
     JOIN pg_catalog.pg_roles r ON r.oid = a.usesysid
     WHERE a.datname = pg_catalog.current_database() AND a.pid <> pg_catalog.pg_backend_pid()
       AND a.backend_type = 'client backend' AND NOT r.rolsuper AND r.rolname <> current_user
       AND a.application_name NOT LIKE 'rehome%'
       AND (pg_catalog.pg_has_role(r.oid, 'USAGE') OR pg_catalog.pg_has_role('pg_signal_backend', 'USAGE'))
       AND EXISTS (SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                   WHERE n.nspname = $1 AND c.relkind IN ('r', 'p') AND ($2::text[] IS NULL OR c.relname = ANY ($2))
                     AND (pg_catalog.pg_has_role(r.oid, c.relowner, 'MEMBER')
                          OR pg_catalog.has_table_privilege(r.oid, c.oid, 'SELECT, INSERT, UPDATE, DELETE')))`,
    [schema, relations ?? null],
  );
  return found.filter((row) => row.ended).length;
}

/** Tables under this fence's trigger. */
async function tablesWith(client: pg.Client, key: number): Promise<string[]> {
  const found = await rows<{ name: string }>(
    client,
    `SELECT c.relname::text AS name FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid
     JOIN pg_catalog.pg_proc p ON p.oid = t.tgfoid JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
     WHERE t.tgname = $1 AND n.nspname = 'rehome' AND p.proname = $2 ORDER BY c.relname`,
    [FENCE_TRIGGER, fenceFunctionName(key)],
  );
  return found.map((row) => row.name);
}

/** By a hashed list: of triggers that were just made, the server's statistics say that there are none. */
async function tablesWithout(
  client: pg.Client,
  { schema, relations }: Pick<Fence, "schema" | "relations">,
): Promise<string[]> {
  const found = await rows<{ name: string }>(
    client,
    `WITH ${ownRelation(NAMED_SCHEMA)}
     SELECT c.relname::text AS name FROM pg_catalog.pg_class c WHERE c.oid IN (SELECT oid FROM own_table)
       AND c.relkind IN ('r', 'p') AND ($3::text[] IS NULL OR c.relname = ANY ($3))
       AND c.oid NOT IN (SELECT t.tgrelid FROM pg_catalog.pg_trigger t WHERE t.tgname = $2)
     ORDER BY c.relname`,
    [schema, FENCE_TRIGGER, relations ?? null],
  );
  return found.map((row) => row.name);
}

/** Tries a transaction in short waits, so that writers queue behind it only briefly, until `timeout` is over. */
export async function withinLockTimeout(
  client: pg.Client,
  schema: string,
  timeout: number,
  work: () => Promise<void>,
): Promise<void> {
  const end = Date.now() + timeout;
  for (;;) {
    try {
      await transaction(client, async () => {
        await client.query(`SET LOCAL lock_timeout = ${LOCK_TRY_MS}`);
        await work();
      });
      return;
    } catch (error) {
      const code = codeOf(error);
      if (code !== SQLSTATE.lockNotAvailable && code !== SQLSTATE.deadlockDetected) throw error;
      if (Date.now() >= end) throw await fenceTimeout(client, schema, error);
    }
  }
}

async function fenceTimeout(client: pg.Client, schema: string, cause: unknown): Promise<unknown> {
  if (codeOf(cause) !== SQLSTATE.lockNotAvailable && codeOf(cause) !== SQLSTATE.deadlockDetected)
    return cause;
  const found = await rows<{ who: string }>(
    client,
    `SELECT format('pid %s (%s, in a transaction for %s s)', a.pid, a.usename, extract(epoch FROM clock_timestamp() - a.xact_start)::int) AS who
     FROM pg_catalog.pg_stat_activity a WHERE a.datname = pg_catalog.current_database() AND a.xact_start IS NOT NULL
       AND a.pid <> pg_catalog.pg_backend_pid() AND a.backend_type = 'client backend' AND a.application_name NOT LIKE 'rehome%'
     UNION ALL
     SELECT format('prepared transaction %L of %s', gid, owner) FROM pg_catalog.pg_prepared_xacts
     WHERE database = pg_catalog.current_database()`,
  );
  const who = found.length === 0 ? "which has ended meanwhile" : found.map((row) => row.who).join(", ");
  return new RehomeError(
    "fence-timeout",
    `the fence around schema "${schema}" could not be closed in time: a transaction is in the way: ${who}. End it, or raise migration.fenceTimeout; the service goes on where it was.`,
    { cause, retryable: true },
  );
}
