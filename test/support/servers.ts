import { randomBytes } from "node:crypto";
import { readFileSync, rmSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { ensureCluster, removeCluster, startIfStopped, stopCluster } from "@rehome/postgres";
import { Client } from "pg";
import { copyPrepared } from "./prepared-cluster";
import { throwawayDirectory } from "./throwaway";

/** Who opens a session; the server's administrator unless told. */
export interface Login {
  readonly user: string;
  readonly password: string;
}

/** A throwaway PostgreSQL server for tests. */
export interface TestServer {
  readonly host: string;
  readonly port: number;
  readonly user: "postgres";
  readonly password: string;
  readonly version: number;
  /** Its data directory. */
  readonly directory: string;
  /** Host, port, user and password alone, as `pg` and the engine take them. */
  readonly connection: { host: string; port: number; user: string; password: string };
  /** Runs SQL (several statements too) in a session of its own; gives the last statement's rows. */
  readonly sql: <Row = Record<string, unknown>>(
    database: string,
    text: string,
    login?: Login,
  ) => Promise<Row[]>;
  /** A connected client; the caller ends it. */
  readonly connect: (database: string, login?: Login) => Promise<Client>;
  /** The postmaster's process id, to kill it with. */
  readonly pid: () => number;
  /** Stops the server and keeps its data. */
  readonly halt: (mode?: "fast" | "immediate") => Promise<void>;
  /** Starts it again after it was halted or killed, on the same port. */
  readonly start: () => Promise<void>;
  /** Stops it and deletes its data. */
  readonly stop: () => Promise<void>;
}

export interface StartOptions {
  /** On top of the defaults of a server whose data nobody needs. */
  readonly parameters?: Readonly<Record<string, string>>;
  readonly version?: number;
}

/** Fast and small: nothing here survives a power failure, and nothing has to. */
const DEFAULTS = {
  fsync: "off",
  synchronous_commit: "off",
  full_page_writes: "off",
  max_connections: "100",
  shared_buffers: "64MB",
  wal_level: "logical",
  // A subscription goes on a moment after its worker has ended, for whatever reason.
  wal_retrieve_retry_interval: "200ms",
  jit: "off",
};

const postmasterPid = (directory: string): number =>
  Number(readFileSync(join(directory, "postmaster.pid"), "utf8").split("\n")[0]);

/** Servers that were started and not stopped: a test run that fails early leaves nothing behind. */
const unstopped = new Set<string>();
process.once("exit", () => {
  for (const parent of unstopped) {
    try {
      process.kill(postmasterPid(join(parent, "data")), "SIGQUIT");
    } catch {
      // not running any more
    }
    rmSync(parent, { recursive: true, force: true });
  }
});

const query = async (client: Client, text: string): Promise<unknown[]> => {
  try {
    const result: unknown = await client.query(text);
    const last: unknown = Array.isArray(result) ? result.at(-1) : result;
    return (last as { rows?: unknown[] } | undefined)?.rows ?? [];
  } finally {
    await client.end();
  }
};

/** Starts a throwaway server on a free port. A test file starts its own in `beforeAll` and stops it in `afterAll`. */
export const startServer = async (options: StartOptions = {}): Promise<TestServer> => {
  const parent = await throwawayDirectory("test");
  const directory = join(parent, "data");
  const copied = options.version === undefined ? await copyPrepared(directory) : undefined;
  const password = copied ?? randomBytes(12).toString("hex");
  const version = options.version === undefined ? {} : { version: options.version };
  unstopped.add(parent);
  const spec = { directory, password, parameters: { ...DEFAULTS, ...options.parameters }, ...version };
  const cluster = await ensureCluster(spec);
  const { host, port, user } = cluster;
  const connect = async (database: string, login: Login = { user, password }): Promise<Client> => {
    const client = new Client({ host, port, database, ...login });
    client.on("error", () => undefined); // ended by the server: the next query says so
    await client.connect();
    return client;
  };
  return {
    ...cluster,
    password,
    connection: { host, port, user, password },
    connect,
    sql: async <Row>(database: string, text: string, login?: Login) =>
      (await query(await connect(database, login), text)) as Row[],
    pid: () => postmasterPid(directory),
    start: async () => {
      await startIfStopped(directory);
    },
    halt: (mode) => stopCluster(directory, mode),
    stop: async () => {
      await removeCluster(directory);
      await rm(parent, { recursive: true, force: true });
      unstopped.delete(parent);
    },
  };
};
