import type { Urn } from "../wire/urn";
import type { Values } from "../wire/values";

/** What every call to a provider tells. All values are plain: secrets opened, references as ids. */
interface Call {
  readonly urn: Urn;
  readonly type: string;
  /** The configuration of the provider resource. */
  readonly config: Values;
}
export interface CheckCall extends Call {
  /** The inputs of the resource as it is; absent when it is to be created. */
  readonly olds: Values | undefined;
  readonly news: Values;
}
export interface DiffCall extends Call {
  readonly id: string;
  readonly oldInputs: Values;
  readonly oldOutputs: Values;
  readonly news: Values;
  /** Properties that stay as they are, whatever the program says. */
  readonly ignoreChanges: readonly string[];
}
export interface CreateCall extends Call {
  readonly inputs: Values;
  /** A creation of the same resource was under way when an earlier run was killed: what exists is its doing. */
  readonly resumed: boolean;
}
export interface UpdateCall extends Call {
  readonly id: string;
  readonly oldInputs: Values;
  readonly oldOutputs: Values;
  readonly inputs: Values;
  readonly ignoreChanges: readonly string[];
}
export interface StateCall extends Call {
  readonly id: string;
  readonly inputs: Values;
  readonly outputs: Values;
}

export interface Failure {
  readonly property: string;
  readonly reason: string;
}
export interface Checked {
  readonly inputs: Values;
  readonly failures: readonly Failure[];
}
export interface Diff {
  /** `undefined`: the provider cannot tell, so the inputs are compared. */
  readonly changes: boolean | undefined;
  readonly changedKeys: readonly string[];
  /** Properties whose change asks for a replacement. */
  readonly replaceKeys: readonly string[];
  readonly deleteBeforeReplace: boolean;
}
export interface Created {
  readonly id: string;
  readonly outputs: Values;
}
export interface Read extends Created {
  /** Given when reading found the inputs to be others. */
  readonly inputs?: Values;
}

/** What can be done to one kind of resource. */
export interface ResourceKind {
  readonly check: (call: CheckCall) => Promise<Checked>;
  readonly diff: (call: DiffCall) => Promise<Diff>;
  /** @throws InitFailed when the resource exists now, but is not complete */
  readonly create: (call: CreateCall) => Promise<Created>;
  /** Gives `undefined` when the resource does not exist any more. */
  readonly read: (call: StateCall) => Promise<Read | undefined>;
  /** Gives the outputs. @throws InitFailed when the resource was changed, but is not complete */
  readonly update: (call: UpdateCall) => Promise<Values>;
  readonly delete: (call: StateCall) => Promise<void>;
}

/** A set of resource kinds with a provider resource of its own. To stand in for a cloud, add one of these. */
export interface ProviderPackage {
  /** The package in type tokens: `postgresql` in `postgresql:index/role:Role`. */
  readonly name: string;
  /** Gives `undefined` for a type that it does not know. */
  readonly kind: (type: string) => ResourceKind | undefined;
  /** Ends whatever it started. */
  readonly close?: () => Promise<void>;
}

/** The resource exists in part; what was done is kept, and the next run updates it. */
export class InitFailed extends Error {
  override readonly name = "InitFailed";
  constructor(
    message: string,
    readonly id: string,
    readonly outputs: Values,
    readonly reasons: readonly string[],
  ) {
    super(message);
  }
}
