import type pg from "pg";
import { LOCK } from "../journal/locks";
import { rows } from "../sql/connect";

/**
 * Runs `work` with a `search_path` set on every function of the schema that has none of its own, and takes it away
 * again. From PostgreSQL 17 on CREATE INDEX, REFRESH and ANALYZE ignore their session's path, and a function that
 * relies on it fails in them. To be called in a transaction: nobody else ever sees the setting.
 * @param path quoted, as `readingPath` gives it
 */
export async function withFunctionPaths(
  client: pg.Client,
  schema: string,
  path: string,
  work: () => Promise<void>,
): Promise<void> {
  // Two sessions that alter one function at once would fail.
  await client.query("SELECT pg_catalog.pg_advisory_xact_lock($1, 2)", [LOCK.journal]);
  const found = await rows<{ signature: string }>(
    client,
    `SELECT pg_catalog.format('%I.%I(%s)', n.nspname, p.proname, pg_catalog.pg_get_function_identity_arguments(p.oid)) AS signature
     FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
     JOIN pg_catalog.pg_language l ON l.oid = p.prolang
     WHERE n.nspname = $1 AND p.prokind = 'f' AND p.prosqlbody IS NULL AND l.lanname NOT IN ('c', 'internal')
       AND NOT EXISTS (SELECT FROM pg_catalog.unnest(p.proconfig) s WHERE s LIKE 'search\\_path=%')
       AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass
                       AND d.objid = p.oid AND d.deptype = 'e')`,
    [schema],
  );
  for (const { signature } of found)
    await client.query(`ALTER FUNCTION ${signature} SET search_path = ${path}`);
  await work();
  for (const { signature } of found) await client.query(`ALTER FUNCTION ${signature} RESET search_path`);
}
