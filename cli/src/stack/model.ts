import type { MoveOptions, ServerConnection } from "@rehome/migration";
import type { Placement } from "@rehome/topology";
import { decoded, nameOf, type State, type StateResource } from "./state";

/** A dataset as the stack's state has it. */
export interface DatasetModel {
  /** `core`, `contact/tenants/tenant1` */
  readonly name: string;
  readonly service: string;
  readonly home: Placement;
  readonly next?: Placement;
  readonly formerly?: Placement;
  /** The role that owns its objects. */
  readonly owner: string;
  readonly tables?: readonly string[];
  readonly options: MoveOptions;
}

/** How a service reaches its data, as the stack hands it out. */
export interface ServiceConnection {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly schema: string;
  readonly searchPath: string;
  readonly user: string;
  readonly password?: string;
  readonly sslmode: string;
  readonly sslrootcert?: string;
}

/** A server that the stack runs on this machine, which may be stopped. */
export interface LocalCluster {
  /** As the state has it: relative to the program's folder. */
  readonly directory: string;
}

/** What a stack's state says of its data. Holds secrets: connections are for the engine alone. */
export interface StackModel {
  readonly datasets: readonly DatasetModel[];
  /** What a run is making of datasets at this moment, or was cut short in. */
  readonly wanted: readonly DatasetModel[];
  /** Administrators' connections, by host. */
  readonly hosts: ReadonlyMap<string, ServerConnection>;
  /** What the stack's own hosts run on; one that is not here is somebody else's. By host. */
  readonly platforms: ReadonlyMap<string, "local" | "docker" | "cloudsql">;
  /** By host. */
  readonly clusters: ReadonlyMap<string, LocalCluster>;
  /** Databases that the stack has declared, beside those of its datasets. */
  readonly databases: readonly { readonly host: string; readonly database: string }[];
  /** By service. */
  readonly connections: Readonly<Record<string, ServiceConnection>>;
}

const MIGRATION = /^pulumi-nodejs:dynamic\/rehome:Migration$/;
const CLUSTER = /^pulumi-nodejs:dynamic\/rehome:Cluster$/;
const PLATFORMS = [
  ["local", CLUSTER],
  ["docker", /^docker:index\/container:Container$/],
  ["cloudsql", /^gcp:sql\/databaseInstance:DatabaseInstance$/],
] as const;
const DATABASE = /^postgresql:index\/database:Database$/;
const PROVIDER = /^pulumi:providers:postgresql$/;
const TOPOLOGY = "rehome:index:Topology";

interface Inputs {
  readonly dataset: string;
  readonly owner: string;
  readonly home: Placement;
  readonly next?: Placement | null;
  readonly formerly?: Placement | null;
  readonly tables?: readonly string[] | null;
  readonly options?: MoveOptions;
  readonly homeServer?: unknown;
  readonly nextServer?: unknown;
  readonly formerlyServer?: unknown;
}

const valuesOf = ({ inputs, outputs }: StateResource): Inputs =>
  ({ ...inputs, ...outputs }) as unknown as Inputs;

const isServer = (value: unknown): value is ServerConnection =>
  typeof value === "object" && value !== null && "host" in value && "port" in value && "user" in value;

const datasetOf = (values: Inputs): DatasetModel => ({
  name: values.dataset,
  service: values.dataset.split("/")[0] ?? values.dataset,
  home: values.home,
  ...(values.next ? { next: values.next } : {}),
  ...(values.formerly ? { formerly: values.formerly } : {}),
  owner: values.owner,
  ...(values.tables ? { tables: values.tables } : {}),
  options: values.options ?? { mode: "offline", verify: "checksum" },
});

const serversOf = (values: Inputs): [string, ServerConnection][] =>
  (
    [
      [values.home, values.homeServer],
      [values.next, values.nextServer],
      [values.formerly, values.formerlyServer],
    ] as const
  ).flatMap(([at, server]): [string, ServerConnection][] =>
    at && isServer(server) ? [[at.host, server]] : [],
  );

/** A host whose datasets are still to come is known by what declares its databases. */
const declared = (resource: StateResource): [string, ServerConnection][] => {
  const { host, port, username, password, sslmode, scheme, sslrootcert } = { ...resource.inputs };
  const number = Number(port ?? 5432);
  if (typeof host !== "string" || typeof username !== "string" || scheme === "gcppostgres") return [];
  if (!Number.isInteger(number)) return [];
  const server = {
    ...{ host, port: number, user: username },
    ...(typeof password === "string" ? { password } : {}),
    ...(typeof sslmode === "string" ? { sslmode: sslmode as "disable" } : {}),
    ...(typeof sslrootcert === "string" ? { sslrootcert } : {}),
  };
  return [[decoded(nameOf(resource)), server]];
};

const databaseAt = (name: string): { host: string; database: string }[] => {
  const [host, database, ...rest] = name.split("/");
  return host === undefined || database === undefined || rest.length > 0
    ? []
    : [{ host: decoded(host), database: decoded(database) }];
};

/** Understands a state. Pure. */
export const modelOf = ({ resources, pending }: State): StackModel => {
  const [now, wanted] = [resources, pending].map((list) =>
    list.filter(({ type }) => MIGRATION.test(type)).map(valuesOf),
  ) as [Inputs[], Inputs[]];
  const topology = resources.find(({ type }) => type === TOPOLOGY);
  const ofType = (type: RegExp): StateResource[] => resources.filter((one) => type.test(one.type));
  return {
    datasets: now.map(datasetOf).sort((a, b) => (a.name < b.name ? -1 : 1)),
    // A resource that is being made knows its inputs alone.
    wanted: pending
      .filter(({ type }) => MIGRATION.test(type))
      .map((one) => datasetOf(one.inputs as unknown as Inputs)),
    hosts: new Map([...ofType(PROVIDER).flatMap(declared), ...[...now, ...wanted].flatMap(serversOf)]),
    platforms: new Map(
      PLATFORMS.flatMap(([platform, type]) =>
        ofType(type).map((one) => [decoded(nameOf(one)), platform] as const),
      ),
    ),
    clusters: new Map(
      ofType(CLUSTER).map((one) => [
        decoded(nameOf(one)),
        { directory: String(one.outputs["directory"] ?? one.inputs["directory"]) },
      ]),
    ),
    databases: ofType(DATABASE).flatMap((one) => databaseAt(nameOf(one))),
    connections: (topology?.outputs["connections"] ?? {}) as Record<string, ServiceConnection>,
  };
};
