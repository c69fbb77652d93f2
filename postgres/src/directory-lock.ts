import { randomUUID } from "node:crypto";
import { mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ClusterError, codeOf } from "./cluster-error";
import { processIdentity } from "./process-identity";

/** Who holds a lock, as the name of the one file in it says. */
interface Holder {
  readonly file: string;
  readonly pid: number;
  readonly identity: string | undefined;
}

/** A name for this process' file, which no other will ever have. */
const ownName = async (): Promise<string> =>
  `${randomUUID()} ${(await processIdentity(process.pid)) ?? process.pid}`;

const readHolder = async (lock: string): Promise<Holder | undefined> => {
  try {
    const [file = ""] = await readdir(lock);
    const [, identity, pid] = /^\S+ ((\d+).*)$/.exec(file) ?? [];
    return pid === undefined
      ? undefined
      : { file, pid: Number(pid), identity: identity === pid ? undefined : identity };
  } catch (error) {
    if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR") return undefined;
    throw error;
  }
};

/** Makes the lock whole aside and renames it into place: it is never seen without its holder. */
const take = async (lock: string): Promise<boolean> => {
  const aside = `${lock}.${randomUUID()}`;
  await mkdir(aside);
  await writeFile(join(aside, await ownName()), "");
  try {
    await rename(aside, lock); // fails where a directory with content stands there
    return true;
  } catch (error) {
    await rm(aside, { recursive: true, force: true });
    if (codeOf(error) === "ENOTEMPTY" || codeOf(error) === "EEXIST") return false;
    throw error;
  }
};

/**
 * Takes a dead holder's lock over by giving its file another name, which one alone can: whoever comes later, and however
 * late, finds no file of the dead one's name there.
 */
const takeOver = async (lock: string, dead: Holder): Promise<boolean> => {
  try {
    await rename(join(lock, dead.file), join(lock, await ownName()));
    return true;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return false;
    throw error;
  }
};

const release = async (lock: string): Promise<void> => {
  const leaving = `${lock}.${randomUUID()}`;
  await rename(lock, leaving);
  await rm(leaving, { recursive: true, force: true });
};

/**
 * Does `work` while nobody else, in this process or another, works on the same directory. A lock whose holder has died
 * is taken over. Throws `locked` after `patience` milliseconds (default ten minutes).
 */
export const withDirectoryLock = async <T>(
  directory: string,
  work: () => Promise<T>,
  patience = 600_000,
): Promise<T> => {
  const lock = `${directory}.lock`;
  await mkdir(dirname(lock), { recursive: true });
  const deadline = Date.now() + patience;
  while (!(await take(lock))) {
    const holder = await readHolder(lock);
    if (holder !== undefined && (await processIdentity(holder.pid)) !== holder.identity) {
      if (await takeOver(lock, holder)) break;
    } else if (Date.now() > deadline) {
      throw new ClusterError(
        "locked",
        `Process ${holder?.pid ?? "?"} has been working on ${directory} for ${Math.round(patience / 1000)} s: ` +
          `wait for it, or end it, then try again.`,
      );
    } else {
      await sleep(50);
    }
  }
  try {
    return await work();
  } finally {
    await release(lock);
  }
};
