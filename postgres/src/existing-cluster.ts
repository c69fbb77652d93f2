import { join } from "node:path";
import { findBinaries, type Binaries } from "./binaries";
import { ClusterError } from "./cluster-error";
import { SETTINGS_FILE, clusterVersion, readIfPresent, resolved } from "./data-directory";
import { ownerOf, type Account } from "./server-account";
import { addressIn, portIn } from "./settings";

/** A cluster on disk and what runs it. */
export interface ExistingCluster {
  /** The directory as it was given. */
  readonly directory: string;
  /** Where the files are, links followed. */
  readonly data: string;
  readonly binaries: Binaries;
  readonly account: Account;
  readonly settings: string;
  readonly port: number;
  readonly address: string;
}

/**
 * Reads what is needed to run the cluster in `directory`; undefined when there is none. Throws `not-a-cluster` for one
 * that Rehome did not make, and `binaries-missing` when its version is not installed.
 */
export const existingCluster = async (directory: string): Promise<ExistingCluster | undefined> => {
  const data = await resolved(directory);
  const version = await clusterVersion(data);
  if (version === undefined) return undefined;
  const settings = await readIfPresent(join(data, SETTINGS_FILE));
  const port = settings === undefined ? undefined : portIn(settings);
  if (settings === undefined || port === undefined) {
    throw new ClusterError(
      "not-a-cluster",
      `The cluster in ${directory} was not made by Rehome: declare it as an \`existing\` host, or give another directory.`,
    );
  }
  const binaries = await findBinaries({ version, need: ["postgres", "pg_ctl"] });
  return {
    directory,
    data,
    binaries,
    account: await ownerOf(data),
    settings,
    port,
    address: addressIn(settings),
  };
};
