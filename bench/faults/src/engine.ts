import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { MoveResult } from "@rehome/migration";
import type { Job, Said } from "./engine-process";

/** How a run of the engine came to its end. `died` is nobody's doing but its own. */
export type Ending =
  | { readonly kind: "done"; readonly result: MoveResult | null }
  | { readonly kind: "failed"; readonly code: string; readonly message: string; readonly told: boolean }
  | { readonly kind: "killed" }
  | { readonly kind: "died"; readonly message: string };

/** `dist` beside this file's folder, whether that is the sources' or the build's. */
const SCRIPT = join(__dirname, "..", "dist", "engine-process.js");

/** A process that has loaded the engine and waits for its job. */
export class Engine {
  stage = "start";
  readonly ending: Promise<Ending>;
  private readonly child: ChildProcess;
  private killed = false;
  private last: Said | undefined;
  private errors = "";
  private ended = false;

  /** @param temporary the process' directory for temporary files */
  constructor(
    temporary: string,
    private readonly onStage: (stage: string, paused: boolean) => void = () => undefined,
  ) {
    const env = { ...process.env, TMPDIR: temporary };
    this.child = spawn(process.execPath, [SCRIPT], { stdio: ["pipe", "pipe", "pipe"], env });
    this.child.stdin?.on("error", () => undefined); // killed before it has read: its ending says so
    this.child.stderr?.on("data", (chunk: Buffer) => (this.errors += chunk.toString()));
    if (this.child.stdout !== null) {
      createInterface({ input: this.child.stdout }).on("line", (text) => this.hear(JSON.parse(text) as Said));
    }
    this.ending = new Promise((resolve) =>
      this.child.once("close", () => {
        this.ended = true;
        resolve(this.verdict());
      }),
    );
  }

  start(job: Job): void {
    this.child.stdin?.write(`${JSON.stringify(job)}\n`);
  }

  /** Lets an engine go on that stands still at a stage. */
  resume(): void {
    this.child.stdin?.write("\n");
  }

  get running(): boolean {
    return !this.ended;
  }

  signal(name: "SIGKILL" | "SIGSTOP" | "SIGCONT"): void {
    if (name === "SIGKILL") this.killed = true;
    this.child.kill(name);
  }

  private hear(said: Said): void {
    this.last = said;
    if (!("stage" in said)) return;
    this.stage = said.stage;
    this.onStage(said.stage, said.paused);
  }

  private verdict(): Ending {
    const { last } = this;
    if (last !== undefined && "done" in last) return { kind: "done", result: last.done };
    if (last !== undefined && "failed" in last) return { kind: "failed", ...last.failed };
    if (this.killed) return { kind: "killed" };
    return { kind: "died", message: this.errors.trim().slice(-2000) };
  }
}
