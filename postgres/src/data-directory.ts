import { createHash, randomBytes } from "node:crypto";
import {
  chmod,
  chown,
  lstat,
  mkdir,
  readFile,
  readdir,
  readlink,
  realpath,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { dirname, join } from "node:path";
import { ClusterError, codeOf } from "./cluster-error";
import type { Account } from "./server-account";

/** Where data goes when the directory asked for lies where the server's account cannot reach it. */
const REACHABLE = "/var/lib/rehome";

/** The file that holds the cluster's settings and marks it as run by Rehome. */
export const SETTINGS_FILE = "rehome.conf";

const absentAs =
  <T>(value: T) =>
  (error: unknown): T => {
    if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR") return value;
    throw error;
  };

/** The file's text, undefined when there is none. */
export const readIfPresent = (file: string): Promise<string | undefined> =>
  readFile(file, "utf8").catch(absentAs(undefined));

/** The directory behind links, or the path itself while there is nothing. */
export const resolved = (directory: string): Promise<string> =>
  realpath(directory).catch(absentAs(directory));

/** The cluster's major version, undefined when the directory holds none. */
export const clusterVersion = async (directory: string): Promise<number | undefined> => {
  const text = await readIfPresent(join(directory, "PG_VERSION"));
  return text === undefined ? undefined : Number.parseInt(text, 10);
};

const short = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 10);

const mayTraverse = async (directory: string, account: Account): Promise<boolean> => {
  const { mode, uid, gid } = await stat(directory);
  const bit = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
  return (mode & bit) !== 0;
};

const reachable = async (directory: string, account: Account): Promise<boolean> => {
  if (!account.switchTo) return true;
  for (let parent = dirname(directory); ; parent = dirname(parent)) {
    if (!(await mayTraverse(parent, account))) return false;
    if (parent === dirname(parent)) return true;
  }
};

const assertFree = async (directory: string): Promise<void> => {
  const entries = await readdir(directory).catch(absentAs<string[]>([]));
  if (entries.length === 0) return;
  throw new ClusterError(
    "not-a-cluster",
    `${directory} is not empty and holds no PostgreSQL cluster: give another directory, or empty it.`,
  );
};

/**
 * `pg_ctl` gives the directory to a shell, between double quotes, and `postmaster.pid` keeps it on a line: what either
 * would read otherwise is refused before anything is made.
 */
export const assertUsable = (directory: string): void => {
  const found = /["$`\\\p{Cc}]/u.exec(directory)?.[0];
  if (found === undefined) return;
  throw new ClusterError(
    "directory-unusable",
    `${JSON.stringify(directory)} holds ${JSON.stringify(found)}, which pg_ctl would take for something else: ` +
      'give a directory without ", $, `, \\ and control characters.',
  );
};

/** Says, beside data that lies elsewhere, which directory it was made for. */
export const originFile = (data: string): string => `${data}.origin`;

/**
 * Decides where a new cluster's files go: the directory itself, or, when root's server could not reach it (a clone
 * in /root, say), one of /var/lib/rehome with a link in its place. Makes the parents, not the directory.
 */
export const placeData = async (directory: string, account: Account): Promise<string> => {
  await mkdir(dirname(directory), { recursive: true });
  await assertFree(directory);
  if (await reachable(directory, account)) return directory;
  const linked = await readlink(directory).catch(absentAs<string | undefined>(undefined));
  if (linked !== undefined) return linked;
  // A name of its own: somebody may have deleted the link and not the data, which is not ours to overwrite.
  const elsewhere = join(REACHABLE, `${short(directory)}-${randomBytes(4).toString("hex")}`);
  await mkdir(REACHABLE, { recursive: true, mode: 0o755 });
  await writeFile(originFile(elsewhere), directory);
  await symlink(elsewhere, directory);
  return elsewhere;
};

/**
 * The directory for the cluster's unix socket and for short-lived password files: short, for a socket's path has room
 * for about a hundred bytes, and the server's own. Made when absent (a reboot empties /tmp).
 */
export const socketDirectory = async (directory: string, account: Account): Promise<string> => {
  const path = socketPath(directory);
  await mkdir(path, { mode: 0o700 }).catch((error: unknown) => {
    if (codeOf(error) !== "EEXIST") throw error;
  });
  const found = await lstat(path);
  if (found.uid === 0 && account.switchTo) await chown(path, account.uid, account.gid);
  if (!found.isDirectory() || (found.uid !== account.uid && !(found.uid === 0 && account.switchTo))) {
    throw new ClusterError(
      "directory-unusable",
      `${path} belongs to somebody else: remove it, then try again.`,
    );
  }
  await chmod(path, 0o700);
  return path;
};

/** Where `socketDirectory` is. */
export const socketPath = (directory: string): string => `/tmp/rehome-${short(directory)}`;
