import type { Op } from "../events";
import { isDefaultProvider } from "../wire/urn";
import type { Resource } from "../state/resource";
import { equal, type Values } from "../wire/values";
import { count, fail, Stopping, type Deployment } from "./deployment";
import { messageOf } from "../rehearsal-error";

/** `+size`, `-note`, `~token`: what differs, as Pulumi marks it. */
export const diffMarks = (before: Values, now: Values): string[] =>
  [...new Set([...Object.keys(before), ...Object.keys(now)])]
    .filter((key) => key !== "__defaults" && key !== "__internal" && !equal(before[key], now[key]))
    .map((key) => `${!(key in before) ? "+" : !(key in now) ? "-" : "~"}${key}`);

/** Carries out a step between the events of its beginning and its end; a failure stops the run. */
export const perform = async <T>(
  deployment: Deployment,
  op: Op,
  resource: Pick<Resource, "urn" | "parent" | "retainOnDelete">,
  diff: readonly string[],
  work: () => Promise<T>,
): Promise<T> => {
  if (deployment.stopping) throw new Stopping();
  const { urn } = resource;
  const shown = !isDefaultProvider(urn);
  const began = Date.now();
  const retained = resource.retainOnDelete && (op === "delete" || op === "delete-replaced");
  const tell = (status: "started" | "done" | "failed"): void => {
    if (!shown) return;
    const seconds = (Date.now() - began) / 1000;
    deployment.listen({ kind: "step", op, urn, parent: resource.parent, status, diff, retained, seconds });
  };
  tell("started");
  deployment.active += 1;
  try {
    const result = await work();
    if (shown) count(deployment, op);
    tell("done");
    return result;
  } catch (error) {
    tell("failed");
    if (!(error instanceof Stopping)) fail(deployment, urn, messageOf(error));
    throw new Stopping();
  } finally {
    deployment.active -= 1;
  }
};
