import { Deployment } from "kubernetes-models/apps/v1";
import { CronJob, Job } from "kubernetes-models/batch/v1";
import { NetworkPolicy } from "kubernetes-models/networking.k8s.io/v1";
import { ConfigMap, Namespace, Secret, Service, ServiceAccount } from "kubernetes-models/v1";

const MODELS = {
  ConfigMap,
  CronJob,
  Deployment,
  Job,
  Namespace,
  NetworkPolicy,
  Secret,
  Service,
  ServiceAccount,
} as const;

interface PodSpec {
  readonly containers: readonly {
    readonly command: readonly string[];
    readonly env: readonly object[];
    readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
  }[];
}

/** What tests look at in manifests; each kind has its own part of it. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly data: Readonly<Record<string, string>>;
  readonly spec: {
    readonly egress: readonly object[];
    readonly template: {
      readonly metadata: { readonly labels: Readonly<Record<string, string>> };
      readonly spec: PodSpec;
    };
    readonly jobTemplate: { readonly spec: { readonly template: { readonly spec: PodSpec } } };
  };
}

/** Throws where Kubernetes' own schema does not admit a manifest, or where there is no schema for it here. */
export const validate = (manifest: { readonly kind?: unknown }): void => {
  const Model = MODELS[manifest.kind as keyof typeof MODELS] as
    (new (data: never) => { validate: () => void }) | undefined;
  if (Model === undefined) throw new Error(`no schema for kind ${String(manifest.kind)}`);
  new Model(manifest as never).validate();
};
