/** What a pod is for. */
export type Part = "service" | "pooler" | "dumps" | "copy";
export type Labels = Readonly<Record<string, string>>;

/** The label of a pod whose value tells its connection: what a policy lets it reach. */
export const CONNECTION = "rehome.dev/connection";

/** What a Deployment or Service finds its pods by; it never changes. */
export const selector = (name: string, part: Part): Labels => ({
  "app.kubernetes.io/name": name,
  "app.kubernetes.io/component": part,
});

/** The labels of everything that belongs to a workload. */
export const labels = (name: string, part: Part): Labels => ({
  ...selector(name, part),
  "app.kubernetes.io/managed-by": "rehome",
});
