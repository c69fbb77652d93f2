import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { codeOf } from "./cluster-error";
import { tryTool } from "./run-tool";

/** Whether the id is in use, if only by a zombie: what PostgreSQL itself goes by. */
export const idInUse = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === "EPERM";
  }
};

/** The state of a zombie: in a container whose first process never waits for orphans, a killed server stays as one. */
const isZombie = (pid: number): boolean => {
  try {
    return /\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false; // no /proc
  }
};

/** Whether a process with this id runs, whoever owns it. */
export const isAlive = (pid: number): boolean => idInUse(pid) && !isZombie(pid);

/**
 * What tells a process from a later one with the same id: when it began. Undefined when there is none.
 * Ids are used again after a reboot, and soon in containers.
 */
export const processIdentity = async (pid: number): Promise<string | undefined> => {
  if (!isAlive(pid)) return undefined;
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    const afterName = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const boot = await readFile("/proc/sys/kernel/random/boot_id", "utf8");
    return `${pid} ${afterName[19]} ${boot.trim()}`;
  } catch {
    const { code, stdout } = await tryTool("ps", ["-o", "lstart=", "-p", String(pid)]); // no /proc: macOS
    return code === 0 ? `${pid} ${stdout.trim()}` : undefined;
  }
};
