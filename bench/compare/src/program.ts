import { spawn } from "node:child_process";

/** How a program, or a script of several, is run. */
export interface Call {
  /** A script for bash; what it names as `$1`, `$2` … are `args`. */
  readonly script: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Seconds after which it is ended. */
  readonly limit?: number;
}

export interface Ended {
  readonly output: string;
  /** From its start to its end. */
  readonly seconds: number;
  /** Seconds of CPU, user and system, of all its programs. */
  readonly cpu: number;
}

const secondsOf = (time: string): number => {
  const [minutes = "0", seconds = "0"] = time.replace("s", "").split("m");
  return Number(minutes) * 60 + Number(seconds);
};

/** Ends whatever is left of a group of processes. */
function endGroup(leader: number | undefined): void {
  try {
    if (leader !== undefined) process.kill(-leader, "SIGKILL");
  } catch {
    // nothing is
  }
}

/** Runs a script to its end, and ends what it leaves behind. Bash counts the CPU of what it has run. @throws Error with what it said when it fails */
export async function runProgram({ script, args = [], env, input = "", limit }: Call): Promise<Ended> {
  const whole = `set -o pipefail; { ${script}\n}; status=$?; times >&3; exit $status`;
  const started = performance.now();
  const child = spawn("bash", ["-c", whole, "bash", ...args], {
    stdio: ["pipe", "pipe", "pipe", "pipe"],
    env: { ...process.env, LC_ALL: "C", ...env },
    detached: true, // a group of its own, so that all of it can be ended
  });
  let late = false;
  const end = (): void => {
    late = true;
    endGroup(child.pid);
  };
  child.once("exit", () => endGroup(child.pid)); // a program that fails may leave others running, beside who comes next
  const clock = limit === undefined ? undefined : setTimeout(end, limit * 1000);
  const taken = ["", "", ""];
  child.stdio.slice(1).forEach((stream, at) => {
    stream?.on("data", (chunk: Buffer) => (taken[at] += chunk.toString()));
  });
  child.stdin?.on("error", () => undefined); // it has ended before it read: its status says why
  child.stdin?.end(input);
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  }).finally(() => clearTimeout(clock));
  if (late) throw new Error(`not done after ${limit} s`);
  const seconds = (performance.now() - started) / 1000;
  const [output = "", errors = "", times = ""] = taken;
  if (status !== 0) throw new Error(`${script}\nended with status ${status}: ${errors.slice(-2000)}`);
  const [user = "", system = ""] = (times.split("\n")[1] ?? "").split(" ");
  return { output, seconds, cpu: secondsOf(user) + secondsOf(system) };
}
