import { readFileSync, readdirSync } from "node:fs";

/** The unit of `/proc/<pid>/stat`'s times: `USER_HZ`, which Linux shows to programs as 100 everywhere. */
const TICKS = 100;

interface Stat {
  readonly parent: number;
  /** Seconds of its own, and of its children that have ended. */
  readonly seconds: number;
}

/** What `/proc/<pid>/stat` says; undefined when the process has just ended. */
function statOf(pid: number): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The second field, the program's name in brackets, may hold anything.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    const times = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
    return { parent: Number(fields[1]), seconds: times / TICKS };
  } catch {
    return undefined;
  }
}

/** Seconds of CPU, user and system, that a server has used: its postmaster, its processes, and those that have ended. */
export function serverSeconds(postmaster: number): number {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.reduce((sum, name) => {
    const pid = Number(name);
    const stat = statOf(pid);
    return stat !== undefined && (pid === postmaster || stat.parent === postmaster)
      ? sum + stat.seconds
      : sum;
  }, 0);
}
