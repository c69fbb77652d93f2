import { rm } from "node:fs/promises";
import { resolve } from "node:path";
import { clusterVersion, originFile, resolved, socketPath } from "./data-directory";
import { withDirectoryLock } from "./directory-lock";
import { existingCluster } from "./existing-cluster";
import { findPostmaster } from "./postmaster";
import { stopServer } from "./server-process";

/** Whether a cluster is there, and whether its server runs. A lock file left by a crash does not count. */
export const clusterStatus = async (directory: string): Promise<"absent" | "stopped" | "running"> => {
  const data = await resolved(resolve(directory));
  if ((await clusterVersion(data)) === undefined) return "absent";
  return (await findPostmaster(data)) === undefined ? "stopped" : "running";
};

const stop = async (directory: string, mode: "fast" | "immediate"): Promise<boolean> => {
  const cluster = await existingCluster(directory);
  if (cluster === undefined) return false;
  await stopServer(cluster.data, cluster.binaries, cluster.account, mode);
  return true;
};

/**
 * Stops the server when it runs. `fast` (the default) ends sessions and writes everything out; `immediate` leaves the
 * rest to recovery at the next start.
 */
export const stopCluster = async (given: string, mode: "fast" | "immediate" = "fast"): Promise<void> => {
  const directory = resolve(given);
  if ((await clusterStatus(directory)) === "absent") return;
  await withDirectoryLock(directory, () => stop(directory, mode));
};

/** Stops the server and deletes the cluster with all its data. Anything that is no cluster of Rehome's is left alone. */
export const removeCluster = async (given: string): Promise<void> => {
  const directory = resolve(given);
  if ((await clusterStatus(directory)) === "absent") return;
  await withDirectoryLock(directory, async () => {
    const data = await resolved(directory);
    if (!(await stop(directory, "immediate"))) return;
    await rm(data, { recursive: true, force: true });
    if (data !== directory) await rm(originFile(data), { force: true });
    await rm(directory, { recursive: true, force: true }); // the link, when the data lay elsewhere
    await rm(socketPath(directory), { recursive: true, force: true });
  });
};
