import { createHash } from "node:crypto";
import type { Attributes } from "../attributes";
import { defineKind, type Properties } from "./define";
import { identifier, literal } from "./quote";
import { exists, lockRole, withRoles, type Server, type Session } from "./server";

const attributes: Attributes = {
  name: { required: true },
  assumeRole: {},
  bypassRowLevelSecurity: { default: false },
  connectionLimit: { default: -1 },
  createDatabase: { default: false },
  createRole: { default: false },
  encrypted: {},
  encryptedPassword: { default: true },
  idleInTransactionSessionTimeout: {},
  inherit: { default: true },
  login: { default: false },
  password: {},
  passwordWo: {},
  passwordWoVersion: {},
  replication: { default: false },
  roles: { set: true },
  searchPaths: {},
  skipDropRole: { default: false },
  skipReassignOwned: { default: false },
  statementTimeout: {},
  superuser: { default: false },
  validUntil: { default: "infinity" },
};

const FLAGS = {
  superuser: "SUPERUSER",
  createDatabase: "CREATEDB",
  createRole: "CREATEROLE",
  inherit: "INHERIT",
  login: "LOGIN",
  replication: "REPLICATION",
  bypassRowLevelSecurity: "BYPASSRLS",
};

const options = (role: Properties, password: string | undefined): string => {
  const flags = Object.entries(FLAGS).map(([key, word]) => (role.flag(key) ? word : `NO${word}`));
  const secret = password === undefined ? [] : [passwordOption(password)];
  const validUntil = `VALID UNTIL ${literal(role.text("validUntil") || "infinity")}`;
  return [...secret, validUntil, `CONNECTION LIMIT ${role.number("connectionLimit")}`, ...flags].join(" ");
};
const passwordOption = (password: string): string =>
  password.toUpperCase() === "NULL" ? "PASSWORD NULL" : `PASSWORD ${literal(password)}`;
const passwordOf = (role: Properties): string | undefined =>
  role.text("password") || role.text("passwordWo") || undefined;

const setting = (role: string, name: string, value: string): string =>
  value === ""
    ? `ALTER ROLE ${identifier(role)} RESET ${name}`
    : `ALTER ROLE ${identifier(role)} SET ${name} TO ${value}`;

/** What `CREATE ROLE` cannot say. */
const applySettings = async (session: Session, role: Properties): Promise<void> => {
  const name = role.text("name");
  for (const granted of role.list("roles")) {
    await session.run(`GRANT ${identifier(granted)} TO ${identifier(name)}`);
  }
  const milliseconds = (key: string): string => (role.number(key) === 0 ? "" : String(role.number(key)));
  const paths = role.list("searchPaths").map(identifier).join(", ");
  const assumed = role.text("assumeRole");
  await session.run(setting(name, "search_path", paths));
  await session.run(setting(name, "statement_timeout", milliseconds("statementTimeout")));
  const idle = "idle_in_transaction_session_timeout";
  await session.run(setting(name, idle, milliseconds("idleInTransactionSessionTimeout")));
  await session.run(setting(name, "role", assumed === "" ? "" : identifier(assumed)));
};

const alter = async (session: Session, olds: Properties, role: Properties): Promise<void> => {
  const oldName = olds.text("name");
  const name = role.text("name");
  await lockRole(session, oldName);
  if (oldName !== name) {
    await session.run(`ALTER ROLE ${identifier(oldName)} RENAME TO ${identifier(name)}`);
  }
  const changed =
    passwordOf(olds) !== passwordOf(role) ||
    oldName !== name ||
    olds.text("passwordWoVersion") !== role.text("passwordWoVersion");
  await session.run(
    `ALTER ROLE ${identifier(name)} WITH ${options(role, changed ? passwordOf(role) : undefined)}`,
  );
  const granted = await session.rows<{ role: string }>(
    "SELECT pg_get_userbyid(roleid) AS role FROM pg_auth_members m JOIN pg_roles r ON m.member = r.oid WHERE rolname = $1",
    [name],
  );
  for (const { role: old } of granted) {
    await session.run(`REVOKE ${identifier(old)} FROM ${identifier(name)}`);
  }
  await applySettings(session, role);
};

/** The password as state has it while the server's hash may be of it; what the server has otherwise, a verifier too. */
const readPassword = async (
  server: Server,
  session: Session,
  role: Properties,
  login: boolean,
): Promise<string> => {
  const kept = role.text("password");
  if (!login || !server.superuser) return kept;
  const [row] = await session.rows<{ passwd: string | null }>(
    "SELECT passwd FROM pg_shadow WHERE usename = $1",
    [role.text("name")],
  );
  const hash = row?.passwd ?? "";
  if (hash.startsWith("SCRAM-SHA-256")) return kept.startsWith("SCRAM-SHA-256") ? hash : kept;
  const md5 = `md5${createHash("md5")
    .update(`${kept}${role.text("name")}`)
    .digest("hex")}`;
  return hash === md5 ? kept : hash;
};

interface RoleRow {
  readonly rolname: string;
  readonly rolsuper: boolean;
  readonly rolinherit: boolean;
  readonly rolcreaterole: boolean;
  readonly rolcreatedb: boolean;
  readonly rolcanlogin: boolean;
  readonly rolreplication: boolean;
  readonly rolbypassrls: boolean;
  readonly rolconnlimit: number;
  readonly until: string;
  readonly rolconfig: readonly string[] | null;
  readonly roles: readonly string[];
}

const fromConfig = (row: RoleRow, name: string): string =>
  row.rolconfig?.find((entry) => entry.startsWith(`${name}=`))?.slice(name.length + 1) ?? "";
const listOrNull = (items: readonly string[]): readonly string[] | null =>
  items.length === 0 ? null : items;

export const role = defineKind({
  attributes,
  id: (role) => role.text("name"),
  create: (server, role, resumed) =>
    server.transaction(undefined, async (session) => {
      if (resumed && (await exists(session, "role", role.text("name")))) return alter(session, role, role);
      await session.run(
        `CREATE ROLE ${identifier(role.text("name"))} WITH ${options(role, passwordOf(role))}`,
      );
      return applySettings(session, role);
    }),
  update: (server, olds, news) => server.transaction(undefined, (session) => alter(session, olds, news)),
  remove: (server, role) =>
    server.transaction(undefined, async (session) => {
      const name = identifier(role.text("name"));
      await lockRole(session, role.text("name"));
      if (!role.flag("skipReassignOwned")) {
        await withRoles(session, [role.text("name")], async () => {
          await session.run(`REASSIGN OWNED BY ${name} TO ${identifier(server.user)}`);
          await session.run(`DROP OWNED BY ${name}`);
        });
      }
      if (!role.flag("skipDropRole")) await session.run(`DROP ROLE ${name}`);
    }),
  read: (server, id, state) =>
    server.session(undefined, async (session) => {
      const [row] = await session.rows<RoleRow>(
        `SELECT r.*, COALESCE(rolvaliduntil::text, 'infinity') AS until,
           ARRAY(SELECT pg_get_userbyid(roleid)::text FROM pg_auth_members WHERE member = r.oid ORDER BY 1) AS roles
         FROM pg_roles r WHERE rolname = $1`,
        [state.text("name") || id],
      );
      if (row === undefined) return undefined;
      const paths = fromConfig(row, "search_path");
      return {
        name: row.rolname,
        superuser: row.rolsuper,
        inherit: row.rolinherit,
        createRole: row.rolcreaterole,
        createDatabase: row.rolcreatedb,
        login: row.rolcanlogin,
        replication: row.rolreplication,
        bypassRowLevelSecurity: row.rolbypassrls,
        connectionLimit: row.rolconnlimit,
        validUntil: row.until,
        encryptedPassword: true,
        roles: listOrNull(row.roles),
        searchPaths: listOrNull(
          paths === "" ? [] : paths.split(", ").map((path) => path.replaceAll('"', "")),
        ),
        assumeRole: fromConfig(row, "role"),
        statementTimeout: Number.parseInt(fromConfig(row, "statement_timeout") || "0", 10),
        idleInTransactionSessionTimeout: Number.parseInt(
          fromConfig(row, "idle_in_transaction_session_timeout") || "0",
          10,
        ),
        passwordWo: null,
        ...(state.text("password") === ""
          ? {}
          : { password: await readPassword(server, session, state, row.rolcanlogin) }),
      };
    }),
});
