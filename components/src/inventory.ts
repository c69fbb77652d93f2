import type { Dataset, Expanded, Placement, Service } from "@rehome/topology";
import { grouped } from "./grouped";
import { databaseName, inDatabase, onHost, schemaName } from "./naming";
import { searchPath } from "./search-path";

/** What a placement is to its dataset: the field of the stack file that names it. */
export type Use = "home" | "next" | "formerly";

/** A database of a host that Rehome manages. */
export interface DatabaseAt {
  readonly host: string;
  readonly database: string;
}

/** A role on a host that Rehome manages. */
export interface RoleAt {
  readonly host: string;
  readonly role: string;
  /** Connections at once. Absent: no limit. */
  readonly connectionLimit?: number;
}

/** A schema, its owner, and who else may read it. */
export interface SchemaAt {
  readonly placement: Placement;
  readonly use: Use;
  readonly service: string;
  readonly owner: string;
  /**
   * The roles whose datasets are parts of it: each creates its own there. The schema is then the administrator's, for a
   * change of its owner would take the former one's rights along.
   */
  readonly inhabitants: readonly string[];
  /** Empty unless it is a home: nobody reads a copy in the making, or one that was left. */
  readonly readers: readonly string[];
  /** The datasets that have it as home: readers see them once their data is there. */
  readonly datasets: readonly string[];
}

/** A role that may connect to a database, from when these datasets are there. */
export interface ConnectAt extends DatabaseAt {
  readonly role: string;
  readonly datasets: readonly string[];
}

/** A role's settings in a database, applied when these datasets are there. */
export interface SettingsAt extends ConnectAt {
  readonly settings: Readonly<Record<string, string>>;
}

/** Everything that is declared on the hosts that Rehome manages, each thing once. */
export interface Inventory {
  readonly databases: readonly DatabaseAt[];
  readonly roles: readonly RoleAt[];
  readonly schemas: readonly SchemaAt[];
  readonly connects: readonly ConnectAt[];
  readonly settings: readonly SettingsAt[];
}

interface Stay {
  readonly dataset: Dataset;
  readonly service: Service;
  readonly use: Use;
  readonly placement: Placement;
}

const USES = ["home", "next", "formerly"] as const;

const unique = <Item>(items: readonly Item[], key: (item: Item) => string): Item[] =>
  [...grouped(items, key).values()].flatMap((group) => group.slice(0, 1));

/** A tenant's dataset is reached by its schema's name, not by the search path. */
const isTenants = (dataset: Dataset): boolean => dataset.name.split("/").length > 2;

const names = (stays: readonly Stay[]): string[] => [...new Set(stays.map(({ dataset }) => dataset.name))];

const inhabitants = (stays: readonly Stay[]): string[] => {
  const parts = stays.filter(({ dataset }) => dataset.tables !== undefined);
  return [...new Set(parts.map(({ service }) => service.role))];
};

const schemas = (stays: readonly Stay[]): SchemaAt[] =>
  [...grouped(stays, ({ placement }) => schemaName(placement)).values()].flatMap((group) => {
    const [first] = USES.flatMap((use) => group.filter((stay) => stay.use === use));
    if (first === undefined) return [];
    const { placement, use, service } = first;
    const homes = group.filter((stay) => stay.use === "home");
    const readers = homes.flatMap((stay) => stay.service.readers).filter((reader) => reader !== service.role);
    const datasets = names(homes);
    return [
      {
        placement,
        use,
        service: service.name,
        owner: service.role,
        inhabitants: inhabitants(group),
        readers: [...new Set(readers)],
        datasets,
      },
    ];
  });

const roles = (stays: readonly Stay[], services: readonly Service[]): RoleAt[] => {
  const own = new Map(
    services.filter((service) => !service.adoptRole).map((service) => [service.role, service]),
  );
  const wanted = stays.flatMap(({ placement, use, service }) =>
    [service.role, ...(use === "home" ? service.readers : [])].map((role) => ({
      host: placement.host,
      role,
    })),
  );
  return unique(wanted, ({ host, role }) => onHost(role, host)).flatMap(({ host, role }) => {
    const service = own.get(role);
    if (service === undefined) return []; // adopted, or a reader of someone else's: used as found
    const { connectionLimit } = service;
    return [{ host, role, ...(connectionLimit === undefined ? {} : { connectionLimit }) }];
  });
};

/** A service waits for its own data alone; a role that is only a reader there, for what it reads. */
const connects = (homes: readonly Stay[]): ConnectAt[] => {
  const wanted = homes.flatMap((stay) => [
    { role: stay.service.role, own: true, stay },
    ...stay.service.readers.map((role) => ({ role, own: false, stay })),
  ]);
  const key = ({ role, stay }: (typeof wanted)[number]): string =>
    inDatabase(role, stay.placement.host, stay.placement.database);
  return [...grouped(wanted, key).values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const { host, database } = first.stay.placement;
    const own = group.filter((one) => one.own);
    const datasets = names((own.length > 0 ? own : group).map(({ stay }) => stay));
    return [{ host, database, role: first.role, datasets }];
  });
};

const settings = (stays: readonly Stay[]): SettingsAt[] =>
  [
    ...grouped(stays, ({ placement, service }) =>
      inDatabase(service.role, placement.host, placement.database),
    ).values(),
  ].flatMap((group) => {
    const homes = group.filter(({ use }) => use === "home");
    const shown = homes.length > 0 ? homes : group.filter(({ use }) => use === "formerly");
    const [first] = shown;
    if (first === undefined) return []; // only being prepared: the service is not here yet
    const { host, database } = first.placement;
    const inPath = shown
      .filter(({ dataset }) => !isTenants(dataset))
      .map(({ placement }) => placement.schema);
    const path = searchPath(inPath);
    const given = Object.assign({}, ...group.map(({ service }) => service.settings)) as Record<
      string,
      string
    >;
    const values = { ...(path === undefined ? {} : { search_path: path }), ...given };
    return [{ host, database, role: first.service.role, settings: values, datasets: names(homes) }];
  });

/**
 * What a stack's topology asks for on the hosts that Rehome manages. A home has everything. A `next` has its schema and
 * the role that will own it, but the role may not connect for its sake. A `formerly` keeps schema, role and settings for
 * the way back, and nobody may connect for its sake.
 */
export const inventory = (expanded: Expanded, manages: (host: string) => boolean): Inventory => {
  const services = new Map(expanded.services.map((service) => [service.name, service]));
  const stays = expanded.datasets.flatMap((dataset) =>
    USES.flatMap((use): Stay[] => {
      const [placement, service] = [dataset[use], services.get(dataset.service)];
      return placement === undefined || service === undefined || !manages(placement.host)
        ? []
        : [{ dataset, service, use, placement }];
    }),
  );
  return {
    databases: unique(
      stays.map(({ placement: { host, database } }) => ({ host, database })),
      ({ host, database }) => databaseName(host, database),
    ),
    roles: roles(stays, expanded.services),
    schemas: schemas(stays),
    connects: connects(stays.filter(({ use }) => use === "home")),
    settings: settings(stays),
  };
};
