import { mkdtemp, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Endpoint, MoveRequest, ReleaseQuery } from "@rehome/migration";
import type { Proxy } from "./proxy";
import type { Random } from "./random";
import type { Server } from "./server";
import type { Home } from "./service";
import { PATTERN, ROLE, SCHEMA } from "./shop";

export const WORLDS = ["two-servers", "two-databases", "two-schemas"] as const;
export type WorldKind = (typeof WORLDS)[number];

const CHOSEN = { "two-servers": "copy", "two-databases": "template", "two-schemas": "set-schema" } as const;

/** Two servers, each with a network between it and the engine. */
export interface Ground {
  readonly servers: readonly [Server, Server];
  readonly proxies: readonly [Proxy, Proxy];
}

/** A service in its first home, and a second home that waits for it. */
export interface World {
  readonly kind: WorldKind;
  /** What the planner is to choose. */
  readonly expected: "copy" | "template" | "set-schema";
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
  const [first, second] = [servers[0], kind === "two-servers" ? servers[1] : servers[0]];
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
  const byRows = kind !== "two-servers" && random.chance(0.25);
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
        ...{ mode: "offline", verify: "checksum", jobs: 2, fenceTimeout: 1_500 },
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
      for (const home of [a, b])
        await home.server.sql("postgres", `DROP DATABASE IF EXISTS ${home.database} WITH (FORCE)`);
      await rm(temporary, { recursive: true, force: true });
    },
  };
}

/** Temporary files of the engine that are still there. */
export const temporaryFiles = (world: World): Promise<string[]> => readdir(world.temporary);
