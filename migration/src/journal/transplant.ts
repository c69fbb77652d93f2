import type pg from "pg";
import { rows, transaction } from "../sql/connect";

/** In the order in which their references allow them to be filled. */
const TABLES = [
  "migration",
  "copied_table",
  "statement",
  "restored",
  "verified_table",
  "verified_sequence",
  "event",
  "finding",
  "sample",
  "fence",
  "written",
  "link",
  "facade",
] as const;

/** What the journal of a copied database would keep of its former home's beside its rows: an owner, rights, fences. */
const EMPTY_JOURNAL_SQL = `DO $$
DECLARE
  own oid := pg_catalog.to_regrole(pg_catalog.quote_ident(current_user));
  entry record;
BEGIN
  IF EXISTS (
    SELECT FROM pg_catalog.pg_namespace n LEFT JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid,
      pg_catalog.aclexplode(coalesce(c.relacl, pg_catalog.acldefault('r', own)) || coalesce(n.nspacl, pg_catalog.acldefault('n', own))) acl
    WHERE n.nspname = 'rehome' AND (n.nspowner <> own OR c.relowner <> own OR acl.grantee <> own)
  ) OR EXISTS (
    SELECT FROM pg_catalog.pg_attribute
    WHERE attacl IS NOT NULL AND attrelid IN (SELECT oid FROM pg_catalog.pg_class WHERE relnamespace = pg_catalog.to_regnamespace('rehome'))
  ) THEN
    DROP SCHEMA rehome CASCADE;
    RETURN;
  END IF;
  FOR entry IN SELECT p.oid::pg_catalog.regprocedure AS name FROM pg_catalog.pg_proc p WHERE p.pronamespace = pg_catalog.to_regnamespace('rehome') LOOP
    EXECUTE pg_catalog.format('DROP FUNCTION %s CASCADE', entry.name);
  END LOOP;
  -- What refers to a migration goes before it.
  FOR entry IN SELECT c.oid::pg_catalog.regclass AS name FROM pg_catalog.pg_class c
    WHERE c.relnamespace = pg_catalog.to_regnamespace('rehome') AND c.relkind = 'r' ORDER BY c.relname = 'migration'
  LOOP
    EXECUTE pg_catalog.format('DELETE FROM %s', entry.name);
  END LOOP;
END $$`;

/**
 * Makes the journal that came along with a copied database say nothing: emptied, with the fences' functions and triggers
 * gone, or, where it is somebody else's or granted to somebody, dropped. To be called in a transaction.
 */
export async function emptyJournal(client: pg.Client): Promise<void> {
  await client.query(EMPTY_JOURNAL_SQL);
}

/**
 * Takes a journal over into another database that is about to stand in for this one's. A fence of the dataset itself stays
 * behind: what it closed is not there any more.
 */
export async function transplantJournal(
  from: pg.Client,
  to: pg.Client,
  left: { readonly dataset: string; readonly schema: string },
): Promise<void> {
  await transaction(to, async () => {
    for (const table of TABLES) {
      const own = table === "fence" ? " WHERE NOT (dataset = $1 AND schema_name = $2)" : "";
      const [row] = await rows<{ content: string }>(
        from,
        `SELECT coalesce(json_agg(t), '[]')::text AS content FROM rehome.${table} t${own}`,
        own === "" ? [] : [left.dataset, left.schema],
      );
      await to.query(
        `INSERT INTO rehome.${table} SELECT * FROM json_populate_recordset(NULL::rehome.${table}, $1::json)`,
        [row?.content ?? "[]"],
      );
    }
  });
}
