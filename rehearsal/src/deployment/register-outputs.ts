import { parseUrn, STACK_TYPE, type Urn } from "../wire/urn";
import { equal, type Values } from "../wire/values";
import { Stopping, type Deployment } from "./deployment";

/** Keeps what a component, or the program for its stack, gives as outputs. */
export const registerOutputs = async (deployment: Deployment, urn: Urn, outputs: Values): Promise<void> => {
  const { journal, scrubber, mode } = deployment;
  // What is told now lacks whatever has failed, or was never begun: what was known before stays.
  if (deployment.stopping) throw new Stopping();
  scrubber.learn(outputs);
  const resource = journal.find(urn);
  if (resource === undefined || mode === "destroy") return;
  if (parseUrn(urn).type === STACK_TYPE) {
    deployment.outputs = { before: resource.outputs, now: outputs };
  }
  if (equal(resource.outputs, outputs) && JSON.stringify(resource.outputs) === JSON.stringify(outputs))
    return;
  journal.amend(resource, { outputs });
  await journal.flush();
};
