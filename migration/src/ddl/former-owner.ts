import type pg from "pg";
import { rows } from "../sql/connect";
import { ident } from "../sql/quote";

/**
 * Takes a schema's rights from the role of a dataset that was retired there, so that the role can be dropped. Not from the
 * schema's owner, and not where the role still owns something in it.
 */
export async function dismissFormerOwner(client: pg.Client, schema: string, role: string): Promise<void> {
  const [former] = await rows(
    client,
    `SELECT FROM pg_catalog.pg_namespace n JOIN pg_catalog.pg_roles r ON r.rolname = $2 AND r.oid <> n.nspowner
     WHERE n.nspname = $1
       AND NOT EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.relnamespace = n.oid AND c.relowner = r.oid)
       AND NOT EXISTS (SELECT FROM pg_catalog.pg_proc p WHERE p.pronamespace = n.oid AND p.proowner = r.oid)
       AND NOT EXISTS (SELECT FROM pg_catalog.pg_type t WHERE t.typnamespace = n.oid AND t.typowner = r.oid)`,
    [schema, role],
  );
  if (former === undefined) return;
  await client.query(`REVOKE ALL ON SCHEMA ${ident(schema)} FROM ${ident(role)} CASCADE`);
}
