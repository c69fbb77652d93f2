import { RehearsalError } from "../rehearsal-error";
import { containsSecret, type Values } from "../wire/values";
import type { ProviderPackage, ResourceKind } from "./provider";

const unsupported = (): never => {
  throw new RehearsalError("read-only", "a stack reference can only be read.");
};

/**
 * Pulumi's own package, of which stack references are supported.
 * @param outputsOf the outputs of another stack, secrets marked; `undefined` when it was never rehearsed
 */
export const stackReferences = (
  outputsOf: (name: string) => Promise<Values | undefined>,
): ProviderPackage => {
  const kind: ResourceKind = {
    check: async ({ news }) => ({ inputs: news, failures: [] }),
    diff: async () => ({ changes: false, changedKeys: [], replaceKeys: [], deleteBeforeReplace: false }),
    create: async () => unsupported(),
    update: async () => unsupported(),
    delete: () => Promise.resolve(),
    read: async ({ id }) => {
      const outputs = await outputsOf(id);
      if (outputs === undefined) {
        throw new RehearsalError(
          "no-stack",
          `the stack "${id}" has not been rehearsed; run \`rehearse up --stack\` for it first.`,
        );
      }
      const secrets = Object.entries(outputs).filter(([, value]) => containsSecret(value));
      return { id, outputs: { name: id, outputs, secretOutputNames: secrets.map(([key]) => key) } };
    },
  };
  return { name: "pulumi", kind: (type) => (type === "pulumi:pulumi:StackReference" ? kind : undefined) };
};
