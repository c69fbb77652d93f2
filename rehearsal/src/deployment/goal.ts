import type { Urn } from "../wire/urn";
import type { Values } from "../wire/values";
import type { HookType } from "../state/resource";

/** A resource as the program asks for it. */
export interface Goal {
  readonly type: string;
  readonly name: string;
  readonly custom: boolean;
  readonly parent: Urn;
  readonly inputs: Values;
  /** `<urn>::<id>`, or empty for the default provider. */
  readonly provider: string;
  /** The SDK package's version, for the default provider. */
  readonly version: string;
  readonly dependencies: readonly Urn[];
  readonly propertyDependencies: Readonly<Record<string, readonly Urn[]>>;
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
  readonly deletedWith: Urn;
  readonly ignoreChanges: readonly string[];
  readonly replaceOnChanges: readonly string[];
  /** The program's own word on delete-before-replace, over the provider's. */
  readonly deleteBeforeReplace: boolean | undefined;
  readonly additionalSecretOutputs: readonly string[];
  readonly aliases: readonly Alias[];
  readonly hooks: Readonly<Partial<Record<HookType, readonly string[]>>>;
}

/** A former identity: an URN, or the parts in which it differed. */
export type Alias =
  | { readonly urn: Urn }
  | {
      readonly name?: string;
      readonly type?: string;
      readonly stack?: string;
      readonly project?: string;
      /** Empty: it had no parent. */
      readonly parent?: Urn;
    };

/** How a registration ended, for the program to go on with. */
export interface Registered {
  readonly urn: Urn;
  readonly id: string;
  readonly outputs: Values;
  readonly result: "success" | "skip";
}
