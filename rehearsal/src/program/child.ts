import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";

/** A Node process that ends when this one does, however it ends. */
export interface Child {
  readonly process: ChildProcess;
  /** Resolves with the exit code; 1 when it was killed. */
  readonly exited: Promise<number>;
  /** Asks it to end, then insists. */
  readonly stop: () => Promise<void>;
}

const INSIST_AFTER = 3_000;

/** A killed host must not leave a provider behind that goes on working: each child watches its parent. */
const FOLLOW_PARENT = `const parent = process.ppid;
setInterval(() => { if (process.ppid !== parent) process.kill(process.pid, "SIGKILL"); }, 250).unref();`;
const PRELOAD = `--import=data:text/javascript;base64,${Buffer.from(FOLLOW_PARENT).toString("base64")}`;

export const startNode = (
  script: string,
  options: {
    readonly args: readonly string[];
    readonly cwd: string;
    readonly env: Readonly<Record<string, string>>;
    readonly onLine: (line: string, stream: "stdout" | "stderr") => void;
  },
): Child => {
  const child = spawn(process.execPath, [PRELOAD, script, ...options.args], {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true, // Ctrl-C is for the host, which lets what is under way come to its end
  });
  for (const name of ["stdout", "stderr"] as const) {
    createInterface({ input: child[name] }).on("line", (line) => options.onLine(line, name));
  }
  const exited = new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve(code ?? 1));
  });
  exited.catch(() => undefined); // whoever waits for it is told
  return {
    process: child,
    exited,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill("SIGTERM");
      const insist = setTimeout(() => child.kill("SIGKILL"), INSIST_AFTER);
      await exited.catch(() => undefined);
      clearTimeout(insist);
    },
  };
};
