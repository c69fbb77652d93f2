import type pg from "pg";
import { rows } from "../sql/connect";
import { FIRST_OWN_OID, ownRelation } from "./own-rows";

/** What a schema may hold: catalogs, by what depends on the schema itself; or what hangs on such things. */
export type Held =
  | "pg_class"
  | "pg_collation"
  | "pg_conversion"
  | "pg_opclass"
  | "pg_operator"
  | "pg_opfamily"
  | "pg_proc"
  | "pg_statistic_ext"
  | "pg_ts_config"
  | "pg_ts_dict"
  | "pg_type"
  | "cast"
  | "comment"
  | "policy"
  | "rule"
  | "trigger"
  | "view";

/** A query for entries of a schema, and what there must be for it to find any. */
export interface EntryQuery {
  readonly of: readonly Held[];
  readonly select: string;
}

const HELD = `WITH ${ownRelation()}
  SELECT c.relname::text AS held FROM pg_class c WHERE c.oid IN (
    SELECT s.classid FROM pg_depend s WHERE s.refclassid = 'pg_namespace'::regclass AND s.refobjid = $1::oid)
  UNION ALL SELECT 'view' WHERE EXISTS (SELECT FROM pg_class c WHERE c.oid IN (SELECT oid FROM own_table) AND c.relkind IN ('v', 'm'))
  UNION ALL SELECT 'trigger' WHERE EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid IN (SELECT oid FROM own_table) AND NOT t.tgisinternal)
  UNION ALL SELECT 'rule' WHERE EXISTS (SELECT FROM pg_rewrite r WHERE r.ev_class IN (SELECT oid FROM own_table) AND r.rulename <> '_RETURN')
  UNION ALL SELECT 'policy' WHERE EXISTS (SELECT FROM pg_policy p WHERE p.polrelid IN (SELECT oid FROM own_table))
  UNION ALL SELECT 'comment' WHERE EXISTS (SELECT FROM pg_description d WHERE d.objoid >= ${FIRST_OWN_OID})
  UNION ALL SELECT 'cast' WHERE EXISTS (SELECT FROM pg_cast t WHERE t.oid >= ${FIRST_OWN_OID})`;

/**
 * Those queries that can find something in a schema: of many schemas most hold tables alone, and of a query that finds
 * nothing the server makes a plan all the same. Under a `search_path` that has nothing before `pg_catalog`.
 */
export async function fruitful(
  client: pg.Client,
  schemaOid: number,
  queries: readonly EntryQuery[],
): Promise<string[]> {
  const found = new Set((await rows<{ held: Held }>(client, HELD, [schemaOid])).map(({ held }) => held));
  return queries.filter(({ of }) => of.some((held) => found.has(held))).map(({ select }) => select);
}
