import type pg from "pg";
import { rows } from "../sql/connect";
import { literal, qualified } from "../sql/quote";
import { amongCatalogs } from "../sql/search-path";
import { settingOf, splitIdentifiers } from "../sql/settings";
import { OWN_TYPE, ownRelation, ownRoutine } from "./own-rows";

/** What stands around a schema and does not go with it, or only under a condition: by names. */
export interface Surroundings {
  /** Event triggers of the database. */
  readonly eventTriggers: readonly string[];
  /** Publications that hold tables of the schema. */
  readonly publications: readonly string[];
  /** Subscriptions, of others than Rehome, through which rows arrive in its tables. */
  readonly subscriptions: readonly string[];
  /** Tables whose row security binds the owner-to-be in the old home, where they are another's. */
  readonly bound: readonly string[];
  /** Functions that run with the rights of another than the owner-to-be: `f() as admin`. */
  readonly definers: readonly string[];
  /** Rights of others than the owner, by grantee (`PUBLIC` too), with the objects. */
  readonly grants: readonly { readonly grantee: string; readonly object: string }[];
  /** Functions that PUBLIC may not execute. */
  readonly withheld: readonly string[];
  /** Roles that policies name. */
  readonly policyRoles: readonly { readonly policy: string; readonly role: string }[];
  /** Settings of the owner and of the database, but for paths that name nothing else than the schema and `public`. */
  readonly settings: readonly { readonly name: string; readonly of: string; readonly everywhere: boolean }[];
  /** Settings of roles and of the database whose `search_path` names the schema: `role report`. */
  readonly paths: readonly string[];
  /** Tables of extensions that hold rows of this database's own: `postgis: public.spatial_ref_sys`. */
  readonly extensionRows: readonly string[];
}

const FACTS = `
  WITH ${ownRelation()}, ${OWN_TYPE}, ${ownRoutine()}
  SELECT 'eventTriggers' AS fact, e.evtname::text AS name, NULL AS detail, NULL AS row FROM pg_event_trigger e
  WHERE NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_event_trigger'::regclass AND d.objid = e.oid AND d.deptype = 'e')
  UNION ALL
  SELECT 'publications', p.pubname::text, NULL, NULL FROM pg_publication p WHERE p.pubname NOT LIKE 'rehome%'
    AND (p.puballtables OR EXISTS (SELECT FROM pg_publication_namespace n WHERE n.pnpubid = p.oid AND n.pnnspid = $1::oid))
  UNION ALL
  SELECT 'publications', p.pubname::text, NULL, 'pg_class ' || c.oid FROM pg_publication p JOIN pg_publication_rel r ON r.prpubid = p.oid
  JOIN pg_class c ON c.oid = r.prrelid WHERE p.pubname NOT LIKE 'rehome%' AND c.oid IN (SELECT oid FROM own_relation)
  UNION ALL
  SELECT 'subscriptions', format('%s into %s', s.subname, c.relname), NULL, 'pg_class ' || c.oid FROM pg_subscription_rel r
  JOIN pg_subscription s ON s.oid = r.srsubid JOIN pg_class c ON c.oid = r.srrelid
  WHERE s.subname NOT LIKE 'rehome%' AND c.oid IN (SELECT oid FROM own_relation)
  UNION ALL
  SELECT 'bound', c.relname::text, NULL, 'pg_class ' || c.oid FROM pg_class c JOIN pg_roles o ON o.rolname = $2
  WHERE c.oid IN (SELECT oid FROM own_relation) AND c.relrowsecurity AND NOT c.relforcerowsecurity
    AND NOT o.rolsuper AND NOT o.rolbypassrls AND NOT pg_has_role(o.oid, c.relowner, 'USAGE')
  UNION ALL
  SELECT 'definers', format('%s as %s', p.oid::regprocedure, pg_get_userbyid(p.proowner)), NULL, 'pg_proc ' || p.oid FROM pg_proc p
  WHERE p.oid IN (SELECT oid FROM own_routine) AND p.prosecdef AND p.proowner IS DISTINCT FROM (SELECT oid FROM pg_roles WHERE rolname = $2)
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
  UNION ALL
  SELECT 'grants', CASE WHEN r.grantee = 0 THEN 'PUBLIC' ELSE pg_get_userbyid(r.grantee)::text END, r.object, r.row FROM (
    SELECT acl.grantee, c.relowner AS owner, c.relname::text AS object, 'pg_class ' || c.oid AS row FROM pg_class c, aclexplode(c.relacl) acl WHERE c.oid IN (SELECT oid FROM own_relation)
    UNION ALL SELECT acl.grantee, c.relowner, c.relname || '.' || a.attname, 'pg_class ' || c.oid FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid, aclexplode(a.attacl) acl
      WHERE c.oid IN (SELECT oid FROM own_relation)
    UNION ALL SELECT acl.grantee, p.proowner, p.oid::regprocedure::text, 'pg_proc ' || p.oid FROM pg_proc p, aclexplode(p.proacl) acl WHERE p.oid IN (SELECT oid FROM own_routine) AND acl.grantee <> 0
    UNION ALL SELECT acl.grantee, t.typowner, t.oid::regtype::text, 'pg_type ' || t.oid FROM pg_type t, aclexplode(t.typacl) acl WHERE t.oid IN (SELECT oid FROM own_type) AND acl.grantee <> 0
    UNION ALL SELECT acl.grantee, n.nspowner, 'the schema', 'pg_namespace ' || n.oid FROM pg_namespace n, aclexplode(n.nspacl) acl
      WHERE n.oid = $1::oid AND (acl.grantee <> 0 OR n.nspname <> 'public')
    UNION ALL SELECT acl.grantee, d.defaclrole, 'what is created in the schema', 'pg_namespace ' || d.defaclnamespace FROM pg_default_acl d, aclexplode(d.defaclacl) acl WHERE d.defaclnamespace = $1::oid
  ) r WHERE r.grantee <> r.owner AND r.grantee IS DISTINCT FROM (SELECT oid FROM pg_roles WHERE rolname = $2)
    AND NOT EXISTS (SELECT FROM pg_roles g WHERE g.oid = r.grantee AND (g.rolname LIKE 'pg\\_%' OR g.rolsuper))
  UNION ALL
  SELECT 'withheld', p.oid::regprocedure::text, NULL, 'pg_proc ' || p.oid FROM pg_proc p WHERE p.oid IN (SELECT oid FROM own_routine) AND p.proacl IS NOT NULL
    AND NOT EXISTS (SELECT FROM aclexplode(p.proacl) acl WHERE acl.grantee = 0)
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
  UNION ALL
  SELECT 'policyRoles', format('%s on %s', p.polname, c.relname), pg_get_userbyid(role)::text, 'pg_policy ' || p.oid
  FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid, unnest(p.polroles) role WHERE c.oid IN (SELECT oid FROM own_relation) AND role <> 0
  UNION ALL
  SELECT 'paths', concat_ws(' in ', 'role ' || r.rolname, 'database ' || d.datname), substr(setting, 13), NULL
  FROM pg_db_role_setting s LEFT JOIN pg_roles r ON r.oid = s.setrole LEFT JOIN pg_database d ON d.oid = s.setdatabase, unnest(s.setconfig) setting
  WHERE setting LIKE 'search_path=%' AND (d.oid IS NULL OR d.datname = current_database()) AND r.rolname IS DISTINCT FROM $2
  UNION ALL
  SELECT CASE WHEN d.oid IS NULL THEN 'roleSettings' ELSE 'settings' END, coalesce('role ' || r.rolname, 'the database'), setting, NULL
  FROM pg_db_role_setting s LEFT JOIN pg_roles r ON r.oid = s.setrole LEFT JOIN pg_database d ON d.oid = s.setdatabase, unnest(s.setconfig) setting
  WHERE (d.datname = current_database() AND (s.setrole = 0 OR r.rolname = $2)) OR (s.setdatabase = 0 AND r.rolname = $2)
  ORDER BY 1, 2, 3`;

interface FactRow {
  readonly fact: string;
  readonly name: string;
  readonly detail: string | null;
  /** The catalog row that it speaks of; null: of more than one. */
  readonly row: string | null;
}

/**
 * Reads what is around a schema: two queries, and one for all tables in which extensions keep rows.
 * @param owner the role that owns the dataset's objects, whose rights and settings are nobody else's
 * @param holds whether a catalog row is of what moves
 */
export async function inspectSurroundings(
  client: pg.Client,
  schema: string,
  oid: number,
  owner: string,
  holds: (row: string) => boolean,
): Promise<Surroundings> {
  return await amongCatalogs(client, async () => {
    const found = await rows<FactRow>(client, FACTS, [oid, owner]);
    const facts = found.filter(({ row }) => row === null || holds(row));
    const of = (fact: string): FactRow[] => facts.filter((row) => row.fact === fact);
    const names = (fact: string): string[] => [...new Set(of(fact).map((row) => row.name))];
    return {
      eventTriggers: names("eventTriggers"),
      publications: names("publications"),
      subscriptions: names("subscriptions"),
      bound: names("bound"),
      definers: names("definers"),
      grants: of("grants").map(({ name, detail }) => ({ grantee: name, object: detail ?? "" })),
      withheld: names("withheld"),
      policyRoles: of("policyRoles").map(({ name, detail }) => ({ policy: name, role: detail ?? "" })),
      paths: of("paths")
        .filter(({ detail }) => splitIdentifiers(detail ?? "").includes(schema))
        .map(({ name }) => name),
      settings: [...of("settings"), ...of("roleSettings")].flatMap(({ fact, name, detail }) => {
        const [setting, value] = settingOf(detail ?? "");
        const known = [schema, "public", "$user", "pg_catalog"];
        const usual =
          setting === "search_path" && splitIdentifiers(value).every((each) => known.includes(each));
        return usual ? [] : [{ name: setting, of: name, everywhere: fact === "roleSettings" }];
      }),
      extensionRows: await extensionRows(client),
    };
  });
}

/** Tables that extensions ask a dump to take rows of, where there are such rows. */
async function extensionRows(client: pg.Client): Promise<string[]> {
  const tables = await rows<{ extension: string; schema: string; table: string; condition: string }>(
    client,
    `SELECT e.extname::text AS extension, n.nspname::text AS schema, c.relname::text AS table, coalesce(config.condition, '') AS condition
     FROM pg_extension e, ROWS FROM (unnest(e.extconfig), unnest(e.extcondition)) AS config(oid, condition)
     JOIN pg_class c ON c.oid = config.oid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p')`,
  );
  if (tables.length === 0) return [];
  const found = await rows<{ name: string }>(
    client,
    tables
      .map(
        ({ extension, schema, table, condition }) =>
          `SELECT ${literal(`${extension}: ${schema}.${table}`)} AS name WHERE EXISTS (SELECT FROM ${qualified(schema, table)} ${condition})`,
      )
      .join(" UNION ALL "),
  );
  return found.map((row) => row.name);
}
