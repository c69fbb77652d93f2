import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { findStack, readStack } from "@rehome/rehearsal";
import { CliError } from "../cli-error";
import { EXIT } from "../exit-codes";
import { parseState, stackOf, type State } from "./state";

/** Who keeps a stack's state: the Pulumi CLI, or the rehearsal host in the project's folder. */
export const KEEPERS = ["pulumi", "rehearsal"] as const;
export type Keeper = (typeof KEEPERS)[number];

/** Which stack is meant. */
export interface StackChoice {
  /** The project's folder, or one below it. */
  readonly cwd: string;
  /** Default: Pulumi's selected one; for a rehearsal the only one of the project, or `dev`. */
  readonly stack?: string | undefined;
  /** Default: Pulumi's where it knows the stack, else the rehearsal's. */
  readonly state?: Keeper | undefined;
}

/** A stack's state and where it came from. */
export interface ReadState {
  readonly project: string;
  readonly stack: string;
  readonly keeper: Keeper;
  /** The folder that the program runs in. */
  readonly directory: string;
  readonly state: State;
}

const run = promisify(execFile);
const LARGE = 1 << 30;

interface Tried {
  readonly text?: string;
  /** Why there is none; absent where there is no Pulumi CLI. */
  readonly reason?: string;
}

/** Asks the Pulumi CLI. Its words on what it lacks are kept for the user. */
const fromPulumi = async (root: string, stack: string | undefined): Promise<Tried> => {
  const which = stack === undefined ? [] : ["--stack", stack];
  const args = ["stack", "export", "--show-secrets", "--non-interactive", "--cwd", root, ...which];
  try {
    const env = { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" };
    return { text: (await run("pulumi", args, { maxBuffer: LARGE, env })).stdout };
  } catch (error) {
    const { code, stderr = "" } = error as { code?: unknown; stderr?: string };
    if (code === "ENOENT") return {};
    return {
      reason:
        stderr
          .trim()
          .split("\n")
          .at(-1)
          ?.replace(/^error: /, "") ?? "it failed",
    };
  }
};

const missing = (stack: string, { reason }: Tried): CliError => {
  const said = reason === undefined ? "there is no Pulumi CLI on the PATH" : `pulumi says: ${reason}`;
  return new CliError(
    "no-stack",
    `stack "${stack}" has no state: it was not rehearsed in this folder, and ${said}. Run pulumi up or npx rehearse up first, or name the stack with --stack and the folder with --cwd.`,
    EXIT.noStack,
  );
};

/** Who keeps the stack that is meant; where nobody does yet, Pulumi if it is on the PATH. */
export const keeperOf = async (choice: StackChoice): Promise<Keeper> => {
  if (choice.state !== undefined) return choice.state;
  const { root, rehearsed } = await findStack(choice.cwd, choice.stack);
  const { text, reason } = await fromPulumi(root, choice.stack);
  if (text !== undefined) return "pulumi";
  return rehearsed || reason === undefined ? "rehearsal" : "pulumi";
};

/**
 * Reads a stack's state with its secrets. Asks Pulumi first, where it is on the PATH.
 * @throws CliError `no-stack`; RehearsalError `no-project`, `wrong-passphrase`, ...
 */
export const readState = async (choice: StackChoice): Promise<ReadState> => {
  const found = await findStack(choice.cwd, choice.stack);
  const asked = choice.state === "rehearsal" ? {} : await fromPulumi(found.root, choice.stack);
  if (asked.text !== undefined) {
    const state = parseState(asked.text);
    const [first] = state.resources;
    const { stack } = first ? stackOf(first) : { stack: found.stack };
    return { project: found.project, stack, keeper: "pulumi", directory: found.directory, state };
  }
  if (!found.rehearsed || choice.state === "pulumi") throw missing(found.stack, asked);
  const { exported } = await readStack({ cwd: found.root, stack: found.stack });
  const { project, stack, directory } = found;
  return { project, stack, directory, keeper: "rehearsal", state: parseState(exported(true)) };
};
