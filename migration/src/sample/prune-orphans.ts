import type pg from "pg";
import { rows } from "../sql/connect";
import { ident, qualified } from "../sql/quote";

/** A foreign key inside a schema. */
interface ForeignKey {
  readonly child: string;
  readonly parent: string;
  readonly columns: readonly string[];
  readonly references: readonly string[];
}

const KEYS = `
  SELECT child.relname::text AS child, parent.relname::text AS parent,
    ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY c(num, at)
      JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = c.num ORDER BY c.at) AS columns,
    ARRAY(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY c(num, at)
      JOIN pg_catalog.pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = c.num ORDER BY c.at) AS references
  FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_class child ON child.oid = k.conrelid
  JOIN pg_catalog.pg_class parent ON parent.oid = k.confrelid
  JOIN pg_catalog.pg_namespace n ON n.oid = child.relnamespace AND n.oid = parent.relnamespace
  WHERE k.contype = 'f' AND n.nspname = $1`;

/** As foreign keys do where nothing else is said: a row with a null in them refers to nothing. */
function deleteSql(schema: string, { child, parent, columns, references }: ForeignKey): string {
  const given = columns.map((column) => `c.${ident(column)} IS NOT NULL`);
  const equal = columns.map((column, at) => `p.${ident(references[at] ?? "")} = c.${ident(column)}`);
  return `DELETE FROM ${qualified(schema, child)} c WHERE ${given.join(" AND ")}
    AND NOT EXISTS (SELECT FROM ${qualified(schema, parent)} p WHERE ${equal.join(" AND ")})`;
}

/**
 * Deletes from a sample, before its foreign keys are made, the rows that refer to some that are not in it; and those that
 * refer to these.
 * @returns how many
 */
export async function pruneOrphans(source: pg.Client, target: pg.Client, schema: string): Promise<number> {
  const keys = await rows<ForeignKey>(source, KEYS, [schema]);
  let pruned = 0;
  for (let gone = 1; gone > 0; pruned += gone) {
    gone = 0;
    for (const key of keys) gone += (await target.query(deleteSql(schema, key))).rowCount ?? 0;
  }
  return pruned;
}
