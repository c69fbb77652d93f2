import { spawn } from "node:child_process";
import type { MoveRequest } from "@rehome/migration";

const ENGINE = `${import.meta.dirname}/../../migration`;
const SCRIPT = `
  const { move } = require(${JSON.stringify(ENGINE)});
  const { request, stage } = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
  move(request, (progress) => { if (progress.stage === stage) process.kill(process.pid, "SIGKILL"); });`;

/** Runs a move in a process of its own, which kills itself without warning when `stage` begins. */
export const killedIn = (stage: string, request: MoveRequest): Promise<NodeJS.Signals | null> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["-e", SCRIPT], { stdio: ["pipe", "ignore", "inherit"] });
    child.on("error", reject);
    child.on("exit", (_, signal) => resolve(signal));
    child.stdin.end(JSON.stringify({ request, stage }));
  });
