/**
 * The engine as a process of its own, so that it can be killed like one. The first line of its input is the job; at the
 * stage that the job names it stands still until another line comes. It says on its output what it does, a line each.
 */
import { readSync, writeSync } from "node:fs";
import {
  RehomeError,
  abandon,
  followMove,
  move,
  prove,
  retire,
  type MoveRequest,
  type MoveResult,
  type ReleaseQuery,
  type Report,
} from "@rehome/migration";

export type Job =
  | {
      readonly action: "move" | "prepare";
      readonly request: MoveRequest;
      readonly pauseAt: readonly string[];
    }
  | { readonly action: "retire" | "give-up"; readonly query: ReleaseQuery };

export type Said =
  | { readonly stage: string; readonly paused: boolean }
  | { readonly done: MoveResult | null }
  | { readonly failed: { readonly code: string; readonly message: string; readonly told: boolean } };

function line(): string {
  const byte = Buffer.alloc(1);
  let text = "";
  while (readSync(0, byte) === 1 && byte[0] !== 10) text += byte.toString("latin1");
  return Buffer.from(text, "latin1").toString("utf8");
}

const say = (said: Said): void => void writeSync(1, `${JSON.stringify(said)}\n`);

async function carryOut(job: Job): Promise<MoveResult | null> {
  if ("request" in job) {
    let last = "";
    const report: Report = ({ stage }) => {
      if (stage === last) return;
      last = stage;
      const paused = job.pauseAt.includes(stage);
      say({ stage, paused });
      if (paused) line();
    };
    if (job.action === "prepare") {
      await followMove(job.request, report);
      return null;
    }
    const result = await move(job.request, report);
    if (job.request.options.mode === "online") await prove(job.request, report);
    return result;
  }
  say({ stage: job.action, paused: false });
  await retire({ ...job.query, drop: "objects" });
  if (job.action === "give-up") await abandon(job.query);
  return null;
}

carryOut(JSON.parse(line()) as Job).then(
  (done) => {
    say({ done });
    process.exit(0);
  },
  (error: unknown) => {
    const { code, message, stack } = error as { code?: unknown; message?: string; stack?: string };
    const told = error instanceof RehomeError;
    const text = told ? (message ?? "") : (stack ?? String(error));
    say({ failed: { code: typeof code === "string" ? code : "none", message: text, told } });
    process.exit(1);
  },
);
