import { readlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readIfPresent } from "./data-directory";
import { idInUse, isAlive } from "./process-identity";

/** A process id that no system gives out: PostgreSQL takes a lock file with it for a dead server's. */
const NOBODY = 2147483647;

/** The running server of a data directory. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
}

/** True when the process is known to be something else: it works in another directory. */
const isOther = async (pid: number, dataDirectory: string): Promise<boolean> => {
  try {
    return (await readlink(`/proc/${pid}/cwd`)) !== dataDirectory;
  } catch {
    return false; // no /proc, or not ours to look at: believe the lock file
  }
};

/** The server that runs on a data directory, by its lock file; undefined when none does, whatever a crash left. */
export const findPostmaster = async (dataDirectory: string): Promise<Postmaster | undefined> => {
  const lines = (await readIfPresent(join(dataDirectory, "postmaster.pid")))?.split("\n");
  const pid = Number(lines?.[0]);
  if (!Number.isInteger(pid) || pid <= 0 || !isAlive(pid)) return undefined;
  if (await isOther(pid, dataDirectory)) return undefined;
  return { pid, port: Number(lines?.[3]) };
};

/**
 * After a crash the id in the lock file may belong to another process by now, and PostgreSQL would refuse to start.
 * Only the id is replaced: the rest of the file lets PostgreSQL see whether old backends still use the memory.
 */
export const disownLockFile = async (dataDirectory: string): Promise<void> => {
  const file = join(dataDirectory, "postmaster.pid");
  const text = await readIfPresent(file);
  if (text === undefined || (await findPostmaster(dataDirectory)) !== undefined) return;
  if (!idInUse(Number(text.split("\n")[0]))) return;
  await writeFile(file, text.replace(/^-?\d+/, String(NOBODY)));
};
