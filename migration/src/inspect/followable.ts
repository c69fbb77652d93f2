import type pg from "pg";
import { rows } from "../sql/connect";
import { amongCatalogs } from "../sql/search-path";
import { inspectAppliedCode, type PathlessFunction } from "./applied-code";
import { ownRelation } from "./own-rows";

/** What logical replication needs to know of a table; the root of a partitioned table stands for its partitions. */
export interface FollowableTable {
  readonly name: string;
  /** Columns of the primary key, in order; empty when there is none, or none that is checked at once. */
  readonly key: readonly string[];
  /** Columns that the key's index carries along. */
  readonly included: readonly string[];
  /** Columns that a facade can be partitioned by: of the key, or one with an order. Empty when there is none. */
  readonly partitionBy: readonly string[];
  /** `pg_class.relreplident`. */
  readonly replicaIdentity: "d" | "n" | "f" | "i";
  readonly identity: boolean;
  readonly partitioned: boolean;
  /** Why its changes cannot be followed at all; null when they can. */
  readonly obstacle: string | null;
  /** Why no facade can stand over it, whatever the server's version; null when one can. */
  readonly facadeObstacle: string | null;
  /** Functions that rely on their caller's path where a change is applied: it would not be. */
  readonly pathless: readonly PathlessFunction[];
  /** Of the table and its partitions. */
  readonly bytes: number;
}

/** Whether values of a column's type can be compared one by one, as it takes to find a row without a key. */
const ORDERED = (type: string): string =>
  `EXISTS (SELECT FROM pg_opclass o JOIN pg_am m ON m.oid = o.opcmethod AND m.amname = 'btree', pg_type t, pg_type b, pg_type e
     WHERE t.oid = ${type} AND b.oid = coalesce(nullif(t.typbasetype, 0), t.oid) AND b.typtype <> 'c'
       AND e.oid = CASE WHEN b.typcategory = 'A' THEN b.typelem ELSE b.oid END AND e.typtype <> 'c' AND o.opcdefault
       AND o.opcintype IN (e.oid, CASE e.typtype WHEN 'e' THEN 'anyenum'::regtype WHEN 'r' THEN 'anyrange'::regtype
         WHEN 'm' THEN 'anymultirange'::regtype END, CASE e.typcategory WHEN 'S' THEN 'text'::regtype END))`;

const COLUMNS = (condition: string): string =>
  `coalesce((SELECT array_agg(a.attname::text ORDER BY k.at) FROM pg_index i, unnest(i.indkey) WITH ORDINALITY k(attnum, at)
     JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum
     WHERE i.indrelid = c.oid AND i.indisprimary AND i.indisvalid AND i.indimmediate AND ${condition}), '{}')`;

/** From PostgreSQL 18 on the publisher refuses to update such rows; before that the subscriber does not find them. */
const GENERATED = `EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attgenerated <> '' AND NOT a.attisdropped
    AND (a.attname::text = ANY (key) OR (cardinality(key) = 0 AND c.relreplident <> 'i')
      OR EXISTS (SELECT FROM tree t WHERE t.root = c.oid AND t.relreplident = 'f')
      OR (c.relreplident = 'i' AND EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisreplident AND a.attnum = ANY (i.indkey)))))`;

const TABLES = `
  WITH ${ownRelation()}, shape AS (
    SELECT c.oid, c.relname, c.relkind, c.relreplident, c.reloftype, c.relispartition,
      ${COLUMNS("k.at <= i.indnkeyatts")} AS key, ${COLUMNS("k.at > i.indnkeyatts")} AS included,
      (SELECT array_agg(a.attname::text) FROM (SELECT a.attname FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0
         AND NOT a.attisdropped AND a.attgenerated = '' AND ${ORDERED("a.atttypid")} ORDER BY a.attnum LIMIT 1) a) AS by_column,
      (SELECT min(a.attname::text) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
         AND a.attgenerated = '' AND NOT ${ORDERED("a.atttypid")}) AS unordered
    FROM pg_class c WHERE c.oid IN (SELECT oid FROM own_relation) AND c.relkind IN ('r', 'p')
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
      -- A facade makes a partition of its table: what hangs on nothing but a facade is a root all the same.
      AND (NOT c.relispartition OR EXISTS (SELECT FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhparent
                                           WHERE i.inhrelid = c.oid AND p.relnamespace <> c.relnamespace))),
  tree AS (
    SELECT s.oid AS root, l.* FROM shape s
    CROSS JOIN LATERAL (SELECT s.oid AS relid UNION SELECT relid FROM pg_partition_tree(s.oid)) t JOIN pg_class l ON l.oid = t.relid)
  SELECT c.relname::text AS name, c.relreplident::text AS "replicaIdentity", key, included,
    CASE WHEN cardinality(key) > 0 THEN key ELSE coalesce(by_column, '{}') END AS "partitionBy",
    EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attidentity <> '' AND NOT a.attisdropped) AS identity,
    c.relkind = 'p' AS partitioned,
    (SELECT sum(pg_table_size(t.oid)) FROM tree t WHERE t.root = c.oid AND t.relkind = 'r')::text AS bytes,
    (SELECT array_agg(t.oid::text) FROM tree t WHERE t.root = c.oid) AS members,
    CASE WHEN EXISTS (SELECT FROM tree t WHERE t.root = c.oid AND t.relpersistence = 'u') THEN 'it is unlogged'
      WHEN EXISTS (SELECT FROM pg_trigger g JOIN tree t ON t.oid = g.tgrelid WHERE t.root = c.oid
        AND NOT g.tgisinternal AND g.tgenabled IN ('A', 'R') AND g.tgname NOT LIKE 'rehome\\_%') THEN 'a trigger of it fires on replicas too'
      WHEN EXISTS (SELECT FROM tree t WHERE t.root = c.oid AND t.relreplident = 'n') THEN 'its replica identity is NOTHING'
      WHEN c.relkind = 'p' AND EXISTS (SELECT FROM tree t WHERE t.root = c.oid AND t.relreplident = 'i')
        THEN 'its replica identity is an index, which its partitions do not share'
      WHEN cardinality(key) = 0 AND c.relreplident <> 'i' AND unordered IS NOT NULL
        THEN format('it has no primary key, and values of its column %I cannot be compared', unordered)
      WHEN ${GENERATED} THEN 'its rows are told apart by a generated column, which is not replicated' END AS obstacle,
    CASE WHEN EXISTS (SELECT FROM pg_inherits i JOIN pg_class k ON k.oid = i.inhrelid
        WHERE (i.inhrelid = c.oid OR i.inhparent = c.oid) AND NOT k.relispartition) THEN 'it inherits or is inherited from'
      -- No partition can be detached that the partitions of another table refer to, each with rows of its own.
      WHEN EXISTS (SELECT FROM pg_constraint k WHERE k.contype = 'f' AND k.confrelid = c.oid AND k.conparentid <> 0)
        THEN 'a partitioned table refers to it'
      WHEN c.reloftype <> 0 THEN 'it is a table of a type'
      WHEN c.relreplident = 'i' THEN 'its replica identity is an index'
      WHEN EXISTS (SELECT FROM pg_trigger g WHERE g.tgrelid = c.oid AND g.tgtype & 1 = 1 AND coalesce(g.tgoldtable, g.tgnewtable) IS NOT NULL)
        THEN 'a row''s trigger of it names transition tables'
      WHEN cardinality(key) = 0 AND by_column IS NULL THEN 'it has no primary key and no column with an order' END AS "facadeObstacle"
  FROM shape c ORDER BY c.relname`;

interface Row extends Omit<FollowableTable, "bytes" | "pathless"> {
  readonly bytes: string | null;
  /** Oids of the table and its partitions. */
  readonly members: readonly string[];
}

/** Every table of a schema that stands for itself or for its partitions. A fixed number of queries, whatever their number. */
export async function inspectFollowable(client: pg.Client, schemaOid: number): Promise<FollowableTable[]> {
  return await amongCatalogs(client, async () => {
    const found = await rows<Row>(client, TABLES, [schemaOid]);
    const code = await inspectAppliedCode(client, schemaOid);
    return found.map(({ members, bytes, ...table }) => {
      const pathless = uniqueOf(members.flatMap((oid) => code.get(oid) ?? []));
      const relies = pathless.map(({ signature }) => signature).join(", ");
      const obstacle =
        table.obstacle ??
        (relies === "" ? null : `what a change of it calls relies on its caller's search_path: ${relies}`);
      return { ...table, obstacle, pathless, bytes: Number(bytes ?? 0) };
    });
  });
}

/** A function once, though several partitions call it. */
const uniqueOf = (functions: readonly PathlessFunction[]): PathlessFunction[] => [
  ...new Map(functions.map((one) => [one.signature, one])).values(),
];

/** Which tables are followed, and why the others move under the fence instead. */
export interface Following {
  readonly followed: readonly FollowableTable[];
  readonly others: readonly { readonly name: string; readonly reason: string; readonly bytes: number }[];
}

/** From this version on, no table with an identity column can be attached to another. */
export const IDENTITY_UNATTACHED = 17;

/** @param facades the version of the server where facades stand; undefined where the schema keeps its name */
export function whatToFollow(tables: readonly FollowableTable[], facades: number | undefined): Following {
  const reason = (table: FollowableTable): string | null => {
    if (table.obstacle !== null || facades === undefined) return table.obstacle;
    const why =
      table.facadeObstacle ??
      (table.identity && facades >= IDENTITY_UNATTACHED
        ? `it has an identity column, on PostgreSQL ${facades}`
        : null);
    return why === null ? null : `${why}, and its schema gets another name`;
  };
  return {
    followed: tables.filter((table) => reason(table) === null),
    others: tables.flatMap((table) => {
      const why = reason(table);
      return why === null ? [] : [{ name: table.name, reason: why, bytes: table.bytes }];
    }),
  };
}
