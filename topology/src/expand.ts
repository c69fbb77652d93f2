import type { DatasetSpec } from "./schema/dataset";
import type { Dumps } from "./schema/dumps";
import { held, waits, type Wait } from "./gates";
import type { Gate } from "./schema/gate";
import type { Host } from "./schema/hosts";
import type { KubernetesSpec } from "./schema/kubernetes";
import type { Placement } from "./schema/placement";
import type { SecretReference } from "./schema/secret-reference";
import type { ServiceSpec } from "./schema/service";
import type { Topology } from "./schema/topology";
import { expandWorkload, type Workload } from "./workload";
import { expandPool, type Pool } from "./pool";
import type { Path } from "./topology-error";

/** A stack with every default filled in and every tenant written out. */
export interface Expanded {
  readonly hosts: Readonly<Record<string, Host>>;
  readonly services: readonly Service[];
  readonly datasets: readonly Dataset[];
  /** In the order of the file. */
  readonly tenants: readonly string[];
  /** What there is for each of them, as it is written. */
  readonly perTenant: readonly PerTenant[];
  readonly kubernetes: KubernetesSpec;
  /** Moves that are only prepared: their datasets are at home where they were. */
  readonly waiting: readonly Wait[];
}

/** A service without its whereabouts; those are its datasets. */
export interface Service {
  readonly name: string;
  /** Owns the service's schemas. Default `<service>_user`. */
  readonly role: string;
  /** The role exists already, or is shared, and is used as found. */
  readonly adoptRole: boolean;
  /** Where the role's password is, on hosts that Rehome does not manage. */
  readonly password?: SecretReference;
  /** Connections the role may have at once; absent: no limit. */
  readonly connectionLimit?: number;
  /** Parameters set for the role, by name in lower case. */
  readonly settings: Readonly<Record<string, string>>;
  /** Roles that may read the service's tables. */
  readonly readers: readonly string[];
  readonly migration: ServiceSpec["migration"];
  /** Services whose moves come first. */
  readonly after: readonly string[];
  /** What else its moves wait for. */
  readonly gate?: Gate;
  readonly pool?: Pool;
  readonly workload?: Workload;
  readonly dumps?: Dumps;
}

/** What moves as one. */
export interface Dataset {
  /** `core`, `contact/shared`, `contact/tenants/tenant1` */
  readonly name: string;
  readonly service: string;
  /** The service's role. */
  readonly role: string;
  /** Patterns of the tables that move; absent: the whole schema. */
  readonly tables?: readonly string[];
  readonly home: Placement;
  readonly next?: Placement;
  readonly formerly?: Placement;
  readonly startEmpty: boolean;
}

/** A dataset that is made for each tenant, before it is. */
export interface PerTenant {
  /** `contact/tenants`; each tenant's is `contact/tenants/tenant1`. */
  readonly name: string;
  /** Its `home`, `next` and `formerly`, with `{tenant}` still in place. */
  readonly places: readonly Placement[];
}

/** A dataset, and where in the stack file it stands. */
export interface Located {
  readonly dataset: Dataset;
  readonly path: Path;
  readonly tenant?: string;
}

/** `{tenant}` in a host, database or schema of a `forEachTenant` dataset. */
export const TENANT = "{tenant}";

/** Fills in every default and writes out every tenant. Total on what `parseTopology` returned. */
export function expand(topology: Topology): Expanded {
  const { hosts, kubernetes, tenants } = topology;
  const services = Object.entries(topology.services).map(([name, spec]) =>
    expandService(name, spec, kubernetes),
  );
  const written = locateDatasets(topology).map(({ dataset }) => dataset);
  const waiting = waits(services, written);
  const names = new Set(waiting.map(({ service }) => service));
  const datasets = written.map((dataset) => (names.has(dataset.service) ? held(dataset) : dataset));
  return { hosts, services, datasets, tenants, perTenant: perTenant(topology), waiting, kubernetes };
}

const perTenant = (topology: Topology): PerTenant[] =>
  Object.entries(topology.services)
    .flatMap(([service, spec]) => writtenDatasets(service, spec))
    .flatMap(({ name, spec }) => (spec.forEachTenant ? [{ name, places: placesOf(spec) }] : []));

/** Where a dataset is, is to be and was. */
export const placesOf = ({
  home,
  next,
  formerly,
}: Pick<DatasetSpec, "home" | "next" | "formerly">): Placement[] => [
  home,
  ...(next ? [next] : []),
  ...(formerly ? [formerly] : []),
];

function expandService(name: string, spec: ServiceSpec, kubernetes: KubernetesSpec): Service {
  const { adoptRole, settings, readers, migration, after, gate, password, connectionLimit, pool, dumps } =
    spec;
  return {
    name,
    role: roleOf(name, spec),
    ...{ adoptRole, settings: inLowerCase(settings), readers, migration, after },
    ...(gate && { gate }),
    ...(password && { password }),
    ...(connectionLimit !== undefined && { connectionLimit }),
    ...(pool && { pool: expandPool(pool) }),
    ...(spec.workload && { workload: expandWorkload(name, spec.workload, kubernetes) }),
    ...(dumps && { dumps }),
  };
}

/** PostgreSQL knows its parameters in whatever case they are written. */
const inLowerCase = (settings: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(settings).map(([name, value]) => [name.toLowerCase(), value]));

export const roleOf = (name: string, spec: ServiceSpec): string => spec.role ?? `${name}_user`;

/** A service's datasets as they are written: with their path, their name and `{tenant}` still in place. */
export function writtenDatasets(
  name: string,
  spec: ServiceSpec,
): { name: string; path: Path; spec: DatasetSpec }[] {
  const path = ["services", name];
  const { home, next, formerly, tables, startEmpty } = spec;
  if (home !== undefined) {
    const own = {
      home,
      startEmpty,
      ...(next && { next }),
      ...(formerly && { formerly }),
      ...(tables && { tables }),
    };
    return [{ name, path, spec: { ...own, forEachTenant: false } }];
  }
  return Object.entries(spec.datasets ?? {}).map(([part, dataset]) => ({
    name: `${name}/${part}`,
    path: [...path, "datasets", part],
    spec: dataset,
  }));
}

/** Every dataset of the stack, tenants written out, with its place in the file. */
export function locateDatasets(topology: Topology): Located[] {
  return Object.entries(topology.services).flatMap(([service, serviceSpec]) => {
    const role = roleOf(service, serviceSpec);
    return writtenDatasets(service, serviceSpec).flatMap(({ name, path, spec }): Located[] => {
      if (!spec.forEachTenant) return [{ path, dataset: build({ name, service, role }, spec, undefined) }];
      return topology.tenants.map((tenant) => ({
        path,
        tenant,
        dataset: build({ name: `${name}/${tenant}`, service, role }, spec, tenant),
      }));
    });
  });
}

/** A placement with a tenant's name put in. */
export function ofTenant({ host, database, schema }: Placement, tenant: string): Placement {
  const fill = (text: string) => text.split(TENANT).join(tenant);
  return { host: fill(host), database: fill(database), schema: fill(schema) };
}

function build(
  names: Pick<Dataset, "name" | "service" | "role">,
  spec: DatasetSpec,
  tenant: string | undefined,
): Dataset {
  const place = (written: Placement): Placement =>
    tenant === undefined ? written : ofTenant(written, tenant);
  return {
    ...names,
    ...(spec.tables && { tables: spec.tables }),
    home: place(spec.home),
    ...(spec.next && { next: place(spec.next) }),
    ...(spec.formerly && { formerly: place(spec.formerly) }),
    startEmpty: spec.startEmpty,
  };
}
