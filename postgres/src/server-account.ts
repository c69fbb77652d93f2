import { stat } from "node:fs/promises";
import { userInfo } from "node:os";
import { ClusterError } from "./cluster-error";
import { tryTool } from "./run-tool";

/** The account of the operating system that a server runs as. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  /** True where the caller is root and must change to this account. */
  readonly switchTo: boolean;
}

const numberOf = async (flag: "-u" | "-g"): Promise<number | undefined> => {
  const { code, stdout } = await tryTool("id", [flag, "postgres"]);
  return code === 0 ? Number(stdout.trim()) : undefined;
};

/**
 * Who runs a new server: the caller, or, PostgreSQL refusing to run as root, the user `postgres`.
 * Throws `no-server-account` when the caller is root and there is no such user.
 */
export const serverAccount = async (): Promise<Account> => {
  const self = userInfo();
  if (self.uid !== 0) return { name: self.username, uid: self.uid, gid: self.gid, switchTo: false };
  const [uid, gid] = [await numberOf("-u"), await numberOf("-g")];
  if (uid === undefined || gid === undefined) {
    throw new ClusterError(
      "no-server-account",
      "PostgreSQL does not run as root, and this machine has no user `postgres` to run it as: " +
        "create it (useradd --system --user-group postgres) or go on as another user.",
    );
  }
  return { name: "postgres", uid, gid, switchTo: true };
};

/** Who runs an existing cluster: the owner of its data directory. Throws when the caller may not act for them. */
export const ownerOf = async (dataDirectory: string): Promise<Account> => {
  const { uid, gid } = await stat(dataDirectory);
  const self = userInfo();
  if (uid === self.uid) return { name: self.username, uid, gid: self.gid, switchTo: false };
  if (self.uid === 0) return { name: `user ${uid}`, uid, gid, switchTo: true };
  throw new ClusterError(
    "directory-unusable",
    `The cluster in ${dataDirectory} belongs to user ${uid}, and this is user ${self.uid} (${self.username}): ` +
      "go on as its owner, or give another directory.",
  );
};
