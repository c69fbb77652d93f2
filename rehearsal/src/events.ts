import type { Urn } from "./wire/urn";
import type { Values } from "./wire/values";

/** What is done to a resource, in Pulumi's words. */
export type Op =
  | "same"
  | "create"
  | "update"
  | "delete"
  | "replace"
  | "create-replacement"
  | "delete-replaced"
  | "read"
  | "refresh"
  | "remove-pending-replace";

/** One pass over the stack. An `up` is `preview` and `update`, a `destroy` is `destroy-preview` and `destroy`. */
export type Phase = "preview" | "update" | "destroy-preview" | "destroy" | "refresh";
/** As Pulumi has them; an `error` fails the run. */
export type Severity = "debug" | "info" | "warning" | "error";

/** One step of a run. */
export interface Step {
  readonly op: Op;
  readonly urn: Urn;
}
/** A step begins, is done or has failed. */
export interface StepEvent extends Step {
  readonly kind: "step";
  readonly parent: Urn;
  readonly status: "started" | "done" | "failed";
  /** Properties that differ, marked `+`, `-` or `~`. */
  readonly diff: readonly string[];
  /** The provider is not asked to delete: the resource only leaves the state. */
  readonly retained: boolean;
  readonly seconds: number;
}
/** A message of the program, of a provider or of the host. */
export interface DiagnosticEvent {
  readonly kind: "diagnostic";
  readonly severity: Severity;
  /** The resource it is about; empty: the stack. */
  readonly urn: Urn;
  readonly message: string;
  /** Progress: of interest only while it is the newest. */
  readonly ephemeral: boolean;
}
/** What a policy found wrong. */
export interface PolicyEvent {
  readonly kind: "policy";
  readonly pack: { readonly name: string; readonly version: string; readonly path: string };
  readonly policy: string;
  /** A mandatory one forbids the update. */
  readonly level: "advisory" | "mandatory";
  readonly urn: Urn;
  readonly description: string;
  readonly message: string;
}
/** The stack's outputs before the run and after it; secrets are marked, not opened. */
export interface OutputsEvent {
  readonly kind: "outputs";
  readonly before: Values;
  readonly now: Values;
}
/** A pass is over. */
export interface SummaryEvent {
  readonly kind: "summary";
  /** How many resources each operation concerned. */
  readonly changes: Readonly<Partial<Record<Op, number>>>;
  readonly seconds: number;
  readonly failed: boolean;
  /** How many resources an error was reported for. */
  readonly errored: number;
}
/** Whatever a run tells, by `kind`; a `phase` begins a pass. */
export type RehearsalEvent =
  | { readonly kind: "phase"; readonly phase: Phase; readonly stack: string }
  | StepEvent
  | DiagnosticEvent
  | PolicyEvent
  | OutputsEvent
  | SummaryEvent;

/** Whoever listens to a run. Messages have their secrets taken out before they come here. */
export type Listener = (event: RehearsalEvent) => void;
