import * as pulumi from "@pulumi/pulumi";
import type { Expanded, Service } from "@rehome/topology";
import { principal, type Connection } from "../connections";
import type { DeclaredRole } from "../database/declare-roles";
import type { Host } from "../hosts/host";
import { onHost } from "../naming";
import type { WorkloadCluster } from "./cluster";
import { declareDatabaseDumps, declareServiceDumps } from "./declare-dumps";
import { ServiceWorkload } from "./service-workload";

/** What workloads are declared from. */
export interface WorkloadSources {
  readonly hosts: ReadonlyMap<string, Host>;
  /** By `onHost(role, host)`. */
  readonly roles: ReadonlyMap<string, DeclaredRole>;
  /** By service. */
  readonly connections: ReadonlyMap<string, pulumi.Output<Connection>>;
  /** The stack's cluster, declared when it is first asked for. */
  readonly cluster: () => WorkloadCluster;
}

/**
 * Declares what runs in the stack's cluster: services, their pools, dumps. Nothing, and no cluster, where there is none.
 * Answers the workloads, by service.
 */
export const declareWorkloads = (
  parent: pulumi.Resource,
  stack: Expanded,
  { hosts, roles, connections, cluster: clusterOf }: WorkloadSources,
): ReadonlyMap<string, pulumi.Resource> => {
  const workloads = new Map<string, pulumi.Resource>();
  const { services, datasets, kubernetes } = stack;
  const running = services.filter(({ workload, dumps }) => workload !== undefined || dumps !== undefined);
  if (running.length === 0 && Object.keys(kubernetes.dumps).length === 0) return workloads;
  const cluster = clusterOf();
  const verifierOf = (service: Service) => {
    const host = principal(service, datasets)?.home.host;
    return host === undefined ? undefined : roles.get(onHost(service.role, host))?.verifier;
  };
  for (const service of running) {
    const connection = connections.get(service.name);
    if (connection === undefined) continue;
    const { workload, dumps } = service;
    if (workload !== undefined) {
      const calls = services.flatMap((other) =>
        other.workload !== undefined && workload.calls.includes(other.name) ? [other.workload] : [],
      );
      const verifier = verifierOf(service);
      const args = { service, workload, connection, calls, ...(verifier && { verifier }) };
      workloads.set(service.name, new ServiceWorkload(cluster, args, parent));
    }
    if (dumps !== undefined) declareServiceDumps(cluster, { service, dumps, connection, stack }, parent);
  }
  declareDatabaseDumps(cluster, { kubernetes, hosts }, parent);
  return workloads;
};
