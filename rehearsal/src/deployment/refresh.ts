import { prerequisites, type Resource } from "../state/resource";
import type { Step } from "../events";
import { isProviderType } from "../wire/urn";
import { changedKeys, equal } from "../wire/values";
import { count, fail, report, Stopping, type Deployment } from "./deployment";
import { guard, kindOf, stateCall } from "./provider-calls";
import { messageOf } from "../rehearsal-error";
import { perform } from "./step-events";

/** What reading a resource showed. */
export type Drift = Step & { readonly changed: readonly string[] };

const readOne = async (deployment: Deployment, resource: Resource): Promise<Drift> => {
  const { journal } = deployment;
  const { urn } = resource;
  const nothing: Drift = { op: "same", urn, changed: [] };
  if (!resource.custom || isProviderType(resource.type) || resource.delete || resource.external)
    return nothing;
  if (resource.id === "") return nothing;
  const found = await deployment.atOnce(() =>
    kindOf(deployment, resource.type).read(stateCall(deployment, resource)),
  );
  if (found === undefined) {
    journal.drop(resource);
    return { op: "delete", urn, changed: [] };
  }
  const outputs = guard(deployment, found.outputs, resource.outputs, resource.additionalSecretOutputs);
  const inputs =
    found.inputs === undefined ? resource.inputs : guard(deployment, found.inputs, resource.inputs, []);
  if (equal(outputs, resource.outputs) && equal(inputs, resource.inputs)) return nothing;
  journal.amend(resource, { id: found.id, outputs, inputs, modified: new Date().toISOString() });
  return { op: "update", urn, changed: changedKeys(resource.outputs, outputs) };
};

/** Groups resources so that each comes in a later group than what it needs. */
const readingOrder = (resources: readonly Resource[]): Resource[][] => {
  const groups: Resource[][] = [];
  const open = new Set(resources.map(({ urn }) => urn));
  let left = [...resources];
  while (left.length > 0) {
    const free = left.filter((resource) => !prerequisites(resource).some((urn) => open.has(urn)));
    const group = free.length > 0 ? free : left;
    groups.push(group);
    for (const { urn } of group) open.delete(urn);
    const grouped = new Set(group);
    left = left.filter((resource) => !grouped.has(resource));
  }
  return groups;
};

/** Takes what the providers say into the state, and tells of what differs. */
export const refresh = async (deployment: Deployment): Promise<Drift[]> => {
  const drifts: Drift[] = [];
  for (const group of readingOrder(deployment.journal.base())) {
    if (deployment.stopping) throw new Stopping();
    const results = await Promise.allSettled(
      group.map(async (resource) => {
        const drift = await readOne(deployment, resource).catch((error: unknown) => {
          fail(deployment, resource.urn, messageOf(error));
          throw new Stopping();
        });
        drifts.push(drift);
        await perform(
          deployment,
          drift.op,
          { ...resource, retainOnDelete: false },
          drift.changed.map((key) => `~${key}`),
          () => Promise.resolve(),
        );
      }),
    );
    if (results.some((result) => result.status === "rejected")) throw new Stopping();
  }
  for (const { op, urn, changed } of drifts) {
    if (op === "delete") report(deployment, "warning", urn, "does not exist any more");
    if (op === "update") report(deployment, "warning", urn, `differs from the state: ${changed.join(", ")}`);
  }
  count(deployment, "refresh");
  await deployment.journal.flush();
  return drifts;
};
