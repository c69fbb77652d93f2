import type pg from "pg";
import { rows } from "../sql/connect";
import { ident } from "../sql/quote";

/**
 * Runs `work` on a schema that a sealed fence may have taken from everyone, its owner included. A superuser does not
 * notice; an administrator that is none gives itself the schema for as long, as a member of its owner.
 */
export async function withOpenSchema<T>(
  client: pg.Client,
  schema: string,
  work: () => Promise<T>,
): Promise<T> {
  const [row] = await rows<{ lacking: string | null }>(
    client,
    `SELECT (SELECT string_agg(p, ', ') FROM unnest(ARRAY['USAGE', 'CREATE']) p WHERE NOT pg_catalog.has_schema_privilege(n.oid, p)) AS lacking
     FROM pg_catalog.pg_namespace n WHERE n.nspname = $1 AND pg_catalog.pg_has_role(n.nspowner, 'USAGE')`,
    [schema],
  );
  const lacking = row?.lacking ?? null;
  if (lacking === null) return await work();
  const close = `REVOKE ${lacking} ON SCHEMA ${ident(schema)} FROM CURRENT_USER`;
  await client.query(`GRANT ${lacking} ON SCHEMA ${ident(schema)} TO CURRENT_USER`);
  try {
    const result = await work();
    await client.query(close);
    return result;
  } catch (error) {
    // In a transaction that has failed, the grant goes back with it.
    await client.query(close).catch(() => undefined);
    throw error;
  }
}
