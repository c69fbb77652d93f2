import { spawn, type ChildProcess } from "node:child_process";
import type { MoveRequest } from "@rehome/migration";

const ENGINE = `${import.meta.dirname}/../../migration`;
const SCRIPT = `
  const engine = require(${JSON.stringify(ENGINE)});
  const { request, stage, call } = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
  engine[call](request, (progress) => { if (progress.stage === stage) process.kill(process.pid, "SIGKILL"); });`;

/** What of the engine is run: it takes a request and reports stages. */
type Call = "move" | "followMove" | "prove";

/** Starts a call of the engine in a process of its own. */
export function inProcess(request: MoveRequest, call: Call = "move", stage?: string): ChildProcess {
  const child = spawn(process.execPath, ["-e", SCRIPT], { stdio: ["pipe", "ignore", "inherit"] });
  child.stdin?.end(JSON.stringify({ request, stage, call }));
  return child;
}

/** Runs a call in a process of its own, which kills itself without warning when `stage` begins. */
export const killedIn = (
  stage: string,
  request: MoveRequest,
  call: Call = "move",
): Promise<NodeJS.Signals | null> =>
  new Promise((resolve, reject) => {
    const child = inProcess(request, call, stage);
    child.on("error", reject);
    child.on("exit", (_, signal) => resolve(signal));
  });
