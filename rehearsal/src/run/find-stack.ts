import { existsSync } from "node:fs";
import { join } from "node:path";
import { loadProject } from "../project/project";
import { readStackFile, type StackFile } from "../project/stack-config";
import { stateFile } from "../state/store";
import { chooseStack } from "./stack-name";

/** A stack of a project, and where things about it are. */
export interface FoundStack {
  /** The project's name. */
  readonly project: string;
  /** The folder of Pulumi.yaml. */
  readonly root: string;
  /** The folder that the program runs in: relative paths in the state start here. */
  readonly directory: string;
  readonly stack: string;
  /** Whether it has been rehearsed here, so that `readStack` has something to read. */
  readonly rehearsed: boolean;
}

/**
 * Finds the project in a folder or above it, and the stack that is meant. Creates nothing.
 * @throws RehearsalError `no-project`, `no-stack`, `bad-stack`, ...
 */
export const findStack = async (cwd: string, given?: string): Promise<FoundStack> => {
  const found = await loadProject(cwd);
  const stack = await chooseStack(found, given);
  const { name: project, root, directory } = found;
  return { project, root, directory, stack, rehearsed: existsSync(stateFile(root, stack)) };
};

/** A stack's file as it stands, secrets closed; empty where there is none. @throws RehearsalError `bad-config` */
export const readStackFileOf = async ({
  root,
  stack,
}: Pick<FoundStack, "root" | "stack">): Promise<StackFile> =>
  await readStackFile(join(root, `Pulumi.${stack}.yaml`), false);
