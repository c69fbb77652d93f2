import { resolve } from "node:path";
import { withDirectoryLock } from "./directory-lock";
import { existingCluster, type ExistingCluster } from "./existing-cluster";

/** Runs `work` on the cluster in a directory as the only one; undefined where there is none. */
export const onCluster = async <T>(
  given: string,
  work: (cluster: ExistingCluster) => Promise<T>,
): Promise<T | undefined> => {
  const directory = resolve(given);
  if ((await existingCluster(directory)) === undefined) return undefined;
  return withDirectoryLock(directory, async () => {
    const cluster = await existingCluster(directory);
    return cluster === undefined ? undefined : work(cluster);
  });
};
