import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

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

/** How often a server is looked at, in milliseconds. */
const OFTEN = 500;

/** Seconds of CPU that a server has used, restarts included: those of a postmaster that has ended as they were last seen. */
export class ServerCpu {
  /** Of each postmaster that there has been, by its process id. */
  private readonly seen = new Map<number, number>();
  private readonly timer = setInterval(() => void this.seconds(), OFTEN).unref();

  /** @param directory the server's data directory */
  constructor(private readonly directory: string) {}

  seconds(): number {
    const postmaster = this.running();
    if (postmaster !== undefined) {
      const known = this.seen.get(postmaster) ?? 0;
      this.seen.set(postmaster, Math.max(known, serverSeconds(postmaster))); // none any more once it has ended
    }
    return [...this.seen.values()].reduce((sum, seconds) => sum + seconds, 0);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private running(): number | undefined {
    try {
      return parseInt(readFileSync(join(this.directory, "postmaster.pid"), "utf8"), 10);
    } catch {
      return undefined; // it does not run just now
    }
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
