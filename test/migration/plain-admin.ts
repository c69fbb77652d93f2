import type { MoveRequest } from "@rehome/migration";
import { ident } from "../../migration/src/sql/quote";
import type { TestServer } from "../support/servers";

const PASSWORD = "no superuser's";

/** What a cloud's administrator has: no superuser, but roles, databases, and a look at what goes on. */
export const CLOUD = "CREATEROLE CREATEDB BYPASSRLS";

export interface PlainWorld {
  readonly from?: string;
  readonly to?: string;
  /** Attributes of the administrator's role at both ends. */
  readonly attributes?: string;
  /** What a superuser does in the old home's database first. */
  readonly before?: string;
}

const makeEnd = async (
  server: TestServer,
  name: string,
  schema: string,
  attributes: string,
): Promise<{ admin: string; owner: string }> => {
  const [admin, owner] = [`${name}_admin`, `${name}_user`];
  const login = { user: admin, password: PASSWORD };
  const quoted = PASSWORD.replaceAll("'", "''");
  await server.sql(
    "postgres",
    `CREATE ROLE ${admin} LOGIN ${attributes} PASSWORD '${quoted}'; GRANT pg_monitor, pg_signal_backend TO ${admin};
     ALTER ROLE ${admin} CREATEROLE`,
  );
  await server.sql("postgres", `CREATE ROLE ${owner} LOGIN PASSWORD '${quoted}'`, login);
  await server.sql("postgres", `ALTER ROLE ${admin} NOCREATEROLE NOCREATEDB NOBYPASSRLS`);
  await server.sql("postgres", `ALTER ROLE ${admin} ${attributes}`);
  await server.sql("postgres", `CREATE DATABASE ${name} OWNER ${admin}`);
  await server.sql(
    name,
    `CREATE SCHEMA IF NOT EXISTS ${ident(schema)}; ALTER SCHEMA ${ident(schema)} OWNER TO ${owner}`,
  );
  return { admin, owner };
};

/** Both ends of a move, each with an administrator of its own who is no superuser and owns the database alone. */
export const makePlainWorld = async (
  a: TestServer,
  b: TestServer,
  name: string,
  definitions: string,
  { from = "core", to = "new_home", attributes = CLOUD, before = "" }: PlainWorld = {},
): Promise<MoveRequest> => {
  const { admin, owner } = await makeEnd(a, name, from, attributes);
  await makeEnd(b, name, to, attributes);
  await a.sql(
    name,
    `${before}; ALTER ROLE ${owner} IN DATABASE ${name} SET search_path = ${ident(from)}, public;
     SET ROLE ${owner}; SET search_path = ${ident(from)}, public; ${definitions}`,
  );
  const server = (of: TestServer): typeof of.connection => ({
    ...of.connection,
    user: admin,
    password: PASSWORD,
  });
  return {
    dataset: name,
    from: { host: "old", server: server(a), database: name, schema: from, owner },
    to: { host: "new", server: server(b), database: name, schema: to, owner },
    options: { mode: "offline", verify: "checksum", jobs: 2, fenceTimeout: 3_000 },
  };
};
