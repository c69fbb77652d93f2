import type pg from "pg";
import { open, rows } from "../sql/connect";
import type { Endpoint } from "../types";
import type { Pace } from "./pace";

const LOOK_MS = 1_000;

/** Bytes of WAL that the slowest of a server's own standbys has still to replay; 0 without one. Those who follow by logical slots are none. */
export async function standbyLag(client: pg.Client): Promise<number> {
  const [row] = await rows<{ lag: string }>(
    client,
    `SELECT coalesce(max(pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_lsn(), r.replay_lsn)), 0)::text AS lag
     FROM pg_catalog.pg_stat_replication r WHERE r.state IN ('streaming', 'catchup') AND NOT EXISTS
       (SELECT FROM pg_catalog.pg_replication_slots s WHERE s.active_pid = r.pid AND s.slot_type = 'logical')`,
  );
  return Number(row?.lag ?? 0);
}

/**
 * Holds a copy for as long as the server's standbys are too far behind.
 * @param limit bytes of WAL; undefined: nobody looks
 * @returns ends it
 */
export async function heedStandbys(
  end: Endpoint,
  limit: number | undefined,
  pace: Pace,
): Promise<() => Promise<void>> {
  if (limit === undefined) return () => Promise.resolve();
  const client = await open(end.server, end.database);
  let looking: Promise<void> = Promise.resolve();
  const look = async (): Promise<void> => {
    // A copy is not to stand still because nobody can be asked.
    const lag = await standbyLag(client).catch(() => 0);
    pace.hold(lag > limit);
  };
  await look();
  const timer = setInterval(() => {
    looking = looking.then(look);
  }, LOOK_MS);
  return async () => {
    clearInterval(timer);
    await looking;
    pace.hold(false);
    await client.end().catch(() => undefined);
  };
}
