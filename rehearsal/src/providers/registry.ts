import { RehearsalError } from "../rehearsal-error";
import { packageOf } from "../wire/urn";
import type { ProviderPackage, ResourceKind } from "./provider";

/** The providers at hand. */
export interface Registry {
  /** @throws RehearsalError when nothing here can act as this type */
  readonly kind: (type: string) => ResourceKind;
  readonly knows: (packageName: string) => boolean;
  readonly close: () => Promise<void>;
}

export const createRegistry = (packages: readonly ProviderPackage[]): Registry => {
  const byName = new Map(packages.map((one) => [one.name, one]));
  return {
    knows: (name) => byName.has(name),
    kind: (type) => {
      const kind = byName.get(packageOf(type))?.kind(type);
      if (kind !== undefined) return kind;
      throw new RehearsalError(
        "unknown-type",
        `resources of type "${type}" cannot be rehearsed: nothing stands in for them here (known: ${[...byName.keys()].join(", ")}).`,
      );
    },
    close: async () => {
      for (const one of packages) await one.close?.();
    },
  };
};
