import { readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { loadProject, type Project } from "../project/project";
import type { Vault } from "../secrets/passphrase";
import { openVault } from "../secrets/passphrase";
import type { Snapshot } from "../state/resource";
import { openStore, rehearsalDirectory, stateFile } from "../state/store";
import { readJson } from "../state/file";
import { STACK_TYPE } from "../wire/urn";
import type { Values } from "../wire/values";

/** The outputs of the stack itself; `undefined` when the program has never run to its end. */
export const stackOutputs = ({ resources }: Snapshot): Values | undefined =>
  resources.find(({ type, delete: replaced }) => type === STACK_TYPE && !replaced)?.outputs;

const outputsIn = async (root: string, stack: string, vault: Vault): Promise<Values | undefined> => {
  if ((await readJson(stateFile(root, stack))) === undefined) return undefined;
  return stackOutputs(await (await openStore(root, stack, vault)).load());
};

/** The root of a project that lies beside this one. */
const siblingNamed = async (project: Project, name: string): Promise<string | undefined> => {
  const parent = dirname(project.root);
  for (const entry of await readdir(parent, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    const found = await loadProject(join(parent, entry.name)).catch(() => undefined); // not a project
    if (found?.name === name) return found.root;
  }
  return undefined;
};

/** Finds a referenced stack: `stack`, `project/stack` or `organization/project/stack`. */
export const outputsOfOther =
  (project: Project, vault: Vault) =>
  async (reference: string): Promise<Values | undefined> => {
    const parts = reference.split("/");
    const stack = parts.at(-1) ?? "";
    const named = parts.at(-2);
    if (named === undefined || named === project.name || parts.length === 1) {
      return outputsIn(project.root, stack, vault);
    }
    const root = await siblingNamed(project, named);
    return root === undefined ? undefined : outputsIn(root, stack, await openVault(rehearsalDirectory(root)));
  };
