import { prerequisites, type Resource } from "../state/resource";
import type { Urn } from "../wire/urn";
import { splitReference } from "../wire/urn";
import { plainAll, UNKNOWN, type Values } from "../wire/values";
import type { Deployment } from "./deployment";
import { configOf, kindOf } from "./provider-calls";
import { isWithin } from "./ignore-changes";

/** The inputs with unknowns where they come from resources that are about to change; `undefined` if none does. */
const inputsAfter = (resource: Resource, changing: ReadonlySet<Urn>): Values | undefined => {
  const touched = Object.keys(resource.inputs).filter((key) =>
    resource.propertyDependencies[key]?.some((urn) => changing.has(urn)),
  );
  if (touched.length === 0) return undefined;
  return { ...plainAll(resource.inputs), ...Object.fromEntries(touched.map((key) => [key, UNKNOWN])) };
};

const mustGo = async (
  deployment: Deployment,
  resource: Resource,
  changing: ReadonlySet<Urn>,
): Promise<boolean> => {
  if (!resource.custom || resource.external) return false;
  if (resource.provider !== "" && changing.has(splitReference(resource.provider).urn)) return true;
  if (resource.deletedWith !== "" && changing.has(resource.deletedWith)) return true;
  const news = inputsAfter(resource, changing);
  if (news === undefined) return false;
  const diff = await kindOf(deployment, resource.type).diff({
    urn: resource.urn,
    type: resource.type,
    id: resource.id,
    config: configOf(deployment, resource.provider),
    oldInputs: plainAll(resource.inputs),
    oldOutputs: plainAll(resource.outputs),
    news,
    ignoreChanges: resource.ignoreChanges,
  });
  const onChange = diff.changedKeys.some((key) => isWithin(key, resource.replaceOnChanges));
  return diff.replaceKeys.length > 0 || onChange;
};

/**
 * What has to be deleted before a resource that is deleted before being replaced: the dependants that would be
 * replaced themselves if what they take from it changed. In the order in which they depend on each other.
 */
export const condemnedWith = async (deployment: Deployment, root: Resource): Promise<Resource[]> => {
  const changing = new Set([root.urn]);
  const reached = new Set([root.urn]);
  const found: Resource[] = [];
  for (const resource of deployment.journal.base()) {
    if (resource === root || resource.delete || !prerequisites(resource).some((urn) => reached.has(urn)))
      continue;
    reached.add(resource.urn);
    if (!(await mustGo(deployment, resource, changing))) continue;
    changing.add(resource.urn);
    found.push(resource);
  }
  return found;
};
