import { open, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Binaries } from "./binaries";
import { ClusterError, codeOf } from "./cluster-error";
import { socketDirectory } from "./data-directory";
import { disownLockFile, findPostmaster } from "./postmaster";
import { runTool, tryTool } from "./run-tool";
import type { Account } from "./server-account";

/** Seconds: recovery after a crash reads the log of everything since the last checkpoint. */
const PATIENCE = 600;
const LOG = "server.log";

const sizeOf = (file: string): Promise<number> =>
  stat(file).then(
    ({ size }) => size,
    (error: unknown) => {
      if (codeOf(error) === "ENOENT") return 0;
      throw error;
    },
  );

/** What the server has logged since the log had `offset` bytes. */
const loggedSince = async (file: string, offset: number): Promise<string> => {
  if ((await sizeOf(file)) === 0) return "";
  const handle = await open(file, "r");
  try {
    const buffer = Buffer.alloc(Math.max(0, (await handle.stat()).size - offset));
    await handle.read(buffer, 0, buffer.length, offset);
    return buffer.toString("utf8");
  } finally {
    await handle.close();
  }
};

const fatal = (log: string): string =>
  log
    .split("\n")
    .filter((line) => /(FATAL|PANIC|HINT|DETAIL|could not)/.test(line))
    .join("; ");

/** The socket directory is this cluster's alone, and its server does not run: whatever lies there a crash has left. */
const clearSockets = async (socketDirectory: string): Promise<void> => {
  for (const name of await readdir(socketDirectory)) {
    if (name.startsWith(".s.PGSQL.")) await rm(join(socketDirectory, name), { force: true });
  }
};

/**
 * Starts the server of `data` and waits until it answers. Throws `port-taken` or `start-failed` with its log.
 * @param options parameters for this start alone, over those of its file: names and values as no shell reads otherwise
 */
export const startServer = async (
  directory: string,
  data: string,
  binaries: Binaries,
  account: Account,
  options: Readonly<Record<string, string>> = {},
): Promise<void> => {
  await clearSockets(await socketDirectory(directory, account));
  const log = join(data, LOG);
  const given = Object.entries(options).map(([name, value]) => `-c ${name}=${value}`);
  const own = given.length === 0 ? [] : ["-o", given.join(" ")];
  const args = ["start", "-D", data, "-l", log, ...own, "-w", "-t", String(PATIENCE), "-s"];
  for (let attempt = 1; ; attempt += 1) {
    await disownLockFile(data);
    const offset = await sizeOf(log);
    const { code, stderr } = await tryTool(binaries.path("pg_ctl"), args, account);
    if (code === 0) return;
    const said = await loggedSince(log, offset);
    if (/still in use/.test(said) && attempt < 50) {
      await sleep(200); // a killed server's last backends are still ending
      continue;
    }
    const taken = /could not bind|could not create any TCP\/IP sockets|Address already in use/.test(said);
    throw new ClusterError(
      taken ? "port-taken" : "start-failed",
      `The PostgreSQL server in ${directory} did not start: ${fatal(said) || stderr.trim()} (its log: ${log})`,
    );
  }
};

/**
 * Stops the server of `data` when it runs; `immediate` leaves the rest to recovery. `pg_ctl` would look ten times a
 * second whether it has ended, and nobody is served meanwhile. Throws `tool-failed`.
 */
export const stopServer = async (
  data: string,
  binaries: Binaries,
  account: Account,
  mode: "fast" | "immediate",
): Promise<void> => {
  if ((await findPostmaster(data)) === undefined) return;
  await runTool(binaries.path("pg_ctl"), ["stop", "-D", data, "-m", mode, "-W", "-s"], account);
  const deadline = Date.now() + PATIENCE * 1000;
  while ((await findPostmaster(data)) !== undefined) {
    if (Date.now() > deadline)
      throw new ClusterError(
        "tool-failed",
        `The PostgreSQL server in ${data} has not stopped in ${PATIENCE} s.`,
      );
    await sleep(10);
  }
};
