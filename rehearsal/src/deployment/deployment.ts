import type { Listener, Op, Severity } from "../events";
import type { StackConfig } from "../project/stack-config";
import type { PolicyPack } from "../policies/pack";
import type { Registry } from "../providers/registry";
import type { Scrubber } from "../secrets/scrub";
import type { Urn } from "../wire/urn";
import type { Values } from "../wire/values";
import type { Hooks } from "./hooks";
import type { Journal } from "./journal";
import type { Limiter } from "./limiter";

/** What the program, or the state, is turned into. */
export type Mode = "update" | "destroy";

/** A run over one stack: what it works with and what it has done. */
export interface Deployment {
  readonly stack: string;
  readonly project: string;
  readonly dryRun: boolean;
  readonly mode: Mode;
  readonly config: StackConfig;
  readonly registry: Registry;
  readonly journal: Journal;
  readonly hooks: Hooks;
  /** Policies to judge resources by. */
  readonly packs: readonly PolicyPack[];
  readonly scrubber: Scrubber;
  readonly listen: Listener;
  /** Plans one registration at a time: a replacement may delete what another registration is about. */
  readonly inTurn: Limiter;
  /** Bounds how many providers work at once. */
  readonly atOnce: Limiter;
  /** URNs that this run has dealt with. */
  readonly seen: Set<Urn>;
  /** Deleted before being replaced, as dependants of something that was. */
  readonly deletedFirst: Set<Urn>;
  /** URNs being replaced in this run. */
  readonly replaced: Set<Urn>;
  /** URNs being deleted, for `deletedWith`. */
  readonly deleting: Set<Urn>;
  /** What a resource was called before, where that is something else. */
  readonly formerNames: Map<Urn, Urn>;
  /** Creations that an earlier run did not live to see the end of. */
  readonly interrupted: ReadonlySet<Urn>;
  readonly changes: Partial<Record<Op, number>>;
  /** The stack's outputs: as they were, and as the program gave them; `undefined` until it has. */
  outputs: { readonly before: Values; readonly now: Values } | undefined;
  failed: boolean;
  /** A policy forbids it. */
  violated: boolean;
  /** What errors were reported for. */
  readonly errored: Set<Urn>;
  /** Steps under way. */
  active: number;
  /** Nothing new is begun. */
  stopping: boolean;
  /** Stops the run: what is under way comes to its end. */
  readonly stop: () => void;
}

/** Thrown at those who wait when a run is stopping: the reason was reported already. */
export class Stopping extends Error {
  override readonly name = "Stopping";
  constructor() {
    super("the deployment is stopping");
  }
}

export const report = (
  deployment: Deployment,
  severity: Severity,
  urn: Urn,
  message: string,
  ephemeral = false,
): void => {
  if (severity === "error") deployment.errored.add(urn);
  deployment.listen({
    kind: "diagnostic",
    severity,
    urn,
    message: deployment.scrubber.scrub(message),
    ephemeral,
  });
};

/** Reports an error and stops the run. */
export const fail = (deployment: Deployment, urn: Urn, message: string): void => {
  deployment.failed = true;
  report(deployment, "error", urn, message);
  deployment.stop();
};

export const count = (deployment: Deployment, op: Op): void => {
  deployment.changes[op] = (deployment.changes[op] ?? 0) + 1;
};
