import type pg from "pg";
import { rows } from "../sql/connect";

/** What logical replication needs to know of a table; the root of a partitioned table stands for its partitions. */
export interface FollowableTable {
  readonly name: string;
  /** Columns of the primary key, in order; empty when there is none. */
  readonly key: readonly string[];
  /** A column that a facade can be partitioned by. Null when no column has an order. */
  readonly partitionBy: string | null;
  /** `pg_class.relreplident`. */
  readonly replicaIdentity: "d" | "n" | "f" | "i";
  readonly identity: boolean;
  /** Why its changes cannot be followed at all; null when they can. */
  readonly obstacle: string | null;
  /** Whether it inherits, or is inherited from, without being a partition: no facade can take it. */
  readonly inherits: boolean;
}

const TABLES = `
  SELECT c.relname::text AS name, c.relreplident::text AS "replicaIdentity",
    coalesce((SELECT array_agg(a.attname::text ORDER BY k.at) FROM pg_index i, unnest(i.indkey) WITH ORDINALITY k(attnum, at)
       JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum
       WHERE i.indrelid = c.oid AND i.indisprimary AND i.indisvalid AND i.indimmediate), '{}') AS key,
    (SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
       AND a.attgenerated = '' AND EXISTS (SELECT FROM pg_opclass o JOIN pg_am m ON m.oid = o.opcmethod AND m.amname = 'btree'
         JOIN pg_type t ON t.oid = a.atttypid WHERE o.opcdefault AND o.opcintype IN (t.oid, t.typbasetype,
           CASE t.typtype WHEN 'e' THEN 'anyenum'::regtype WHEN 'r' THEN 'anyrange'::regtype END,
           CASE WHEN t.typcategory = 'A' THEN 'anyarray'::regtype WHEN t.typcategory = 'S' THEN 'text'::regtype END))
       ORDER BY a.attnum LIMIT 1) AS "partitionBy",
    EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attidentity <> '' AND NOT a.attisdropped) AS identity,
    CASE WHEN c.relpersistence = 'u' THEN 'it is unlogged'
      WHEN EXISTS (SELECT FROM pg_trigger t WHERE (t.tgrelid = c.oid OR t.tgrelid IN (SELECT relid FROM pg_partition_tree(c.oid)))
        AND NOT t.tgisinternal AND t.tgenabled IN ('A', 'R') AND t.tgname NOT LIKE 'rehome\\_%') THEN 'a trigger of it fires on replicas too'
      WHEN c.relreplident = 'n' THEN 'its replica identity is NOTHING' END AS obstacle,
    NOT c.relispartition AND EXISTS (SELECT FROM pg_inherits i JOIN pg_class k ON k.oid = i.inhrelid
       WHERE (i.inhrelid = c.oid OR i.inhparent = c.oid) AND NOT k.relispartition) AS inherits
  FROM pg_class c
  WHERE c.relnamespace = $1::oid AND c.relkind IN ('r', 'p')
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
    AND (NOT c.relispartition OR EXISTS (SELECT FROM rehome_roots f WHERE f.child = c.oid))
  ORDER BY c.relname`;

/** A facade makes a partition of its table: what hangs on nothing but a facade is a root all the same. */
const ROOTS = `WITH rehome_roots AS (
  SELECT i.inhrelid AS child FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhparent WHERE p.relnamespace <> $1::oid)`;

/** Every table of a schema that stands for itself or for its partitions. One query. */
export async function inspectFollowable(client: pg.Client, schemaOid: number): Promise<FollowableTable[]> {
  await client.query("SET search_path = pg_catalog");
  try {
    return await rows<FollowableTable>(client, `${ROOTS} ${TABLES}`, [schemaOid]);
  } finally {
    await client.query("SET search_path = ''");
  }
}

/** Which tables are followed, and why the others move under the fence instead. */
export interface Following {
  readonly followed: readonly FollowableTable[];
  readonly others: readonly { readonly name: string; readonly reason: string }[];
}

/** @param renamed whether the schema has another name in the new home, so that facades are needed */
export function whatToFollow(tables: readonly FollowableTable[], renamed: boolean): Following {
  const reason = (table: FollowableTable): string | null => {
    if (table.obstacle !== null) return table.obstacle;
    if (!renamed) return null;
    if (table.inherits) return "it inherits or is inherited from, and its schema gets another name";
    return table.key.length === 0 && table.partitionBy === null
      ? "it has no primary key and no column with an order, and its schema gets another name"
      : null;
  };
  return {
    followed: tables.filter((table) => reason(table) === null),
    others: tables.flatMap((table) => {
      const why = reason(table);
      return why === null ? [] : [{ name: table.name, reason: why }];
    }),
  };
}
