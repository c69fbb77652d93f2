import { writtenDatasets } from "../expand";
import type { Host } from "../schema/hosts";
import type { ServiceSpec } from "../schema/service";
import type { Topology } from "../schema/topology";
import { serverAddress } from "../server-url";
import { problem, type Path, type Problem } from "../topology-error";
import { quoted } from "../quoted";

/** Pods that share in a copy have a cluster, can reach both ends, and are for datasets that can be counted. */
export function checkRunners(topology: Topology): Problem[] {
  return Object.entries(topology.services).flatMap(([name, spec]) =>
    spec.migration.runner === undefined
      ? []
      : [...checkCluster(name, topology), ...checkReach(name, spec, topology), ...checkTenants(name, spec)],
  );
}

const pathOf = (name: string): Path => ["services", name, "migration", "runner", "kubernetes"];

function checkCluster(name: string, { kubernetes: { context, kubeconfig } }: Topology): Problem[] {
  if ((context ?? kubeconfig) !== undefined) return [];
  const message =
    "pods need a cluster, and the stack names none; write kubernetes: { context: … }, or delete runner";
  return [problem("missing", pathOf(name), message)];
}

const LOOPBACK = /^(localhost|127\..*|::1|\/.*)$/;

function isHere(host: Host | undefined): boolean {
  if (host === undefined) return false;
  if (host.platform === "existing") return LOOPBACK.test(serverAddress(host).host);
  return host.platform === "local" || host.platform === "docker";
}

/** A server of this machine alone is reached by no pod; steady homes are nobody's concern. */
function checkReach(name: string, spec: ServiceSpec, { hosts }: Topology): Problem[] {
  const ends = writtenDatasets(name, spec).flatMap(({ spec: { home, next, formerly } }) => {
    const other = next ?? formerly;
    return other === undefined ? [] : [home.host, other.host];
  });
  return [...new Set(ends)].flatMap((host) => {
    if (!Object.hasOwn(hosts, host) || !isHere(hosts[host])) return [];
    const message = `host ${quoted(host)} listens on this machine alone, where no pod reaches it; delete runner`;
    return [problem("platform-limit", pathOf(name), message)];
  });
}

function checkTenants(name: string, spec: ServiceSpec): Problem[] {
  const tenants = writtenDatasets(name, spec).some(({ spec: { forEachTenant } }) => forEachTenant);
  if (!tenants) return [];
  const message =
    "shares in big datasets, and this service has one for each tenant, small ones; delete runner";
  return [problem("platform-limit", pathOf(name), message)];
}
