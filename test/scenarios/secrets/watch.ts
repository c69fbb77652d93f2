import { spawn } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What a watch has seen. */
export interface Watched {
  /** The arguments of every process of this machine, each line once. */
  readonly commands: readonly string[];
  readonly files: readonly { readonly path: string; readonly mode: number; readonly text: string }[];
}

/** Begins to watch processes, the folder of temporary files and all below `folder`; the function returned ends it. */
export const beginWatch = (folder: string): (() => Promise<Watched>) => {
  const child = spawn(process.execPath, [join(__dirname, "watcher.mjs"), tmpdir(), folder], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
  const ended = new Promise<void>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", () => resolve());
  });
  return async () => {
    child.stdin.end();
    await ended;
    return JSON.parse(text) as Watched;
  };
};
