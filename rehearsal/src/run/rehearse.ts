import { createRenderer } from "../display/renderer";
import type { DiagnosticEvent, PolicyEvent, RehearsalEvent, Step } from "../events";
import type { PolicyPackOptions } from "../policies/pack";
import { loadProject, type Project } from "../project/project";
import { configFile, loadConfig, type ConfigOverride } from "../project/stack-config";
import { openVault } from "../secrets/passphrase";
import { createScrubber } from "../secrets/scrub";
import { lock } from "../state/lock";
import type { Snapshot } from "../state/resource";
import { openStore, rehearsalDirectory, stateFile, type StateStore } from "../state/store";
import { plainAll, type Values } from "../wire/values";
import { runPhase, type PhaseInput, type PhaseResult } from "./phase";
import { chooseStack } from "./stack-name";
import { outputsOfOther, stackOutputs } from "./stack-outputs";

/** What is done to the stack, as by the Pulumi command of that name. */
export type Command = "preview" | "up" | "destroy" | "refresh";

/** What to rehearse, and how. */
export interface RehearseOptions {
  /** The project's folder, or one below it. */
  readonly cwd: string;
  /** Default: the only stack of the project, or `dev`. */
  readonly stack?: string;
  readonly command: Command;
  /** Configuration over that of the stack's file; `{ secret: value }` for a secret. */
  readonly config?: Readonly<Record<string, ConfigOverride>>;
  /** Instead of `Pulumi.<stack>.yaml`. */
  readonly configFile?: string;
  /** How many resources are worked on at once. Default: 16. */
  readonly parallel?: number;
  /** `up` and `destroy` preview first and stop when that fails, unless this is set. */
  readonly skipPreview?: boolean;
  /** What previews and updates are judged by. Default: nothing. */
  readonly policyPacks?: readonly PolicyPackOptions[];
  /** Run the program in `destroy`, so that its hooks run. Default: when the state has hooks. */
  readonly runProgram?: boolean;
  /** Told of everything as it happens. */
  readonly onEvent?: (event: RehearsalEvent) => void;
  /** Cancels gracefully: steps under way come to their end. */
  readonly signal?: AbortSignal;
  /** Show secrets in the text. Default: `[secret]`. */
  readonly showSecrets?: boolean;
}

/** How a run ended. What went wrong is in here, not thrown. */
export interface RehearseResult {
  /** 0; 1 when anything failed; 5 when a policy forbids it. */
  readonly exitCode: number;
  /** The steps done (in a preview: planned), in the order in which they ended; unchanged resources are `same`. */
  readonly steps: readonly Step[];
  /** The stack's outputs, secrets opened. */
  readonly outputs: Values;
  /** What a terminal would show. */
  readonly text: string;
  readonly diagnostics: readonly DiagnosticEvent[];
  /** What policies found wrong in the last pass. */
  readonly violations: readonly PolicyEvent[];
}

export const FAILURE = 1;
/** Pulumi's documented code for it. */
const VIOLATION = 5;
const PARALLEL = 16;

const hasHooks = ({ resources }: Snapshot): boolean =>
  resources.some(({ hooks }) => Object.keys(hooks).length > 0);

/** One stack, opened. */
interface Opened {
  readonly project: Project;
  readonly stack: string;
  readonly store: StateStore;
  readonly base: Omit<PhaseInput, "phase" | "snapshot" | "withProgram" | "listen">;
}

const open = async (options: RehearseOptions): Promise<Opened> => {
  const project = await loadProject(options.cwd);
  const stack = await chooseStack(project, options.stack);
  const vault = await openVault(rehearsalDirectory(project.root));
  const file = {
    path: configFile(project, stack, options.configFile),
    mustExist: options.configFile !== undefined,
  };
  const config = await loadConfig(project, file, vault.open, options.config);
  const store = await openStore(project.root, stack, vault);
  return {
    project,
    stack,
    store,
    base: {
      project,
      stack,
      config,
      save: store.save,
      scrubber: createScrubber(),
      parallel: options.parallel ?? PARALLEL,
      policyPacks: options.policyPacks ?? [],
      outputsOf: outputsOfOther(project, vault),
      signal: options.signal,
    },
  };
};

const phasesOf = ({ command, skipPreview }: RehearseOptions): PhaseInput["phase"][] => {
  const preview = <T>(phase: T): T[] => (skipPreview ? [] : [phase]);
  switch (command) {
    case "preview":
      return ["preview"];
    case "up":
      return [...preview("preview" as const), "update"];
    case "destroy":
      return [...preview("destroy-preview" as const), "destroy"];
    case "refresh":
      return ["refresh"];
  }
};

const runPhases = async (
  options: RehearseOptions,
  { store, base }: Opened,
  listen: (event: RehearsalEvent) => void,
): Promise<PhaseResult> => {
  const snapshot = await store.load();
  const withProgram = options.runProgram ?? hasHooks(snapshot);
  let result: PhaseResult = { failed: false, violated: false, snapshot, outputs: undefined };
  for (const phase of phasesOf(options)) {
    result = await runPhase({ ...base, phase, snapshot, withProgram, listen });
    if (result.failed) break;
  }
  return result;
};

/**
 * Runs an unmodified Pulumi program without the Pulumi CLI, against real local PostgreSQL servers.
 * @throws RehearsalError when there is no project, no such stack, a wrong passphrase, or another run at work
 */
export const rehearse = async (options: RehearseOptions): Promise<RehearseResult> => {
  const opened = await open(options);
  const unlock = lock(`${stateFile(opened.project.root, opened.stack)}.lock`, opened.stack);
  let text = "";
  let steps: Step[] = [];
  const diagnostics: DiagnosticEvent[] = [];
  let violations: PolicyEvent[] = [];
  const renderer = createRenderer({
    write: (line) => {
      text += line;
    },
    colors: false,
    live: false,
    showSecrets: options.showSecrets ?? false,
    project: opened.project.name,
  });
  const listen = (event: RehearsalEvent): void => {
    if (event.kind === "phase") [steps, violations] = [[], []];
    if (event.kind === "policy") violations.push(event);
    if (event.kind === "step" && event.status === "done") steps.push({ op: event.op, urn: event.urn });
    if (event.kind === "diagnostic") diagnostics.push(event);
    renderer(event);
    options.onEvent?.(event);
  };
  try {
    const result = await runPhases(options, opened, listen);
    const outputs = result.outputs ?? stackOutputs(result.snapshot) ?? {};
    const exitCode = result.violated ? VIOLATION : result.failed ? FAILURE : 0;
    return { exitCode, steps, outputs: plainAll(outputs), text, diagnostics, violations };
  } finally {
    unlock();
  }
};

/** A stack's state, without running anything. */
export const readStack = async (
  options: Pick<RehearseOptions, "cwd" | "stack">,
): Promise<{ outputs: Values; exported: (showSecrets: boolean) => string }> => {
  const project = await loadProject(options.cwd);
  const stack = await chooseStack(project, options.stack);
  const vault = await openVault(rehearsalDirectory(project.root));
  const store = await openStore(project.root, stack, vault);
  const snapshot = await store.load();
  return {
    outputs: stackOutputs(snapshot) ?? {},
    exported: (showSecrets) => store.render(snapshot, showSecrets),
  };
};
