import type pg from "pg";
import { rows } from "../sql/connect";
import { FIRST_OWN_OID, OWN } from "./own-rows";

/** A version of a catalog row: whoever changes a row writes another one, in another place or by another transaction. */
const version = (alias: string): string =>
  `pg_catalog.hashtextextended(${alias}.xmin::text || ${alias}.ctid::text, 0)`;

/** The sum of hashes, which no order and no number of rows changes the form of. */
const sum = (hash: string, from: string): string => `(SELECT pg_catalog.sum(${hash}) FROM ${from})`;

/** Catalogs that are read whole but for what came with the server, which nobody alters and is most of what they have: what stands elsewhere in them gives definitions their names. */
const WHOLE = [
  ...[
    ...[
      "pg_operator",
      "pg_opclass",
      "pg_opfamily",
      "pg_amop",
      "pg_amproc",
      "pg_am",
      "pg_cast",
      "pg_collation",
    ],
    ...["pg_conversion", "pg_language", "pg_enum", "pg_statistic_ext"],
    ...["pg_ts_config", "pg_ts_dict", "pg_ts_parser", "pg_ts_template"],
  ].map((catalog) => [catalog, "oid"]),
  ["pg_aggregate", "aggfnoid"],
  ["pg_range", "rngtypid"],
  ["pg_ts_config_map", "mapcfg"],
].map(([catalog, key]) => sum(version("w"), `pg_catalog.${catalog} w WHERE w.${key} >= ${FIRST_OWN_OID}`));

/** The rows that belong to the schema's relations, by the column that names the relation. */
const BELOW = (
  [
    ["pg_attribute", "attrelid", "own_relation"],
    ["pg_attrdef", "adrelid", "own_table"],
    ["pg_index", "indrelid", "own_table"],
    ["pg_rewrite", "ev_class", "own_table"],
    ["pg_policy", "polrelid", "own_table"],
    ["pg_partitioned_table", "partrelid", "own_table"],
    ["pg_inherits", "inhrelid", "own_relation"],
    ["pg_sequence", "seqrelid", "own_table"],
    ["pg_constraint", "oid", "own_constraint"],
    ["pg_type", "oid", "own_type"],
  ] as const
).map(([catalog, column, own]) =>
  sum(version("b"), `pg_catalog.${catalog} b WHERE b.${column} IN (SELECT oid FROM ${own})`),
);

/** The journal and the fence come and go. */
const OTHERS = "n.nspname <> 'rehome'";

/** Rights, owners and the mark that a table has triggers are no definitions, and the fence changes them. */
const RELATION = `pg_catalog.hashtextextended(concat_ws(' ', c.oid, c.relname, c.relkind, c.relpersistence, c.relam, c.reloptions,
  c.relrowsecurity, c.relforcerowsecurity, c.relreplident, c.relispartition, c.relpartbound::text, t.reloptions), 0)`;

/** What of other schemas the schema's objects refer to. */
const ABROAD = `
  abroad(oid) AS MATERIALIZED (
    SELECT DISTINCT d.refobjid FROM own JOIN pg_catalog.pg_depend d ON d.classid = own.classid AND d.objid = own.oid
    WHERE own.classid IN ('pg_catalog.pg_rewrite'::regclass, 'pg_catalog.pg_constraint'::regclass, 'pg_catalog.pg_attrdef'::regclass,
        'pg_catalog.pg_policy'::regclass, 'pg_catalog.pg_proc'::regclass)
      AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid NOT IN (SELECT oid FROM own_relation))`;

const STAMP = `
  WITH ${OWN}, ${ABROAD}
  SELECT concat_ws(',', ${[
    sum(
      RELATION,
      `pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_class t ON t.oid = c.reltoastrelid WHERE c.oid IN (SELECT oid FROM own_relation)`,
    ),
    ...BELOW,
    sum(
      version("g"),
      `pg_catalog.pg_trigger g WHERE g.tgrelid IN (SELECT oid FROM own_table) AND NOT EXISTS (SELECT FROM pg_catalog.pg_proc f
         JOIN pg_catalog.pg_namespace n ON n.oid = f.pronamespace WHERE f.oid = g.tgfoid AND NOT ${OTHERS})`,
    ),
    sum(
      version("m"),
      "pg_catalog.pg_description m WHERE (m.classoid, m.objoid) IN (SELECT classid, oid FROM own)",
    ),
    // Whose a sequence is, and what belongs to extensions.
    sum(
      version("d"),
      `pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.refobjsubid > 0
         AND d.objid IN (SELECT seqrelid FROM pg_catalog.pg_sequence WHERE seqrelid IN (SELECT oid FROM own_table))`,
    ),
    sum(version("d"), "pg_catalog.pg_depend d WHERE d.refclassid = 'pg_catalog.pg_extension'::regclass"),
    sum(
      "pg_catalog.hashtextextended(c.oid || c.relname || c.relnamespace, 0)",
      "pg_catalog.pg_class c WHERE c.oid IN (SELECT oid FROM abroad)",
    ),
    sum(version("a"), "pg_catalog.pg_attribute a WHERE a.attrelid IN (SELECT oid FROM abroad)"),
    sum(
      version("t"),
      `pg_catalog.pg_type t WHERE t.typrelid = 0 AND t.typcategory <> 'A' AND t.oid >= ${FIRST_OWN_OID}`,
    ),
    sum(
      version("p"),
      `pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace WHERE p.oid >= ${FIRST_OWN_OID} AND ${OTHERS}`,
    ),
    sum(version("e"), "pg_catalog.pg_extension e"),
    sum("pg_catalog.hashtextextended(n.oid || n.nspname, 0)", `pg_catalog.pg_namespace n WHERE ${OTHERS}`),
    sum("pg_catalog.hashtextextended(r.oid || r.rolname, 0)", "pg_catalog.pg_roles r"),
    ...WHOLE,
  ].join(",\n")}) AS stamp`;

/**
 * What a schema's definitions were made of: while it is the same, nobody has written to a catalog row that they are read
 * from. A tenth of the work of reading them. It may be another one though they are the same: then they are to be read.
 */
export async function catalogStamp(client: pg.Client, schemaOid: number): Promise<string> {
  const [row] = await rows<{ stamp: string }>(client, STAMP, [schemaOid]);
  return row?.stamp ?? "";
}
