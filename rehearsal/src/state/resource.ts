import type { Urn } from "../wire/urn";
import type { Values } from "../wire/values";

/** When a hook runs. */
export type HookType =
  | "BeforeCreate"
  | "AfterCreate"
  | "BeforeUpdate"
  | "AfterUpdate"
  | "BeforeDelete"
  | "AfterDelete"
  | "OnError";

/** What is remembered of a resource. Secrets in it are marked and open; the state file holds them encrypted. */
export interface Resource {
  readonly urn: Urn;
  readonly type: string;
  /** Managed by a provider; a component is not. */
  readonly custom: boolean;
  readonly id: string;
  readonly inputs: Values;
  readonly outputs: Values;
  readonly parent: Urn;
  /** `<urn>::<id>` of its provider, empty for components. */
  readonly provider: string;
  readonly dependencies: readonly Urn[];
  readonly propertyDependencies: Readonly<Record<string, readonly Urn[]>>;
  /** Replaced; is to be deleted at the end of this run or of the next. */
  readonly delete: boolean;
  /** Deleted to be replaced, and not created again yet. */
  readonly pendingReplacement: boolean;
  /** Read, not managed. */
  readonly external: boolean;
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
  readonly deletedWith: Urn;
  readonly initErrors: readonly string[];
  readonly additionalSecretOutputs: readonly string[];
  readonly ignoreChanges: readonly string[];
  readonly replaceOnChanges: readonly string[];
  readonly hooks: Readonly<Partial<Record<HookType, readonly string[]>>>;
  readonly created: string;
  readonly modified: string;
}

/** An operation that was under way when the state was written. */
export interface PendingOperation {
  readonly type: "creating" | "updating" | "deleting" | "reading";
  readonly resource: Resource;
}

/** A stack as it is known to stand. */
export interface Snapshot {
  readonly resources: readonly Resource[];
  readonly pending: readonly PendingOperation[];
}

export const EMPTY: Snapshot = { resources: [], pending: [] };

/** All that a resource needs in place: parent, provider and dependencies. */
export const prerequisites = (resource: Resource): Urn[] => {
  const provider = resource.provider.slice(0, Math.max(0, resource.provider.lastIndexOf("::")));
  const byProperty = Object.values(resource.propertyDependencies).flat();
  const all = [resource.parent, provider, resource.deletedWith, ...resource.dependencies, ...byProperty];
  return [...new Set(all)].filter((urn) => urn !== "" && urn !== resource.urn);
};
