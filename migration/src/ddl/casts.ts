import type pg from "pg";
import { rows } from "../sql/connect";
import { literal } from "../sql/quote";
import { splitStatements, type Statement } from "./statements";

/** A cast, which belongs to no schema, so that a dump of one leaves it out. */
interface Cast {
  readonly sql: string;
  readonly comment: string | null;
  /** Its statement's address: `CAST (a AS b)`. */
  readonly name: string;
  /** Names of the types and the function that must be there before it. */
  readonly needs: readonly string[];
}

const CASTS = `
  SELECT format('CREATE CAST (%s AS %s) %s%s', source.name, target.name,
      CASE c.castmethod WHEN 'f' THEN 'WITH FUNCTION ' || c.castfunc::regprocedure WHEN 'i' THEN 'WITH INOUT' ELSE 'WITHOUT FUNCTION' END,
      CASE c.castcontext WHEN 'a' THEN ' AS ASSIGNMENT' WHEN 'i' THEN ' AS IMPLICIT' ELSE '' END) AS sql,
    pg_catalog.obj_description(c.oid, 'pg_cast') AS comment, format('CAST (%s AS %s)', source.name, target.name) AS name,
    array_remove(ARRAY[source.base, target.base, p.proname], NULL)::text[] AS needs
  FROM pg_catalog.pg_cast c
  JOIN LATERAL (SELECT format_type(t.oid, NULL) AS name, coalesce(e.typname, t.typname) AS base, t.typnamespace AS nsp
    FROM pg_catalog.pg_type t LEFT JOIN pg_catalog.pg_type e ON e.oid = t.typelem AND t.typcategory = 'A' WHERE t.oid = c.castsource) source ON true
  JOIN LATERAL (SELECT format_type(t.oid, NULL) AS name, coalesce(e.typname, t.typname) AS base, t.typnamespace AS nsp
    FROM pg_catalog.pg_type t LEFT JOIN pg_catalog.pg_type e ON e.oid = t.typelem AND t.typcategory = 'A' WHERE t.oid = c.casttarget) target ON true
  LEFT JOIN pg_catalog.pg_proc p ON p.oid = c.castfunc
  WHERE (SELECT n.oid FROM pg_catalog.pg_namespace n WHERE n.nspname = $1) IN (source.nsp, target.nsp, p.pronamespace)
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_cast'::regclass AND d.objid = c.oid AND d.deptype IN ('e', 'i'))
  ORDER BY c.oid`;

/**
 * A dump's statements with the schema's casts among them, each as early as what it needs allows: views, defaults and
 * checks may rely on it.
 */
export async function withCasts(
  client: pg.Client,
  schema: string,
  statements: readonly Statement[],
): Promise<Statement[]> {
  const all = [...statements];
  for (const { sql, comment, name, needs } of await rows<Cast>(client, CASTS, [schema])) {
    const text = comment === null ? sql : `${sql}; COMMENT ON ${name} IS ${literal(comment)}`;
    const last = all.findLastIndex((statement) => needs.includes(createdName(statement) ?? ""));
    all.splice(last < 0 ? all.length : last + 1, 0, ...(await splitStatements(text)));
  }
  return all;
}

/** The unqualified name of the type, relation or function that a statement creates. */
function createdName({ node, tree }: Statement): string | undefined {
  const last = (list: unknown): string | undefined =>
    (list as { String?: { sval?: string } }[] | undefined)?.at(-1)?.String?.sval;
  const relation = (value: unknown): string | undefined =>
    (value as { relname?: string } | undefined)?.relname;
  switch (node) {
    case "CreateEnumStmt":
    case "CreateRangeStmt":
      return last(tree["typeName"]);
    case "CreateDomainStmt":
      return last(tree["domainname"]);
    case "CreateFunctionStmt":
      return last(tree["funcname"]);
    case "DefineStmt":
      return last(tree["defnames"]);
    case "CompositeTypeStmt":
      return relation(tree["typevar"]);
    case "CreateStmt":
      return relation(tree["relation"]);
    default:
      return undefined;
  }
}
