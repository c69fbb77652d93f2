import { messageOf, RehearsalError } from "../rehearsal-error";
import type { Resource } from "../state/resource";
import { isProviderType, makeUrn } from "../wire/urn";
import { plainAll } from "../wire/values";
import { fail, Stopping, type Deployment } from "./deployment";
import type { Goal, Registered } from "./goal";
import { configOf, guard, kindOf } from "./provider-calls";
import { draftOf, providerOf } from "./register";
import { perform } from "./step-events";

const read = async (deployment: Deployment, draft: Resource, id: string): Promise<Resource> => {
  if (isProviderType(draft.type)) {
    throw new RehearsalError("cannot-read", `a provider ("${draft.type}") cannot be read by id.`);
  }
  const found = await kindOf(deployment, draft.type).read({
    urn: draft.urn,
    type: draft.type,
    id,
    config: configOf(deployment, draft.provider),
    inputs: plainAll(draft.inputs),
    outputs: plainAll(draft.inputs),
  });
  if (found === undefined) throw new RehearsalError("not-found", `no resource with the id "${id}" exists.`);
  const outputs = guard(deployment, found.outputs, draft.inputs, draft.additionalSecretOutputs);
  const now = new Date().toISOString();
  return { ...draft, id: found.id, outputs, external: true, created: now, modified: now };
};

/** Reads a resource that the program uses and does not manage. */
export const readResource = async (deployment: Deployment, goal: Goal, id: string): Promise<Registered> => {
  const { stack, project, journal } = deployment;
  const urn = makeUrn(stack, project, goal.parent, goal.type, goal.name);
  try {
    if (deployment.stopping) throw new Stopping();
    const provider = await deployment.inTurn(() => providerOf(deployment, goal));
    const draft = draftOf({ ...goal, custom: true }, urn, provider, goal.inputs);
    deployment.seen.add(urn);
    const resource = await perform(deployment, "read", draft, [], () => read(deployment, draft, id));
    journal.put(
      resource,
      journal.base().find((one) => one.urn === urn),
    );
    await journal.flush();
    return { urn, id: resource.id, outputs: resource.outputs, result: "success" };
  } catch (error) {
    if (!(error instanceof Stopping)) fail(deployment, urn, messageOf(error));
    throw new Stopping();
  }
};
