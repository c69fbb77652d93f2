import type { KubernetesSpec } from "./schema/kubernetes";
import { MAX_WORKLOAD_NAME } from "./schema/kubernetes-names";
import type { WorkloadSpec } from "./schema/workload";

/** A workload with every default filled in. */
export interface Workload extends WorkloadSpec {
  readonly namespace: string;
  readonly name: string;
  readonly secret: string;
}

/** Fills in a workload's names. */
export function expandWorkload(service: string, spec: WorkloadSpec, kubernetes: KubernetesSpec): Workload {
  return {
    ...spec,
    namespace: spec.namespace ?? kubernetes.namespace,
    name: spec.name ?? asKubernetesName(service),
    secret: spec.secret ?? secretName(service),
  };
}

const SECRET_SUFFIX = "-db-secret";

/** The name of a service's Secret, before its content's hash. */
const secretName = (service: string): string =>
  `${asKubernetesName(service, MAX_WORKLOAD_NAME - SECRET_SUFFIX.length)}${SECRET_SUFFIX}`;

/**
 * A name as Kubernetes can hold it. One that it cannot becomes its plain letters and a number made from all of it, so that
 * two names never become one.
 */
export function asKubernetesName(name: string, longest = MAX_WORKLOAD_NAME): string {
  if (name.length <= longest && /^[a-z]([-a-z0-9]*[a-z0-9])?$/.test(name)) return name;
  const plain = name
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^[^a-z]+/, "")
    .slice(0, longest - 9)
    .replace(/-+$/, "");
  return `${plain === "" ? "x" : plain}-${checksum(name)}`;
}

/** FNV-1a of the name's UTF-16 code units, in eight hexadecimal digits. */
function checksum(text: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  }
  return hash.toString(16).padStart(8, "0");
}
