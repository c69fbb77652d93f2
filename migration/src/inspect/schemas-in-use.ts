import type pg from "pg";
import { FENCE_TRIGGER } from "../fence/fence-sql";
import { rows } from "../sql/connect";

/** Names of a database's schemas that hold tables, none of them fenced; without `public`, the server's own and extensions'. */
export async function schemasInUse(client: pg.Client): Promise<string[]> {
  const found = await rows<{ name: string }>(
    client,
    `SELECT n.nspname::text AS name FROM pg_catalog.pg_namespace n
     WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('public', 'information_schema', 'rehome') AND n.oid IN (
       SELECT c.relnamespace FROM pg_catalog.pg_class c
       LEFT JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'
       WHERE c.relkind IN ('r', 'p', 'f', 'm') AND d.objid IS NULL
       EXCEPT SELECT c.relnamespace FROM pg_catalog.pg_trigger t
       JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid JOIN pg_catalog.pg_proc p ON p.oid = t.tgfoid
       JOIN pg_catalog.pg_namespace f ON f.oid = p.pronamespace AND f.nspname = 'rehome' WHERE t.tgname = $1)
     ORDER BY 1`,
    [FENCE_TRIGGER],
  );
  return found.map(({ name }) => name);
}
