import type pg from "pg";
import { rows } from "../sql/connect";
import { sessionName } from "./claim";

/** Seconds after which a process that says nothing is taken for dead. */
const SILENT = 30;
/** How often a share may fail before the move does. */
const TRIES = 3;

/** Says that a process shares in a copy. */
export async function join(client: pg.Client, migration: string, name: string, pid: number): Promise<void> {
  await client.query(
    `INSERT INTO rehome.worker (migration, name, pid) VALUES ($1, $2, $3)
     ON CONFLICT (migration, name) DO UPDATE SET pid = excluded.pid, bytes = 0, seen_at = clock_timestamp(), left_at = NULL`,
    [migration, name, pid],
  );
}

/** Says that it is there, and how many bytes of the share under way it has copied. */
export async function tell(client: pg.Client, migration: string, name: string, bytes: number): Promise<void> {
  await client.query(
    "UPDATE rehome.worker SET bytes = $3, seen_at = clock_timestamp() WHERE migration = $1 AND name = $2",
    [migration, name, bytes],
  );
}

/** Says that it shares no longer, and why, if that is an error. */
export async function leave(
  client: pg.Client,
  migration: string,
  name: string,
  error?: string,
): Promise<void> {
  await client.query(
    `UPDATE rehome.worker SET left_at = clock_timestamp(), bytes = 0, pid = NULL, error = coalesce($3, error)
     WHERE migration = $1 AND name = $2`,
    [migration, name, error ?? null],
  );
}

/** Notes that a share could not be copied: the others are tried first now. */
export async function noteFailure(
  client: pg.Client,
  migration: string,
  ordinal: number,
  error: string,
): Promise<void> {
  await client.query(
    "UPDATE rehome.work SET attempts = attempts + 1, error = $3 WHERE migration = $1 AND ordinal = $2",
    [migration, ordinal, error],
  );
}

/** How far a shared copy is. */
export interface Standing {
  /** Shares that are not done. */
  readonly left: number;
  /** Bytes of the shares that were done since `opened`, and of those that others are at. */
  readonly bytes: number;
  readonly tables: number;
  /** Processes elsewhere that are at work. */
  readonly workers: number;
  /** What a share has failed of too often; null: none has. */
  readonly failed: string | null;
}

/**
 * Reads how far a shared copy is; notes tables whose last range is there; frees what processes have claimed that stand
 * still.
 */
export async function standing(client: pg.Client, migration: string): Promise<Standing> {
  await client.query(
    `INSERT INTO rehome.copied_table (migration, table_name, rows, bytes, seconds)
     SELECT w.migration, w.table_name, sum(w.copied_rows), sum(w.copied_bytes), sum(w.seconds) FROM rehome.work w
     WHERE w.migration = $1 AND w.table_name IS NOT NULL GROUP BY 1, 2 HAVING bool_and(w.done_at IS NOT NULL)
     ON CONFLICT DO NOTHING`,
    [migration],
  );
  await client.query(
    `SELECT pg_catalog.pg_terminate_backend(a.pid) FROM rehome.worker w JOIN pg_catalog.pg_stat_activity a ON a.pid = w.pid
     WHERE w.migration = $1 AND a.application_name = $2 AND w.seen_at < clock_timestamp() - interval '${SILENT} seconds'`,
    [migration, sessionName(migration)],
  );
  const [found] = await rows<Standing>(
    client,
    `SELECT (SELECT count(*) FROM rehome.work WHERE migration = $1 AND done_at IS NULL)::int AS left,
       (SELECT count(*) FROM rehome.copied_table WHERE migration = $1)::int AS tables,
       ((SELECT coalesce(sum(copied_bytes), 0) FROM rehome.work WHERE migration = $1 AND done_at IS NOT NULL) + coalesce(sum(w.bytes), 0))::float8 AS bytes,
       count(*)::int AS workers,
       (SELECT error FROM rehome.work WHERE migration = $1 AND attempts >= ${TRIES} AND done_at IS NULL LIMIT 1) AS failed
     FROM rehome.worker w WHERE w.migration = $1 AND w.left_at IS NULL AND w.seen_at > clock_timestamp() - interval '${SILENT} seconds'`,
    [migration],
  );
  return found ?? { left: 0, bytes: 0, tables: 0, workers: 0, failed: null };
}

/** The tables whose rows are all here. */
export async function copiedTables(client: pg.Client, migration: string): Promise<string[]> {
  const found = await rows<{ name: string }>(
    client,
    "SELECT table_name AS name FROM rehome.copied_table WHERE migration = $1",
    [migration],
  );
  return found.map(({ name }) => name);
}

/** What those said who could not go on: `pod-1: …`. */
export async function failures(client: pg.Client, migration: string): Promise<string[]> {
  const found = await rows<{ said: string }>(
    client,
    `SELECT format('%s: %s', w.name, w.error) AS said FROM rehome.worker w WHERE w.migration = $1 AND w.error IS NOT NULL
     UNION SELECT format('%s, in share %s', w.error, w.ordinal) FROM rehome.work w WHERE w.migration = $1 AND w.error IS NOT NULL
     ORDER BY 1`,
    [migration],
  );
  return found.map(({ said }) => said);
}
