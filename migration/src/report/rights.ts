import type pg from "pg";
import { rows } from "../sql/connect";

/** Who owns a schema, and who may do what there. */
export interface SchemaRightsRecord {
  readonly schema: string;
  readonly owner: string;
  readonly grants: readonly GrantRecord[];
}

export interface GrantRecord {
  /** `PUBLIC` for everyone. */
  readonly role: string;
  /** Of the schema itself: `USAGE`, `CREATE`. */
  readonly schema: readonly string[];
  /** On how many of the schema's tables and views each privilege is held. */
  readonly tables: Readonly<Record<string, number>>;
}

/** The owner's own privileges on what it owns are left out: they are everything. */
const RIGHTS = `
  WITH wanted AS (SELECT oid, nspname, nspowner, nspacl FROM pg_catalog.pg_namespace WHERE nspname = ANY ($1)),
  held AS (
    SELECT w.oid, a.grantee, a.privilege_type, NULL::int AS tables
    FROM wanted w, pg_catalog.aclexplode(w.nspacl) a WHERE a.grantee <> w.nspowner
    UNION ALL
    SELECT w.oid, a.grantee, a.privilege_type, count(*)::int
    FROM wanted w JOIN pg_catalog.pg_class c ON c.relnamespace = w.oid AND c.relkind IN ('r', 'p', 'v', 'm', 'f'),
      pg_catalog.aclexplode(c.relacl) a WHERE a.grantee <> c.relowner GROUP BY 1, 2, 3),
  granted AS (
    SELECT h.oid, CASE h.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_catalog.pg_get_userbyid(h.grantee)::text END AS role,
      coalesce(jsonb_agg(DISTINCT h.privilege_type) FILTER (WHERE h.tables IS NULL), '[]') AS schema,
      coalesce(jsonb_object_agg(h.privilege_type, h.tables) FILTER (WHERE h.tables IS NOT NULL), '{}') AS tables
    FROM held h GROUP BY 1, 2)
  SELECT w.nspname::text AS schema, pg_catalog.pg_get_userbyid(w.nspowner)::text AS owner,
    coalesce((SELECT jsonb_agg(jsonb_build_object('role', g.role, 'schema', g.schema, 'tables', g.tables) ORDER BY g.role)
      FROM granted g WHERE g.oid = w.oid), '[]') AS grants
  FROM wanted w ORDER BY 1`;

/** Roles and rights of schemas of a session's database, as they are now: one query. What is not there is left out. */
export async function readRights(
  client: pg.Client,
  schemas: readonly string[],
): Promise<SchemaRightsRecord[]> {
  return await rows<SchemaRightsRecord>(client, RIGHTS, [schemas]);
}
