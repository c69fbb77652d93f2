import type pg from "pg";

/**
 * Has a session's statements written nowhere from here on: they are about to hold a password. Each where the
 * administrator may say so, and where the server has such a thing.
 */
export async function unlogged(client: pg.Client): Promise<void> {
  for (const setting of [
    "log_statement = 'none'",
    "log_min_error_statement = 'panic'",
    "log_min_duration_statement = -1",
    "log_min_duration_sample = -1",
    "log_duration = off",
    "pg_stat_statements.track = 'none'",
  ]) {
    await client.query(`SET ${setting}`).catch(() => undefined);
  }
}
