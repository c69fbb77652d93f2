import { statfsSync } from "node:fs";
import { chmod, mkdtemp } from "node:fs/promises";
import { join } from "node:path";

const MEMORY = "/dev/shm";
/** All servers of a run together stay below a quarter of it. */
const PLENTY = 8 * 2 ** 30;
const TMPFS = 0x01021994;

const hasPlenty = (): boolean => {
  try {
    const { type, bavail, bsize } = statfsSync(MEMORY);
    return type === TMPFS && bavail * bsize >= PLENTY && process.availableMemory() >= PLENTY;
  } catch {
    return false; // no such file system here
  }
};

/**
 * Makes an empty directory for servers and stacks that a test deletes again; every user may look in. It is in memory where
 * there is plenty: some file systems look long for a place where thousands of files have just been deleted.
 */
export const throwawayDirectory = async (name: string): Promise<string> => {
  const directory = await mkdtemp(join(hasPlenty() ? MEMORY : "/tmp", `rehome-${name}-`));
  await chmod(directory, 0o755); // servers may run as another user
  return directory;
};
