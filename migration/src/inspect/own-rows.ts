/**
 * The catalog rows of one schema, by index. No catalog has an index by schema, so that `relnamespace = …` reads all of it,
 * which a database of a thousand schemas makes a thousand times as long; but what stands in a schema depends on it, and
 * `pg_depend` is indexed by what is depended on. What has no such entry of its own hangs on something that has: indexes,
 * row types, arrays, constraints, triggers. Queries begin with `WITH ${…}` and take rows by `oid IN (SELECT oid FROM own_…)`.
 */

const SCHEMA = "$1::oid";
/** What has a lower OID came with the server (`FirstNormalObjectId`). */
export const FIRST_OWN_OID = 16384;
/** For a query whose `$1` is the schema's name. */
export const NAMED_SCHEMA = "(SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = $1)";

const dependents = (schema: string): string =>
  `pg_catalog.pg_depend s WHERE s.refclassid = 'pg_catalog.pg_namespace'::regclass AND s.refobjid = ${schema}`;
const direct = (catalog: string, schema: string): string =>
  `SELECT s.objid FROM ${dependents(schema)} AND s.classid = 'pg_catalog.${catalog}'::regclass`;

/** `own_relation`: tables, views, sequences, and with them indexes and the rows of composite types. */
export const ownRelation = (schema = SCHEMA): string => `
  own_table(oid) AS MATERIALIZED (${direct("pg_class", schema)}),
  own_relation(oid) AS MATERIALIZED (
    SELECT oid FROM own_table
    UNION ALL SELECT i.indexrelid FROM pg_catalog.pg_index i WHERE i.indrelid IN (SELECT oid FROM own_table)
    UNION ALL SELECT t.typrelid FROM pg_catalog.pg_type t WHERE t.oid IN (${direct("pg_type", schema)}) AND t.typrelid <> 0)`;

/** `own_routine`. */
export const ownRoutine = (schema = SCHEMA): string =>
  `own_routine(oid) AS MATERIALIZED (${direct("pg_proc", schema)})`;

/** `own_type`: with row types, multiranges and arrays. Stands after `ownRelation`. */
export const OWN_TYPE = `
  plain_type(oid) AS MATERIALIZED (
    ${direct("pg_type", SCHEMA)}
    UNION SELECT c.reltype FROM pg_catalog.pg_class c WHERE c.oid IN (SELECT oid FROM own_table) AND c.reltype <> 0
    UNION SELECT r.rngmultitypid FROM pg_catalog.pg_range r WHERE r.rngtypid IN (${direct("pg_type", SCHEMA)})),
  own_type(oid) AS MATERIALIZED (
    SELECT oid FROM plain_type
    UNION SELECT t.typarray FROM pg_catalog.pg_type t WHERE t.oid IN (SELECT oid FROM plain_type) AND t.typarray <> 0)`;

/** `own_constraint`: of tables and domains. Stands after `OWN_TYPE`. */
export const OWN_CONSTRAINT = `
  own_constraint(oid) AS MATERIALIZED (
    SELECT k.oid FROM pg_catalog.pg_constraint k WHERE k.conrelid IN (SELECT oid FROM own_table)
    UNION ALL SELECT k.oid FROM pg_catalog.pg_type t CROSS JOIN LATERAL
      (SELECT c.oid FROM pg_catalog.pg_constraint c WHERE c.contypid = t.oid OFFSET 0) k
    WHERE t.oid IN (SELECT oid FROM own_type) AND t.typtype = 'd')`;

/**
 * `own(classid, oid)`: every row, of whatever catalog; an extension is its database's, wherever it is. What a table has (rules, triggers, defaults, policies) belongs
 * where the table does. Brings all the others along.
 */
export const OWN = `${ownRelation()}, ${OWN_TYPE}, ${OWN_CONSTRAINT}, ${ownRoutine()},
  own(classid, oid) AS MATERIALIZED (
    SELECT s.classid, s.objid FROM ${dependents(SCHEMA)}
      AND s.classid NOT IN ('pg_catalog.pg_class'::regclass, 'pg_catalog.pg_type'::regclass, 'pg_catalog.pg_extension'::regclass)
    UNION ALL SELECT 'pg_catalog.pg_class'::regclass, oid FROM own_relation
    UNION ALL SELECT 'pg_catalog.pg_type'::regclass, oid FROM own_type
    UNION ALL SELECT 'pg_catalog.pg_constraint'::regclass, oid FROM own_constraint
    UNION ALL SELECT 'pg_catalog.pg_rewrite'::regclass, r.oid FROM pg_catalog.pg_rewrite r WHERE r.ev_class IN (SELECT oid FROM own_table)
    UNION ALL SELECT 'pg_catalog.pg_trigger'::regclass, t.oid FROM pg_catalog.pg_trigger t WHERE t.tgrelid IN (SELECT oid FROM own_table)
    UNION ALL SELECT 'pg_catalog.pg_attrdef'::regclass, d.oid FROM pg_catalog.pg_attrdef d WHERE d.adrelid IN (SELECT oid FROM own_table)
    UNION ALL SELECT 'pg_catalog.pg_policy'::regclass, p.oid FROM pg_catalog.pg_policy p WHERE p.polrelid IN (SELECT oid FROM own_table))`;
