import * as pulumi from "@pulumi/pulumi";
import { placementName, type Dataset, type Expanded, type Placement } from "@rehome/topology";
import type { ServiceDatabase } from "../database/service-database";
import type { Declaring } from "../declaring";
import type { DatabaseAt } from "../inventory";
import { databaseName, schemaName } from "../naming";
import { Migration } from "./migration";

/** Where a dataset is, was and will be. */
const stays = ({ home, next, formerly }: Dataset): Placement[] => [
  home,
  ...(next ? [next] : []),
  ...(formerly ? [formerly] : []),
];

/** Schemas that stay when a dataset leaves: others have a place there, or it is a database's own `public`. */
export const sharedSchemas = (dataset: Dataset, datasets: readonly Dataset[]): string[] => {
  const others = datasets.filter(({ name }) => name !== dataset.name).flatMap(stays);
  const everywhere = datasets
    .flatMap(stays)
    .map(({ host, database }) => ({ host, database, schema: "public" }));
  return [...new Set([...others, ...everywhere].map(placementName))].sort();
};

/** Databases that Rehome manages and that hold this dataset alone, whatever else the stack has. */
export const ownDatabases = (
  dataset: Dataset,
  datasets: readonly Dataset[],
  managed: readonly DatabaseAt[],
): string[] => {
  const names = (places: readonly Placement[]): string[] =>
    places.map(({ host, database }) => databaseName(host, database));
  const others = new Set(names(datasets.filter(({ name }) => name !== dataset.name).flatMap(stays)));
  const own = names(stays(dataset)).filter((name) => !others.has(name));
  return managed
    .map(({ host, database }) => databaseName(host, database))
    .filter((name) => own.includes(name));
};

/** Declares each dataset's migration, after those of the services that come first. By dataset. */
export const declareMigrations = (
  declaring: Declaring,
  { services, datasets }: Expanded,
  placed: ReadonlyMap<string, ServiceDatabase>,
): ReadonlyMap<string, Migration> => {
  const { parent, hosts, guard } = declaring;
  const migrations = new Map<string, Migration>();
  const custody = Object.fromEntries([...hosts.values()].map(({ name, custody }) => [name, custody]));

  const server = (at: Placement | undefined) => (at && hosts.get(at.host)?.connection) ?? pulumi.secret({}); // marked, so that what check fills in stays secret

  const declare = (dataset: Dataset): Migration => {
    const made = migrations.get(dataset.name);
    if (made) return made;
    const service = services.find(({ name }) => name === dataset.service);
    const first = datasets.filter(({ service: name }) => service?.after.includes(name)).map(declare);
    const places = stays(dataset);
    const ready = places.flatMap((place) => [
      ...(hosts.get(place.host)?.ready ?? []),
      ...(placed.get(schemaName(place))?.ready ?? []),
    ]);
    const { home, next, formerly, tables, startEmpty, role: owner } = dataset;
    const migration = new Migration(
      dataset.name,
      {
        ...{ dataset: dataset.name, owner, home, startEmpty },
        ...(next && { next }),
        ...(formerly && { formerly }),
        ...(tables && { tables }),
        options: service?.migration ?? { mode: "offline", verify: "checksum" },
        homeServer: hosts.get(home.host)?.connection ?? pulumi.secret({} as never),
        nextServer: server(next),
        formerlyServer: server(formerly),
        custody,
        shared: sharedSchemas(dataset, datasets),
        ownDatabases: ownDatabases(dataset, datasets, declaring.inventory.databases),
        declaredOn: declaring.inventory.roles.flatMap((at) => (at.role === owner ? [at.host] : [])),
      },
      { parent, dependsOn: [...first, ...new Set(ready)], hooks: { beforeDelete: [guard.migration] } },
    );
    migrations.set(dataset.name, migration);
    return migration;
  };

  for (const dataset of datasets) declare(dataset);
  return migrations;
};
