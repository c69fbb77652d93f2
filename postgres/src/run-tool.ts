import { execFile } from "node:child_process";
import { ClusterError } from "./cluster-error";
import type { Account } from "./server-account";

/** How a tool ended. */
export interface ToolResult {
  /** The exit code; -1 when a signal ended it or it could not be started. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The caller's environment without PostgreSQL's own variables, which would redirect a tool to another server. */
const cleanEnvironment = (): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("PG"))),
  LC_ALL: "C",
});

/** Runs a program to its end as `account` (default: the caller) and gives what it printed, whatever its exit code. */
export const tryTool = (program: string, args: readonly string[], account?: Account): Promise<ToolResult> =>
  new Promise((resolve) => {
    const identity = account?.switchTo === true ? { uid: account.uid, gid: account.gid } : {};
    const options = { ...identity, cwd: "/", env: cleanEnvironment(), maxBuffer: 64 * 1024 * 1024 };
    execFile(program, args, options, (error, stdout, stderr) => {
      if (error === null) return resolve({ code: 0, stdout, stderr });
      const code = typeof error.code === "number" ? error.code : -1;
      resolve({ code, stdout, stderr: stderr === "" ? error.message : stderr });
    });
  });

/** Like `tryTool`, but an exit code other than 0 is an error with what the tool said. */
export const runTool = async (
  program: string,
  args: readonly string[],
  account?: Account,
): Promise<string> => {
  const result = await tryTool(program, args, account);
  if (result.code === 0) return result.stdout;
  throw new ClusterError("tool-failed", `${program} failed (exit ${result.code}): ${result.stderr.trim()}`);
};
