import type pg from "pg";
import { OWN } from "../inspect/own-rows";
import { rows } from "../sql/connect";
import { ident } from "../sql/quote";
import { withSearchPath } from "../sql/search-path";
import type { Link, LinkKind, SchemaGraph, SchemaObject } from "./scope";

/**
 * Catalog rows of a schema, each with the object that it belongs to. An array stands for its element, a multirange for
 * its range, a row type for its table: whoever needs one needs the other. A cast goes with the type that it is of, and the functions
 * that a range type has made with the type.
 */
const BELONGS = `
  ${OWN},
  plain AS (SELECT t.oid, coalesce(e.oid, t.oid) AS stands FROM own_type o JOIN pg_type t ON t.oid = o.oid
    LEFT JOIN pg_type e ON e.oid = t.typelem AND e.typarray = t.oid),
  types AS (SELECT p.oid, coalesce(r.rngtypid, p.stands) AS stands FROM plain p LEFT JOIN pg_range r ON r.rngmultitypid = p.stands),
  belongs(classid, objid, class, oid) AS (
    SELECT 'pg_class'::regclass, oid, 'pg_class', oid FROM own_table
    UNION ALL SELECT 'pg_class'::regclass, oid, 'pg_type', reltype FROM pg_class WHERE oid IN (SELECT oid FROM own_relation) AND relkind = 'c'
    UNION ALL SELECT 'pg_class'::regclass, i.indexrelid, 'pg_class', o.oid FROM pg_index i JOIN own_table o ON o.oid = i.indrelid
    UNION ALL SELECT 'pg_type'::regclass, t.oid, CASE WHEN o.oid IS NULL THEN 'pg_type' ELSE 'pg_class' END, coalesce(o.oid, t.stands)
      FROM types t JOIN pg_type s ON s.oid = t.stands LEFT JOIN own_table o ON o.oid = s.typrelid
    UNION ALL SELECT 'pg_cast'::regclass, k.oid, CASE WHEN t.oid IS NULL THEN 'pg_proc' WHEN o.oid IS NULL THEN 'pg_type' ELSE 'pg_class' END,
        coalesce(o.oid, t.stands, p.oid)
      FROM pg_cast k LEFT JOIN types s ON s.oid = k.castsource
      LEFT JOIN types t ON t.oid = CASE WHEN s.oid IS NULL THEN k.casttarget ELSE k.castsource END
      LEFT JOIN pg_type y ON y.oid = t.stands LEFT JOIN own_table o ON o.oid = y.typrelid
      LEFT JOIN pg_proc p ON p.oid = k.castfunc AND p.pronamespace = $1::oid WHERE t.oid IS NOT NULL OR p.oid IS NOT NULL
    UNION ALL SELECT 'pg_attrdef'::regclass, d.oid, 'pg_class', o.oid FROM pg_attrdef d JOIN own_table o ON o.oid = d.adrelid
    UNION ALL SELECT 'pg_constraint'::regclass, k.oid, 'pg_class', o.oid FROM pg_constraint k JOIN own_table o ON o.oid = k.conrelid
    UNION ALL SELECT 'pg_constraint'::regclass, k.oid, 'pg_type', k.contypid FROM pg_constraint k
      WHERE k.oid IN (SELECT oid FROM own_constraint) AND k.contypid <> 0
    UNION ALL SELECT 'pg_trigger'::regclass, t.oid, 'pg_class', o.oid FROM pg_trigger t JOIN own_table o ON o.oid = t.tgrelid
      WHERE NOT t.tgisinternal AND NOT (t.tgname IN ('rehome_fence', 'rehome_truncate') AND EXISTS (SELECT FROM pg_proc f
        JOIN pg_namespace n ON n.oid = f.pronamespace WHERE f.oid = t.tgfoid AND n.nspname = 'rehome'))
    UNION ALL SELECT 'pg_rewrite'::regclass, r.oid, 'pg_class', o.oid FROM pg_rewrite r JOIN own_table o ON o.oid = r.ev_class
    UNION ALL SELECT 'pg_policy'::regclass, p.oid, 'pg_class', o.oid FROM pg_policy p JOIN own_table o ON o.oid = p.polrelid
    UNION ALL SELECT 'pg_statistic_ext'::regclass, s.oid, 'pg_class', o.oid FROM pg_statistic_ext s JOIN own_table o ON o.oid = s.stxrelid
    UNION ALL SELECT 'pg_proc'::regclass, p.oid, CASE WHEN t.oid IS NULL THEN 'pg_proc' ELSE 'pg_type' END, coalesce(t.stands, p.oid)
      FROM pg_proc p LEFT JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid
        AND d.refclassid = 'pg_type'::regclass AND d.deptype = 'i' LEFT JOIN types t ON t.oid = d.refobjid
      WHERE p.pronamespace = $1::oid
    UNION ALL SELECT 'pg_operator'::regclass, oid, 'pg_operator', oid FROM pg_operator WHERE oprnamespace = $1::oid
    UNION ALL SELECT 'pg_opclass'::regclass, oid, 'pg_opclass', oid FROM pg_opclass WHERE opcnamespace = $1::oid
    UNION ALL SELECT 'pg_opfamily'::regclass, oid, 'pg_opfamily', oid FROM pg_opfamily WHERE opfnamespace = $1::oid
    UNION ALL SELECT 'pg_amop'::regclass, a.oid, 'pg_opfamily', f.oid FROM pg_amop a JOIN pg_opfamily f ON f.oid = a.amopfamily
      WHERE f.opfnamespace = $1::oid
    UNION ALL SELECT 'pg_amproc'::regclass, a.oid, 'pg_opfamily', f.oid FROM pg_amproc a JOIN pg_opfamily f ON f.oid = a.amprocfamily
      WHERE f.opfnamespace = $1::oid
    UNION ALL SELECT 'pg_collation'::regclass, oid, 'pg_collation', oid FROM pg_collation WHERE collnamespace = $1::oid
    UNION ALL SELECT 'pg_conversion'::regclass, oid, 'pg_conversion', oid FROM pg_conversion WHERE connamespace = $1::oid
    UNION ALL SELECT 'pg_ts_config'::regclass, oid, 'pg_ts_config', oid FROM pg_ts_config WHERE cfgnamespace = $1::oid
    UNION ALL SELECT 'pg_ts_dict'::regclass, oid, 'pg_ts_dict', oid FROM pg_ts_dict WHERE dictnamespace = $1::oid
    UNION ALL SELECT 'pg_ts_parser'::regclass, oid, 'pg_ts_parser', oid FROM pg_ts_parser WHERE prsnamespace = $1::oid
    UNION ALL SELECT 'pg_ts_template'::regclass, oid, 'pg_ts_template', oid FROM pg_ts_template WHERE tmplnamespace = $1::oid)`;

const OBJECTS = `
  WITH ${BELONGS}
  SELECT o.class || ' ' || o.oid AS key, i.type AS kind, i.type || ' ' || i.identity AS identity, c.relkind::text AS relkind,
    coalesce(c.relname::text, (SELECT t.typname::text FROM pg_type t WHERE o.class = 'pg_type' AND t.oid = o.oid), p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')', i.name, i.identity) AS name,
    CASE WHEN l.lanname IN ('sql', 'plpgsql') AND p.prosqlbody IS NULL THEN p.prosrc END AS body
  FROM (SELECT DISTINCT class, oid FROM belongs) o
  CROSS JOIN LATERAL pg_identify_object(o.class::regclass, o.oid, 0) i
  LEFT JOIN pg_class c ON o.class = 'pg_class' AND c.oid = o.oid
  LEFT JOIN pg_proc p ON o.class = 'pg_proc' AND p.oid = o.oid
  LEFT JOIN pg_language l ON l.oid = p.prolang
  WHERE i.identity IS NOT NULL AND NOT EXISTS (SELECT FROM pg_depend d
    WHERE d.classid = o.class::regclass AND d.objid = o.oid AND d.deptype = 'e')
  ORDER BY 1`;

const LINKS = `
  WITH ${BELONGS}
  SELECT DISTINCT a.class || ' ' || a.oid AS "from", b.class || ' ' || b.oid AS "to",
    CASE WHEN k.contype = 'f' THEN 'foreign-key'
      WHEN d.classid = 'pg_rewrite'::regclass AND mine.relkind IN ('v', 'm') THEN 'view'
      WHEN d.classid = 'pg_proc'::regclass THEN 'code'
      WHEN theirs.relkind = 'S' THEN 'sequence'
      WHEN mine.relkind = 'S' THEN 'owned'
      WHEN EXISTS (SELECT FROM pg_inherits h WHERE h.inhrelid = mine.oid AND h.inhparent = theirs.oid)
        THEN CASE WHEN mine.relispartition THEN 'partition' ELSE 'inheritance' END
      ELSE 'other' END AS kind,
    coalesce(pg_describe_object(d.classid, d.objid, 0), '') AS what
  FROM pg_depend d
  JOIN belongs a ON (a.classid, a.objid) = (d.classid, d.objid)
  JOIN belongs b ON (b.classid, b.objid) = (d.refclassid, d.refobjid)
  LEFT JOIN pg_constraint k ON d.classid = 'pg_constraint'::regclass AND k.oid = d.objid
  LEFT JOIN pg_class mine ON a.class = 'pg_class' AND mine.oid = a.oid
  LEFT JOIN pg_class theirs ON b.class = 'pg_class' AND theirs.oid = b.oid
  WHERE (a.class, a.oid) <> (b.class, b.oid)
  ORDER BY 1, 2, 3, 4`;

/**
 * A schema's objects and their dependencies: three queries, whatever their number.
 * @param extensionSchemas schemas whose types are to be printed unqualified too, in every home alike
 */
export async function readGraph(
  client: pg.Client,
  schema: string,
  schemaOid: number,
  extensionSchemas: readonly string[],
): Promise<SchemaGraph> {
  const path = [...new Set([schema, ...extensionSchemas])].map(ident).join(", ");
  return await withSearchPath(client, path, async () => {
    const objects = await rows<Required<{ [Key in keyof SchemaObject]: SchemaObject[Key] | null }>>(
      client,
      OBJECTS,
      [schemaOid],
    );
    const links = await rows<Link & { kind: LinkKind }>(client, LINKS, [schemaOid]);
    const belongs = await rows<{ row: string; key: string }>(
      client,
      `WITH ${BELONGS} SELECT c.relname || ' ' || b.objid AS row, b.class || ' ' || b.oid AS key
       FROM belongs b JOIN pg_class c ON c.oid = b.classid`,
      [schemaOid],
    );
    return {
      schema,
      objects: objects.map(
        (object) =>
          Object.fromEntries(
            Object.entries(object).filter(([, value]) => value !== null),
          ) as unknown as SchemaObject,
      ),
      links,
      belongs: new Map(belongs.map(({ row, key }) => [row, key])),
    };
  });
}
