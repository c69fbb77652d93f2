import type { TopologyArgs } from "@rehome/topology";

type Hosts = TopologyArgs["hosts"];
type Services = TopologyArgs["services"];
type HostArgs = Hosts[string];
type ServiceArgs = Services[string];

/** A stack's topology on servers of this machine: as it was before its moves, and as the stack file has it. */
export interface ScratchTopology {
  readonly before: TopologyArgs;
  readonly after: TopologyArgs;
}

/** An object without some of its fields. */
export const without = <Value extends object, Key extends string>(
  value: Value,
  ...keys: readonly Key[]
): Omit<Value, Key> => {
  const kept = Object.entries(value).filter(([key]) => !(keys as readonly string[]).includes(key));
  return Object.fromEntries(kept) as Omit<Value, Key>;
};

/** Cloud instances and containers stand in by themselves; someone else's servers become local ones. */
const scratchHost = (host: HostArgs): HostArgs => {
  switch (host.platform) {
    case "local":
      return without(host, "directory", "port");
    case "cloudsql":
      return { ...without(host, "name"), deletionProtection: false };
    case "docker":
      return host;
    case "existing":
    case "stack":
      return { platform: "local" };
  }
};

const roleOf = (name: string, { role }: ServiceArgs): string => role ?? `${name}_user`;

/** Roles are made there, each by the first service that has it; what waits for people or for other systems does not. */
const scratchServices = (services: Services): Services => {
  const makers = new Map<string, string>();
  for (const [name, service] of Object.entries(services))
    if (service.adoptRole !== true && !makers.has(roleOf(name, service)))
      makers.set(roleOf(name, service), name);
  for (const [name, service] of Object.entries(services))
    if (!makers.has(roleOf(name, service))) makers.set(roleOf(name, service), name);
  const made = Object.entries(services).map(([name, service]): [string, ServiceArgs] => {
    const made = makers.get(roleOf(name, service)) === name;
    const rest = without(service, "password", "gate", "adoptRole");
    return [name, { ...rest, ...(made ? {} : { adoptRole: true }) }];
  });
  return Object.fromEntries(made);
};

interface Whereabouts {
  readonly home?: unknown;
  readonly next?: unknown;
  readonly formerly?: unknown;
}

const earlier = <Where extends Whereabouts>(where: Where): Where => {
  const { formerly } = where;
  const rest = without(where, "next", "formerly");
  return { ...rest, ...(formerly === undefined ? {} : { home: formerly }) } as Where;
};

const before = (service: ServiceArgs): ServiceArgs => {
  const { datasets } = service;
  if (datasets === undefined) return earlier(service);
  const parts = Object.entries(datasets).map(([name, dataset]) => [name, earlier(dataset)] as const);
  return { ...service, datasets: Object.fromEntries(parts) };
};

/** What is rehearsed of a topology. Pure. */
export const scratchTopology = (topology: TopologyArgs): ScratchTopology => {
  const hosts = Object.fromEntries(
    Object.entries(topology.hosts).map(([name, host]) => [name, scratchHost(host)]),
  );
  const services = scratchServices(topology.services);
  const then = Object.entries(services).map(([name, service]) => [name, before(service)] as const);
  return {
    before: { ...topology, hosts, services: Object.fromEntries(then) },
    after: { ...topology, hosts, services },
  };
};
