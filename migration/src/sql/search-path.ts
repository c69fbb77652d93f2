import type pg from "pg";

/**
 * Runs `work` under a `search_path` of its own, and sets it back: every other statement of the engine names its schemas.
 * In a transaction that has failed, the path goes back with that.
 * @param path as SQL writes it, quoted
 */
export async function withSearchPath<T>(client: pg.Client, path: string, work: () => Promise<T>): Promise<T> {
  await client.query(`SET search_path = ${path}`);
  try {
    return await work();
  } finally {
    await client.query("SET search_path = ''").catch(() => undefined);
  }
}

/** As `withSearchPath`, for long catalog queries: what they name is the system's, whatever schemas there are. */
export async function amongCatalogs<T>(client: pg.Client, work: () => Promise<T>): Promise<T> {
  return await withSearchPath(client, "pg_catalog", work);
}
