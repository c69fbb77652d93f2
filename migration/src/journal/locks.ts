import type pg from "pg";
import { RehomeError } from "../errors";
import { lockKey } from "../naming";
import { rows } from "../sql/connect";

/** First halves of the advisory locks' keys. */
export const LOCK = { run: 1919248495, fence: 1919248496, journal: 1919248497, schema: 1919248498 } as const;

/**
 * Runs `work` while no other dataset's run drops or creates what it shares with this one in a schema: the second waits.
 */
export async function withSchemaLock<T>(
  client: pg.Client,
  schema: string,
  work: () => Promise<T>,
): Promise<T> {
  const key = [LOCK.schema, lockKey(schema)];
  await client.query("SELECT pg_catalog.pg_advisory_lock($1, $2)", key);
  try {
    return await work();
  } finally {
    // A session that is gone has freed it.
    await client.query("SELECT pg_catalog.pg_advisory_unlock($1, $2)", key).catch(() => undefined);
  }
}

/** The second half of the key of the lock that `takeRunLock` takes. */
export function runLockKey(dataset: string, placement: string): number {
  return lockKey(JSON.stringify([dataset, placement]));
}

/**
 * Takes the lock that keeps a second run off one dataset's placement; it is held as long as the session lives.
 * @throws RehomeError `already-running`
 */
export async function takeRunLock(client: pg.Client, dataset: string, placement: string): Promise<void> {
  const [row] = await rows<{ taken: boolean }>(
    client,
    "SELECT pg_catalog.pg_try_advisory_lock($1, $2) AS taken",
    [LOCK.run, runLockKey(dataset, placement)],
  );
  if (row?.taken === true) return;
  throw new RehomeError(
    "already-running",
    `dataset "${dataset}" is being moved by another run, which holds its lock at ${placement}. Wait for it to end; a run that died frees the lock by itself.`,
    { retryable: true },
  );
}

/** Runs `work` while no run is at work on one dataset's placement. @throws RehomeError `already-running` */
export async function withRunLock<T>(
  client: pg.Client,
  dataset: string,
  placement: string,
  work: () => Promise<T>,
): Promise<T> {
  await takeRunLock(client, dataset, placement);
  try {
    return await work();
  } finally {
    const key = [LOCK.run, runLockKey(dataset, placement)];
    // A session that is gone has freed it.
    await client.query("SELECT pg_catalog.pg_advisory_unlock($1, $2)", key).catch(() => undefined);
  }
}
