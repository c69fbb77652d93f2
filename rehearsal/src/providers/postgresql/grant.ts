import { RehearsalError } from "../../rehearsal-error";
import type { Attributes } from "../attributes";
import type { Values } from "../../wire/values";
import { defineKind, type Properties } from "./define";
import { checkPrivileges, samePrivileges } from "./privileges";
import { grantee, identifier, routine } from "./quote";
import { exists, lockRole, withRoles, type Server, type Session } from "./server";

const attributes: Attributes = {
  role: { required: true, forceNew: true },
  database: { required: true, forceNew: true },
  schema: { forceNew: true },
  objectType: {
    required: true,
    forceNew: true,
    oneOf: [
      "database",
      "function",
      "procedure",
      "routine",
      "schema",
      "sequence",
      "table",
      "foreign_data_wrapper",
      "foreign_server",
      "column",
    ],
  },
  objects: { forceNew: true, set: true },
  columns: { forceNew: true, set: true },
  privileges: { required: true, set: true },
  withGrantOption: { default: false, forceNew: true },
};

const SCHEMALESS = ["database", "foreign_data_wrapper", "foreign_server"];

const refuse = (message: string): never => {
  throw new RehearsalError("bad-grant", message);
};
const validate = (grant: Properties): void => {
  const [type, objects, columns] = [grant.text("objectType"), grant.list("objects"), grant.list("columns")];
  if (grant.text("schema") === "" && !SCHEMALESS.includes(type)) {
    refuse("parameter 'schema' is mandatory for postgresql_grant resource");
  }
  if (objects.length > 0 && (type === "database" || type === "schema")) {
    refuse("cannot specify `objects` when `object_type` is `database` or `schema`");
  }
  if (columns.length > 0 !== (type === "column"))
    refuse("`columns` belong to `object_type` `column`, and it to them");
  if (type === "column" && (objects.length !== 1 || grant.list("privileges").length !== 1)) {
    refuse(
      "must specify exactly 1 table in `objects` and exactly 1 of `privileges` when `object_type` is `column`",
    );
  }
  checkPrivileges(grant);
};

/** What the privileges are on: `ALL TABLES IN SCHEMA "s"`, `SCHEMA "s"`, ... */
const target = (grant: Properties): string => {
  const [type, schema] = [grant.text("objectType"), identifier(grant.text("schema"))];
  const objects = grant.list("objects");
  const qualified = objects.map((name) => `${schema}.${routine(name)}`).join(", ");
  const word = type.toUpperCase().replaceAll("_", " ");
  if (type === "database") return `DATABASE ${identifier(grant.text("database"))}`;
  if (type === "schema") return `SCHEMA ${schema}`;
  if (type === "column") return `TABLE ${qualified}`;
  if (SCHEMALESS.includes(type)) return `${word} ${objects.map(identifier).join(", ")}`;
  return objects.length > 0 ? `${word} ${qualified}` : `ALL ${word}S IN SCHEMA ${schema}`;
};

const privilegesOf = (grant: Properties): string => {
  const columns = grant.list("columns").map(identifier).join(", ");
  const list = grant.list("privileges").join(", ");
  return columns === "" ? list : `${list} (${columns})`;
};

const revoke = async (session: Session, grant: Properties): Promise<void> => {
  const single = grant.list("objects").length > 0 && !SCHEMALESS.includes(grant.text("objectType"));
  const what = single && grant.list("privileges").length > 0 ? privilegesOf(grant) : "ALL PRIVILEGES";
  await session.run(`REVOKE ${what} ON ${target(grant)} FROM ${grantee(grant.text("role"))}`);
};

/** Those who own what is granted: an administrator that is no superuser acts as them. */
const owners = async (session: Session, grant: Properties): Promise<string[]> => {
  if (SCHEMALESS.includes(grant.text("objectType"))) return [];
  const rows = await session.rows<{ owner: string }>(
    `SELECT tableowner AS owner FROM pg_tables WHERE schemaname = $1
     UNION SELECT pg_get_userbyid(nspowner) FROM pg_namespace WHERE nspname = $1`,
    [grant.text("schema")],
  );
  return rows.map(({ owner }) => owner);
};

/** Two grants on one database or one role must not change its ACL at the same time. */
const lock = async (session: Session, grant: Properties): Promise<void> => {
  await lockRole(session, grant.text("role"));
  const [what, name] =
    grant.text("objectType") === "database"
      ? ["pg_database WHERE datname", grant.text("database")]
      : ["pg_namespace WHERE nspname", grant.text("schema")];
  await session.rows(`SELECT pg_advisory_xact_lock(oid::bigint) FROM ${what} = $1`, [name]);
};

/** In one transaction, so that nobody ever sees the role without its privileges. */
const apply = (server: Server, previous: Properties | undefined, grant: Properties): Promise<void> => {
  validate(grant);
  return server.transaction(grant.text("database"), async (session) => {
    await lock(session, grant);
    await withRoles(session, await owners(session, grant), async () => {
      await revoke(session, previous ?? grant);
      if (grant.list("privileges").length === 0) return;
      const option = grant.flag("withGrantOption") ? " WITH GRANT OPTION" : "";
      await session.run(
        `GRANT ${privilegesOf(grant)} ON ${target(grant)} TO ${grantee(grant.text("role"))}${option}`,
      );
    });
  });
};

/** One row per object with the privileges of `$1` (0 is everybody). */
const GRANTED: Readonly<Record<string, string>> = {
  database: `SELECT datname AS name, ARRAY(SELECT privilege_type FROM aclexplode(datacl) WHERE grantee = $1) AS privileges
    FROM pg_database WHERE datname = current_database() AND $2::text IS NOT NULL`,
  schema: `SELECT nspname AS name, ARRAY(SELECT privilege_type FROM aclexplode(nspacl) WHERE grantee = $1) AS privileges
    FROM pg_namespace WHERE nspname = $2`,
  relation: `SELECT relname AS name, ARRAY(SELECT privilege_type FROM aclexplode(relacl) WHERE grantee = $1) AS privileges
    FROM pg_class WHERE relnamespace = $2::regnamespace AND relkind = $3`,
  routine: `SELECT proname AS name, ARRAY(SELECT DISTINCT privilege_type FROM aclexplode(proacl) WHERE grantee = $1) AS privileges
    FROM pg_proc WHERE pronamespace = $2::regnamespace`,
};

const readPrivileges = async (session: Session, grant: Properties): Promise<Values> => {
  const type = grant.text("objectType");
  const kind =
    { table: "relation", sequence: "relation", database: "database", schema: "schema" }[type] ?? "routine";
  if (type === "column" || type.startsWith("foreign")) return {}; // taken as it was: nothing here declares these
  const role = grant.text("role");
  const [found] = await session.rows<{ oid: number }>("SELECT oid::int FROM pg_roles WHERE rolname = $1", [
    role,
  ]);
  const schema = grant.text("schema");
  const name = kind === "relation" || kind === "routine" ? identifier(schema) : schema;
  const rows = await session.rows<{ name: string; privileges: string[] }>(GRANTED[kind] ?? "", [
    role.toLowerCase() === "public" ? 0 : (found?.oid ?? -1),
    name,
    ...(kind === "relation" ? [type === "table" ? "r" : "S"] : []),
  ]);
  const objects = grant.list("objects");
  const concerned = rows.filter((row) => objects.length === 0 || objects.includes(row.name));
  const other = concerned.find((row) => !samePrivileges(row.privileges, grant));
  return other === undefined ? {} : { privileges: other.privileges };
};

export const grant = defineKind({
  attributes,
  deleteBeforeReplace: true,
  id: (grant) => {
    const type = grant.text("objectType");
    const schema = SCHEMALESS.includes(type) ? [] : [grant.text("schema")];
    const rest = [...grant.list("objects"), ...grant.list("columns")];
    return [grant.text("role"), grant.text("database"), ...schema, type, ...rest].join("_");
  },
  create: (server, grant) => apply(server, undefined, grant),
  update: (server, olds, news) => apply(server, olds, news),
  remove: (server, grant) =>
    server.transaction(grant.text("database"), async (session) => {
      await lock(session, grant);
      await withRoles(session, await owners(session, grant), () => revoke(session, grant));
    }),
  read: async (server, _id, grant) => {
    const database = grant.text("database");
    if (!(await server.session(undefined, (session) => exists(session, "database", database))))
      return undefined;
    return server.session(database, async (session) => {
      const [role, schema] = [grant.text("role"), grant.text("schema")];
      if (role.toLowerCase() !== "public" && !(await exists(session, "role", role))) return undefined;
      const needsSchema = schema !== "" && !SCHEMALESS.includes(grant.text("objectType"));
      if (needsSchema && !(await exists(session, "schema", schema))) return undefined;
      return readPrivileges(session, grant);
    });
  },
});
