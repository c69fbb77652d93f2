import { prerequisites, type Resource } from "../state/resource";
import { isDefaultProvider, splitReference } from "../wire/urn";
import { Stopping, type Deployment } from "./deployment";
import { perform } from "./step-events";
import { remove } from "./steps";

/** Groups resources so that each comes in a later group than everything that needs it. */
const deletionOrder = (condemned: readonly Resource[]): Resource[][] => {
  const groups: Resource[][] = [];
  let left = [...condemned];
  while (left.length > 0) {
    const needed = new Set(left.flatMap(prerequisites));
    const free = left.filter((resource) => !needed.has(resource.urn));
    const group = free.length > 0 ? free : left; // a circle cannot be; if it is, no order is right
    groups.push(group);
    const grouped = new Set(group);
    left = left.filter((resource) => !grouped.has(resource));
  }
  return groups;
};

/** A provider stays for as long as something that stays uses it, although the program may not name it. */
const withoutUsedProviders = (condemned: readonly Resource[], all: readonly Resource[]): Resource[] => {
  const going = new Set(condemned);
  const staying = all.filter((resource) => !going.has(resource));
  const used = new Set(staying.map(({ provider }) => (provider === "" ? "" : splitReference(provider).urn)));
  return condemned.filter(({ urn }) => !(isDefaultProvider(urn) && used.has(urn)));
};

const removeOne = async (deployment: Deployment, resource: Resource): Promise<void> => {
  const { journal } = deployment;
  if (resource.pendingReplacement) {
    // deleted already, and not wanted any more
    return perform(deployment, "remove-pending-replace", resource, [], async () => {
      journal.drop(resource);
      await journal.flush();
    });
  }
  await remove(deployment, resource, resource.delete ? "delete-replaced" : "delete", journal.drop);
};

/** Deletes what the program does not ask for any more (or everything), dependants first. */
export const performDeletions = async (deployment: Deployment): Promise<void> => {
  const { journal, mode, seen } = deployment;
  const all = [...journal.base(), ...journal.confirmed()];
  const unwanted =
    mode === "destroy"
      ? all
      : journal.base().filter((resource) => resource.delete || !seen.has(resource.urn));
  const condemned = withoutUsedProviders(unwanted, all);
  for (const { urn, delete: replaced } of condemned) if (!replaced) deployment.deleting.add(urn);
  for (const group of deletionOrder(condemned)) {
    if (deployment.stopping) throw new Stopping();
    const results = await Promise.allSettled(group.map((resource) => removeOne(deployment, resource)));
    const failure = results.find((result) => result.status === "rejected");
    if (failure !== undefined) throw failure.reason;
  }
};
