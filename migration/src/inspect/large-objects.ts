import type pg from "pg";
import { rows } from "../sql/connect";
import { ident, qualified } from "../sql/quote";

/** Large objects of a database, which belong to no schema. */
export interface LargeObjects {
  /** OIDs of those that go with the dataset, ascending. */
  readonly mine: readonly number[];
  /** How many others the database holds. */
  readonly others: number;
  /** Those that go with a part of a schema, and that tables which stay name too. */
  readonly shared: readonly number[];
}

/**
 * Which of a database's large objects are the dataset's: those that a column of type `oid` (or a domain over it, as `lo`)
 * of its tables names, and those of its owner where that role owns nothing in other schemas. Reads these columns whole,
 * in one query.
 * @param tables names of the tables of a part of the schema, whose objects are those that they name; absent: all of it
 */
export async function inspectLargeObjects(
  client: pg.Client,
  schemaOid: number,
  owner: string,
  tables?: readonly string[],
): Promise<LargeObjects> {
  const [facts] = await rows<{ total: number }>(
    client,
    "SELECT count(*)::int AS total FROM pg_catalog.pg_largeobject_metadata",
  );
  const total = facts?.total ?? 0;
  if (total === 0) return { mine: [], others: 0, shared: [] };
  const columns = await rows<Column>(client, COLUMNS, [schemaOid]);
  const moves = ({ table }: Column): boolean => tables?.includes(table) ?? true;
  const mine = tables === undefined ? `${OWNED} UNION ${named(columns)}` : named(columns.filter(moves));
  const found = await rows<{ oid: string; shared: boolean }>(
    client,
    `SELECT mine.oid, mine.oid IN (${named(columns.filter((column) => !moves(column)))}) AS shared FROM (${mine}) mine ORDER BY 1`,
    tables === undefined ? [schemaOid, owner] : [],
  );
  const oids = (which: typeof found): number[] => which.map((row) => Number(row.oid));
  return { mine: oids(found), others: total - found.length, shared: oids(found.filter((row) => row.shared)) };
}

interface Column {
  readonly schema: string;
  readonly table: string;
  readonly column: string;
}

/** Columns that may name large objects; `$1` is the schema's OID. */
const COLUMNS = `
  SELECT n.nspname::text AS schema, c.relname::text AS table, a.attname::text AS column
  FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
  WHERE n.oid = $1::oid AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
    AND 'pg_catalog.oid'::regtype IN (t.oid, t.typbasetype)`;

/** The large objects that columns name. */
function named(columns: readonly Column[]): string {
  const values = columns.map(
    ({ schema, table, column }) => `SELECT ${ident(column)}::oid FROM ONLY ${qualified(schema, table)}`,
  );
  return `SELECT l.oid FROM pg_catalog.pg_largeobject_metadata l WHERE ${values.length === 0 ? "false" : `l.oid IN (${values.join(" UNION ALL ")})`}`;
}

/** `$1` the schema's OID, `$2` its owner's name. */
const OWNED = `
  SELECT l.oid FROM pg_catalog.pg_largeobject_metadata l JOIN pg_catalog.pg_roles r ON r.oid = l.lomowner
  WHERE r.rolname = $2 AND NOT r.rolsuper AND NOT EXISTS (
    SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relowner = r.oid AND n.oid <> $1::oid AND n.nspname <> 'rehome' AND n.nspname !~ '^pg_')`;
