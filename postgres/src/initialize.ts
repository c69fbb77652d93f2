import { chown, mkdir, rename, rm, rmdir, writeFile, appendFile } from "node:fs/promises";
import { join } from "node:path";
import { userInfo } from "node:os";
import type { Binaries } from "./binaries";
import { ClusterError } from "./cluster-error";
import { SETTINGS_FILE } from "./data-directory";
import { tryTool } from "./run-tool";
import type { Account } from "./server-account";
import { HBA_TEXT, identText } from "./settings";

/** A file that the server's account alone can read, from its first byte on. */
export const writePrivate = async (file: string, text: string, account: Account): Promise<void> => {
  await writeFile(file, "", { mode: 0o600 });
  if (account.switchTo) await chown(file, account.uid, account.gid);
  await writeFile(file, text);
};

/** A Mac of some age knows no C.UTF-8; C sorts the same. */
const LOCALES = ["C.UTF-8", "C"] as const;

const initdb = async (
  binaries: Binaries,
  account: Account,
  directory: string,
  pwfile: string,
  sync: boolean,
) => {
  const said: string[] = [];
  for (const locale of LOCALES) {
    const args = [
      `--pgdata=${directory}`,
      "--username=postgres",
      "--encoding=UTF8",
      `--locale=${locale}`,
      "--auth-host=scram-sha-256",
      "--auth-local=peer",
      `--pwfile=${pwfile}`,
      "--no-instructions",
      ...(sync ? [] : ["--no-sync"]),
    ];
    const { code, stderr } = await tryTool(binaries.path("initdb"), args, account);
    if (code === 0) return;
    said.push(stderr.trim());
    if (!/locale/.test(stderr)) break;
  }
  throw new ClusterError(
    "tool-failed",
    `initdb could not make a cluster in ${directory}: ${said.join("; ")}`,
  );
};

export interface Initialization {
  readonly binaries: Binaries;
  readonly account: Account;
  readonly password: string;
  readonly settings: string;
  /** False where losing the files to a power failure does not matter. */
  readonly sync: boolean;
  /** A directory of the account's own, for the password file's short life. */
  readonly privateDirectory: string;
}

/** Makes a cluster aside and renames it into place whole: one that was interrupted is never taken for a cluster. */
export const initialize = async (directory: string, init: Initialization): Promise<void> => {
  const { binaries, account, password, settings, sync, privateDirectory } = init;
  const aside = `${directory}.initdb`;
  const pwfile = join(privateDirectory, "pw");
  await rm(aside, { recursive: true, force: true });
  await mkdir(aside, { mode: 0o700 });
  if (account.switchTo) await chown(aside, account.uid, account.gid);
  try {
    await writePrivate(pwfile, `${password}\n`, account);
    await initdb(binaries, account, aside, pwfile, sync);
    const accounts = [...new Set([account.name, userInfo().username])];
    await writePrivate(join(aside, "pg_hba.conf"), HBA_TEXT, account);
    await writePrivate(join(aside, "pg_ident.conf"), identText(accounts), account);
    await writePrivate(join(aside, SETTINGS_FILE), settings, account);
    await appendFile(join(aside, "postgresql.conf"), `\ninclude '${SETTINGS_FILE}'\n`);
  } catch (error) {
    await rm(aside, { recursive: true, force: true });
    throw error;
  } finally {
    await rm(pwfile, { force: true });
  }
  await rmdir(directory).catch(() => undefined); // an empty one may stand there; else the rename says why not
  await rename(aside, directory);
};
