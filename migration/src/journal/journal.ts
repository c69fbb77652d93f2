import { createHash, randomUUID } from "node:crypto";
import type pg from "pg";
import { rows, transaction, withSessionIfThere } from "../sql/connect";
import type { Endpoint, Passage, Stage, Strategy, TableVerification } from "../types";
import { journalHas } from "./journal-has";
import { LOCK } from "./locks";
import { JOURNAL_SQL } from "./schema";

export type MigrationState = "running" | "switched" | "reversed" | "retired";

/** One row of `rehome.migration`. */
export interface MigrationRow {
  readonly id: string;
  readonly dataset: string;
  readonly source: string;
  readonly target: string;
  readonly strategy: Passage;
  readonly state: MigrationState;
  readonly stage: Stage;
  /** Of the old home's definitions that copies were made by; null where there are none that may be kept. */
  readonly fingerprint: string | null;
  readonly tables: number;
  readonly bytes: string;
  readonly clean: boolean | null;
  readonly started_at: Date;
  readonly fenced_at: Date | null;
  readonly switched_at: Date | null;
}

/** What stands in the place of the error of a migration that was given up. */
export const GIVEN_UP = "given up";

/** The row by which a home says that it was opened again: of one move there is but one. A UUID from that move's own. */
export function reopeningOf(migration: string): string {
  const digest = createHash("sha256").update(`reopen\0${migration}`).digest("hex");
  return digest.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** Whether the home that a move left was opened again since, for where it went to was held to be lost. */
export async function wasReopened(atOldHome: pg.Client, { id }: Pick<MigrationRow, "id">): Promise<boolean> {
  if (!(await hasJournal(atOldHome))) return false;
  return (await rows(atOldHome, "SELECT FROM rehome.migration WHERE id = $1", [reopeningOf(id)])).length > 0;
}

/** Creates the journal where it is missing. Two at once are kept apart by a lock. */
export async function ensureJournal(client: pg.Client): Promise<void> {
  await transaction(client, async () => {
    await client.query("SELECT pg_catalog.pg_advisory_xact_lock($1, 0)", [LOCK.journal]);
    await client.query(JOURNAL_SQL);
  });
}

/** Takes a journal away that says nothing: a database that a dataset never left is to be as it was. */
export async function dropJournalIfEmpty(client: pg.Client): Promise<void> {
  if (!(await hasJournal(client))) return;
  await transaction(client, async () => {
    await client.query("SELECT pg_catalog.pg_advisory_xact_lock($1, 0)", [LOCK.journal]);
    if (!(await hasJournal(client))) return; // another that gave up at the same time has taken it
    await client.query(JOURNAL_SQL);
    // A run that has just begun has written nothing yet.
    const [row] = await rows<{ empty: boolean }>(
      client,
      `SELECT NOT EXISTS (SELECT FROM rehome.migration UNION ALL SELECT FROM rehome.fence UNION ALL SELECT FROM rehome.link
         UNION ALL SELECT FROM rehome.facade UNION ALL SELECT FROM rehome.held_object)
       AND NOT EXISTS (SELECT FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_database d ON d.oid = l.database
         WHERE d.datname = pg_catalog.current_database() AND l.locktype = 'advisory' AND l.classid = $1
           AND l.pid <> pg_catalog.pg_backend_pid()) AS empty`,
      [LOCK.run],
    );
    if (row?.empty === true) await client.query("DROP SCHEMA rehome CASCADE");
  });
}

/** Whether the database has a journal at all: looking for one must not create it. */
export async function hasJournal(client: pg.Client): Promise<boolean> {
  return await journalHas(client, "migration");
}

/** Runs `work` in a session where there is a journal; undefined where there is none, or no such database. */
export async function inJournal<T>(
  { server, database }: Pick<Endpoint, "server" | "database">,
  work: (client: pg.Client) => Promise<T>,
): Promise<T | undefined> {
  return await withSessionIfThere(server, database, async (client) =>
    (await hasJournal(client)) ? await work(client) : undefined,
  );
}

/** The latest migration of a dataset into a placement, from a given one when that is named. */
export async function latestMigration(
  client: pg.Client,
  query: { dataset: string; target: string; source?: string },
): Promise<MigrationRow | undefined> {
  const found = await rows<MigrationRow>(
    client,
    `SELECT * FROM rehome.migration WHERE dataset = $1 AND target = $2 AND ($3::text IS NULL OR source = $3)
     ORDER BY started_at DESC LIMIT 1`,
    [query.dataset, query.target, query.source ?? null],
  );
  return found[0];
}

/**
 * Opens a migration's row, or a further attempt at the one that is running. What an attempt by another strategy has copied, or
 * from another home, was not made under the fence that this one relies on.
 */
export async function startMigration(
  client: pg.Client,
  migration: { dataset: string; source: string; target: string; strategy: Strategy },
): Promise<MigrationRow> {
  const found = await rows<MigrationRow>(
    client,
    `INSERT INTO rehome.migration (id, dataset, source, target, strategy, state, stage)
     VALUES ($1, $2, $3, $4, $5, 'running', 'inspect')
     ON CONFLICT (dataset, target) WHERE state = 'running'
     DO UPDATE SET attempt = rehome.migration.attempt + 1, error = NULL, source = excluded.source, strategy = excluded.strategy,
       fingerprint = CASE WHEN (rehome.migration.source, rehome.migration.strategy) = (excluded.source, excluded.strategy)
         THEN rehome.migration.fingerprint END
     RETURNING *`,
    [randomUUID(), migration.dataset, migration.source, migration.target, migration.strategy],
  );
  return found[0] as MigrationRow;
}

/** Records that a stage begins. */
export async function enterStage(
  client: pg.Client,
  id: string,
  stage: Stage,
  message: string,
): Promise<void> {
  await client.query(
    `WITH entered AS (UPDATE rehome.migration SET stage = $2 WHERE id = $1)
     INSERT INTO rehome.event (migration, stage, message) VALUES ($1, $2, $3)`,
    [id, stage, message],
  );
}

/** Sets facts of a migration's row. */
export async function recordFacts(
  client: pg.Client,
  id: string,
  facts: Partial<{ fingerprint: string; tables: number; bytes: number; clean: boolean }>,
): Promise<void> {
  await client.query(
    `UPDATE rehome.migration SET fingerprint = coalesce($2, fingerprint), tables = coalesce($3, tables),
       bytes = coalesce($4, bytes), clean = coalesce($5, clean) WHERE id = $1`,
    [id, facts.fingerprint ?? null, facts.tables ?? null, facts.bytes ?? null, facts.clean ?? null],
  );
}

/** Records the moment from which the source was fenced. */
export async function recordFence(client: pg.Client, id: string): Promise<void> {
  await client.query("UPDATE rehome.migration SET fenced_at = clock_timestamp() WHERE id = $1", [id]);
}

/** Has every later attempt copy all rows afresh: copies are kept for the definitions alone that they were made by. */
export async function distrustCopies(client: pg.Client, id: string): Promise<void> {
  await client.query("UPDATE rehome.migration SET fingerprint = NULL WHERE id = $1", [id]);
}

/** Forgets what a former attempt copied: its source may have been written to since. */
export async function forgetCopies(client: pg.Client, id: string): Promise<void> {
  await client.query("DELETE FROM rehome.copied_table WHERE migration = $1", [id]);
  await client.query("DELETE FROM rehome.work WHERE migration = $1", [id]);
  await client.query("DELETE FROM rehome.statement WHERE migration = $1", [id]);
  await client.query("DELETE FROM rehome.verified_table WHERE migration = $1", [id]);
  await client.query("DELETE FROM rehome.verified_sequence WHERE migration = $1", [id]);
}

/** Replaces the proof of a migration. To be called in a transaction. */
export async function recordVerification(
  client: pg.Client,
  id: string,
  tables: readonly TableVerification[],
): Promise<void> {
  await client.query("DELETE FROM rehome.verified_table WHERE migration = $1", [id]);
  await client.query(
    `INSERT INTO rehome.verified_table (migration, table_name, source_rows, target_rows, source_hash, target_hash, equal)
     SELECT $1, v.* FROM jsonb_to_recordset($2::jsonb) AS
       v("table" text, "sourceRows" numeric, "targetRows" numeric, "sourceHash" text, "targetHash" text, equal boolean)`,
    [id, JSON.stringify(tables)],
  );
}

/** Records that the dataset's home is here now. */
export async function recordSwitch(
  client: pg.Client,
  id: string,
  clean: boolean | null = true,
): Promise<MigrationRow> {
  const found = await rows<MigrationRow>(
    client,
    `UPDATE rehome.migration SET state = 'switched', stage = 'switch', clean = $2,
       switched_at = coalesce(switched_at, clock_timestamp()), ended_at = clock_timestamp() WHERE id = $1 RETURNING *`,
    [id, clean],
  );
  return found[0] as MigrationRow;
}
