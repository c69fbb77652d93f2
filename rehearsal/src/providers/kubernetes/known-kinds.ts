/** What is particular about one kind of Kubernetes object. */
export interface KnownKind {
  /** Its name in the API's paths. */
  readonly plural: string;
  readonly namespaced: boolean;
  /** Fields that cannot be changed: another value is another object. */
  readonly fixed: readonly (readonly string[])[];
}

const object = (plural: string, more: Partial<KnownKind> = {}): KnownKind => ({
  plural,
  namespaced: true,
  fixed: [],
  ...more,
});

/** The kinds that can be rehearsed, by their type in Pulumi. Every other is refused. */
export const KNOWN_KINDS: Readonly<Record<string, KnownKind>> = {
  "kubernetes:core/v1:Namespace": object("namespaces", { namespaced: false }),
  // Pulumi's provider replaces these when their content changes, unless it is told not to.
  "kubernetes:core/v1:Secret": object("secrets", { fixed: [["type"], ["data"], ["stringData"]] }),
  "kubernetes:core/v1:ConfigMap": object("configmaps", { fixed: [["data"], ["binaryData"]] }),
  "kubernetes:core/v1:Service": object("services", { fixed: [["spec", "clusterIP"]] }),
  "kubernetes:core/v1:ServiceAccount": object("serviceaccounts"),
  "kubernetes:apps/v1:Deployment": object("deployments", { fixed: [["spec", "selector"]] }),
  "kubernetes:batch/v1:CronJob": object("cronjobs"),
  "kubernetes:batch/v1:Job": object("jobs", { fixed: [["spec"]] }),
  "kubernetes:networking.k8s.io/v1:NetworkPolicy": object("networkpolicies"),
};
