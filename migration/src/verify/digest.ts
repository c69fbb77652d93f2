import type { Relation } from "../inspect/relations";
import { ident, qualified } from "../sql/quote";

/** What the digest is taken of. */
export interface DigestOptions {
  readonly method: "checksum" | "count";
  /** Whether the other side keeps text in another encoding, so that bytes are compared in a common one. */
  readonly converted: boolean;
}

/** A table to take the digest of. */
export type Digested = Pick<Relation, "name" | "allColumns" | "sorted" | "hashed"> & {
  /** A condition on its rows; absent: all. */
  readonly within?: string | undefined;
};

/**
 * Count and hash of a table, made inside the server; the hash does not depend on the rows' order. Columns go by name:
 * a dump puts those that a table inherits first, wherever they stood.
 */
function digestSql(schema: string, table: Digested, options: DigestOptions): string {
  const hash = options.method === "count" ? "''" : `coalesce(sum(${hashOfRow(table, options)}), 0)::text`;
  return `SELECT count(*)::text AS rows, ${hash} AS hash FROM ONLY ${qualified(schema, table.name)}${table.within === undefined ? "" : ` WHERE ${table.within}`}`;
}

type Row = Pick<Relation, "allColumns" | "sorted" | "hashed">;
type Conversion = Pick<DigestOptions, "converted">;

/** A row as text, the same on both sides. */
export function rowText(
  { allColumns, sorted }: Pick<Row, "allColumns" | "sorted">,
  { converted }: Conversion,
): string {
  const column = (name: string): string =>
    converted && sorted.includes(name) ? parts(ident(name)) : ident(name);
  return `ROW(${allColumns.map(column).join(", ")})::text`;
}

/**
 * A hash of a row, the same on both sides. Columns whose type's own hash is as exact as their text go by that, several
 * times as fast; the others by their text. The outer hash keeps a sum over rows from being one over columns.
 */
export function hashOfRow(columns: Row, { converted }: Conversion): string {
  if (converted)
    return `hashtextextended(encode(convert_to(${rowText(columns, { converted })}, 'UTF8'), 'hex'), 0)`;
  const { allColumns, hashed } = columns;
  if (hashed.length === 0) return `hashtextextended(${rowText(columns, { converted })}, 0)`;
  const others = allColumns.filter((name) => !hashed.includes(name));
  const text = others.length === 0 ? [] : [rowText({ ...columns, allColumns: others }, { converted })];
  return `hashint8extended(hash_record_extended(ROW(${[...hashed.map(ident), ...text].join(", ")}), 0), 0)`;
}

/** `jsonb` and its like sort their keys by the bytes of the database's encoding: their parts, in an order of their own. */
function parts(column: string): string {
  return `(SELECT string_agg(part, ' ' ORDER BY convert_to(part, 'UTF8'))
    FROM regexp_split_to_table(${column}::text COLLATE "C", '[][(){},\\s]+') part)`;
}

/** Several tables' digests in one statement, in order: `at` says whose each is. */
export const digestsSql = (schema: string, tables: readonly Digested[], options: DigestOptions): string =>
  tables
    .map((table, at) => `SELECT ${at} AS at, d.* FROM (${digestSql(schema, table, options)}) d`)
    .join(" UNION ALL ");

/** A share of a table's pages, as a condition; the last has whatever came behind them. */
export function pageRange(pages: number, part: number, parts: number): string {
  const page = (at: number): string => `'(${Math.floor((pages * at) / parts)},0)'::pg_catalog.tid`;
  const from = `ctid >= ${page(part)}`;
  return part === parts - 1 ? from : `${from} AND ctid < ${page(part + 1)}`;
}
