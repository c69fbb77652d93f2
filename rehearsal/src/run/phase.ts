import { setTimeout as sleep } from "node:timers/promises";
import { performDeletions } from "../deployment/deletions";
import { fail, report, Stopping, type Deployment, type Mode } from "../deployment/deployment";
import { createHooks } from "../deployment/hooks";
import { createJournal } from "../deployment/journal";
import { createLimiter } from "../deployment/limiter";
import { refresh } from "../deployment/refresh";
import type { Listener, Phase } from "../events";
import { explain, judgeStack } from "../policies/judge";
import { openPack, type PolicyPack, type PolicyPackOptions } from "../policies/pack";
import { EXPLAINED, environmentOf, sdkFile, startProgram, type Surroundings } from "../program/program";
import { openServices } from "../program/services";
import type { Project } from "../project/project";
import type { StackConfig } from "../project/stack-config";
import { docker } from "../providers/docker";
import { dynamic } from "../providers/dynamic";
import { gcp, throughGoogle } from "../providers/gcp";
import { kubernetes } from "../providers/kubernetes";
import { postgresql } from "../providers/postgresql";
import type { ProviderPackage } from "../providers/provider";
import { random } from "../providers/random";
import { createRegistry } from "../providers/registry";
import { stackReferences } from "../providers/stack-reference";
import { standInDirectories } from "../providers/stand-in-directories";
import { messageOf, RehearsalError } from "../rehearsal-error";
import type { Scrubber } from "../secrets/scrub";
import type { Snapshot } from "../state/resource";
import { secret, type Values } from "../wire/values";

/** What one pass over a stack needs. */
export interface PhaseInput {
  readonly phase: Phase;
  readonly project: Project;
  readonly stack: string;
  readonly config: StackConfig;
  readonly snapshot: Snapshot;
  /** Writes the state; not called in previews. */
  readonly save: (snapshot: () => Snapshot) => Promise<void>;
  readonly scrubber: Scrubber;
  readonly listen: Listener;
  readonly parallel: number;
  /** Whether a destruction runs the program, so that its hooks are there. */
  readonly withProgram: boolean;
  readonly policyPacks: readonly PolicyPackOptions[];
  readonly outputsOf: (stack: string) => Promise<Values | undefined>;
  readonly signal: AbortSignal | undefined;
}

/** How it ended. */
export interface PhaseResult {
  readonly failed: boolean;
  /** A policy forbids it. */
  readonly violated: boolean;
  readonly snapshot: Snapshot;
  readonly outputs: Values | undefined;
}

const IDLE_CHECK = 20;
/** A program has this long to notice that the run is ending. */
const GRACE = 2_000;

const isPreview = (phase: Phase): boolean => phase === "preview" || phase === "destroy-preview";
const modeOf = (phase: Phase): Mode => (phase.startsWith("destroy") ? "destroy" : "update");

const interruptedCreations = (snapshot: Snapshot): Set<string> =>
  new Set(snapshot.pending.filter(({ type }) => type === "creating").map(({ resource }) => resource.urn));

const createDeployment = (
  input: PhaseInput,
  packages: readonly ProviderPackage[],
  packs: readonly PolicyPack[],
): Deployment => {
  const { stack, project, config, snapshot, scrubber, listen, phase } = input;
  const dryRun = isPreview(phase);
  const deployment: Deployment = {
    stack,
    project: project.name,
    dryRun,
    mode: modeOf(phase),
    config,
    registry: createRegistry(packages),
    journal: createJournal(snapshot, dryRun ? () => Promise.resolve() : input.save),
    hooks: createHooks(),
    packs,
    scrubber,
    listen,
    inTurn: createLimiter(1),
    atOnce: createLimiter(input.parallel),
    seen: new Set(),
    deletedFirst: new Set(),
    replaced: new Set(),
    deleting: new Set(),
    formerNames: new Map(),
    interrupted: interruptedCreations(snapshot),
    changes: {},
    outputs: undefined,
    failed: false,
    violated: false,
    errored: new Set(),
    active: 0,
    stopping: false,
    stop: () => {
      deployment.stopping = true;
    },
  };
  return deployment;
};

/** Waits for the program to end; once the run is stopping, lets steps end and then insists. */
const awaitProgram = async (
  deployment: Deployment,
  child: ReturnType<typeof startProgram>,
): Promise<number> => {
  let ended = false;
  const exit = child.exited.finally(() => {
    ended = true;
  });
  exit.catch(() => undefined); // awaited below
  while (!ended && !(deployment.stopping && deployment.active === 0)) await sleep(IDLE_CHECK);
  if (!ended) await Promise.race([exit, sleep(GRACE)]);
  if (!ended) await child.stop();
  const code = await exit;
  while (deployment.active > 0) await sleep(IDLE_CHECK);
  return code;
};

const runWithProgram = async (
  deployment: Deployment,
  around: Surroundings,
  finish: () => Promise<void>,
): Promise<void> => {
  // A program that is not answered any more has nothing to say but that.
  const child = startProgram(around, (line) => {
    if (!deployment.stopping) report(deployment, "info", "", line);
  });
  const code = await awaitProgram(deployment, child);
  if (code !== 0 && !deployment.failed && !deployment.stopping) {
    const explained = code === EXPLAINED ? "" : ` with code ${code}`;
    fail(deployment, "", `the program ended${explained} before it was through.`);
  }
  if (code === 0) await finish();
};

/**
 * The cluster to rehearse in: KUBECONFIG's, where the stack says `rehearsal:kubernetes: apply`. Not the program's own: a
 * rehearsal of production does not deploy to it.
 */
const clusterOf = ({ values }: StackConfig): { kubeconfig?: string } => {
  if (values["rehearsal:kubernetes"] !== "apply") return {};
  const kubeconfig = process.env["KUBECONFIG"];
  if (kubeconfig !== undefined && kubeconfig !== "") return { kubeconfig };
  throw new RehearsalError(
    "no-cluster",
    "rehearsal:kubernetes says apply, and KUBECONFIG names no cluster: set it to a kubeconfig's path, or delete that line.",
  );
};

/** Starts the policy packs of a pass that runs the program towards what it asks for. */
const openPacks = async (
  { policyPacks, phase, listen }: PhaseInput,
  around: Surroundings,
): Promise<PolicyPack[]> => {
  if (phase !== "preview" && phase !== "update") return [];
  const onLine = (message: string): void =>
    listen({ kind: "diagnostic", severity: "info", urn: "", message, ephemeral: false });
  const env = environmentOf(around);
  const started = await Promise.allSettled(
    policyPacks.map((pack) => openPack(pack, { engine: around.address, env, onLine })),
  );
  const packs = started.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  const failure = started.find((one) => one.status === "rejected");
  if (failure === undefined) return packs;
  await Promise.all(packs.map((pack) => pack.close()));
  throw failure.reason;
};

/** One pass over a stack: a preview, an update, a destruction or a refresh. */
export const runPhase = async (input: PhaseInput): Promise<PhaseResult> => {
  const began = Date.now();
  const { project, stack, config, phase, parallel } = input;
  input.listen({ kind: "phase", phase, stack });
  const script = sdkFile(project, "cmd/dynamic-provider/index.js"); // says what is missing before anything is open
  const services = await openServices();
  const around: Surroundings = {
    project,
    stack,
    config,
    parallel,
    dryRun: isPreview(phase),
    address: services.address,
  };
  const { instances, volumes } = standInDirectories(project.root);
  const providers = [
    throughGoogle(postgresql, instances),
    gcp(instances),
    docker(volumes),
    random,
    kubernetes({ directory: project.directory, project: project.name, stack, ...clusterOf(config) }),
    stackReferences(input.outputsOf),
    dynamic({
      script,
      cwd: project.directory,
      engine: services.address,
      env: environmentOf(around),
      config: config.values,
      onLine: (line) => report(run, "info", "", line),
    }),
  ];
  const packs = await openPacks(input, around).catch((error: unknown) => {
    services.close();
    throw error;
  });
  const run = createDeployment(input, providers, packs);
  for (const key of config.secretKeys) run.scrubber.learn(secret(config.values[key] ?? ""));
  for (const { outputs, inputs } of input.snapshot.resources) run.scrubber.learn({ outputs, inputs });
  const cancel = (): void => {
    if (!run.stopping)
      fail(run, "", "canceled: what was under way has come to its end, nothing more is begun.");
  };
  input.signal?.addEventListener("abort", cancel, { once: true });
  for (const { type, resource } of input.snapshot.pending) {
    report(run, "warning", resource.urn, `an earlier run was interrupted while ${type} this resource`);
  }
  let finished: Promise<void> | undefined;
  const finish = (): Promise<void> =>
    (finished ??= (async () => {
      if (run.failed || run.stopping) return;
      await performDeletions(run);
      await judgeStack(run);
    })().catch((error: unknown) => {
      if (!(error instanceof Stopping)) fail(run, "", messageOf(error));
    }));
  try {
    services.serve(run, finish);
    if (input.signal?.aborted) cancel();
    if (phase === "refresh") await refresh(run);
    else if (modeOf(phase) === "update" || input.withProgram) await runWithProgram(run, around, finish);
    else await finish();
    if (!run.dryRun) await run.journal.flush();
  } catch (error) {
    if (!(error instanceof Stopping)) fail(run, "", messageOf(error));
  } finally {
    input.signal?.removeEventListener("abort", cancel);
    await run.registry.close();
    await Promise.all(packs.map((pack) => pack.close()));
    run.hooks.close();
    services.close();
  }
  explain(run);
  if (run.outputs !== undefined) input.listen({ kind: "outputs", ...run.outputs });
  const seconds = (Date.now() - began) / 1000;
  const { changes, failed, errored } = run;
  input.listen({ kind: "summary", changes, seconds, failed, errored: errored.size });
  return {
    failed: run.failed,
    violated: run.violated,
    snapshot: run.journal.snapshot(),
    outputs: run.outputs?.now,
  };
};
