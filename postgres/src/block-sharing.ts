import { randomUUID } from "node:crypto";
import { constants, copyFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { ExistingCluster } from "./existing-cluster";

/** The first version that can copy a database's files by sharing their blocks. */
const VERSION = 18;

/** Whether a copy of a file here can share its blocks until one of both is written: XFS, btrfs, APFS; not ext4. */
const sharesBlocks = async (data: string): Promise<boolean> => {
  const probe = join(data, `rehome-${randomUUID()}`);
  try {
    await copyFile(join(data, "PG_VERSION"), probe, constants.COPYFILE_FICLONE_FORCE);
    return true;
  } catch {
    return false;
  } finally {
    await rm(probe, { force: true });
  }
};

/**
 * What a cluster has beside what is declared: a database is copied at once where blocks can be shared. Elsewhere that way
 * would be slower than PostgreSQL's own.
 */
export const blockSharing = async ({
  data,
  binaries,
}: ExistingCluster): Promise<Readonly<Record<string, string>>> =>
  binaries.version >= VERSION && (await sharesBlocks(data)) ? { file_copy_method: "clone" } : {};
