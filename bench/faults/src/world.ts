import { mkdtemp, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Endpoint, MoveRequest, ReleaseQuery } from "@rehome/migration";
import type { Proxy } from "./proxy";
import type { Random } from "./random";
import type { Server } from "./server";
import type { Home } from "./service";
import { PATTERN, ROLE, SCHEMA } from "./shop";

export const WORLDS = ["two-servers", "two-databases", "two-schemas", "online"] as const;
export type WorldKind = (typeof WORLDS)[number];

export type Expected = "copy" | "template" | "set-schema" | "follow";
const CHOSEN: Record<WorldKind, Expected> = {
  ...{ "two-servers": "copy", "two-databases": "template", "two-schemas": "set-schema", online: "follow" },
};

/** Two servers, each with a network between it and the engine. */
export interface Ground {
  readonly servers: readonly [Server, Server];
  readonly proxies: readonly [Proxy, Proxy];
}

/** A service in its first home, and a second home that waits for it. */
export interface World {
  readonly kind: WorldKind;
  /** What the planner is to choose. */
  readonly expected: Expected;
  readonly a: Home;
  readonly b: Home;
  /** Servers of this world, once each, with their networks. */
  readonly servers: readonly Server[];
  readonly proxyOf: (home: Home) => Proxy;
  /** Where the engine may leave temporary files, and must not. */
  readonly temporary: string;
  readonly request: (from: Home, to: Home) => MoveRequest;
  readonly query: (old: Home, home: Home) => ReleaseQuery;
  /** Lets the service into a home, as the stack does once the move is told done. */
  readonly handOut: (home: Home) => Promise<void>;
  /** Keeps it out of a home that is to be filled, as the stack does once another is handed out. */
  readonly close: (home: Home) => Promise<void>;
  /** What else stands on a server: databases and roles that a run must leave as they were. */
  readonly surroundings: (server: Server) => Promise<string[]>;
  readonly remove: () => Promise<void>;
}

export async function makeWorld(
  kind: WorldKind,
  name: string,
  { servers, proxies }: Ground,
  random: Random,
): Promise<World> {
  const apartServers = kind === "two-servers" || kind === "online";
  const [first, second] = [servers[0], apartServers ? servers[1] : servers[0]];
  const a: Home = { name: "A", server: first, database: name, schema: SCHEMA };
  const b: Home = {
    name: "B",
    server: second,
    database: kind === "two-databases" ? `${name}_next` : name,
    schema: kind === "two-schemas" || random.chance(0.6) ? "shop_next" : SCHEMA,
  };
  await first.sql("postgres", `CREATE DATABASE ${name} TEMPLATE ${PATTERN}`);
  if (kind !== "two-schemas") await second.sql("postgres", `CREATE DATABASE ${b.database}`);
  await b.server.sql(b.database, `CREATE SCHEMA ${b.schema} AUTHORIZATION ${ROLE.user}`);
  const apart = a.database !== b.database || a.server !== b.server;
  const rights = (home: Home, sql: string): Promise<unknown> => home.server.sql("postgres", sql);
  for (const home of apart ? [a, b] : [a])
    await rights(home, `REVOKE CONNECT ON DATABASE ${home.database} FROM PUBLIC`);
  const handOut = async (home: Home): Promise<void> =>
    void (await rights(home, `GRANT CONNECT ON DATABASE ${home.database} TO ${ROLE.user}`));
  await handOut(a);
  const proxyOf = (home: Home): Proxy => (home.server === servers[0] ? proxies[0] : proxies[1]);
  const endpoint = (home: Home): Endpoint => ({
    host: home.server.name,
    server: { host: "127.0.0.1", port: proxyOf(home).port, ...home.server.administrator },
    database: home.database,
    schema: home.schema,
    owner: ROLE.user,
    ownDatabase: kind !== "two-schemas",
  });
  const byRows = !apartServers && random.chance(0.25);
  const expected = byRows ? "copy" : CHOSEN[kind];
  const temporary = await mkdtemp(join(first.directory, "engine-"));
  return {
    ...{ kind, expected, a, b, proxyOf, temporary, handOut },
    servers: [...new Set([first, second])],
    request: (from, to) => ({
      dataset: name,
      from: endpoint(from),
      to: endpoint(to),
      options: {
        ...{
          mode: kind === "online" ? "online" : "offline",
          verify: "checksum",
          jobs: 2,
          fenceTimeout: 1_500,
        },
        drainTimeout: 5_000,
        strategy: byRows ? "copy" : "auto",
      },
    }),
    query: (old, home) => ({ dataset: name, old: endpoint(old), home: endpoint(home) }),
    close: async (home) => {
      if (apart) await rights(home, `REVOKE CONNECT ON DATABASE ${home.database} FROM ${ROLE.user}`);
    },
    surroundings: async (server) => {
      const found = await server.sql<{ name: string }>(
        "postgres",
        `SELECT 'database ' || datname AS name FROM pg_database UNION ALL SELECT 'role ' || rolname FROM pg_roles ORDER BY 1`,
      );
      return found.map((row) => row.name);
    },
    remove: async () => {
      for (const home of [a, b]) await unsubscribe(home);
      for (const home of [a, b]) await unpublish(home);
      for (const home of [a, b])
        await home.server.sql("postgres", `DROP DATABASE IF EXISTS ${home.database} WITH (FORCE)`);
      await rm(temporary, { recursive: true, force: true });
    },
  };
}

/** A journey may end while homes follow each other: a database that is followed, or follows, cannot be dropped. */
async function unsubscribe({ server, database }: Home): Promise<void> {
  const subscriptions = await server.sql<{ name: string }>(
    database,
    "SELECT subname AS name FROM pg_subscription s JOIN pg_database d ON d.oid = s.subdbid WHERE d.datname = current_database()",
  );
  for (const { name } of subscriptions)
    for (const sql of [
      `ALTER SUBSCRIPTION ${name} DISABLE`,
      `ALTER SUBSCRIPTION ${name} SET (slot_name = NONE)`,
      `DROP SUBSCRIPTION ${name}`,
    ])
      await server.sql(database, sql);
}

async function unpublish({ server, database }: Home): Promise<void> {
  await server.sql(
    database,
    `SELECT pg_terminate_backend(active_pid, 5000) FROM pg_replication_slots WHERE database = current_database() AND active;
     SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE database = current_database()`,
  );
  const roles = await server.sql<{ name: string }>(
    "postgres",
    "SELECT rolname AS name FROM pg_roles WHERE rolname ~ '^rehome_'",
  );
  for (const { name } of roles) {
    await server.sql(database, `DROP OWNED BY ${name}`);
    await server.sql("postgres", `DROP ROLE ${name}`).catch(() => undefined); // another journey's, on these servers
  }
}

/** Temporary files of the engine that are still there. */
export const temporaryFiles = (world: World): Promise<string[]> => readdir(world.temporary);
