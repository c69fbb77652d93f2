import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { findStack, rehearse } from "@rehome/rehearsal";
import { keeperOf, type Keeper, type StackChoice } from "../stack/read-state";
import { readTold, type Gate, type PlannedStep, type Waiting } from "./told";

/** What a preview of the stack says of its data. */
export interface Preview {
  readonly project: string;
  readonly stack: string;
  readonly steps: readonly PlannedStep[];
  readonly waiting: readonly Waiting[];
  readonly gates: readonly Gate[];
  /** Why the preview as a whole has failed; empty when it has not. */
  readonly errors: readonly string[];
}

const run = promisify(execFile);
const LARGE = 1 << 28;

/** The lines that say why, without those that only say that. */
const reasons = (text: string): string[] =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => /^error: /.test(line))
    .map((line) => line.replace(/^error: /, ""))
    .filter((line) => !/^(preview failed|update failed|resource monitor shut down)/.test(line));

const withPulumi = async (root: string, stack: string | undefined): Promise<string[]> => {
  const which = stack === undefined ? [] : ["--stack", stack];
  const env = { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" };
  try {
    const args = ["preview", "--non-interactive", "--color", "never", "--cwd", root, ...which];
    await run("pulumi", args, { env, maxBuffer: LARGE });
    return [];
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    const found = reasons(`${stdout}\n${stderr}`);
    return found.length > 0 ? found : ["pulumi preview failed; run it to see why"];
  }
};

const withRehearsal = async (cwd: string, stack: string): Promise<string[]> => {
  const { exitCode, diagnostics } = await rehearse({ cwd, stack, command: "preview" });
  if (exitCode === 0) return [];
  return diagnostics.filter(({ severity }) => severity === "error").map(({ message }) => message);
};

const previewed = async (
  keeper: Keeper,
  choice: StackChoice,
  root: string,
  stack: string,
): Promise<string[]> => (keeper === "pulumi" ? withPulumi(root, choice.stack) : withRehearsal(root, stack));

/** Runs the preview of a stack, by whoever keeps it, and reads what it says of the data. */
export const preview = async (choice: StackChoice): Promise<Preview> => {
  const { root, project, stack } = await findStack(choice.cwd, choice.stack);
  const keeper = await keeperOf(choice);
  const folder = await mkdtemp(join(tmpdir(), "rehome-plan-"));
  process.env["REHOME_PLAN_DIR"] = folder; // the program's processes inherit it
  try {
    const errors = await previewed(keeper, choice, root, stack);
    const told = await readTold(folder);
    return {
      project,
      stack,
      steps: told.flatMap((one) => (one.kind === "step" ? [one] : [])),
      waiting: told.flatMap((one) => (one.kind === "waiting" ? [one] : [])),
      gates: told.flatMap((one) => (one.kind === "gate" ? [one] : [])),
      errors,
    };
  } finally {
    delete process.env["REHOME_PLAN_DIR"];
    await rm(folder, { recursive: true, force: true });
  }
};
