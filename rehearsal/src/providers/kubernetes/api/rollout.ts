import { isList, isObject, type Value, type Values } from "../../../wire/values";

/** How far a Deployment's rollout is. */
export type Rollout =
  | { readonly state: "done" }
  | { readonly state: "under way" }
  | { readonly state: "failed"; readonly reason: string };

const number = (value: Value | undefined): number => (typeof value === "number" ? value : 0);
const part = (values: Values, key: string): Values => {
  const value = values[key];
  return isObject(value) ? value : {};
};

/** Done when every pod is of the newest kind and available, and none of an older kind is left. */
export const rolloutOf = (deployment: Values): Rollout => {
  const [metadata, spec, status] = ["metadata", "spec", "status"].map((key) => part(deployment, key));
  if (metadata === undefined || spec === undefined || status === undefined) return { state: "under way" };
  if (number(status["observedGeneration"]) < number(metadata["generation"])) return { state: "under way" };
  const conditions = isList(status["conditions"]) ? status["conditions"].filter(isObject) : [];
  const progress = conditions.find(({ type }) => type === "Progressing");
  if (progress?.["reason"] === "ProgressDeadlineExceeded") {
    const message = progress["message"];
    return { state: "failed", reason: typeof message === "string" ? message : "it came to no end in time" };
  }
  const wanted = number(spec["replicas"]);
  const counts = ["replicas", "updatedReplicas", "availableReplicas"].map((key) => number(status[key]));
  return { state: counts.every((count) => count === wanted) ? "done" : "under way" };
};

/** Why pods do not run, in the kubelet's words, each once. */
export const complaintsOf = (pods: Values): string[] => {
  const items = isList(pods["items"]) ? pods["items"].filter(isObject) : [];
  const complaints = items.flatMap((pod) => {
    const statuses = part(pod, "status")["containerStatuses"];
    return (isList(statuses) ? statuses.filter(isObject) : []).flatMap((container) => {
      const { reason, message } = part(part(container, "state"), "waiting");
      if (typeof reason !== "string") return [];
      return [typeof message === "string" ? `${reason}: ${message}` : reason];
    });
  });
  return [...new Set(complaints)];
};
