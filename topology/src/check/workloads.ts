import type { ServiceSpec } from "../schema/service";
import type { Topology } from "../schema/topology";
import { problem, type Path, type Problem } from "../topology-error";
import { didYouMean, listed } from "../nearest";
import { quoted } from "../quoted";
import { expandWorkload } from "../workload";

/** Workloads have names of their own, call services that run here, and what needs one has one. */
export function checkWorkloads(topology: Topology): Problem[] {
  const services = Object.entries(topology.services);
  const takenBy = new Map<string, string>();
  return [
    ...services.flatMap(([name, spec]) => [
      ...checkName(name, spec, topology, takenBy),
      ...checkVariables(name, spec),
      ...checkCalls(name, spec, topology),
      ...checkPooler(name, spec),
    ]),
    ...checkDumps(topology),
    ...checkFolder(topology),
  ];
}

/** Manifests are rendered beside the data of hosts that this machine runs, in a folder that no host may have. */
function checkFolder({ hosts, services, kubernetes }: Topology): Problem[] {
  const { context, kubeconfig, renderTo, dumps } = kubernetes;
  const used = Object.values(services).some((spec) => (spec.workload ?? spec.dumps) !== undefined);
  const rendered = (context ?? kubeconfig ?? renderTo) === undefined;
  const host = Object.hasOwn(hosts, "manifests") ? hosts["manifests"] : undefined;
  const taken = host?.platform === "local" && host.directory === undefined;
  if (!taken || !rendered || (!used && Object.keys(dumps).length === 0)) return [];
  const message =
    "is where manifests are rendered, in .rehome beside the hosts' data; rename the host, or write kubernetes: { renderTo: <folder> }";
  return [problem("reserved-name", ["hosts", "manifests"], message)];
}

function checkName(
  name: string,
  { workload }: ServiceSpec,
  topology: Topology,
  takenBy: Map<string, string>,
): Problem[] {
  if (workload === undefined) return [];
  const expanded = expandWorkload(name, workload, topology.kubernetes);
  return (["name", "secret"] as const).flatMap((field) => {
    const key = `${field} ${expanded.namespace}/${expanded[field]}`;
    const owner = takenBy.get(key);
    takenBy.set(key, owner ?? name);
    if (owner === undefined) return [];
    const message = `${quoted(expanded[field])} in namespace ${quoted(expanded.namespace)} is already that of ${quoted(owner)}; choose another`;
    return [problem("duplicate", ["services", name, "workload", field], message)];
  });
}

function checkVariables(name: string, { workload, pool }: ServiceSpec): Problem[] {
  const path: Path = ["services", name, "workload", "connection"];
  return Object.entries(workload?.connection ?? {}).flatMap(([variable, key]) => {
    if (workload?.env !== undefined && Object.hasOwn(workload.env, variable))
      return [problem("duplicate", [...path, variable], "stands in env too; delete one of them")];
    const absent =
      (key.startsWith("pool-") && pool === undefined) ||
      (key === "pool-idle-timeout" && pool?.idleTimeout === undefined);
    const field = key === "pool-idle-timeout" ? "pool: { idleTimeout: … }" : "pool: { max: … }";
    if (!absent) return [];
    return [problem("missing", [...path, variable], `the service has no ${quoted(key)}; write ${field}`)];
  });
}

function checkCalls(name: string, { workload }: ServiceSpec, topology: Topology): Problem[] {
  const running = Object.entries(topology.services).flatMap(([each, spec]) => (spec.workload ? [each] : []));
  return (workload?.calls ?? []).flatMap((called, index) => {
    if (running.includes(called)) return [];
    const message = `${quoted(called)} is no service with a workload here; those are: ${listed(running)}.${didYouMean(called, running)}`;
    return [problem("unknown-service", ["services", name, "workload", "calls", index], message)];
  });
}

function checkPooler(name: string, { workload, pool }: ServiceSpec): Problem[] {
  if (pool?.mode === undefined || workload !== undefined) return [];
  const message =
    "a PgBouncer stands before a workload, and this service has none; write workload, or delete mode";
  return [problem("missing", ["services", name, "pool", "mode"], message)];
}

function checkDumps({ kubernetes, hosts }: Topology): Problem[] {
  return Object.entries(kubernetes.dumps).flatMap(([name, { host }]) => {
    if (Object.hasOwn(hosts, host)) return [];
    const known = Object.keys(hosts);
    const message = `${quoted(host)} is not a host; hosts: ${listed(known)}.${didYouMean(host, known)}`;
    return [problem("unknown-host", ["kubernetes", "dumps", name, "host"], message)];
  });
}
