import type pg from "pg";

const SETTINGS = {
  log_statement: "none",
  log_min_error_statement: "panic",
  log_min_duration_statement: "-1",
  log_min_duration_sample: "-1",
  log_duration: "off",
  "pg_stat_statements.track": "none",
} as const;

/**
 * Runs a statement that holds a password, so that no log and no statistics of the server have it: where the administrator
 * may say so, and as far as the server has such things.
 */
export async function unlogged(client: pg.Client, sql: string): Promise<void> {
  const set: string[] = [];
  for (const [name, value] of Object.entries(SETTINGS)) {
    await client.query(`SET ${name} = '${value}'`).then(
      () => set.push(name),
      () => undefined,
    );
  }
  try {
    await client.query(sql);
  } finally {
    await client.query(set.map((name) => `RESET ${name}`).join("; ")).catch(() => undefined);
  }
}
