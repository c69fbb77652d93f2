import { InitFailed } from "../providers/provider";
import type { Op } from "../events";
import type { Resource } from "../state/resource";
import { equal, plainAll, UNKNOWN } from "../wire/values";
import { isProviderType } from "../wire/urn";
import { report, type Deployment } from "./deployment";
import { runHooks } from "./hooks";
import { configOf, guard, kindOf, stateCall } from "./provider-calls";
import { diffMarks, perform } from "./step-events";

/** A resource as it is to become: all that is known before the provider has worked. */
export type Draft = Resource;

const now = (): string => new Date().toISOString();

/** After a change has happened, a failing hook is an error, but the change is kept. */
const runAfterHooks = async (...args: Parameters<typeof runHooks>): Promise<void> => {
  const [deployment, , , { urn }] = args;
  try {
    await runHooks(...args);
  } catch (error) {
    deployment.failed = true;
    report(deployment, "error", urn, error instanceof Error ? error.message : String(error));
  }
};

/** Keeps what a provider did before it failed, so that the next run goes on from there. */
const keepPartial = async (
  deployment: Deployment,
  draft: Draft,
  old: Resource | undefined,
  error: unknown,
): Promise<never> => {
  if (error instanceof InitFailed) {
    const outputs = guard(deployment, error.outputs, draft.inputs, draft.additionalSecretOutputs);
    const initErrors = error.reasons.length > 0 ? error.reasons : [error.message];
    deployment.journal.put({ ...draft, id: error.id, outputs, initErrors }, old);
    await deployment.journal.flush();
    const reasons = error.reasons.filter((reason) => !error.message.includes(reason));
    throw new Error([error.message, ...reasons.map((reason) => `* ${reason}`)].join("\n"), { cause: error });
  }
  await deployment.journal.flush();
  throw error;
};

const createWithProvider = async (deployment: Deployment, draft: Draft): Promise<Draft> => {
  if (!draft.custom) return draft;
  if (deployment.dryRun) {
    return { ...draft, id: isProviderType(draft.type) ? UNKNOWN : "", outputs: draft.inputs };
  }
  const { id, outputs } = await deployment.atOnce(() =>
    kindOf(deployment, draft.type).create({
      urn: draft.urn,
      type: draft.type,
      config: configOf(deployment, draft.provider),
      inputs: plainAll(draft.inputs),
      resumed: deployment.interrupted.has(draft.urn),
    }),
  );
  return { ...draft, id, outputs: guard(deployment, outputs, draft.inputs, draft.additionalSecretOutputs) };
};

/** Creates a resource. @param old what it replaces; that one stays until it is deleted, or is dropped when it was */
export const create = (
  deployment: Deployment,
  draft: Draft,
  op: Op = "create",
  old?: Resource,
  diff: readonly string[] = [],
): Promise<Resource> =>
  perform(deployment, op, draft, diff, async () => {
    const { journal } = deployment;
    await runHooks(deployment, "BeforeCreate", draft.hooks.BeforeCreate, {
      urn: draft.urn,
      id: "",
      newInputs: draft.inputs,
    });
    const over = draft.custom ? await journal.begin({ type: "creating", resource: draft }) : () => undefined;
    const dropped = old?.pendingReplacement === true ? old : undefined;
    let created: Resource;
    try {
      created = { ...(await createWithProvider(deployment, draft)), created: now(), modified: now() };
    } catch (error) {
      over();
      if (error instanceof InitFailed && old !== undefined && dropped === undefined) {
        journal.amend(old, { delete: true });
      }
      return keepPartial(deployment, draft, dropped, error);
    }
    over();
    if (old !== undefined && dropped === undefined) journal.amend(old, { delete: true });
    journal.put(created, dropped);
    await journal.flush();
    await runAfterHooks(deployment, "AfterCreate", draft.hooks.AfterCreate, {
      urn: created.urn,
      id: created.id,
      newInputs: created.inputs,
      newOutputs: created.outputs,
    });
    return created;
  });

const updateWithProvider = async (deployment: Deployment, draft: Draft, old: Resource): Promise<Draft> => {
  if (!draft.custom) return { ...draft, outputs: old.outputs };
  if (deployment.dryRun) return { ...draft, outputs: draft.inputs };
  const outputs = await deployment.atOnce(() =>
    kindOf(deployment, draft.type).update({
      urn: draft.urn,
      type: draft.type,
      id: old.id,
      config: configOf(deployment, draft.provider),
      oldInputs: plainAll(old.inputs),
      oldOutputs: plainAll(old.outputs),
      inputs: plainAll(draft.inputs),
      ignoreChanges: draft.ignoreChanges,
    }),
  );
  return { ...draft, outputs: guard(deployment, outputs, draft.inputs, draft.additionalSecretOutputs) };
};

/** Changes a resource in place. It stays who it is, also in the state that an interruption or a failure leaves. */
export const update = (deployment: Deployment, asked: Draft, old: Resource): Promise<Resource> =>
  perform(deployment, "update", asked, diffMarks(old.inputs, asked.inputs), async () => {
    const { journal } = deployment;
    const draft = { ...asked, id: old.id, created: old.created };
    const occasion = {
      urn: draft.urn,
      id: old.id,
      oldInputs: old.inputs,
      newInputs: draft.inputs,
      oldOutputs: old.outputs,
    };
    await runHooks(deployment, "BeforeUpdate", draft.hooks.BeforeUpdate, occasion);
    const over = draft.custom ? await journal.begin({ type: "updating", resource: draft }) : () => undefined;
    let updated: Resource;
    try {
      updated = { ...(await updateWithProvider(deployment, draft, old)), initErrors: [], modified: now() };
    } catch (error) {
      over();
      return keepPartial(deployment, draft, old, error);
    }
    over();
    journal.put(updated, old);
    await journal.flush();
    await runAfterHooks(deployment, "AfterUpdate", draft.hooks.AfterUpdate, {
      ...occasion,
      newOutputs: updated.outputs,
    });
    return updated;
  });

/** Confirms a resource that needs no change; what the program says about it may still differ. */
export const same = (deployment: Deployment, draft: Draft, old: Resource): Promise<Resource> =>
  perform(deployment, "same", draft, [], async () => {
    const { id, outputs, created, modified } = old;
    const kept: Resource = { ...draft, id, outputs, created, modified };
    deployment.scrubber.learn(outputs);
    deployment.journal.put(kept, old);
    const metadata = (resource: Resource): string => JSON.stringify({ ...resource, inputs: {}, outputs: {} });
    if (metadata(kept) !== metadata(old) || !equal(kept.inputs, old.inputs)) await deployment.journal.flush();
    return kept;
  });

const protectedMessage = (urn: string): string =>
  `resource "${urn}" cannot be deleted\nbecause it is protected. To unprotect the resource, remove the \`protect\` flag from it in the program and run \`up\`.`;

/** Deletes a resource; `after` says what then becomes of its entry in the state. */
export const remove = (
  deployment: Deployment,
  resource: Resource,
  op: "delete" | "delete-replaced",
  after: (resource: Resource) => void,
): Promise<void> =>
  perform(deployment, op, resource, [], async () => {
    const { journal } = deployment;
    const { urn, id, inputs, outputs, hooks } = resource;
    const occasion = { urn, id, oldInputs: inputs, oldOutputs: outputs };
    await runHooks(deployment, "BeforeDelete", hooks.BeforeDelete, occasion);
    if (op === "delete" && resource.protect) throw new Error(protectedMessage(urn));
    const goesWithOther = resource.deletedWith !== "" && deployment.deleting.has(resource.deletedWith);
    const acts = resource.custom && !resource.external && !resource.retainOnDelete && !goesWithOther;
    if (acts && !deployment.dryRun) {
      const over = await journal.begin({ type: "deleting", resource });
      try {
        const call = stateCall(deployment, resource);
        await deployment.atOnce(() => kindOf(deployment, resource.type).delete(call));
      } finally {
        over();
      }
    }
    after(resource);
    await journal.flush();
    await runAfterHooks(deployment, "AfterDelete", hooks.AfterDelete, occasion);
  });
