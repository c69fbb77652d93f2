import { rows, withSessionIfThere } from "../sql/connect";
import type { Endpoint } from "../types";

/** What a schema takes and how it is used. Bytes are bytes. */
export interface SchemaSize {
  readonly schema: string;
  readonly tables: number;
  /** The planner's estimate (`pg_class.reltuples`). */
  readonly rows: number;
  /** Tables with their TOAST, free space map and visibility map. */
  readonly tableBytes: number;
  readonly indexes: number;
  readonly indexBytes: number;
  /** The share of blocks that were found in the server's cache since its statistics were reset; null before the first. */
  readonly cacheHit: number | null;
  /** Sessions of the schema's owner in this database now. */
  readonly connections: number;
}

interface Row extends Omit<SchemaSize, "rows" | "tableBytes" | "indexBytes"> {
  readonly rows: string;
  readonly tableBytes: string;
  readonly indexBytes: string;
}

/** Read once per relation: what a table's row adds up and an index's row adds up are kept apart by their kind. */
const SIZES = `
  WITH relation AS (
    SELECT n.nspname, c.oid, c.relkind, c.reltuples,
      CASE WHEN c.relkind IN ('r', 'm') THEN pg_catalog.pg_table_size(c.oid) END AS table_bytes,
      CASE WHEN c.relkind = 'i' THEN pg_catalog.pg_relation_size(c.oid) END AS index_bytes
    FROM pg_catalog.pg_namespace n JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid
    WHERE n.nspname = ANY ($1) AND c.relkind IN ('r', 'm', 'i')),
  io AS (
    SELECT t.schemaname AS nspname,
      sum(t.heap_blks_hit + coalesce(t.idx_blks_hit, 0) + coalesce(t.toast_blks_hit, 0) + coalesce(t.tidx_blks_hit, 0)) AS hit,
      sum(t.heap_blks_read + coalesce(t.idx_blks_read, 0) + coalesce(t.toast_blks_read, 0) + coalesce(t.tidx_blks_read, 0)) AS read
    FROM pg_catalog.pg_statio_user_tables t WHERE t.schemaname = ANY ($1) GROUP BY 1)
  SELECT n.nspname::text AS schema, count(*) FILTER (WHERE r.relkind IN ('r', 'm'))::int AS tables,
    coalesce(sum(greatest(r.reltuples, 0)) FILTER (WHERE r.relkind IN ('r', 'm')), 0)::int8::text AS rows,
    coalesce(sum(r.table_bytes), 0)::text AS "tableBytes", count(*) FILTER (WHERE r.relkind = 'i')::int AS indexes,
    coalesce(sum(r.index_bytes), 0)::text AS "indexBytes",
    (SELECT (io.hit / nullif(io.hit + io.read, 0))::float8 FROM io WHERE io.nspname = n.nspname) AS "cacheHit",
    (SELECT count(*)::int FROM pg_catalog.pg_stat_activity a
     WHERE a.datname = pg_catalog.current_database() AND a.usename = ($2::jsonb)->>n.nspname) AS connections
  FROM pg_catalog.pg_namespace n LEFT JOIN relation r ON r.nspname = n.nspname
  WHERE n.nspname = ANY ($1) GROUP BY n.nspname ORDER BY n.nspname`;

/**
 * What schemas of a database take and how they are used: one query. A schema that is not there is left out, and so is a
 * database.
 * @param owners by schema: the role that owns its objects, whose sessions are counted
 * @throws RehomeError `unreachable`, `authentication-failed`, ...
 */
export async function readSizes(
  { server, database }: Pick<Endpoint, "server" | "database">,
  owners: Readonly<Record<string, string>>,
): Promise<SchemaSize[]> {
  const found = await withSessionIfThere(server, database, (client) =>
    rows<Row>(client, SIZES, [Object.keys(owners), JSON.stringify(owners)]),
  );
  return (found ?? []).map((row) => ({
    ...row,
    rows: Number(row.rows),
    tableBytes: Number(row.tableBytes),
    indexBytes: Number(row.indexBytes),
  }));
}
