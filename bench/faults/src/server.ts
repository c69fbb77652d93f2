import { randomBytes } from "node:crypto";
import { readFileSync, rmSync } from "node:fs";
import { chmod, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureCluster, removeCluster, startIfStopped } from "@rehome/postgres";
import pg from "pg";
import { mountDisk, type Disk } from "./disk";
import { within } from "./wait";

/** Who opens a session. */
export interface Login {
  readonly user: string;
  readonly password: string;
}

/** A throwaway PostgreSQL server that can be killed, started again and starved. */
export interface Server {
  readonly name: string;
  /** A directory of its own, which goes with it. */
  readonly directory: string;
  readonly host: string;
  readonly port: number;
  readonly administrator: Login;
  /** Absent where this process may not mount. */
  readonly disk: Disk | undefined;
  readonly connect: (database: string, login?: Login) => Promise<pg.Client>;
  /** Runs SQL as the administrator in a session of its own; gives the last statement's rows. */
  readonly sql: <Row>(database: string, text: string, login?: Login) => Promise<Row[]>;
  /** Immediate stop: every process dies at once, what is not in the log is lost. */
  readonly crash: () => void;
  /** Starts it where it does not run, and waits until it answers. */
  readonly revive: () => Promise<void>;
  readonly remove: () => Promise<void>;
}

/** What a commit acknowledges survives the server's death, but not the machine's: nothing here has to. */
const PARAMETERS = {
  wal_level: "logical",
  wal_retrieve_retry_interval: "200ms",
  fsync: "off",
  jit: "off",
  full_page_writes: "off",
  synchronous_commit: "off", // the service's own sessions ask for more; the engine must do so by itself
  wal_writer_delay: "10s",
  autovacuum: "off",
  max_connections: "48",
  max_prepared_transactions: "8",
  shared_buffers: "32MB",
  min_wal_size: "32MB",
  max_wal_size: "96MB",
};

/** Directories to be cleared when the process ends before its time. */
const unremoved = new Map<string, () => void>();
process.once("exit", () => {
  for (const clear of unremoved.values()) clear();
});

const postmasterPid = (directory: string): number =>
  Number(readFileSync(join(directory, "postmaster.pid"), "utf8").split("\n")[0]);

/** Starts a server of its own, on a disk of its own where this process may mount one. */
export async function startServer(name: string): Promise<Server> {
  const parent = await mkdtemp(join(tmpdir(), "rehome-faults-"));
  await chmod(parent, 0o755); // the server may run as another user
  await mkdir(join(parent, "disk"));
  const disk = mountDisk(join(parent, "disk"));
  const directory = join(parent, "disk", "data");
  const crash = (): void => {
    try {
      process.kill(postmasterPid(directory), "SIGQUIT");
    } catch {
      // not running: as dead as it is to be
    }
  };
  unremoved.set(parent, () => {
    crash();
    disk?.remove();
    rmSync(parent, { recursive: true, force: true });
  });
  const administrator = { user: "postgres", password: randomBytes(12).toString("hex") };
  const cluster = await ensureCluster({
    directory,
    password: administrator.password,
    parameters: PARAMETERS,
  });
  const { host, port } = cluster;
  const connect = async (database: string, login: Login = administrator): Promise<pg.Client> => {
    const client = new pg.Client({ host, port, database, ...login, connectionTimeoutMillis: 10_000 });
    client.on("error", () => undefined); // ended by the server: the next query says so
    await client.connect();
    return client;
  };
  const sql = async <Row>(database: string, text: string, login?: Login): Promise<Row[]> => {
    const client = await connect(database, login);
    try {
      const result: unknown = await client.query(text);
      const last: unknown = Array.isArray(result) ? result.at(-1) : result;
      return ((last as { rows?: unknown[] } | undefined)?.rows ?? []) as Row[];
    } finally {
      await client.end().catch(() => undefined);
    }
  };
  const answers = async (): Promise<boolean> => {
    await startIfStopped(directory);
    await sql("postgres", "SELECT 1");
    return true;
  };
  return {
    ...{ name, directory: parent, host, port, administrator, disk, connect, sql, crash },
    revive: async () => {
      if (await within(60_000, () => answers().catch(() => false))) return;
      throw new Error(`server ${name} does not come back; its data is in ${directory}`);
    },
    remove: async () => {
      await removeCluster(directory);
      disk?.remove();
      await rm(parent, { recursive: true, force: true });
      unremoved.delete(parent);
    },
  };
}
