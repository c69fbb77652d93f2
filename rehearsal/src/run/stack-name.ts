import { readdir } from "node:fs/promises";
import type { Project } from "../project/project";
import { RehearsalError } from "../rehearsal-error";

const NAME = /^[A-Za-z0-9_.-]{1,100}$/;

/** The names of a project's stacks, by their files. */
export const stackNames = async (root: string): Promise<string[]> => {
  const files = await readdir(root);
  return files.flatMap((file) => /^Pulumi\.(.+)\.ya?ml$/.exec(file)?.[1] ?? []).sort();
};

/** The stack to work on: as given, else the only one there is, else `dev`. */
export const chooseStack = async (project: Project, given: string | undefined): Promise<string> => {
  if (given !== undefined) {
    const name = given.split("/").at(-1) ?? "";
    if (NAME.test(name)) return name;
    throw new RehearsalError(
      "bad-stack",
      `"${given}" is no stack name: letters, digits, "-", "_" and "." are allowed.`,
    );
  }
  const stacks = await stackNames(project.root);
  const [only] = stacks;
  if (stacks.length === 1 && only !== undefined) return only;
  if (stacks.length === 0 || stacks.includes("dev")) return "dev";
  throw new RehearsalError("no-stack", `which stack? Name one with --stack: ${stacks.join(", ")}.`);
};
