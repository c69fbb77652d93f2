import type { Endpoint } from "@rehome/migration";
import type pg from "pg";
import type { Server } from "./server";

/** The service's role on both servers. */
export const ROLE = { user: "bank_user", password: "the bank's own" };
export const DATABASE = "bank";

/** A placement of the service, as its clients are told of it. */
export interface Home {
  readonly server: Server;
  readonly schema: string;
}

export const endpoint = (host: string, { server, schema }: Home): Endpoint => ({
  ...{ host, database: DATABASE, schema, owner: ROLE.user },
  server: { host: server.host, port: server.port, ...server.administrator },
});

/** A session of the service's, by the connection that was handed out. */
export const connect = ({ server, schema }: Home): Promise<pg.Client> =>
  server.connect(DATABASE, ROLE, `-c search_path=${schema}`);

const ACCOUNTS = 1000;

/** `entries` is the clients' own book; `accounts` and `transfers` must agree; `archive` is what is only carried along. */
const DEFINITIONS = (rows: number): string => `
CREATE TABLE entries (writer int, n bigint, version int NOT NULL DEFAULT 0, body text, PRIMARY KEY (writer, n));
CREATE TABLE accounts (id int PRIMARY KEY, balance bigint NOT NULL);
CREATE TABLE transfers (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, source int NOT NULL REFERENCES accounts,
  target int NOT NULL REFERENCES accounts, amount bigint NOT NULL);
CREATE TABLE archive (id bigint PRIMARY KEY, at timestamptz, body text);
CREATE INDEX ON transfers (source);
INSERT INTO accounts SELECT i, 0 FROM generate_series(1, ${ACCOUNTS}) i;
INSERT INTO archive SELECT i, '2026-01-01'::timestamptz + i * interval '1 second', repeat(md5(i::text), 3) FROM generate_series(1, ${rows}) i`;

export const anyAccount = (): number => 1 + Math.floor(Math.random() * ACCOUNTS);

/**
 * Makes the service's role on both servers, its schema in both, and its data in the first.
 * @param rows how many rows are carried along
 */
export async function makeService(a: Home, b: Home, rows: number): Promise<void> {
  for (const { server, schema } of [a, b]) {
    await server.sql(
      "postgres",
      `CREATE ROLE ${ROLE.user} LOGIN PASSWORD '${ROLE.password.replace("'", "''")}'`,
    );
    await server.sql("postgres", `CREATE DATABASE ${DATABASE}`);
    await server.sql(
      DATABASE,
      `CREATE SCHEMA IF NOT EXISTS ${schema}; ALTER SCHEMA ${schema} OWNER TO ${ROLE.user}`,
    );
  }
  const client = await connect(a);
  await client.query(DEFINITIONS(rows));
  await client.end();
}
