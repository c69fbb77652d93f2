import { randomBytes } from "node:crypto";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureCluster, removeCluster, stopCluster } from "@rehome/postgres";
import pg from "pg";
import { ServerCpu } from "./cpu";

/** A throwaway PostgreSQL server, as durable as PostgreSQL is by itself. */
export interface Server {
  readonly host: string;
  readonly port: number;
  readonly user: "postgres";
  readonly password: string;
  readonly version: string;
  /** Its data directory. */
  readonly directory: string;
  /** Runs SQL as the administrator in a session of its own; gives the last statement's rows. */
  readonly sql: <Row>(database: string, text: string) => Promise<Row[]>;
  /** Seconds of CPU that it has used. */
  readonly cpu: () => number;
  /** Stops it; its data stay, but for the log of what was written, until it is removed. */
  readonly halt: () => Promise<void>;
  readonly remove: () => Promise<void>;
}

/** Those that run, or have left files. */
const servers = new Set<Server>();

/** Removes every server that this process has started: for one that is told to end. */
export const removeAll = (): Promise<unknown> =>
  Promise.all([...servers].map((server) => server.remove().catch(() => undefined)));

/** What both servers have, whoever copies: a machine of some memory, checkpoints by the size of it, room for locks. */
export const PARAMETERS = {
  wal_level: "replica",
  max_connections: "100",
  shared_buffers: "1GB",
  max_wal_size: "8GB",
  maintenance_work_mem: "512MB",
  max_locks_per_transaction: "1024",
};

/** The role that owns the data on both servers. */
export const OWNER = "app";

/** Starts a server in a directory of its own. */
export async function startServer(): Promise<Server> {
  const parent = await mkdtemp(join(tmpdir(), "rehome-bench-"));
  await chmod(parent, 0o755); // the server may run as another user
  const directory = join(parent, "data");
  const password = randomBytes(12).toString("hex");
  const { host, port, user } = await ensureCluster({ directory, password, parameters: PARAMETERS });
  const sql = async <Row>(database: string, text: string): Promise<Row[]> => {
    const client = new pg.Client({ host, port, user, password, database });
    client.on("error", () => undefined);
    await client.connect();
    try {
      const result: unknown = await client.query(text);
      const last: unknown = Array.isArray(result) ? result.at(-1) : result;
      return (last as { rows: Row[] }).rows;
    } finally {
      await client.end().catch(() => undefined);
    }
  };
  const [data] = await sql<{ path: string }>("postgres", "SELECT current_setting('data_directory') AS path");
  const path = data?.path ?? directory;
  const cpu = new ServerCpu(path);
  await sql("postgres", `CREATE ROLE ${OWNER}`);
  const [{ version } = { version: "" }] = await sql<{ version: string }>(
    "postgres",
    "SELECT current_setting('server_version') AS version",
  );
  let halted = false;
  const server: Server = {
    ...{ host, port, user, password, version, directory, sql },
    cpu: () => cpu.seconds(),
    halt: async () => {
      cpu.stop();
      await stopCluster(directory, "immediate");
      halted = true;
      await rm(join(path, "pg_wal"), { recursive: true, force: true });
    },
    remove: async () => {
      cpu.stop();
      if (!halted) await removeCluster(directory);
      await rm(parent, { recursive: true, force: true });
      servers.delete(server);
    },
  };
  servers.add(server);
  return server;
}

/** The two servers of a comparison; their data directories are on the same disk. */
export interface Pair {
  readonly source: Server;
  readonly target: Server;
}

/** Runs `work` with two fresh servers. */
export const withPair = <T>(work: (pair: Pair) => Promise<T>): Promise<T> =>
  withServer((source) => withServer((target) => work({ source, target })));

/** Runs `work` with a fresh server. */
export async function withServer<T>(work: (server: Server) => Promise<T>): Promise<T> {
  const server = await startServer();
  try {
    return await work(server);
  } finally {
    await server.remove();
  }
}
