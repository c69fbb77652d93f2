import { RehearsalError } from "../../rehearsal-error";
import type { Attributes } from "../attributes";
import { defineKind } from "./define";
import { identifier } from "./quote";
import { exists, withRoles, type Session } from "./server";

const attributes: Attributes = {
  name: { required: true },
  database: { computed: true, forceNew: true },
  owner: { computed: true },
  ifNotExists: { default: true },
  dropCascade: { default: false },
  policies: { computed: true, set: true },
};

const databaseOwner = async (session: Session): Promise<string> => {
  const [row] = await session.rows<{ owner: string }>(
    "SELECT pg_get_userbyid(datdba) AS owner FROM pg_database WHERE datname = current_database()",
  );
  return row?.owner ?? "";
};

const setOwner = (session: Session, schema: string, owner: string): Promise<void> =>
  session.run(`ALTER SCHEMA ${identifier(schema)} OWNER TO ${identifier(owner)}`);

export const schema = defineKind({
  attributes,
  id: (schema, server) => `${schema.text("database") || server.database}.${schema.text("name")}`,
  create: (server, schema) => {
    if (schema.list("policies").length > 0) {
      throw new RehearsalError(
        "unsupported",
        `a Schema's "policies" are deprecated; declare a Grant instead.`,
      );
    }
    return server.transaction(schema.text("database") || undefined, async (session) => {
      const [name, owner] = [schema.text("name"), schema.text("owner")];
      await withRoles(session, [await databaseOwner(session), owner], async () => {
        if (await exists(session, "schema", name)) {
          if (owner !== "") await setOwner(session, name, owner);
          return;
        }
        const authorization = owner === "" ? "" : ` AUTHORIZATION ${identifier(owner)}`;
        await session.run(`CREATE SCHEMA ${identifier(name)}${authorization}`);
      });
    });
  },
  update: (server, olds, news) =>
    server.transaction(news.text("database") || undefined, async (session) => {
      const [before, now, owner] = [olds.text("name"), news.text("name"), news.text("owner")];
      if (before !== now)
        await session.run(`ALTER SCHEMA ${identifier(before)} RENAME TO ${identifier(now)}`);
      if (owner !== "" && owner !== olds.text("owner")) {
        await withRoles(session, [olds.text("owner"), owner], () => setOwner(session, now, owner));
      }
    }),
  remove: (server, schema) =>
    server.transaction(schema.text("database") || undefined, async (session) => {
      if (!(await exists(session, "schema", schema.text("name")))) return;
      const how = schema.flag("dropCascade") ? "CASCADE" : "RESTRICT";
      await withRoles(session, [schema.text("owner")], () =>
        session.run(`DROP SCHEMA ${identifier(schema.text("name"))} ${how}`),
      );
    }),
  read: async (server, id, state) => {
    const database = state.text("database") || id.slice(0, id.lastIndexOf(".")) || server.database;
    const name = state.text("name") || id.slice(id.lastIndexOf(".") + 1);
    if (!(await server.session(undefined, (session) => exists(session, "database", database))))
      return undefined;
    return server.session(database, async (session) => {
      const [row] = await session.rows<{ owner: string }>(
        "SELECT pg_get_userbyid(nspowner) AS owner FROM pg_namespace WHERE nspname = $1",
        [name],
      );
      return row === undefined ? undefined : { name, database, owner: row.owner, policies: [] };
    });
  },
});
