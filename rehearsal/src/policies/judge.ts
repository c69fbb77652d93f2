import { EnforcementLevel, type AnalyzeDiagnostic } from "@pulumi/pulumi/proto/analyzer_pb";
import { report, Stopping, type Deployment } from "../deployment/deployment";
import type { Resource } from "../state/resource";
import { splitReference, type Urn } from "../wire/urn";
import { analyzedResource, analyzeRequest } from "./messages";

const providerResource = ({ journal }: Deployment, { provider }: Resource): Resource | undefined =>
  provider === "" ? undefined : journal.find(splitReference(provider).urn);

/** Tells a pack's findings. @returns whether one of them forbids going on */
const tell = (
  deployment: Deployment,
  path: string,
  urn: Urn,
  found: readonly AnalyzeDiagnostic[],
): boolean => {
  for (const one of found) {
    deployment.listen({
      kind: "policy",
      pack: { name: one.getPolicypackname(), version: one.getPolicypackversion(), path },
      policy: one.getPolicyname(),
      level: one.getEnforcementlevel() === EnforcementLevel.MANDATORY ? "mandatory" : "advisory",
      urn: one.getUrn() || urn,
      description: one.getDescription(),
      message: deployment.scrubber.scrub(one.getMessage()),
    });
  }
  const refused = found.some((one) => one.getEnforcementlevel() === EnforcementLevel.MANDATORY);
  if (refused) {
    deployment.failed = true;
    deployment.violated = true;
  }
  return refused;
};

/**
 * Asks every policy pack about a resource before anything is done for it. A preview goes on to say the rest.
 * @throws Stopping when an update is forbidden
 */
export const judge = async (deployment: Deployment, resource: Resource): Promise<void> => {
  if (deployment.packs.length === 0) return;
  const request = analyzeRequest(resource, providerResource(deployment, resource));
  for (const pack of deployment.packs) {
    const refused = tell(deployment, pack.path, resource.urn, await pack.analyze(request));
    if (!refused || deployment.dryRun) continue;
    deployment.stop();
    throw new Stopping();
  }
};

/** Asks every policy pack about the stack as the run has left it. */
export const judgeStack = async (deployment: Deployment): Promise<void> => {
  const resources = deployment.journal
    .confirmed()
    .map((resource) => analyzedResource(resource, providerResource(deployment, resource)));
  const stack = deployment.journal.confirmed().find(({ parent, custom }) => parent === "" && !custom);
  for (const pack of deployment.packs)
    tell(deployment, pack.path, stack?.urn ?? "", await pack.analyzeStack(resources));
};

/** Says why a run failed that no step failed in. */
export const explain = (deployment: Deployment): void => {
  if (!deployment.violated) return;
  report(deployment, "error", "", `${deployment.dryRun ? "preview" : "update"} failed: a policy forbids it.`);
};
