import type * as pulumi from "@pulumi/pulumi";
import type { Expanded } from "@rehome/topology";
import type { Inventory } from "../inventory";
import { inDatabase } from "../naming";

/** What services are handed, which is declared after the moves that it waits for. */
export interface HandedOut {
  /** What a service has been handed, once all is declared. */
  readonly of: (service: string) => Promise<pulumi.Resource[]>;
  /** Says what each service is handed. Called once, in the same turn in which the moves are declared. */
  readonly settle: (resources: ReadonlyMap<string, readonly pulumi.Resource[]>) => void;
}

/** A gate can wait for what is handed out only when that is declared; until then it is a promise. */
export const handedOut = (): HandedOut => {
  let settle: HandedOut["settle"] = () => undefined;
  const all = new Promise<Parameters<HandedOut["settle"]>[0]>((resolve) => {
    settle = resolve;
  });
  return { settle, of: async (service) => [...((await all).get(service) ?? [])] };
};

/** Every service that comes before this one, directly or not. */
export const before = (service: string, { services }: Pick<Expanded, "services">): ReadonlySet<string> => {
  const found = new Set<string>();
  const walk = (name: string): void => {
    for (const other of services.find((one) => one.name === name)?.after ?? []) {
      if (found.has(other)) continue;
      found.add(other);
      walk(other);
    }
  };
  walk(service);
  return found;
};

/** What was declared. */
export interface Handed {
  /** By `inDatabase(role, host, database)`. */
  readonly rights: readonly ReadonlyMap<string, pulumi.Resource>[];
  /** By service. */
  readonly workloads: ReadonlyMap<string, pulumi.Resource>;
}

/**
 * What each service is handed: the right to connect to its homes, its settings there, and the pods that run with them. What other services' data is
 * needed for as well is left out, for it may come after them.
 */
export const handedByService = (
  { connects, settings }: Inventory,
  { services, datasets }: Expanded,
  { rights, workloads }: Handed,
): ReadonlyMap<string, readonly pulumi.Resource[]> => {
  const serviceOf = new Map(datasets.map(({ name, service }) => [name, service]));
  const own = (name: string) =>
    [...connects, ...settings].filter(
      (at) => at.datasets.length > 0 && at.datasets.every((dataset) => serviceOf.get(dataset) === name),
    );
  return new Map(
    services.map(({ name, role }) => {
      const places = own(name)
        .filter((at) => at.role === role)
        .map(({ host, database }) => inDatabase(role, host, database));
      const resources = [...new Set(places)].flatMap((place) =>
        rights.flatMap((each) => each.get(place) ?? []),
      );
      const workload = workloads.get(name); // its pods have rolled when it is there
      return [name, [...resources, ...(workload ? [workload] : [])]];
    }),
  );
};
