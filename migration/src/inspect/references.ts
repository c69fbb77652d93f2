import type pg from "pg";
import { rows } from "../sql/connect";
import { amongCatalogs } from "../sql/search-path";
import { OWN } from "./own-rows";

/** A dependency that crosses the border of the moving schema. */
export interface CrossReference {
  /** The object that depends, and the one that it depends on, as `pg_describe_object` puts them. */
  readonly object: string;
  readonly on: string;
  readonly direction: "outward" | "inward";
  /** The catalog row inside the schema: `pg_constraint 16400`. */
  readonly row: string;
}

/** The schema of an object that is looked up by itself: of all of a database's objects, few touch the one schema. */
const SCHEMA_OF = [
  ...[
    ["pg_class", "relnamespace"],
    ["pg_type", "typnamespace"],
    ["pg_proc", "pronamespace"],
    ["pg_operator", "oprnamespace"],
    ["pg_opclass", "opcnamespace"],
    ["pg_opfamily", "opfnamespace"],
    ["pg_collation", "collnamespace"],
    ["pg_conversion", "connamespace"],
    ["pg_ts_config", "cfgnamespace"],
    ["pg_ts_dict", "dictnamespace"],
    ["pg_statistic_ext", "stxnamespace"],
    ["pg_constraint", "connamespace"],
  ].map(
    ([catalog, column]) =>
      `WHEN '${catalog}'::regclass THEN (SELECT ${column} FROM ${catalog} WHERE oid = other)`,
  ),
  ...[
    ["pg_rewrite", "ev_class"],
    ["pg_trigger", "tgrelid"],
    ["pg_attrdef", "adrelid"],
    ["pg_policy", "polrelid"],
  ].map(
    ([catalog, table]) =>
      `WHEN '${catalog}'::regclass THEN (SELECT c.relnamespace FROM ${catalog} x JOIN pg_class c ON c.oid = x.${table} WHERE x.oid = other)`,
  ),
].join("\n    ");

/** Asked of the few schemas that are concerned: a database may have thousands. */
const isFacades = (schema: string): string =>
  `coalesce(obj_description(${schema}, 'pg_namespace') LIKE 'Rehome: facades of %', false)`;

const CROSSING = `
  WITH ${OWN},
  dependency AS (
    SELECT d.classid, d.objid, d.refclassid, d.refobjid, 'outward' AS direction, d.refclassid AS class, d.refobjid AS other
    FROM own m JOIN pg_depend d ON d.classid = m.classid AND d.objid = m.oid
    UNION ALL SELECT d.classid, d.objid, d.refclassid, d.refobjid, 'inward', d.classid, d.objid
    FROM own m JOIN pg_depend d ON d.refclassid = m.classid AND d.refobjid = m.oid),
  placed AS (SELECT dependency.*, CASE class
    ${SCHEMA_OF} END AS nsp FROM dependency),
  system AS (SELECT oid FROM pg_namespace WHERE nspname ~ '^pg_' OR nspname IN ('information_schema', 'rehome'))
  SELECT DISTINCT pg_describe_object(d.classid, d.objid, 0) AS object,
         pg_describe_object(d.refclassid, d.refobjid, 0) AS "on", direction,
         CASE direction WHEN 'outward' THEN d.classid::regclass || ' ' || d.objid ELSE d.refclassid::regclass || ' ' || d.refobjid END AS row
  FROM placed d
  WHERE d.nsp <> $1::oid AND d.nsp NOT IN (SELECT oid FROM system) AND $1::oid NOT IN (SELECT oid FROM system)
    AND NOT ${isFacades("d.nsp")} AND NOT ${isFacades("$1::oid")}
    AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = d.classid AND e.objid = d.objid AND e.deptype = 'e')
    AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = d.refclassid AND e.objid = d.refobjid AND e.deptype = 'e')
    AND NOT EXISTS (SELECT FROM pg_trigger t WHERE d.classid = 'pg_trigger'::regclass AND t.oid = d.objid
                    AND (t.tgisinternal OR t.tgname = 'rehome_fence'))
  ORDER BY 1, 2`;

/** What the schema's objects need from other schemas, and what others need from it. One query. */
export async function inspectReferences(client: pg.Client, schemaOid: number): Promise<CrossReference[]> {
  return await amongCatalogs(client, () => rows<CrossReference>(client, CROSSING, [schemaOid]));
}
