import type pg from "pg";
import { rows } from "../sql/connect";
import { ident } from "../sql/quote";
import { amongCatalogs } from "../sql/search-path";

/** An object that has a schema of its own, as `ALTER` names it. */
interface Located {
  /** As `SchemaObject.key` has it; of statistics, the table's. */
  readonly key: string;
  /** `TABLE`, `ROUTINE`, `TYPE`: the words behind `ALTER`. */
  readonly kind: string;
  /** Qualified and quoted, with argument types where the kind has them. */
  readonly identity: string;
  /** Null for the kinds that have none. */
  readonly owner: string | null;
  /** A function that a range type has made: only a superuser alters it, whoever made the type. */
  readonly made: boolean;
}

/**
 * Everything in the schema of name `$1` that `ALTER … SET SCHEMA` takes by itself. What follows its table is left out:
 * indexes, constraints, row types, owned sequences. Routines and operators come first: their identity names types, which
 * change theirs.
 */
const OBJECTS = `
  WITH members AS (SELECT classid, objid FROM pg_depend WHERE deptype = 'e'),
  located AS (
    SELECT 1 AS rank, 'ROUTINE' AS kind, p.oid::regprocedure::text AS identity, p.proowner AS owner, 'pg_proc'::regclass AS classid, p.oid
    FROM pg_proc p WHERE p.pronamespace = $1::text::regnamespace
    UNION ALL SELECT 2, 'OPERATOR', o.oid::regoperator::text, o.oprowner, 'pg_operator'::regclass, o.oid
    FROM pg_operator o WHERE o.oprnamespace = $1::text::regnamespace
    UNION ALL SELECT 3, 'OPERATOR CLASS', format('%s.%I USING %I', $1::text, o.opcname, m.amname), o.opcowner, 'pg_opclass'::regclass, o.oid
    FROM pg_opclass o JOIN pg_am m ON m.oid = o.opcmethod WHERE o.opcnamespace = $1::text::regnamespace
    UNION ALL SELECT 4, 'OPERATOR FAMILY', format('%s.%I USING %I', $1::text, o.opfname, m.amname), o.opfowner, 'pg_opfamily'::regclass, o.oid
    FROM pg_opfamily o JOIN pg_am m ON m.oid = o.opfmethod WHERE o.opfnamespace = $1::text::regnamespace
    UNION ALL SELECT 5, CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'f' THEN 'FOREIGN TABLE'
        WHEN 'S' THEN 'SEQUENCE' WHEN 'c' THEN 'TYPE' ELSE 'TABLE' END,
      format('%s.%I', $1::text, c.relname), c.relowner, 'pg_class'::regclass, c.oid
    FROM pg_class c WHERE c.relnamespace = $1::text::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'c')
      AND NOT (c.relkind = 'S' AND EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
               AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')))
    UNION ALL SELECT 6, 'STATISTICS', format('%s.%I', $1::text, s.stxname), s.stxowner, 'pg_statistic_ext'::regclass, s.oid
    FROM pg_statistic_ext s WHERE s.stxnamespace = $1::text::regnamespace
    UNION ALL SELECT 7, CASE t.typtype WHEN 'd' THEN 'DOMAIN' ELSE 'TYPE' END, format('%s.%I', $1::text, t.typname), t.typowner, 'pg_type'::regclass, t.oid
    FROM pg_type t WHERE t.typnamespace = $1::text::regnamespace AND t.typtype IN ('b', 'd', 'e', 'r', 'm')
      AND NOT EXISTS (SELECT FROM pg_type element WHERE element.oid = t.typelem AND element.typarray = t.oid)
    UNION ALL SELECT 8, 'COLLATION', format('%s.%I', $1::text, l.collname), l.collowner, 'pg_collation'::regclass, l.oid
    FROM pg_collation l WHERE l.collnamespace = $1::text::regnamespace
    UNION ALL SELECT 9, 'CONVERSION', format('%s.%I', $1::text, v.conname), v.conowner, 'pg_conversion'::regclass, v.oid
    FROM pg_conversion v WHERE v.connamespace = $1::text::regnamespace
    UNION ALL SELECT 10, 'TEXT SEARCH CONFIGURATION', format('%s.%I', $1::text, f.cfgname), f.cfgowner, 'pg_ts_config'::regclass, f.oid
    FROM pg_ts_config f WHERE f.cfgnamespace = $1::text::regnamespace
    UNION ALL SELECT 11, 'TEXT SEARCH DICTIONARY', format('%s.%I', $1::text, d.dictname), d.dictowner, 'pg_ts_dict'::regclass, d.oid
    FROM pg_ts_dict d WHERE d.dictnamespace = $1::text::regnamespace
    UNION ALL SELECT 12, 'TEXT SEARCH PARSER', format('%s.%I', $1::text, r.prsname), NULL, 'pg_ts_parser'::regclass, r.oid
    FROM pg_ts_parser r WHERE r.prsnamespace = $1::text::regnamespace
    UNION ALL SELECT 13, 'TEXT SEARCH TEMPLATE', format('%s.%I', $1::text, e.tmplname), NULL, 'pg_ts_template'::regclass, e.oid
    FROM pg_ts_template e WHERE e.tmplnamespace = $1::text::regnamespace)
  SELECT CASE WHEN kind = 'STATISTICS' THEN (SELECT 'pg_class ' || s.stxrelid FROM pg_statistic_ext s WHERE s.oid = located.oid)
      WHEN kind = 'TYPE' AND classid = 'pg_class'::regclass THEN (SELECT 'pg_type ' || c.reltype FROM pg_class c WHERE c.oid = located.oid)
      ELSE classid || ' ' || oid END AS key, kind, identity, pg_get_userbyid(owner)::text AS owner, kind = 'ROUTINE' AND EXISTS (SELECT FROM pg_depend d
    WHERE d.classid = located.classid AND d.objid = located.oid AND d.refclassid = 'pg_type'::regclass AND d.deptype = 'i') AS made
  FROM located
  WHERE NOT EXISTS (SELECT FROM members m WHERE (m.classid, m.objid) = (located.classid, located.oid))
  ORDER BY rank, identity`;

/** Rights that others than its owner have on a relation or routine, as `REVOKE` takes them; `$1` is the schema. */
const GRANTED = `
  SELECT DISTINCT 'pg_class ' || c.oid AS key, format('%s %s.%I', CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, $1::text, c.relname) AS what,
    CASE WHEN acl.grantee = 0 THEN NULL ELSE pg_get_userbyid(acl.grantee)::text END AS grantee
  FROM pg_class c LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attacl IS NOT NULL,
    LATERAL (SELECT * FROM aclexplode(c.relacl) UNION ALL SELECT * FROM aclexplode(a.attacl)) acl
  WHERE c.relnamespace = $1::text::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND acl.grantee <> c.relowner
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
  UNION ALL
  SELECT DISTINCT 'pg_proc ' || p.oid, format('ROUTINE %s', p.oid::regprocedure), pg_get_userbyid(acl.grantee)::text
  FROM pg_proc p, LATERAL aclexplode(p.proacl) acl
  WHERE p.pronamespace = $1::text::regnamespace AND acl.grantee NOT IN (0, p.proowner)
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')`;

async function catalog<T>(client: pg.Client, query: string, schema: string): Promise<T[]> {
  return await amongCatalogs(client, () => rows<T>(client, query, [ident(schema)]));
}

/** Runs many statements in one round trip. */
async function runAll(client: pg.Client, statements: readonly string[]): Promise<void> {
  if (statements.length > 0) await client.query(statements.join(";\n"));
}

/**
 * Puts everything of one schema into another of the same database, but what belongs to extensions. Files, OIDs and all
 * that refers to the objects by OID stay as they are. To be called in a transaction.
 * @param whole false: without the functions that range types have made, which only a superuser may move
 */
export async function relocate(client: pg.Client, from: string, to: string, whole = true): Promise<void> {
  const found = await catalog<Located>(client, OBJECTS, from);
  await runAll(
    client,
    found
      .filter(({ made }) => whole || !made)
      .map(({ kind, identity }) => `ALTER ${kind} ${identity} SET SCHEMA ${ident(to)}`),
  );
}

/** Gives what one role owns in a schema to another. */
export async function reassign(client: pg.Client, schema: string, from: string, to: string): Promise<void> {
  const found = await catalog<Located>(client, OBJECTS, schema);
  await runAll(
    client,
    found
      .filter(({ owner }) => owner === from)
      .map(({ kind, identity }) => `ALTER ${kind} ${identity} OWNER TO ${ident(to)}`),
  );
}

/**
 * Makes `owner` the owner of everything in a schema, and takes every right on it from others: rights are declared anew.
 * To be called in a transaction.
 * @param only keys (`SchemaObject.key`) of what is the dataset's where others have a place too; absent: everything
 */
export async function takeOver(
  client: pg.Client,
  schema: string,
  owner: string,
  only?: ReadonlySet<string>,
): Promise<void> {
  const own = ({ key }: { readonly key: string }): boolean => only?.has(key) ?? true;
  const found = (await catalog<Located>(client, OBJECTS, schema)).filter(own);
  await runAll(
    client,
    found
      .filter((object) => !object.made && object.owner !== null && object.owner !== owner)
      .map(({ kind, identity }) => `ALTER ${kind} ${identity} OWNER TO ${ident(owner)}`),
  );
  const all = await catalog<{ key: string; what: string; grantee: string | null }>(client, GRANTED, schema);
  const granted = all.filter(own);
  await runAll(
    client,
    granted.map(
      ({ what, grantee }) =>
        `REVOKE ALL ON ${what} FROM ${grantee === null ? "PUBLIC" : ident(grantee)} CASCADE`,
    ),
  );
}
