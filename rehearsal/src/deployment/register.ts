import { RehearsalError } from "../rehearsal-error";
import { judge } from "../policies/judge";
import type { Checked, Diff } from "../providers/provider";
import type { Resource } from "../state/resource";
import { isProviderType, makeUrn, STACK_TYPE, UNKNOWN_ID, type Urn } from "../wire/urn";
import { containsSecret, containsUnknown, plain, plainAll, type Value, type Values } from "../wire/values";
import { formerUrns } from "./aliases";
import { decide } from "./decide";
import { condemnedWith } from "./dependents";
import { fail, Stopping, type Deployment } from "./deployment";
import type { Goal, Registered } from "./goal";
import { ignoreChanges } from "./ignore-changes";
import { configOf, guard, kindOf } from "./provider-calls";
import { defaultProviderGoal } from "./provider-resource";
import { diffMarks, perform } from "./step-events";
import { create, remove, same, update } from "./steps";

/** Work that was decided on, to be done when the next registration may already be planned. */
type Plan = () => Promise<Registered>;

const answer = ({ urn, id, outputs }: Resource): Registered => ({ urn, id, outputs, result: "success" });

const findOld = (deployment: Deployment, goal: Goal, urn: Urn): Resource | undefined => {
  const at = deployment.journal.standing;
  const direct = at(urn);
  if (direct !== undefined) return direct;
  for (const former of formerUrns(goal, deployment, deployment.formerNames.get(goal.parent))) {
    const old = at(former);
    if (old === undefined || deployment.seen.has(former)) continue;
    deployment.formerNames.set(urn, former);
    deployment.journal.rename(former, urn);
    return old;
  }
  return undefined;
};

/** A resource as the program asks for it, before its provider has worked. */
export const draftOf = (goal: Goal, urn: Urn, provider: string, inputs: Values): Resource => ({
  urn,
  type: goal.type,
  custom: goal.custom,
  id: "",
  inputs,
  outputs: {},
  parent: goal.parent,
  provider,
  dependencies: goal.dependencies,
  propertyDependencies: goal.propertyDependencies,
  delete: false,
  pendingReplacement: false,
  external: false,
  protect: goal.protect,
  retainOnDelete: goal.retainOnDelete,
  deletedWith: goal.deletedWith,
  initErrors: [],
  additionalSecretOutputs: goal.additionalSecretOutputs,
  ignoreChanges: goal.ignoreChanges,
  replaceOnChanges: goal.replaceOnChanges,
  hooks: goal.hooks,
  created: "",
  modified: "",
});

const shown = (value: Value | undefined): string => {
  if (containsSecret(value)) return "[secret]";
  return typeof value === "object" ? JSON.stringify(plain(value)) : String(value ?? "");
};

const check = async (
  deployment: Deployment,
  goal: Goal,
  urn: Urn,
  provider: string,
  inputs: Values,
  old: Resource | undefined,
): Promise<Values> => {
  if (!goal.custom) return inputs;
  const result: Checked = await kindOf(deployment, goal.type).check({
    urn,
    type: goal.type,
    config: configOf(deployment, provider),
    olds: old === undefined ? undefined : plainAll(old.inputs),
    news: plainAll(inputs),
  });
  if (result.failures.length === 0) return guard(deployment, result.inputs, inputs, []);
  for (const { property, reason } of result.failures) {
    const where =
      property === ""
        ? "has a problem"
        : `property ${property} value {${shown(inputs[property])}} has a problem`;
    fail(deployment, urn, `${goal.type} resource '${goal.name}': ${where}: ${reason}`);
  }
  throw new Stopping();
};

const diffOf = async (
  deployment: Deployment,
  goal: Goal,
  old: Resource,
  news: Values,
  provider: string,
): Promise<Diff | undefined> => {
  if (!goal.custom) return undefined;
  return kindOf(deployment, goal.type).diff({
    urn: old.urn,
    type: goal.type,
    id: old.id,
    config: configOf(deployment, provider),
    oldInputs: plainAll(old.inputs),
    oldOutputs: plainAll(old.outputs),
    news: plainAll(news),
    ignoreChanges: goal.ignoreChanges,
  });
};

const refuseToReplaceProtected = (deployment: Deployment, urn: Urn, why: string): never => {
  fail(
    deployment,
    urn,
    `unable to replace resource "${urn}"\n${why}as it is currently marked for protection. To unprotect the resource, remove the \`protect\` flag from the resource in the program and run \`up\`.`,
  );
  throw new Stopping();
};

/** Deletes what stands in the way of a replacement that deletes first. */
const deleteFirst = async (deployment: Deployment, old: Resource): Promise<Resource> => {
  const condemned = await condemnedWith(deployment, old);
  for (const { urn } of [old, ...condemned]) deployment.deleting.add(urn);
  for (const resource of condemned.reverse()) {
    if (deployment.deletedFirst.has(resource.urn)) continue;
    if (resource.protect)
      refuseToReplaceProtected(deployment, resource.urn, `as part of replacing "${old.urn}" `);
    await remove(deployment, resource, "delete-replaced", (gone) => {
      deployment.journal.amend(gone, { pendingReplacement: true });
    });
    deployment.deletedFirst.add(resource.urn);
  }
  if (old.pendingReplacement) return old;
  let marked = old;
  await remove(deployment, old, "delete-replaced", (gone) => {
    marked = deployment.journal.amend(gone, { pendingReplacement: true });
  });
  return marked;
};

const replace = async (
  deployment: Deployment,
  goal: Goal,
  draft: Resource,
  old: Resource,
  decision: { readonly deleteFirst: boolean },
): Promise<Plan> => {
  if (old.protect && goal.protect) refuseToReplaceProtected(deployment, draft.urn, "");
  const inputs = await check(deployment, goal, draft.urn, draft.provider, goal.inputs, undefined);
  const fresh = { ...draft, inputs };
  const marks = diffMarks(old.inputs, inputs);
  const announce = (): Promise<void> => perform(deployment, "replace", fresh, marks, () => Promise.resolve());
  deployment.replaced.add(draft.urn);
  if (!decision.deleteFirst) {
    return async () => {
      const created = await create(deployment, fresh, "create-replacement", old, marks);
      await announce();
      return answer(created);
    };
  }
  const gone = await deleteFirst(deployment, old); // before anything else is planned
  return async () => {
    await announce();
    return answer(await create(deployment, fresh, "create-replacement", gone, marks));
  };
};

const plan = async (deployment: Deployment, goal: Goal, urn: Urn): Promise<Plan> => {
  if (deployment.stopping) throw new Stopping();
  if (deployment.seen.has(urn)) {
    throw new RehearsalError("duplicate", `Duplicate resource URN '${urn}'; try giving it a unique name`);
  }
  if (goal.custom) kindOf(deployment, goal.type); // an unknown type is refused before anything is done for it
  const old = findOld(deployment, goal, urn);
  deployment.seen.add(urn);
  if (old !== undefined && old.urn !== urn) deployment.seen.add(old.urn);
  const provider = await providerOf(deployment, goal);
  if (deployment.mode === "destroy" && !isProviderType(goal.type)) {
    if (old === undefined) return async () => ({ urn, id: "", outputs: {}, result: "skip" });
    const draft = draftOf(goal, urn, provider, old.inputs);
    return async () => answer(await same(deployment, { ...draft, hooks: goal.hooks }, old));
  }
  const asked = old === undefined ? goal.inputs : ignoreChanges(goal.inputs, old.inputs, goal.ignoreChanges);
  const inputs = await check(deployment, goal, urn, provider, asked, old);
  if (!deployment.dryRun && containsUnknown(inputs)) {
    throw new RehearsalError(
      "unknown-input",
      "an input is not known although nothing is pending: the program ran into an earlier failure.",
    );
  }
  const draft = draftOf(goal, urn, provider, inputs);
  await judge(deployment, draft);
  if (old === undefined || old.external) {
    return async () => answer(await create(deployment, draft, "create", old?.external ? undefined : old));
  }
  const gone = deployment.deletedFirst.has(old.urn) || old.pendingReplacement;
  const decision = decide({
    old,
    news: inputs,
    diff: gone ? undefined : await diffOf(deployment, goal, old, inputs, provider),
    replaceOnChanges: goal.replaceOnChanges,
    deleteBeforeReplace: goal.deleteBeforeReplace,
    deletedFirst: gone,
    goesWithReplaced: goal.deletedWith !== "" && deployment.replaced.has(goal.deletedWith),
  });
  switch (decision.action) {
    case "same":
      return async () => answer(await same(deployment, draft, old));
    case "update":
      return async () => answer(await update(deployment, draft, old));
    case "replace":
      return replace(deployment, goal, draft, old, decision);
  }
};

/** The provider a resource names, or its package's default one, which is registered at its first use. */
export const providerOf = async (deployment: Deployment, goal: Goal): Promise<string> => {
  if (!goal.custom || isProviderType(goal.type)) return "";
  if (goal.provider !== "") return goal.provider;
  const wanted = defaultProviderGoal(goal.type, goal.version, deployment.config);
  const urn = makeUrn(deployment.stack, deployment.project, "", wanted.type, wanted.name);
  const known = deployment.seen.has(urn) ? deployment.journal.find(urn) : undefined;
  const { id } = known ?? (await (await plan(deployment, wanted, urn))());
  return `${urn}::${id === "" ? UNKNOWN_ID : id}`;
};

/** Brings one resource to what the program asks for. @throws Stopping when the run has failed, here or elsewhere */
export const register = async (deployment: Deployment, goal: Goal): Promise<Registered> => {
  const { stack, project } = deployment;
  const parent = goal.parent;
  const urn = makeUrn(stack, project, goal.type === STACK_TYPE ? "" : parent, goal.type, goal.name);
  deployment.scrubber.learn(goal.inputs);
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Stopping))
        fail(deployment, urn, error instanceof Error ? error.message : String(error));
      throw new Stopping();
    }
  };
  const work = await deployment.inTurn(() => guarded(() => plan(deployment, goal, urn)));
  return guarded(work);
};
