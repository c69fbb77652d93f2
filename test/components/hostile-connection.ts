import { connectionFormats, type ConnectionFormats } from "@rehome/components";
import type { TestServer } from "../support/servers";

/** Names and a password with everything in them that means something to somebody. */
export const HOSTILE = {
  user: `we"ird; us'er=\\x`,
  password: `p@ss:w/o?r#d[]%41' "\\ $(x);=&+ü`,
  database: `d b'%41/?#;="&+`,
  schema: `My "Schema", x\\y`,
};

/** What shows where a driver is, and as whom. */
export const QUERY = "SELECT current_user, current_database(), current_schema()";

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** Makes role, database and schema, and gives every form of their connection. */
export const hostileConnection = async (server: TestServer): Promise<ConnectionFormats> => {
  const { user, password, database, schema } = HOSTILE;
  const literal = password.replaceAll("'", "''");
  await server.sql("postgres", `CREATE ROLE ${quoted(user)} LOGIN PASSWORD '${literal}'`);
  await server.sql("postgres", `CREATE DATABASE ${quoted(database)} OWNER ${quoted(user)}`);
  await server.sql(database, `CREATE SCHEMA ${quoted(schema)} AUTHORIZATION ${quoted(user)}`);
  const { host, port } = server;
  const searchPath = `${quoted(schema)}, public`;
  return connectionFormats({ host, port, ...HOSTILE, searchPath, sslmode: "disable" });
};
