import { randomUUID } from "node:crypto";
import { mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ClusterError, codeOf } from "./cluster-error";
import { processIdentity } from "./process-identity";

interface Holder {
  readonly pid: number;
  readonly identity: string | undefined;
  readonly nonce: string;
}

const readHolder = async (lock: string): Promise<Holder | undefined> => {
  try {
    return JSON.parse(await readFile(join(lock, "holder.json"), "utf8")) as Holder;
  } catch (error) {
    if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR") return undefined;
    throw error;
  }
};

/** Makes the lock whole aside and renames it into place: it is never seen without its holder. */
const take = async (lock: string): Promise<boolean> => {
  const nonce = randomUUID();
  const aside = `${lock}.${nonce}`;
  await mkdir(aside);
  const holder: Holder = { pid: process.pid, identity: await processIdentity(process.pid), nonce };
  await writeFile(join(aside, "holder.json"), JSON.stringify(holder));
  try {
    await rename(aside, lock); // fails where a directory with content stands there
    return true;
  } catch (error) {
    await rm(aside, { recursive: true, force: true });
    if (codeOf(error) === "ENOTEMPTY" || codeOf(error) === "EEXIST") return false;
    throw error;
  }
};

/** Moves a dead holder's lock to a name of its own; two who try at once cannot move the successor's away. */
const breakDead = async (lock: string, dead: Holder): Promise<void> => {
  try {
    await rename(lock, `${lock}.dead-${dead.nonce}`);
  } catch (error) {
    if (!["ENOENT", "ENOTEMPTY", "EEXIST"].includes(codeOf(error) ?? "")) throw error;
  }
};

const release = async (lock: string): Promise<void> => {
  const prefix = `${basename(lock)}.dead-`;
  for (const name of await readdir(dirname(lock))) {
    if (name.startsWith(prefix)) await rm(join(dirname(lock), name), { recursive: true, force: true });
  }
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
      await breakDead(lock, holder);
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
