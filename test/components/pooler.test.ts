import { randomBytes } from "node:crypto";
import { scramVerifier } from "@rehome/postgres";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { poolerFiles } from "../../components/src/workloads/pooler-config";
import { hasPgBouncer, startPoolWith, type Pool } from "../support/pool";
import { startServer, type TestServer } from "../support/servers";

const user = `pay"ment user`;
const password = "s3cret';=\"x";
const database = `waqiti's "payments"`;
const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

it("a name that its files cannot hold is refused", () => {
  const at = { host: "h", port: 1, database: "d", searchPath: "s", user: "a\nb", sslmode: "disable" };
  const config = { at, mode: "session" as const, connections: 1, clients: 1, secret: "x" };
  expect(() => poolerFiles(config)).toThrow(/line break; delete pool\.mode/);
});

it("the server's certificate is checked where the connection says so", () => {
  const sslrootcert = "/etc/pgbouncer/ca.crt";
  const at = { host: "h", port: 1, database: "d", searchPath: "s", user: "u", sslmode: "verify-full" };
  const config = { mode: "session" as const, connections: 1, clients: 1, secret: "x" };
  const lines = poolerFiles({ ...config, at: { ...at, sslrootcert } })["pgbouncer.ini"]?.split("\n");
  expect(lines).toContain("server_tls_sslmode = verify-full");
  expect(lines).toContain(`server_tls_ca_file = ${sslrootcert}`);
});

describe.skipIf(!hasPgBouncer)("a service's PgBouncer", () => {
  let server: TestServer;
  let pool: Pool;

  beforeAll(async () => {
    server = await startServer();
    const verifier = scramVerifier(password, randomBytes(16));
    await server.sql("postgres", `CREATE ROLE ${quoted(user)} LOGIN PASSWORD '${verifier}'`);
    await server.sql("postgres", `CREATE DATABASE ${quoted(database)} OWNER ${quoted(user)}`);
    await server.sql(database, `CREATE SCHEMA payment AUTHORIZATION ${quoted(user)}`);
    await server.sql(
      database,
      `ALTER ROLE ${quoted(user)} IN DATABASE ${quoted(database)} SET search_path = payment, public`,
    );
    const at = { ...server.connection, database, searchPath: "payment, public", user, sslmode: "disable" };
    pool = await startPoolWith(server, (folder, port) =>
      poolerFiles({ at, mode: "transaction", connections: 2, clients: 50, secret: verifier, folder, port }),
    );
  });
  afterAll(async () => {
    await pool.stop();
    await server.stop();
  });

  const enter = async (secret: string, more: object = {}): Promise<Client> => {
    const client = new Client({
      host: "127.0.0.1",
      port: pool.port,
      user,
      password: secret,
      database,
      ...more,
    });
    client.on("error", () => undefined); // the query says so
    await client.connect();
    return client;
  };

  it("lets the service in with its password, of which it knows the verifier alone", async () => {
    const client = await enter(password);
    const { rows } = await client.query<{ who: string; path: string }>(
      "SELECT current_user AS who, current_setting('search_path') AS path",
    );
    await client.end();
    expect(rows).toEqual([{ who: user, path: "payment, public" }]);
  });

  it("refuses another password", async () => {
    await expect(enter("wrong")).rejects.toThrow();
  });

  it("takes what drivers send when they connect, and the role's own search path holds", async () => {
    const client = await enter(password, { options: "-csearch_path=elsewhere" });
    const { rows } = await client.query<{ path: string }>("SELECT current_setting('search_path') AS path");
    await client.end();
    expect(rows).toEqual([{ path: "payment, public" }]);
  });

  it("serves more clients than it has connections", async () => {
    const clients = await Promise.all(Array.from({ length: 12 }, () => enter(password)));
    const query = "SELECT pg_backend_pid() AS pid";
    const answers = await Promise.all(clients.map((client) => client.query<{ pid: number }>(query)));
    await Promise.all(clients.map((client) => client.end()));
    expect(new Set(answers.map(({ rows }) => rows[0]?.pid)).size).toBeLessThanOrEqual(2);
  });
});
