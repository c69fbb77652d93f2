import type pg from "pg";
import { rows } from "../sql/connect";
import { ident, qualified } from "../sql/quote";

/** Large objects of a database, which belong to no schema. */
export interface LargeObjects {
  /** OIDs of those that go with the dataset, ascending. */
  readonly mine: readonly number[];
  /** How many others the database holds. */
  readonly others: number;
}

/** Which relations are the dataset's, where it is a part of a schema. */
type Holds = (row: string) => boolean;

/**
 * Which of a database's large objects are the dataset's: those that a column of type `oid` (or a domain over it, as `lo`)
 * of its tables names, and those of its owner where that role owns nothing in other schemas. Reads these columns whole,
 * in one query.
 * @param part which of the schema's relations are the dataset's; absent: all, and its owner's objects too
 */
export async function inspectLargeObjects(
  client: pg.Client,
  schemaOid: number,
  owner: string,
  part?: Holds,
): Promise<LargeObjects> {
  const [facts] = await rows<{ total: number }>(
    client,
    "SELECT count(*)::int AS total FROM pg_catalog.pg_largeobject_metadata",
  );
  const total = facts?.total ?? 0;
  if (total === 0) return { mine: [], others: 0 };
  const columns = await rows<{ row: string; schema: string; table: string; column: string }>(
    client,
    `SELECT 'pg_class ' || c.oid AS row, n.nspname::text AS schema, c.relname::text AS table, a.attname::text AS column
     FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
     JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
     WHERE n.oid = $1::oid AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
       AND 'pg_catalog.oid'::regtype IN (t.oid, t.typbasetype)`,
    [schemaOid],
  );
  const named = columns
    .filter(({ row }) => part === undefined || part(row))
    .map(({ schema, table, column }) => `SELECT ${ident(column)}::oid FROM ONLY ${qualified(schema, table)}`);
  const selects = [
    ...(part === undefined ? [OWNED] : []),
    ...(named.length === 0
      ? []
      : [
          `SELECT l.oid FROM pg_catalog.pg_largeobject_metadata l WHERE l.oid IN (${named.join(" UNION ALL ")})`,
        ]),
  ];
  if (selects.length === 0) return { mine: [], others: total };
  const found = await rows<{ oid: string }>(
    client,
    `${selects.join(" UNION ")} ORDER BY 1`,
    part === undefined ? [schemaOid, owner] : [],
  );
  const mine = found.map((row) => Number(row.oid));
  return { mine, others: total - mine.length };
}

/** `$1` the schema's OID, `$2` its owner's name. */
const OWNED = `
  SELECT l.oid FROM pg_catalog.pg_largeobject_metadata l JOIN pg_catalog.pg_roles r ON r.oid = l.lomowner
  WHERE r.rolname = $2 AND NOT r.rolsuper AND NOT EXISTS (
    SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relowner = r.oid AND n.oid <> $1::oid AND n.nspname <> 'rehome' AND n.nspname !~ '^pg_')`;
