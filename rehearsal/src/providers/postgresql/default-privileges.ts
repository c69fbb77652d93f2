import { RehearsalError } from "../../rehearsal-error";
import type { Attributes } from "../attributes";
import { defineKind, type Properties } from "./define";
import { checkPrivileges, samePrivileges } from "./privileges";
import { grantee, identifier } from "./quote";
import { exists, lockRole, withRoles, type Server, type Session } from "./server";

const attributes: Attributes = {
  role: { required: true, forceNew: true },
  database: { required: true, forceNew: true },
  owner: { required: true, forceNew: true },
  schema: { forceNew: true },
  objectType: {
    required: true,
    forceNew: true,
    oneOf: ["table", "sequence", "function", "routine", "type", "schema"],
  },
  privileges: { required: true, set: true },
  withGrantOption: { default: false, forceNew: true },
};

const OBJECT_TYPE: Readonly<Record<string, string>> = {
  table: "r",
  sequence: "S",
  function: "f",
  routine: "f",
  type: "T",
  schema: "n",
};

const alter = (session: Session, defaults: Properties, change: string): Promise<void> => {
  const schema = defaults.text("schema");
  const where = schema === "" ? "" : ` IN SCHEMA ${identifier(schema)}`;
  return session.run(
    `ALTER DEFAULT PRIVILEGES FOR ROLE ${identifier(defaults.text("owner"))}${where} ${change}`,
  );
};
const objects = (defaults: Properties): string => `${defaults.text("objectType").toUpperCase()}S`;
const revoke = (session: Session, defaults: Properties): Promise<void> =>
  alter(session, defaults, `REVOKE ALL ON ${objects(defaults)} FROM ${grantee(defaults.text("role"))}`);

const apply = (server: Server, defaults: Properties): Promise<void> => {
  if (defaults.text("schema") !== "" && defaults.text("objectType") === "schema") {
    throw new RehearsalError("bad-defaults", "cannot specify `schema` when `object_type` is `schema`");
  }
  if (defaults.flag("withGrantOption") && defaults.text("role").toLowerCase() === "public") {
    throw new RehearsalError("bad-defaults", "with_grant_option cannot be true for role 'public'");
  }
  checkPrivileges(defaults);
  return server.transaction(defaults.text("database"), async (session) => {
    await lockRole(session, defaults.text("owner"));
    await withRoles(session, [defaults.text("owner")], async () => {
      await revoke(session, defaults);
      const privileges = defaults.list("privileges").join(", ");
      if (privileges === "") return;
      const option = defaults.flag("withGrantOption") ? " WITH GRANT OPTION" : "";
      await alter(
        session,
        defaults,
        `GRANT ${privileges} ON ${objects(defaults)} TO ${grantee(defaults.text("role"))}${option}`,
      );
    });
  });
};

export const defaultPrivileges = defineKind({
  attributes,
  id: (defaults) =>
    [
      defaults.text("role"),
      defaults.text("database"),
      defaults.text("schema") || "noschema",
      defaults.text("owner"),
      defaults.text("objectType"),
    ].join("_"),
  create: (server, defaults) => apply(server, defaults),
  update: (server, _olds, news) => apply(server, news),
  remove: (server, defaults) =>
    server.transaction(defaults.text("database"), async (session) => {
      await lockRole(session, defaults.text("owner"));
      await withRoles(session, [defaults.text("owner")], () => revoke(session, defaults));
    }),
  read: async (server, _id, defaults) => {
    const database = defaults.text("database");
    if (!(await server.session(undefined, (session) => exists(session, "database", database))))
      return undefined;
    return server.session(database, async (session) => {
      const [role, schema] = [defaults.text("role"), defaults.text("schema")];
      if (role.toLowerCase() !== "public" && !(await exists(session, "role", role))) return undefined;
      if (schema !== "" && !(await exists(session, "schema", schema))) return undefined;
      const rows = await session.rows<{ privilege: string }>(
        `SELECT DISTINCT acl.privilege_type AS privilege FROM pg_default_acl d, aclexplode(defaclacl) acl
         WHERE defaclobjtype = $1 AND pg_get_userbyid(defaclrole) = $2
           AND defaclnamespace = COALESCE((SELECT oid FROM pg_namespace WHERE nspname = $3), 0)
           AND acl.grantee = COALESCE((SELECT oid FROM pg_roles WHERE rolname = $4), 0)`,
        [OBJECT_TYPE[defaults.text("objectType")] ?? "", defaults.text("owner"), schema, role],
      );
      const granted = rows.map(({ privilege }) => privilege);
      if (granted.length === 0 && defaults.list("privileges").length > 0) return undefined;
      return samePrivileges(granted, defaults) ? {} : { privileges: granted };
    });
  },
});
