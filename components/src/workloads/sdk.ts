type Sdk = typeof import("@pulumi/kubernetes");

/** Pulumi's Kubernetes package, loaded where a stack has workloads: it is big. */
export const sdk = (): Sdk =>
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- an import would load it for every stack
  require("@pulumi/kubernetes") as Sdk;
