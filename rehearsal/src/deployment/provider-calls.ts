import { RehearsalError } from "../rehearsal-error";
import type { ResourceKind } from "../providers/provider";
import type { Resource } from "../state/resource";
import { isProviderType, splitReference } from "../wire/urn";
import { annotate, markSecret, plainAll, type Values } from "../wire/values";
import type { Deployment } from "./deployment";
import { providerKind } from "./provider-resource";

/** The kind of a resource, and the configuration of its provider. */
export const kindOf = (deployment: Deployment, type: string): ResourceKind =>
  isProviderType(type) ? providerKind(deployment.registry, type) : deployment.registry.kind(type);

/** A provider's configuration, as its resource has it now. */
export const configOf = (deployment: Deployment, reference: string): Values => {
  if (reference === "") return {};
  const { urn } = splitReference(reference);
  const provider = deployment.journal.provider(urn);
  if (provider === undefined) throw new RehearsalError("no-provider", `the provider ${urn} is not known.`);
  return plainAll(provider.inputs);
};

/** Marks what must be secret in a provider's answer, and has it kept out of every message. */
export const guard = (
  deployment: Deployment,
  outputs: Values,
  inputs: Values,
  additional: readonly string[],
): Values => {
  const guarded = markSecret(annotate(outputs, inputs), additional);
  deployment.scrubber.learn(guarded);
  return guarded;
};

/** A resource as a provider is told of it. */
export const stateCall = (deployment: Deployment, resource: Resource) => ({
  urn: resource.urn,
  type: resource.type,
  id: resource.id,
  config: configOf(deployment, resource.provider),
  inputs: plainAll(resource.inputs),
  outputs: plainAll(resource.outputs),
});
