import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import { asAdministrator, type Socket } from "./administrator";
import { readIfPresent, socketDirectory } from "./data-directory";
import type { ExistingCluster } from "./existing-cluster";
import { onCluster } from "./on-cluster";
import { findPostmaster } from "./postmaster";
import { startServer, stopServer } from "./server-process";

/** PostgreSQL takes any parameter with a point in its name: this one says what the server was started for. */
const MARK = "rehome.load";

/**
 * For a load: what a transaction has made itself is written to its files and not to the log as well, which is then
 * nobody's to read; nothing tidies up meanwhile. Parameters of a start, never of a file: however the server is started
 * next, it has its own again.
 */
const LOAD = {
  wal_level: "minimal",
  max_wal_senders: "0",
  autovacuum: "off",
  checkpoint_timeout: "1h",
  [MARK]: "on",
} as const;

/** The session of the process that loads: as long as it is there, nobody ends the load for it. */
const KEEPER = "rehome: load";

/** A server that runs for a load. */
export interface Load {
  /** Restarts it with its own parameters. Throws `ClusterError`. */
  readonly end: () => Promise<void>;
}

const socketOf = async (cluster: ExistingCluster): Promise<Socket> => ({
  port: (await findPostmaster(cluster.data))?.port ?? cluster.port,
  socketDirectory: await socketDirectory(cluster.directory, cluster.account),
});

/** Whether the server that runs was started for a load: PostgreSQL keeps the command line that it was started with. */
const runsForLoad = async ({ data }: ExistingCluster): Promise<boolean> =>
  (await findPostmaster(data)) !== undefined &&
  ((await readIfPresent(join(data, "postmaster.opts"))) ?? "").includes(`${MARK}=`);

/** Stops the server, if it runs, and starts it with these parameters over its own. */
const startAnew = async (
  { directory, data, binaries, account }: ExistingCluster,
  options: Readonly<Record<string, string>> = {},
): Promise<void> => {
  await stopServer(data, binaries, account, "fast");
  await startServer(directory, data, binaries, account, options);
};

const keep = async ({ port, socketDirectory }: Socket): Promise<Client> => {
  const keeper = new Client({
    ...{ host: socketDirectory, port, user: "postgres", database: "postgres" },
    application_name: KEEPER,
  });
  keeper.on("error", () => undefined); // gone with its server, which then has its own parameters again
  await keeper.connect();
  return keeper;
};

/**
 * Restarts a running server for a load (`wal_level = minimal`, no autovacuum): all sessions end, and nobody can follow
 * it until the load has ended. Should this process die, whoever next wants the cluster running ends the load.
 * @returns undefined where it does not start so: it runs with its own parameters then
 */
export const beginLoad = (directory: string): Promise<Load | undefined> =>
  onCluster(directory, async (cluster) => {
    if ((await findPostmaster(cluster.data)) === undefined) return undefined;
    try {
      await startAnew(cluster, LOAD);
    } catch {
      await startAnew(cluster);
      return undefined;
    }
    const keeper = await keep(await socketOf(cluster));
    return { end: () => endLoad(directory, keeper) };
  });

/** A server that somebody has restarted meanwhile has its own parameters already. */
const endLoad = async (directory: string, keeper: Client): Promise<void> => {
  await onCluster(directory, async (cluster) => {
    await keeper.end().catch(() => undefined);
    const running = (await findPostmaster(cluster.data)) !== undefined;
    if (!running || (await runsForLoad(cluster))) await startAnew(cluster);
  });
};

/** Milliseconds that a server may neither answer nor be gone: one that was killed is still ending. */
const ENDING = 5_000;

/** Whether the process that loads is there. A server that is gone is nobody's any more. */
const isKept = async (cluster: ExistingCluster): Promise<boolean> => {
  for (const deadline = Date.now() + ENDING; ; await sleep(50)) {
    try {
      return await asAdministrator(await socketOf(cluster), async (client) => {
        const { rowCount } = await client.query(
          "SELECT FROM pg_catalog.pg_stat_activity WHERE application_name = $1",
          [KEEPER],
        );
        return rowCount !== 0;
      });
    } catch (error) {
      if ((await findPostmaster(cluster.data)) === undefined) return false;
      if (Date.now() > deadline) throw error;
    }
  }
};

/** Gives a server its own parameters again that was started for a load whose process is gone. Under the directory's lock. */
export const endAbandonedLoad = async (cluster: ExistingCluster): Promise<void> => {
  if ((await runsForLoad(cluster)) && !(await isKept(cluster))) await startAnew(cluster);
};
