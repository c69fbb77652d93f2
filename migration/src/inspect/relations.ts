import type pg from "pg";
import { sharedRows } from "../sql/shared-rows";
import { FIRST_OWN_OID, ownRelation } from "./own-rows";

/** A relation of the dataset, as the catalog has it. */
export interface Relation {
  readonly oid: number;
  readonly name: string;
  /** `pg_class.relkind`: r table, p partitioned, v view, m materialized view, S sequence, f foreign table, c type. */
  readonly kind: string;
  /** Of its rows, those in its TOAST table too. */
  readonly bytes: number;
  readonly indexBytes: number;
  /** The tablespace that it has been put into; null: its database's own. */
  readonly tablespace: string | null;
  /** What keeps its rows, and the extension that brings it; absent: `heap`. */
  readonly accessMethod?: { readonly name: string; readonly extension: string | null };
  /** `pg_class.reltuples`, 0 when never analyzed. */
  readonly rows: number;
  /** Whether a materialized view holds rows. */
  readonly populated: boolean;
  /** Columns whose values are stored by clients: generated ones are left out. */
  readonly columns: readonly string[];
  /** All columns, generated ones too. */
  readonly allColumns: readonly string[];
  /** Columns whose text may order its parts by their bytes: `jsonb`, `tsvector`, `hstore`, composites. */
  readonly sorted: readonly string[];
  /** Columns that their type's own hash function tells apart as exactly as their text does. */
  readonly hashed: readonly string[];
  /** Whether binary COPY is faithful between two databases. */
  readonly binary: boolean;
}

/**
 * Types of which equal values are the same bytes, so that hash functions say as much of them as of their text; these
 * functions are the same in every version, for hash partitions stay where they are. Numbers with a scale or a sign of
 * zero, intervals, `jsonb`, arrays and enums (by their OID) are none of these.
 */
const EXACT =
  "bool, int2, int4, int8, text, varchar, bytea, uuid, date, time, timestamp, timestamptz, bpchar";

/**
 * What their types mean for a copy: of each type once, for there are many more columns. No binary form have types that
 * hold OIDs in it, which name other objects in another database: `reg…` types everywhere, and arrays, composites, ranges
 * and multiranges of user-made types (their element's OID). Enums and base types send values. A `tsquery` without a word
 * is sent and then refused.
 */
const TYPES = `
  SELECT t.oid,
         base.typtype = 'c' OR base.typname IN ('jsonb', 'tsvector', 'hstore')
           OR EXISTS (SELECT FROM pg_catalog.pg_type element WHERE element.oid = base.typelem AND (element.typtype IN ('c', 'd')
                      OR element.typname IN ('jsonb', 'tsvector', 'hstore'))) AS sorted,
         t.oid = ANY ('{${EXACT}}'::pg_catalog.regtype[]) AS exact,
         base.typsend <> 0 AND base.typreceive <> 0
           AND base.oid NOT IN ('regproc'::regtype, 'regprocedure'::regtype, 'regoper'::regtype,
             'regoperator'::regtype, 'regclass'::regtype, 'regtype'::regtype, 'regrole'::regtype,
             'regnamespace'::regtype, 'regconfig'::regtype, 'regdictionary'::regtype,
             'regcollation'::regtype, 'tsquery'::regtype, 'tsquery[]'::regtype)
           AND NOT EXISTS (SELECT FROM pg_catalog.pg_type element WHERE element.oid = base.typelem
                           AND element.typname LIKE 'reg%')
           AND (base.oid < ${FIRST_OWN_OID} OR (base.typtype IN ('b', 'e') AND base.typelem = 0)) AS is_binary
  FROM pg_catalog.pg_type t
  JOIN LATERAL (
    WITH RECURSIVE unwrapped AS (
      SELECT t.oid, t.typtype, t.typbasetype
      UNION ALL
      SELECT b.oid, b.typtype, b.typbasetype FROM unwrapped u JOIN pg_catalog.pg_type b ON b.oid = u.typbasetype
      WHERE u.typtype = 'd'
    ) SELECT p.* FROM unwrapped u JOIN pg_catalog.pg_type p ON p.oid = u.oid WHERE u.typtype <> 'd'
  ) base ON true
  WHERE t.oid IN (SELECT DISTINCT a.atttypid FROM pg_catalog.pg_attribute a WHERE a.attrelid IN (SELECT oid FROM own_table))`;

/** The columns of a relation `c`, by index: what a schema's thousands have, no estimate is near. */
const COLUMNS = `
  SELECT array_agg(a.attname::text ORDER BY a.attnum) AS all_columns,
         array_agg(a.attname::text ORDER BY a.attnum) FILTER (WHERE a.attgenerated = '') AS columns,
         array_agg(a.attname::text ORDER BY a.attnum) FILTER (WHERE t.sorted) AS sorted,
         array_agg(a.attname::text ORDER BY a.attnum) FILTER (WHERE t.exact
           -- Without a length, its blanks count, and its hash function does not see them.
           AND (a.atttypid <> 'bpchar'::regtype OR a.atttypmod > 0)
           AND (a.attcollation = 0 OR (SELECT l.collisdeterministic FROM pg_catalog.pg_collation l WHERE l.oid = a.attcollation))) AS hashed,
         bool_and(t.is_binary) FILTER (WHERE a.attgenerated = '') AS is_binary
  FROM pg_catalog.pg_attribute a JOIN own_column_type t ON t.oid = a.atttypid
  WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped`;

const RELATIONS = `
  WITH ${ownRelation()}, own_column_type AS MATERIALIZED (${TYPES})
  SELECT c.oid::int8::text AS oid, c.relname::text AS name, c.relkind::text AS kind, c.relispopulated AS populated,
         CASE WHEN c.relkind IN ('r', 'm') THEN pg_catalog.pg_table_size(c.oid) ELSE 0 END::text AS bytes,
         CASE WHEN c.relkind IN ('r', 'm') THEN pg_catalog.pg_indexes_size(c.oid) ELSE 0 END::text AS index_bytes,
         s.spcname::text AS tablespace,
         am.amname::text AS method,
         (SELECT e.extname::text FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_extension e ON e.oid = d.refobjid
          WHERE d.classid = 'pg_catalog.pg_am'::regclass AND d.objid = am.oid AND d.deptype = 'e') AS method_extension,
         greatest(c.reltuples, 0)::int8::text AS rows,
         coalesce(shape.columns, '{}') AS columns, coalesce(shape.all_columns, '{}') AS all_columns,
         coalesce(shape.sorted, '{}') AS sorted, coalesce(shape.hashed, '{}') AS hashed,
         coalesce(shape.is_binary, true) AS is_binary
  FROM pg_catalog.pg_class c
  LEFT JOIN LATERAL (${COLUMNS}) shape ON c.relkind IN ('r', 'm')
  LEFT JOIN pg_catalog.pg_tablespace s ON s.oid = c.reltablespace
  LEFT JOIN pg_catalog.pg_am am ON am.oid = c.relam AND am.amname <> 'heap' AND c.relkind <> 'S'
  WHERE c.oid IN (SELECT oid FROM own_relation) AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f', 'c')
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::regclass
                    AND d.objid = c.oid AND d.deptype = 'e')
  ORDER BY c.relname`;

interface RelationRow {
  oid: string;
  name: string;
  kind: string;
  populated: boolean;
  bytes: string;
  index_bytes: string;
  tablespace: string | null;
  method: string | null;
  method_extension: string | null;
  rows: string;
  columns: readonly string[];
  all_columns: readonly string[];
  sorted: readonly string[];
  hashed: readonly string[];
  is_binary: boolean;
}

/** Every relation of a schema but those of extensions. One query, whatever their number; tables of a kind share their lists. */
export async function inspectRelations(client: pg.Client, schemaOid: number): Promise<Relation[]> {
  const found = await sharedRows<RelationRow>(client, RELATIONS, [schemaOid]);
  return found.map((row) => ({
    oid: Number(row.oid),
    name: row.name,
    kind: row.kind,
    populated: row.populated,
    bytes: Number(row.bytes),
    indexBytes: Number(row.index_bytes),
    tablespace: row.tablespace,
    ...(row.method === null ? {} : { accessMethod: { name: row.method, extension: row.method_extension } }),
    rows: Number(row.rows),
    columns: row.columns,
    allColumns: row.all_columns,
    sorted: row.sorted,
    hashed: row.hashed,
    binary: row.is_binary,
  }));
}
