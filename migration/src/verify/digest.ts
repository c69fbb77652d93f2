import type { Relation } from "../inspect/relations";
import { ident, qualified } from "../sql/quote";

/** What the digest is taken of. */
export interface DigestOptions {
  readonly method: "checksum" | "count";
  /** Whether the other side keeps text in another encoding, so that bytes are compared in a common one. */
  readonly converted: boolean;
}

/**
 * Count and hash of a table, made inside the server; the hash does not depend on the rows' order. Columns go by name:
 * a dump puts those that a table inherits first, wherever they stood.
 */
export function digestSql(
  schema: string,
  table: Pick<Relation, "name" | "allColumns" | "sorted">,
  options: DigestOptions,
): string {
  const hash = options.method === "count" ? "''" : `coalesce(sum(${hashOfRow(table, options)}), 0)::text`;
  return `SELECT count(*)::text AS rows, ${hash} AS hash FROM ONLY ${qualified(schema, table.name)}`;
}

function hashOfRow(
  { allColumns, sorted }: Pick<Relation, "allColumns" | "sorted">,
  { converted }: DigestOptions,
): string {
  const column = (name: string): string =>
    converted && sorted.includes(name) ? parts(ident(name)) : ident(name);
  const row = `ROW(${allColumns.map(column).join(", ")})::text`;
  return `hashtextextended(${converted ? `encode(convert_to(${row}, 'UTF8'), 'hex')` : row}, 0)`;
}

/** `jsonb` and its like sort their keys by the bytes of the database's encoding: their parts, in an order of their own. */
function parts(column: string): string {
  return `(SELECT string_agg(part, ' ' ORDER BY convert_to(part, 'UTF8'))
    FROM regexp_split_to_table(${column}::text COLLATE "C", '[][(){},\\s]+') part)`;
}
