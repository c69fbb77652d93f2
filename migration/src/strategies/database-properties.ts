import type pg from "pg";
import { rows } from "../sql/connect";
import { ident, literal } from "../sql/quote";
import { settingOf, settingValue } from "../sql/settings";

const grantee = (name: string | null): string => (name === null ? "PUBLIC" : ident(name));

interface Granted {
  readonly grantee: string | null;
  readonly privilege: string;
  readonly grantable: boolean;
}

const grant = (what: string, { grantee: to, privilege, grantable }: Granted): string =>
  `GRANT ${privilege} ON ${what} TO ${grantee(to)}${grantable ? " WITH GRANT OPTION" : ""}`;

const EXPLODED = `CASE WHEN acl.grantee = 0 THEN NULL ELSE pg_catalog.pg_get_userbyid(acl.grantee)::text END AS grantee,
  acl.privilege_type AS privilege, acl.is_grantable AS grantable`;

/**
 * The statements that make database `name` what the session's own database is beside its content: owner, comment, limit,
 * rights, and settings for all roles and for each.
 */
export async function databaseStatements(client: pg.Client, name: string): Promise<string[]> {
  const database = `DATABASE ${ident(name)}`;
  const [own] = await rows<{ owner: string; limit: number; comment: string | null }>(
    client,
    `SELECT pg_catalog.pg_get_userbyid(datdba)::text AS owner, datconnlimit AS limit,
       pg_catalog.shobj_description(oid, 'pg_database') AS comment
     FROM pg_catalog.pg_database WHERE datname = current_database()`,
  );
  const rights = await rows<Granted>(
    client,
    `SELECT ${EXPLODED} FROM pg_catalog.pg_database d,
       pg_catalog.aclexplode(coalesce(d.datacl, pg_catalog.acldefault('d', d.datdba))) acl
     WHERE d.datname = current_database()`,
  );
  const settings = await rows<{ role: string | null; setting: string }>(
    client,
    `SELECT CASE WHEN s.setrole = 0 THEN NULL ELSE pg_catalog.pg_get_userbyid(s.setrole)::text END AS role, unnest(s.setconfig) AS setting
     FROM pg_catalog.pg_db_role_setting s JOIN pg_catalog.pg_database d ON d.oid = s.setdatabase WHERE d.datname = current_database()`,
  );
  const owner = own?.owner ?? "";
  return [
    `ALTER ${database} OWNER TO ${ident(owner)}`,
    `ALTER ${database} CONNECTION LIMIT ${own?.limit ?? -1}`,
    `COMMENT ON ${database} IS ${own?.comment == null ? "NULL" : literal(own.comment)}`,
    `REVOKE ALL ON ${database} FROM PUBLIC, ${ident(owner)}`,
    ...rights.map((right) => grant(database, right)),
    ...settings.map(
      ({ role, setting }) =>
        `ALTER ${role === null ? database : `ROLE ${ident(role)} IN ${database}`} SET ${assignment(setting)}`,
    ),
  ];
}

/** `name=value`, as the catalog keeps it, as `SET` takes it. */
function assignment(setting: string): string {
  const [name, value] = settingOf(setting);
  const names = name.split(".").map(ident).join(".");
  return `${names} = ${settingValue(name, value)}`;
}

const DEFAULT_OBJECTS: Readonly<Record<string, string>> = {
  r: "TABLES",
  S: "SEQUENCES",
  f: "FUNCTIONS",
  T: "TYPES",
};

interface DefaultRight extends Granted {
  readonly schema: string;
  readonly creator: string;
  readonly kind: string;
}

const DEFAULTS = `
  SELECT n.nspname::text AS schema, pg_catalog.pg_get_userbyid(d.defaclrole)::text AS creator, d.defaclobjtype::text AS kind, ${EXPLODED}
  FROM pg_catalog.pg_default_acl d JOIN pg_catalog.pg_namespace n ON n.oid = d.defaclnamespace, pg_catalog.aclexplode(d.defaclacl) acl`;

/** Takes every default privilege from every schema of the session's database. */
export async function clearDefaultPrivileges(client: pg.Client): Promise<void> {
  for (const right of await rows<DefaultRight>(client, DEFAULTS)) {
    await client.query(
      `ALTER DEFAULT PRIVILEGES FOR ROLE ${ident(right.creator)} IN SCHEMA ${ident(right.schema)}
       REVOKE ALL ON ${DEFAULT_OBJECTS[right.kind]} FROM ${grantee(right.grantee)}`,
    );
  }
}

/** The statements that make schemas what they are in the session's database: owner, rights, default privileges. */
export async function schemaStatements(client: pg.Client, schemas: readonly string[]): Promise<string[]> {
  const owners = await rows<{ schema: string; owner: string }>(
    client,
    `SELECT nspname::text AS schema, pg_catalog.pg_get_userbyid(nspowner)::text AS owner FROM pg_catalog.pg_namespace WHERE nspname = ANY ($1)`,
    [schemas],
  );
  const rights = await rows<Granted & { schema: string }>(
    client,
    `SELECT n.nspname::text AS schema, ${EXPLODED} FROM pg_catalog.pg_namespace n,
       pg_catalog.aclexplode(coalesce(n.nspacl, pg_catalog.acldefault('n', n.nspowner))) acl WHERE n.nspname = ANY ($1)`,
    [schemas],
  );
  const defaults = await rows<DefaultRight>(client, `${DEFAULTS} WHERE n.nspname = ANY ($1)`, [schemas]);
  return [
    ...owners.flatMap(({ schema, owner }) => [
      `ALTER SCHEMA ${ident(schema)} OWNER TO ${ident(owner)}`,
      `REVOKE ALL ON SCHEMA ${ident(schema)} FROM PUBLIC, ${ident(owner)}`,
    ]),
    ...rights.map((right) => grant(`SCHEMA ${ident(right.schema)}`, right)),
    ...defaults.map(
      (right) =>
        `ALTER DEFAULT PRIVILEGES FOR ROLE ${ident(right.creator)} IN SCHEMA ${ident(right.schema)} ` +
        grant(DEFAULT_OBJECTS[right.kind] ?? "", right),
    ),
  ];
}
