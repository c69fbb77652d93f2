import { randomBytes } from "node:crypto";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureCluster, removeCluster } from "@rehome/postgres";
import pg from "pg";

/** Who opens a session. */
export interface Login {
  readonly user: string;
  readonly password: string;
}

/** A throwaway PostgreSQL server that answers for its commits. */
export interface Server {
  readonly host: string;
  readonly port: number;
  readonly administrator: Login;
  readonly connect: (database: string, login?: Login, options?: string) => Promise<pg.Client>;
  /** Runs SQL as the administrator in a session of its own; gives the last statement's rows. */
  readonly sql: <Row>(database: string, text: string) => Promise<Row[]>;
  readonly remove: () => Promise<void>;
}

const PARAMETERS = {
  wal_level: "logical",
  max_connections: "120",
  shared_buffers: "256MB",
  max_wal_size: "4GB",
  wal_retrieve_retry_interval: "200ms",
};

/** Starts a server in a directory of its own, as durable as PostgreSQL is by itself. */
export async function startServer(): Promise<Server> {
  const parent = await mkdtemp(join(tmpdir(), "rehome-load-"));
  await chmod(parent, 0o755); // the server may run as another user
  const directory = join(parent, "data");
  const administrator = { user: "postgres", password: randomBytes(12).toString("hex") };
  const { host, port } = await ensureCluster({
    directory,
    password: administrator.password,
    parameters: PARAMETERS,
  });
  const connect = async (
    database: string,
    login: Login = administrator,
    options = "",
  ): Promise<pg.Client> => {
    const client = new pg.Client({
      host,
      port,
      database,
      ...login,
      options,
      connectionTimeoutMillis: 10_000,
    });
    client.on("error", () => undefined); // ended by the server: the next query says so
    await client.connect();
    return client;
  };
  return {
    ...{ host, port, administrator, connect },
    sql: async <Row>(database: string, text: string): Promise<Row[]> => {
      const client = await connect(database);
      try {
        const result: unknown = await client.query(text);
        const last: unknown = Array.isArray(result) ? result.at(-1) : result;
        return (last as { rows: Row[] }).rows;
      } finally {
        await client.end().catch(() => undefined);
      }
    },
    remove: async () => {
      await removeCluster(directory);
      await rm(parent, { recursive: true, force: true });
    },
  };
}
