import type { Attributes } from "../attributes";
import { defineKind } from "./define";
import { identifier } from "./quote";
import { exists } from "./server";

const attributes: Attributes = {
  name: { required: true, forceNew: true },
  schema: { computed: true },
  version: { computed: true },
  database: { computed: true, forceNew: true },
  dropCascade: { default: false },
  createCascade: { default: false },
};

export const extension = defineKind({
  attributes,
  id: (extension, server) => `${extension.text("database") || server.database}.${extension.text("name")}`,
  create: (server, extension) =>
    server.transaction(extension.text("database") || undefined, (session) => {
      const [inSchema, version] = [extension.text("schema"), extension.text("version")];
      return session.run(
        [
          `CREATE EXTENSION IF NOT EXISTS ${identifier(extension.text("name"))}`,
          ...(inSchema === "" ? [] : [`SCHEMA ${identifier(inSchema)}`]),
          ...(version === "" ? [] : [`VERSION ${identifier(version)}`]),
          ...(extension.flag("createCascade") ? ["CASCADE"] : []),
        ].join(" "),
      );
    }),
  update: (server, olds, news) =>
    server.transaction(news.text("database") || undefined, async (session) => {
      const name = identifier(news.text("name"));
      const [inSchema, version] = [news.text("schema"), news.text("version")];
      if (inSchema !== "" && inSchema !== olds.text("schema")) {
        await session.run(`ALTER EXTENSION ${name} SET SCHEMA ${identifier(inSchema)}`);
      }
      if (version !== "" && version !== olds.text("version")) {
        await session.run(`ALTER EXTENSION ${name} UPDATE TO ${identifier(version)}`);
      }
    }),
  remove: (server, extension) =>
    server.transaction(extension.text("database") || undefined, (session) => {
      const how = extension.flag("dropCascade") ? "CASCADE" : "RESTRICT";
      return session.run(`DROP EXTENSION ${identifier(extension.text("name"))} ${how}`);
    }),
  read: async (server, id, state) => {
    const database = state.text("database") || id.slice(0, id.lastIndexOf(".")) || server.database;
    if (!(await server.session(undefined, (session) => exists(session, "database", database))))
      return undefined;
    return server.session(database, async (session) => {
      const [row] = await session.rows<{ schema: string; version: string }>(
        `SELECT nspname AS schema, extversion AS version FROM pg_extension e
           JOIN pg_namespace n ON n.oid = e.extnamespace WHERE extname = $1`,
        [state.text("name")],
      );
      return row === undefined ? undefined : { ...row, database };
    });
  },
});
