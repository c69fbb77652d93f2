import { cp, mkdtemp, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { rehearse, type RehearseOptions, type RehearseResult } from "@rehome/rehearsal";

const repository = resolve(__dirname, "../..");

/** A copy of one of the test programs, with a state of its own. */
export interface Sandbox {
  readonly directory: string;
  readonly run: (
    command: RehearseOptions["command"],
    config?: NonNullable<RehearseOptions["config"]>,
    more?: Partial<RehearseOptions>,
  ) => Promise<RehearseResult>;
  readonly state: () => Promise<string>;
  readonly remove: () => Promise<void>;
}

/** Copies programs side by side, so that one may refer to another's stack. */
export const sandbox = async (program: string, parent?: string): Promise<Sandbox> => {
  const root = parent ?? (await mkdtemp(join(tmpdir(), "rehearsal-test-")));
  const directory = join(root, program);
  await cp(join(__dirname, "programs", program), directory, { recursive: true });
  await symlink(join(repository, "node_modules"), join(directory, "node_modules"));
  return {
    directory,
    run: (command, config = {}, more = {}) =>
      rehearse({ cwd: directory, stack: "dev", command, config, skipPreview: true, ...more }),
    state: () => readFile(join(directory, ".rehome/rehearsal/dev.json"), "utf8"),
    remove: () => rm(root, { recursive: true, force: true }),
  };
};

/** `op name` of every step that changes something, the stack's own left out. */
export const stepsOf = ({ steps }: RehearseResult): string[] =>
  steps
    .filter(({ op, urn }) => op !== "same" && !urn.includes("pulumi:pulumi:Stack"))
    .map(({ op, urn }) => `${op} ${urn.split("::").at(-1) ?? ""}`);
