import type pg from "pg";
import { rows } from "../sql/connect";
import { amongCatalogs } from "../sql/search-path";
import { NAMED_SCHEMA, ownRelation, ownRoutine } from "./own-rows";

/** A role that owns what moves, as the administrator stands to it. */
export interface OwnerRights {
  readonly name: string;
  /** Whether the administrator has the owner's rights without a word, and may act as the owner. */
  readonly usable: boolean;
  /** Whether the administrator may make itself a member that has and may so. */
  readonly grantable: boolean;
}

/** What the administrator of one end may do there. A superuser may do everything. */
export interface Rights {
  readonly user: string;
  readonly database: string;
  readonly version: number;
  readonly superuser: boolean;
  /** Whether a provider's own administrator role allows more than the catalog tells: extensions above all. */
  readonly managed: boolean;
  readonly createDatabases: boolean;
  readonly bypassRowSecurity: boolean;
  /** CREATE on the database: schema `rehome`, and the schema of the placement. */
  readonly createSchemas: boolean;
  /** Whether sessions of other roles may be ended. */
  readonly signalSessions: boolean;
  readonly owners: readonly OwnerRights[];
  /** Tables whose row security binds their owner too. */
  readonly forcedRowSecurity: readonly string[];
}

/** Roles that clouds give their customers in a superuser's place. */
const MANAGED = "'cloudsqlsuperuser', 'rds_superuser', 'azure_pg_admin', 'alloydbsuperuser'";

interface Facts extends Omit<Rights, "owners" | "forcedRowSecurity"> {
  readonly forced: string[] | null;
}

const FACTS = `
  WITH ${ownRelation(NAMED_SCHEMA)}
  SELECT r.rolname::text AS "user", current_database()::text AS database, r.rolsuper AS superuser,
    current_setting('server_version_num')::int / 10000 AS version,
    EXISTS (SELECT FROM pg_roles m WHERE m.rolname IN (${MANAGED}) AND pg_has_role(m.oid, 'MEMBER')) AS managed,
    r.rolcreatedb AS "createDatabases", r.rolbypassrls AS "bypassRowSecurity",
    has_database_privilege(current_database(), 'CREATE') AS "createSchemas",
    pg_has_role('pg_signal_backend', 'USAGE') AS "signalSessions",
    (SELECT array_agg(c.relname::text ORDER BY c.relname) FROM pg_class c
     WHERE c.oid IN (SELECT oid FROM own_relation) AND c.relkind = 'r' AND c.relrowsecurity AND c.relforcerowsecurity
       AND ($2::text[] IS NULL OR 'pg_class ' || c.oid = ANY ($2))) AS forced
  FROM pg_roles r WHERE r.rolname = current_user`;

/**
 * Owners of the schema and its objects, and the role that is to own them. From 16 on a membership may lack either part.
 * A range type's functions (`deptype` i) belong to the server's first superuser, whoever made the type.
 */
const OWNERS = `
  WITH ${ownRelation(NAMED_SCHEMA)}, ${ownRoutine(NAMED_SCHEMA)}
  SELECT o.rolname::text AS name,
    pg_has_role(o.oid, 'USAGE') AND pg_has_role(o.oid, CASE WHEN v.num >= 160000 THEN 'SET' ELSE 'MEMBER' END) AS usable,
    o.rolname !~ '^pg_' AND CASE WHEN v.num >= 160000 THEN pg_has_role(o.oid, 'MEMBER WITH ADMIN OPTION')
      ELSE NOT o.rolsuper AND (SELECT rolcreaterole FROM pg_roles WHERE rolname = current_user) END AS grantable
  FROM pg_roles o, (SELECT current_setting('server_version_num')::int AS num) v
  WHERE o.rolname = $2 OR o.oid IN (
    SELECT n.nspowner FROM pg_namespace n WHERE n.nspname = $1
    UNION SELECT c.relowner FROM pg_class c WHERE c.oid IN (SELECT oid FROM own_relation)
      AND ($3::text[] IS NULL OR 'pg_class ' || c.oid = ANY ($3))
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
    UNION SELECT p.proowner FROM pg_proc p WHERE p.oid IN (SELECT oid FROM own_routine)
      AND ($3::text[] IS NULL OR 'pg_proc ' || p.oid = ANY ($3))
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype IN ('e', 'i')))
  ORDER BY 1`;

/**
 * Reads what the administrator may do at one end. Two queries.
 * @param only keys (`SchemaObject.key`) of what is the dataset's where others have a place too; absent: everything
 */
export async function inspectRights(
  client: pg.Client,
  schema: string,
  owner: string,
  only?: readonly string[],
): Promise<Rights> {
  const [[facts], owners] = await amongCatalogs(client, async (): Promise<[Facts[], OwnerRights[]]> => [
    await rows<Facts>(client, FACTS, [schema, only ?? null]),
    await rows<OwnerRights>(client, OWNERS, [schema, owner, only ?? null]),
  ]);
  if (facts === undefined) throw new Error("pg_roles does not list the session's own role");
  const { forced, ...rest } = facts;
  return { ...rest, owners, forcedRowSecurity: forced ?? [] };
}
