import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { RehearsalError } from "../rehearsal-error";

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
};

const holderOf = (file: string): number | undefined => {
  try {
    const pid = Number(readFileSync(file, "utf8").trim());
    return Number.isInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined; // gone in between
  }
};

/**
 * Keeps a second run away from a stack. The lock of a process that is gone is taken over.
 * @returns what releases the lock
 */
export const lock = (file: string, stack: string): (() => void) => {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  for (let attempt = 0; attempt < 3; attempt += 1) {
    try {
      writeFileSync(file, `${process.pid}\n`, { flag: "wx", mode: 0o600 });
      return () => {
        if (holderOf(file) === process.pid) rmSync(file, { force: true });
      };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const holder = holderOf(file);
    if (holder !== undefined && isAlive(holder)) break;
    rmSync(file, { force: true });
  }
  throw new RehearsalError(
    "locked",
    `the stack "${stack}" is being changed by process ${String(holderOf(file))}; wait for it to end (lock file ${file}).`,
  );
};
