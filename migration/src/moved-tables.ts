import type pg from "pg";
import { hasJournal, latestMigration } from "./journal/journal";
import { placementName } from "./naming";
import type { ReleaseQuery } from "./release";
import { rows } from "./sql/connect";

/** The tables that the home's journal has a proof of, for what came last from the old home. */
export async function provenTables(
  atHome: pg.Client,
  { dataset, old, home }: ReleaseQuery,
): Promise<string[]> {
  const migration = (await hasJournal(atHome))
    ? await latestMigration(atHome, { dataset, source: placementName(old), target: placementName(home) })
    : undefined;
  if (migration === undefined) return [];
  const proven = await rows<{ name: string }>(
    atHome,
    "SELECT table_name AS name FROM rehome.verified_table WHERE migration = $1",
    [migration.id],
  );
  return proven.map(({ name }) => name);
}

/** A schema's tables that hold rows themselves, without those of extensions; none where there is no such schema. */
export async function tablesWithRows(client: pg.Client, schema: string): Promise<string[]> {
  const found = await rows<{ name: string }>(
    client,
    `SELECT c.relname::text AS name FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind = 'r' AND n.nspname = $1
       AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::regclass
                       AND d.objid = c.oid AND d.deptype = 'e') ORDER BY 1`,
    [schema],
  );
  return found.map(({ name }) => name);
}
