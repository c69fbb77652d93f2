import type pg from "pg";
import { rows } from "../sql/connect";
import { amongCatalogs } from "../sql/search-path";
import { withOpenSchema } from "./open-schema";

const OBJECTS = `
  WITH members AS (SELECT classid, objid FROM pg_depend WHERE deptype = 'e')
  SELECT rank, sql FROM (
    SELECT 1 AS rank, 'pg_class'::regclass AS classid, c.oid, format('DROP %s IF EXISTS %I.%I CASCADE',
      CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'f' THEN 'FOREIGN TABLE' ELSE 'TABLE' END, n.nspname, c.relname) AS sql
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
    UNION ALL SELECT 2, 'pg_class'::regclass, c.oid, format('DROP SEQUENCE IF EXISTS %I.%I CASCADE', n.nspname, c.relname)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relkind = 'S'
    UNION ALL SELECT 3, 'pg_operator'::regclass, o.oid, format('DROP OPERATOR IF EXISTS %s CASCADE', o.oid::regoperator)
    FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace WHERE n.nspname = $1
    UNION ALL SELECT 4, 'pg_proc'::regclass, p.oid, format('DROP ROUTINE IF EXISTS %s CASCADE', p.oid::regprocedure)
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = $1
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'i')
    UNION ALL SELECT 5, 'pg_type'::regclass, t.oid, format('DROP %s IF EXISTS %I.%I CASCADE', CASE t.typtype WHEN 'd' THEN 'DOMAIN' ELSE 'TYPE' END, n.nspname, t.typname)
    FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace LEFT JOIN pg_class c ON c.oid = t.typrelid
    WHERE n.nspname = $1 AND (t.typtype IN ('e', 'd', 'r') OR (t.typtype = 'c' AND c.relkind = 'c'))
    UNION ALL SELECT 6, 'pg_collation'::regclass, l.oid, format('DROP COLLATION IF EXISTS %I.%I CASCADE', n.nspname, l.collname)
    FROM pg_collation l JOIN pg_namespace n ON n.oid = l.collnamespace WHERE n.nspname = $1
    UNION ALL SELECT 7, 'pg_opfamily'::regclass, f.oid, format('DROP OPERATOR FAMILY IF EXISTS %I.%I USING %I CASCADE', n.nspname, f.opfname, m.amname)
    FROM pg_opfamily f JOIN pg_namespace n ON n.oid = f.opfnamespace JOIN pg_am m ON m.oid = f.opfmethod WHERE n.nspname = $1
    UNION ALL SELECT 8, 'pg_ts_config'::regclass, c.oid, format('DROP TEXT SEARCH CONFIGURATION IF EXISTS %I.%I CASCADE', n.nspname, c.cfgname)
    FROM pg_ts_config c JOIN pg_namespace n ON n.oid = c.cfgnamespace WHERE n.nspname = $1
    UNION ALL SELECT 9, 'pg_ts_dict'::regclass, d.oid, format('DROP TEXT SEARCH DICTIONARY IF EXISTS %I.%I CASCADE', n.nspname, d.dictname)
    FROM pg_ts_dict d JOIN pg_namespace n ON n.oid = d.dictnamespace WHERE n.nspname = $1
    UNION ALL SELECT 10, 'pg_conversion'::regclass, v.oid, format('DROP CONVERSION IF EXISTS %I.%I CASCADE', n.nspname, v.conname)
    FROM pg_conversion v JOIN pg_namespace n ON n.oid = v.connamespace WHERE n.nspname = $1
  ) objects
  WHERE NOT EXISTS (SELECT FROM members m WHERE (m.classid, m.objid) = (objects.classid, objects.oid))
    AND ($2::text[] IS NULL OR objects.classid::regclass || ' ' || objects.oid = ANY ($2))
  ORDER BY rank, sql`;

/**
 * Drops everything in a schema but the schema itself and what belongs to extensions. Only for schemas that a journal
 * says are the dataset's own: left by a former attempt, or by the home it has moved away from.
 * @param only keys (`SchemaObject.key`) of what is to go, where others have a place too; absent: everything
 */
export async function emptySchema(
  client: pg.Client,
  schema: string,
  only?: ReadonlySet<string>,
): Promise<void> {
  await withOpenSchema(client, schema, async () => {
    await amongCatalogs(client, async () => {
      const values = [schema, only && [...only]];
      for (const { sql } of await rows<{ sql: string }>(client, OBJECTS, values)) await client.query(sql);
    });
  });
}
