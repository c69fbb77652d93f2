import { resolve } from "node:path";
import { reloadSettings, writeSettings } from "./apply-settings";
import { findBinaries } from "./binaries";
import { blockSharing } from "./block-sharing";
import { ClusterError, codeOf } from "./cluster-error";
import type { Cluster, ClusterSpec } from "./cluster";
import { assertUsable, placeData, socketDirectory, socketPath } from "./data-directory";
import { withDirectoryLock } from "./directory-lock";
import { existingCluster, type ExistingCluster } from "./existing-cluster";
import { freePort } from "./free-port";
import { initialize } from "./initialize";
import { endAbandonedLoad } from "./load";
import { onCluster } from "./on-cluster";
import { ensurePassword } from "./password";
import { findPostmaster } from "./postmaster";
import { startServer, stopServer } from "./server-process";
import { serverAccount } from "./server-account";
import { settingsText } from "./settings";
import { tlsMark, tlsParameters, writeTls } from "./tls";

const asCluster = ({ directory, binaries }: ExistingCluster, host: string, port: number): Cluster => ({
  directory,
  host,
  port,
  user: "postgres",
  version: binaries.version,
});

const LOOPBACK = "127.0.0.1";

const textFor = (spec: ClusterSpec, port: number): string =>
  settingsText({
    port,
    address: spec.address ?? LOOPBACK,
    socketDirectory: socketPath(spec.directory),
    marks: tlsMark(spec.tls),
    parameters: { ...spec.parameters, ...tlsParameters(spec.tls) },
  });

const create = async (spec: ClusterSpec): Promise<void> => {
  const binaries = await findBinaries(spec.version === undefined ? {} : { version: spec.version });
  const account = await serverAccount();
  const settings = textFor(spec, spec.port ?? (await freePort(spec.directory)));
  const data = await placeData(spec.directory, account);
  const privateDirectory = await socketDirectory(spec.directory, account);
  const sync = spec.parameters?.["fsync"] !== "off";
  await initialize(data, { binaries, account, password: spec.password, settings, sync, privateDirectory });
};

const existingOrNew = async (spec: ClusterSpec): Promise<ExistingCluster> => {
  if ((await existingCluster(spec.directory)) === undefined) await create(spec);
  const cluster = await existingCluster(spec.directory);
  if (cluster === undefined)
    throw new ClusterError("not-a-cluster", `initdb left no cluster in ${spec.directory}.`);
  const { version } = cluster.binaries;
  if (spec.version === undefined || spec.version === version) return cluster;
  throw new ClusterError(
    "version-differs",
    `The cluster in ${spec.directory} is of PostgreSQL ${version}, and ${spec.version} is asked for: ` +
      "declare a new host with that version and move the data there.",
  );
};

/** Starts a stopped cluster with these settings; should they keep it from starting, the old ones are put back. */
const startWith = async (cluster: ExistingCluster, { tls }: ClusterSpec, text: string): Promise<void> => {
  const { directory, data, binaries, account } = cluster;
  await writeTls(data, tls, account);
  await writeSettings(data, text, binaries, account);
  try {
    await startServer(directory, data, binaries, account);
  } catch (error) {
    await writeSettings(data, cluster.settings, binaries, account);
    throw error;
  }
};

/** Starts a stopped cluster; where its port is taken and nobody asked for that very one, on another. */
const start = async (cluster: ExistingCluster, spec: ClusterSpec): Promise<number> => {
  const port = spec.port ?? cluster.port;
  try {
    await startWith(cluster, spec, textFor(spec, port));
    return port;
  } catch (error) {
    if (spec.port !== undefined || codeOf(error) !== "port-taken") throw error;
    const another = await freePort(spec.directory);
    await startWith(cluster, spec, textFor(spec, another));
    return another;
  }
};

const restart = async (cluster: ExistingCluster, spec: ClusterSpec, text: string): Promise<void> => {
  const { directory, data, binaries, account, settings } = cluster;
  await stopServer(data, binaries, account, "fast");
  try {
    await startWith(cluster, spec, text);
  } catch (error) {
    if (settings !== text) await startServer(directory, data, binaries, account); // as it was before
    throw error;
  }
};

/** Applies settings to a running cluster: read anew, and restarted where that is not enough. */
const adjust = async (cluster: ExistingCluster, spec: ClusterSpec, runningOn: number): Promise<number> => {
  const { data, binaries, account } = cluster;
  const port = spec.port ?? cluster.port;
  const text = textFor(spec, port);
  await writeTls(data, spec.tls, account);
  await writeSettings(data, text, binaries, account);
  const socket = { port: runningOn, socketDirectory: await socketDirectory(spec.directory, account) };
  if ((await reloadSettings(data, socket)).length > 0) await restart(cluster, spec, text);
  return port;
};

/**
 * Makes the cluster be as declared and run: initialized when absent (scram-sha-256, UTF8, C.UTF-8), started when
 * stopped or crashed, parameters applied (with a restart only where PostgreSQL asks for one), the password altered when
 * it differs. Does nothing when all is so. Two at once, in one process or several, wait for each other.
 * Throws `ClusterError`.
 */
export const ensureCluster = async (given: ClusterSpec): Promise<Cluster> => {
  const declared = { ...given, directory: resolve(given.directory) };
  assertUsable(declared.directory);
  return withDirectoryLock(declared.directory, async () => {
    textFor(declared, declared.port ?? 0); // refuses bad parameters before anything is made
    const cluster = await existingOrNew(declared);
    const spec = { ...declared, parameters: { ...(await blockSharing(cluster)), ...declared.parameters } };
    await endAbandonedLoad(cluster);
    const running = await findPostmaster(cluster.data);
    const port =
      running === undefined ? await start(cluster, spec) : await adjust(cluster, spec, running.port);
    const host = spec.address ?? LOOPBACK;
    await ensurePassword(
      { host, port, tls: spec.tls !== undefined },
      socketPath(spec.directory),
      spec.password,
    );
    return asCluster(cluster, host, port);
  });
};

/**
 * Starts the cluster in `directory` as it is when it is stopped, and ends a load whose process is gone; undefined when
 * there is none. Throws `ClusterError`.
 */
export const startIfStopped = (given: string): Promise<Cluster | undefined> =>
  onCluster(given, async (cluster) => {
    await endAbandonedLoad(cluster);
    const running = await findPostmaster(cluster.data);
    if (running === undefined)
      await startServer(cluster.directory, cluster.data, cluster.binaries, cluster.account);
    return asCluster(cluster, cluster.address, running?.port ?? cluster.port);
  });
