import * as pulumi from "@pulumi/pulumi";
import type { MoveOptions } from "@rehome/migration";
import {
  moveCode,
  placesOf,
  type Dataset,
  type Expanded,
  type Placement,
  type Service,
} from "@rehome/topology";
import type { ServiceDatabase } from "../database/service-database";
import type { Declaring } from "../declaring";
import { grouped } from "../grouped";
import type { DatabaseAt } from "../inventory";
import { databaseName, schemaName } from "../naming";
import { declareRunner } from "../runner/declare-runner";
import type { WorkloadCluster } from "../workloads/cluster";
import { Gate } from "./gate";
import { before, type HandedOut } from "./handed-out";
import { takenByOthers, tenantSchemas } from "./left-behind";
import { Migration } from "./migration";
import { Proof } from "./proof";

/** By place: the dataset that is there, where it is but one. */
const aloneAt = (
  datasets: readonly Dataset[],
  placeOf: (at: Placement) => string,
): ReadonlyMap<string, string> => {
  const inhabitants = new Map<string, Set<string>>();
  for (const dataset of datasets) {
    for (const place of placesOf(dataset).map(placeOf))
      inhabitants.set(place, (inhabitants.get(place) ?? new Set()).add(dataset.name));
  }
  return new Map(
    [...inhabitants].flatMap(([place, [dataset, ...others]]) =>
      dataset === undefined || others.length > 0 ? [] : [[place, dataset] as const],
    ),
  );
};

/** By dataset: the databases that Rehome manages and that hold this dataset alone, whatever else the stack has. */
export const ownDatabases = (
  datasets: readonly Dataset[],
  managed: readonly DatabaseAt[],
): ReadonlyMap<string, readonly string[]> => {
  const alone = aloneAt(datasets, ({ host, database }) => databaseName(host, database));
  const own = new Map<string, string[]>();
  for (const { host, database } of managed) {
    const name = databaseName(host, database);
    const dataset = alone.get(name);
    if (dataset !== undefined) own.set(dataset, [...(own.get(dataset) ?? []), name]);
  }
  return own;
};

/** What moves each dataset, and what proves the moves that are proven after their switch. By dataset. */
export interface Moves {
  readonly migrations: ReadonlyMap<string, Migration>;
  readonly proofs: ReadonlyMap<string, Proof>;
}

/** What the engine is told: of the processes that share in a copy only how many there will be. */
const optionsOf = (service: Service | undefined): MoveOptions => {
  const { runner, ...options } = service?.migration ?? { mode: "offline", verify: "checksum" };
  return { ...options, ...(runner && { workers: { count: runner.kubernetes.pods } }) };
};

/** Both ends of what is copied, where there is such a thing: of a move, or of an online preparation. */
const copiedBetween = (
  { home, next, formerly }: Dataset,
  service: Service | undefined,
): readonly [Placement, Placement] | undefined => {
  if (formerly !== undefined) return [formerly, home];
  return next !== undefined && service?.migration.mode === "online" ? [home, next] : undefined;
};

/** Declares each dataset's migration, after those of the services that come first. */
export const declareMigrations = (
  declaring: Declaring,
  stack: Expanded,
  placed: ReadonlyMap<string, ServiceDatabase>,
  { handed, cluster }: { readonly handed: HandedOut; readonly cluster: () => WorkloadCluster },
): Moves => {
  const { services, datasets } = stack;
  const { parent, hosts, guard } = declaring;
  const migrations = new Map<string, Migration>();
  const proofs = new Map<string, Proof>();
  const gates = new Map<string, Gate>();
  const custody = Object.fromEntries([...hosts.values()].map(({ name, custody }) => [name, custody]));

  const own = ownDatabases(datasets, declaring.inventory.databases);
  const alone = aloneAt(datasets, ({ host }) => host);
  const othersOf = takenByOthers(datasets);
  const byService = grouped(datasets, ({ service }) => service);

  const server = (at: Placement | undefined) => (at && hosts.get(at.host)?.connection) ?? pulumi.secret({}); // marked, so that what check fills in stays secret

  const ownClusters = (dataset: string): Record<string, pulumi.Output<string>> =>
    Object.fromEntries(
      [...hosts.values()].flatMap(({ name, cluster }) =>
        cluster !== undefined && alone.get(name) === dataset ? [[name, cluster]] : [],
      ),
    );

  const declare = (dataset: Dataset): Migration => {
    const made = migrations.get(dataset.name);
    if (made) return made;
    const service = services.find(({ name }) => name === dataset.service);
    const first = (service?.after ?? []).flatMap((name) => byService.get(name) ?? []).flatMap(declareAll);
    const gate = service && gateOf(service);
    const places = placesOf(dataset);
    const ready = places.flatMap((place) => [
      ...(hosts.get(place.host)?.ready ?? []),
      ...(placed.get(schemaName(place))?.ready ?? []),
    ]);
    const { home, next, formerly, tables, startEmpty, role: owner } = dataset;
    const [others, tenants] = [othersOf(dataset), tenantSchemas(dataset, stack)];
    const dependsOn = [...first, ...(gate ? [gate] : []), ...new Set(ready)];
    const migration = new Migration(
      dataset.name,
      {
        ...{ dataset: dataset.name, owner, home, startEmpty },
        ...(next && { next }),
        ...(formerly && { formerly }),
        ...(tables && { tables }),
        ...(others && { others }),
        ...(tenants && { tenants }),
        options: optionsOf(service),
        homeServer: hosts.get(home.host)?.connection ?? pulumi.secret({} as never),
        nextServer: server(next),
        formerlyServer: server(formerly),
        custody,
        ownDatabases: own.get(dataset.name) ?? [],
        ownClusters: pulumi.all(ownClusters(dataset.name)),
        ...(service && service.after.length > 0 && { after: service.after }),
        ...(service &&
          Object.keys(service.settings).length > 0 && { settings: Object.keys(service.settings) }),
        declaredOn: declaring.inventory.roles.flatMap((at) => (at.role === owner ? [at.host] : [])),
      },
      {
        parent,
        dependsOn,
        hooks: { beforeDelete: [guard.migration] },
      },
    );
    migrations.set(dataset.name, migration);
    const copied = copiedBetween(dataset, service);
    if (service?.migration.runner && copied) {
      const [from, to] = copied;
      const { kubernetes: runner } = service.migration.runner;
      declareRunner(cluster(), { dataset, from, to, hosts, runner, stack, dependsOn }, parent);
    }
    return migration;
  };

  /** While the service runs in its new home already, what was moved is proven. */
  const prove = (dataset: Dataset, migration: Migration): Proof | undefined => {
    const { name, home, formerly, role: owner } = dataset;
    const options = optionsOf(services.find((service) => service.name === dataset.service));
    if (formerly === undefined || options.mode !== "online") return undefined;
    return new Proof(
      name,
      {
        ...{ dataset: name, owner, home, formerly, options },
        homeServer: server(home),
        formerlyServer: server(formerly),
        migration: migration.result.apply((result) => result?.migration ?? null),
      },
      { parent, dependsOn: [migration] },
    );
  };

  /** What comes after a move waits for its proof too. */
  const declareAll = (dataset: Dataset): pulumi.Resource[] => {
    const migration = declare(dataset);
    const proof = proofs.get(dataset.name) ?? prove(dataset, migration);
    if (proof === undefined) return [migration];
    proofs.set(dataset.name, proof);
    return [migration, proof];
  };

  /** Passed once by all of a service's datasets, when those before were handed their connections. */
  const gateOf = ({ name, after, gate }: Service): Gate | undefined => {
    const moves = byService.get(name)?.some(({ formerly }) => formerly !== undefined) ?? false;
    if (gate?.health === undefined || !moves) return undefined;
    const made = gates.get(name);
    if (made) return made;
    const done = after.flatMap((one) => byService.get(one) ?? []).flatMap(declareAll);
    const { url, timeout } = gate.health;
    const handedBefore = Promise.all([...before(name, stack)].map(handed.of));
    const first: Promise<pulumi.Input<pulumi.Resource>[]> = handedBefore.then((resources) => [
      ...done,
      ...resources.flat(),
    ]);
    const move = moveCode(name, datasets);
    const passage = new Gate(
      name,
      { service: name, move, after, url, timeout },
      { parent, dependsOn: first },
    );
    gates.set(name, passage);
    return passage;
  };

  datasets.forEach(declareAll);
  return { migrations, proofs };
};
