import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  createRenderer,
  findStack,
  readStackFileOf,
  rehearse,
  type Command,
  type StackFile,
} from "@rehome/rehearsal";
import type { TopologyArgs } from "@rehome/topology";
import { CliError } from "../cli-error";
import type { StackChoice } from "../stack/read-state";
import { scratchTopology, without, type ScratchTopology } from "./scratch-topology";

const KEY = "rehome:topology";

/** A stack beside the one that is meant, on servers of this machine alone. */
export interface ScratchStack extends ScratchTopology {
  /** The one that is rehearsed. */
  readonly project: string;
  readonly stack: string;
  /** Its own name: `prod-rehearsal`. */
  readonly name: string;
  readonly root: string;
  readonly file: StackFile;
  /** Whether an earlier rehearsal is there, which is gone on with: its moves may have begun. */
  readonly begun: boolean;
}

/** @throws CliError `no-topology`; RehearsalError `no-project`, ... */
export const scratchStack = async (choice: StackChoice): Promise<ScratchStack> => {
  const { project, root, stack } = await findStack(choice.cwd, choice.stack);
  const file = await readStackFileOf({ root, stack });
  const topology = file.config?.[KEY];
  if (topology === undefined)
    throw new CliError(
      "no-topology",
      `Pulumi.${stack}.yaml has no ${KEY}: what a program makes by itself is rehearsed by npx rehearse, which acts on \`existing\` servers as they are.`,
    );
  const name = `${stack}-rehearsal`;
  const { rehearsed: begun } = await findStack(root, name);
  return { project, stack, name, root, file, begun, ...scratchTopology(topology as TopologyArgs) };
};

/** How a rehearsal's command is run. */
export interface RunOptions {
  readonly write: (text: string) => void;
  readonly colors: boolean;
  readonly signal: AbortSignal;
  readonly destroyData?: boolean;
}

/** Runs the stack's program towards a topology. The state, its servers and its file are the scratch stack's own. @returns Pulumi's exit code */
export const runScratch = async (
  { root, name, file, project }: ScratchStack,
  command: Command,
  topology: TopologyArgs,
  { write, colors, signal, destroyData }: RunOptions,
): Promise<number> => {
  const folder = join(root, ".rehome", "rehearsal");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const configFile = join(folder, `${name}.yaml`);
  // Manifests are written as files, whatever the stack does with them.
  const config = without(file.config ?? {}, "rehearsal:kubernetes");
  const opened = destroyData === true ? { "rehome:destroyData": "true" } : {};
  const scratch = { ...file, config: { ...config, ...opened, [KEY]: topology } };
  await writeFile(configFile, `${JSON.stringify(scratch, undefined, 2)}\n`, { mode: 0o600 });
  const onEvent = createRenderer({ write, colors, live: false, showSecrets: false, project });
  const { exitCode } = await rehearse({
    cwd: root,
    stack: name,
    command,
    configFile,
    skipPreview: true,
    onEvent,
    signal,
  });
  return exitCode;
};
