import type pg from "pg";
import { rows } from "../sql/connect";
import { ident, qualified } from "../sql/quote";
import { renameInDefinition, type Renaming } from "./rename-code";

/**
 * Rewrites defaults of columns that name an object of the schema in a text, such as `nextval('old.seq'::text)`, after the
 * schema itself has been renamed. Only what is certain: the plan has refused the rest.
 */
export async function renameDefaults(client: pg.Client, schema: string, renaming: Renaming): Promise<void> {
  if (renaming.from === renaming.to) return;
  const found = await rows<{ relation: string; kind: string; column: string; expression: string }>(
    client,
    `SELECT c.relname::text AS relation, c.relkind::text AS kind, a.attname::text AS column, pg_get_expr(d.adbin, d.adrelid) AS expression
     FROM pg_catalog.pg_attrdef d JOIN pg_catalog.pg_class c ON c.oid = d.adrelid
     JOIN pg_catalog.pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
     JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = $1 AND a.attgenerated = ''`,
    [schema],
  );
  for (const { relation, kind, column, expression } of found) {
    const { text } = renameInDefinition(expression, renaming);
    if (text === expression) continue;
    const alter = kind === "v" ? "ALTER VIEW" : "ALTER TABLE ONLY";
    await client.query(
      `${alter} ${qualified(schema, relation)} ALTER COLUMN ${ident(column)} SET DEFAULT ${text}`,
    );
  }
}
