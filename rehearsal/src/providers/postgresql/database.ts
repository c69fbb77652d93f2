import { RehearsalError } from "../../rehearsal-error";
import type { Attributes } from "../attributes";
import { defineKind, type Properties } from "./define";
import { identifier, literal } from "./quote";
import { exists, withRoles, type Session } from "./server";

const attributes: Attributes = {
  name: { required: true },
  owner: { computed: true },
  template: { computed: true, forceNew: true },
  encoding: { computed: true, forceNew: true },
  lcCollate: { computed: true, forceNew: true },
  lcCtype: { computed: true, forceNew: true },
  tablespaceName: { computed: true },
  connectionLimit: { default: -1 },
  allowConnections: { default: true },
  isTemplate: { computed: true },
  alterObjectOwnership: { default: false },
};

/** `DEFAULT` is a word of SQL here, not a name. */
const orDefault = (value: string, quote: (text: string) => string): string =>
  value.toUpperCase() === "DEFAULT" ? "DEFAULT" : quote(value);

const clauses = (database: Properties, owner: string): string => {
  const named = (
    word: string,
    key: string,
    quote: (text: string) => string,
    otherwise?: string,
  ): string[] => {
    const value = database.text(key) || otherwise;
    return value === undefined ? [] : [`${word} ${orDefault(value, quote)}`];
  };
  return [
    `OWNER ${identifier(owner)}`,
    ...named("TEMPLATE", "template", identifier, "template0"),
    ...named("ENCODING", "encoding", literal, "UTF8"),
    ...named("LC_COLLATE", "lcCollate", literal),
    ...named("LC_CTYPE", "lcCtype", literal),
    ...named("TABLESPACE", "tablespaceName", identifier),
    `ALLOW_CONNECTIONS ${String(database.flag("allowConnections"))}`,
    `CONNECTION LIMIT ${database.number("connectionLimit")}`,
    `IS_TEMPLATE ${String(database.flag("isTemplate"))}`,
  ].join(" ");
};

const setOwner = async (session: Session, olds: Properties, news: Properties): Promise<void> => {
  const owner = news.text("owner");
  if (owner === "" || owner === olds.text("owner")) return;
  await withRoles(session, [owner], () =>
    session.run(`ALTER DATABASE ${identifier(news.text("name"))} OWNER TO ${identifier(owner)}`),
  );
};

const alter = async (session: Session, olds: Properties, news: Properties): Promise<void> => {
  const name = identifier(news.text("name"));
  if (olds.text("name") !== news.text("name")) {
    await session.run(`ALTER DATABASE ${identifier(olds.text("name"))} RENAME TO ${name}`);
  }
  await setOwner(session, olds, news);
  const tablespace = news.text("tablespaceName");
  if (tablespace !== "" && tablespace !== olds.text("tablespaceName")) {
    await session.run(`ALTER DATABASE ${name} SET TABLESPACE ${identifier(tablespace)}`);
  }
  await session.run(
    `ALTER DATABASE ${name} WITH CONNECTION LIMIT ${news.number("connectionLimit")}
       ALLOW_CONNECTIONS ${String(news.flag("allowConnections"))} IS_TEMPLATE ${String(news.flag("isTemplate"))}`,
  );
};

interface DatabaseRow {
  readonly name: string;
  readonly owner: string;
  readonly encoding: string;
  readonly collate: string;
  readonly ctype: string;
  readonly tablespace: string;
  readonly limit: number;
  readonly connect: boolean;
  readonly template: boolean;
}

export const database = defineKind({
  attributes,
  id: (database) => database.text("name"),
  create: (server, database, resumed) =>
    server.session(undefined, async (session) => {
      const owner = database.text("owner") || server.user;
      if (resumed && (await exists(session, "database", database.text("name")))) {
        return alter(session, database, database);
      }
      return withRoles(session, [owner], () =>
        session.run(`CREATE DATABASE ${identifier(database.text("name"))} ${clauses(database, owner)}`),
      );
    }),
  update: async (server, olds, news) => {
    await server.session(undefined, (session) => alter(session, olds, news));
    const [before, now] = [olds.text("owner"), news.text("owner")];
    if (!news.flag("alterObjectOwnership") || now === "" || before === "" || before === now) return;
    await server.transaction(news.text("name"), (session) =>
      session.run(`REASSIGN OWNED BY ${identifier(before)} TO ${identifier(now)}`),
    );
  },
  remove: (server, database) =>
    server.session(undefined, async (session) => {
      if (database.text("name").includes("'")) {
        throw new RehearsalError(
          "bad-database",
          "the provider cannot delete a database with a ' in its name.",
        );
      }
      const name = identifier(database.text("name"));
      if (database.flag("isTemplate")) await session.run(`ALTER DATABASE ${name} IS_TEMPLATE false`);
      await session.run(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
      await session.run(`DROP DATABASE ${name} WITH (FORCE)`);
    }),
  read: (server, id, state) =>
    server.session(undefined, async (session) => {
      const [row] = await session.rows<DatabaseRow>(
        `SELECT datname AS name, pg_get_userbyid(datdba) AS owner, pg_encoding_to_char(encoding) AS encoding,
           datcollate AS collate, datctype AS ctype, spcname AS tablespace, datconnlimit AS limit,
           datallowconn AS connect, datistemplate AS template
         FROM pg_database d JOIN pg_tablespace t ON t.oid = d.dattablespace WHERE datname = $1`,
        [state.text("name") || id],
      );
      if (row === undefined) return undefined;
      return {
        name: row.name,
        owner: row.owner,
        encoding: row.encoding,
        lcCollate: row.collate,
        lcCtype: row.ctype,
        tablespaceName: row.tablespace,
        connectionLimit: row.limit,
        allowConnections: row.connect,
        isTemplate: row.template,
        template: state.text("template") || "template0",
      };
    }),
});
