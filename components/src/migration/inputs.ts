import type {
  Declared,
  Drop,
  Endpoint,
  MoveOptions,
  MoveRequest,
  ReleaseQuery,
  ServerConnection,
  TenantSchemas,
} from "@rehome/migration";
import type { DatasetState, Placement } from "@rehome/topology";
import type { Custody } from "../hosts/host";
import { databaseName } from "../naming";

/** What a `Migration` is made from, as the dynamic provider receives it: plain values, passwords too. */
export interface MigrationInputs {
  /** The dataset's name in the stack. */
  readonly dataset: string;
  /** The role that owns its objects, wherever it is. */
  readonly owner: string;
  readonly home: Placement;
  readonly next?: Placement;
  readonly formerly?: Placement;
  readonly startEmpty?: boolean;
  readonly tables?: readonly string[];
  /** Patterns of the tables that others have in the home that it leaves; absent: nobody knows. For the plan alone. */
  readonly others?: readonly string[];
  /** How tenants' schemas are told in the database that it leaves; absent: they are not. For the plan alone. */
  readonly tenants?: TenantSchemas;
  readonly options: MoveOptions;
  /** How to reach the servers of the three, as administrator. Empty where there is none; a text while not known yet. */
  readonly homeServer: ServerConnection | object | string;
  readonly nextServer: ServerConnection | object | string;
  readonly formerlyServer: ServerConnection | object | string;
  /** What becomes of retired homes, by host. */
  readonly custody: Readonly<Record<string, Custody>>;
  /** Databases that Rehome manages and that hold nothing but this dataset, by `databaseName`. */
  readonly ownDatabases: readonly string[];
  /** Data directories of clusters of this machine that hold nothing but this dataset, by host; absent: none is known. */
  readonly ownClusters?: Readonly<Record<string, string>> | string;
  /** Services whose moves come first; absent: none. */
  readonly after?: readonly string[];
  /** Names of the settings that the stack declares for the owner; absent: none. */
  readonly settings?: readonly string[];
  /** Hosts on which the stack declares the owner: there, in a preview, it may be still to come. */
  readonly declaredOn: readonly string[];
  /** The home that this edit gives up, and whether the journal says that its data arrived. `check` adds it, for policies. */
  readonly retired?: { readonly placement: Placement; readonly verified: boolean };
  /** The home that is lost, where this edit goes back without it to what was opened again. `check` adds it. */
  readonly lost?: Placement;
}

/** What is in the state. Fields that came later are optional: states that earlier versions wrote are accepted. */
export interface MigrationState extends Partial<MigrationInputs> {
  /** What the last move reported; absent before the first. */
  readonly result?: object | null;
  readonly ready?: boolean;
}

const given = (placement: Placement | undefined | null): placement is Placement =>
  placement !== undefined && placement !== null;

/** The part that `transition` compares; undefined for a resource that is not in the state. */
export const datasetState = (inputs: Partial<MigrationInputs> | undefined): DatasetState | undefined => {
  if (inputs === undefined || !given(inputs.home)) return undefined;
  const { home, next, formerly, tables, startEmpty } = inputs;
  return {
    home,
    ...(given(next) ? { next } : {}),
    ...(given(formerly) ? { formerly } : {}),
    ...(tables ? { tables } : {}),
    ...(startEmpty === undefined ? {} : { startEmpty }),
  };
};

/** A connection, or undefined while its host is still to be created. */
export const known = (server: MigrationInputs["homeServer"] | undefined): ServerConnection | undefined =>
  typeof server === "object" && "host" in server ? server : undefined;

const same = (one: Placement | undefined, other: Placement): boolean =>
  given(one) && one.host === other.host && one.database === other.database && one.schema === other.schema;

/** The server that holds a placement, as the new inputs or else the old ones know it. */
const serverOf = (
  placement: Placement,
  news: MigrationInputs,
  olds: MigrationState,
): ServerConnection | undefined => {
  for (const inputs of [news, olds]) {
    for (const [at, server] of [
      [inputs.home, inputs.homeServer],
      [inputs.next, inputs.nextServer],
      [inputs.formerly, inputs.formerlyServer],
    ] as const) {
      if (same(at, placement) && known(server)) return known(server);
    }
  }
  return undefined;
};

/** The cluster that holds a placement and nothing else, where there is one: known before its server is. */
export const clusterOf = (
  { host }: Placement,
  { ownClusters }: MigrationInputs,
): Pick<Endpoint, "cluster"> => {
  const cluster = typeof ownClusters === "object" ? ownClusters[host] : undefined;
  return cluster === undefined ? {} : { cluster };
};

/** An end of a move, for the engine; undefined while its server is not known. */
export const endpoint = (
  placement: Placement,
  news: MigrationInputs,
  olds: MigrationState,
): Endpoint | undefined => {
  const server = serverOf(placement, news, olds);
  if (server === undefined) return undefined;
  const alone = (news.ownDatabases ?? []).includes(databaseName(placement.host, placement.database));
  return {
    ...{ ...placement, server, owner: news.owner },
    ...(alone ? { ownDatabase: true } : {}),
    ...clusterOf(placement, news),
  };
};

/** The tables of a dataset that is a part of its schemas, as the engine takes them. */
const partOf = ({ tables }: MigrationInputs) => (tables === undefined ? {} : { tables });

/** What the engine is asked of an old home that is given up. */
export const releaseQuery = (old: Endpoint, home: Endpoint, news: MigrationInputs): ReleaseQuery => ({
  ...{ dataset: news.dataset, old, home },
  ...partOf(news),
});

/** Whether the stack declares the dataset's role on a host. */
export const declaresOwner = ({ declaredOn }: MigrationInputs, host: string): boolean =>
  (declaredOn ?? []).includes(host);

/** What a plan is told of the stack around its dataset. */
export const declared = (from: Placement, to: Placement, news: MigrationInputs): Declared => {
  // The path of a role that the stack declares is the stack's own, which follows the home.
  const path = declaresOwner(news, from.host) ? ["search_path"] : [];
  const { others, tenants } = news;
  return {
    ownerToCome: declaresOwner(news, to.host),
    settings: [...(news.settings ?? []), ...path],
    ...(others && { others }),
    ...(tenants && { tenants }),
  };
};

/** What the engine is asked to do between two ends. */
export const moveRequest = (from: Endpoint, to: Endpoint, news: MigrationInputs): MoveRequest => ({
  dataset: news.dataset,
  from,
  to,
  ...partOf(news),
  options: news.options,
});

/**
 * What the engine drops of a retired home: on someone else's server all of it when the file says so; the objects where the
 * schema stays: `public` goes with its database, and of a part of a schema the rest can be anyone's. Everywhere else Rehome
 * deletes the schema, or leaves it as it is.
 */
export const dropsRetired = (old: Placement, news: MigrationInputs): Drop => {
  const custody = news.custody[old.host] ?? "kept";
  if (custody === "dropped") return "database";
  const stays = old.schema === "public" || news.tables !== undefined;
  return custody === "rehome" && stays ? "objects" : "nothing";
};

const comparable = ({ home, next, formerly, tables, options }: MigrationState): string => {
  const place = (at: Placement | undefined | null): unknown =>
    given(at) ? [at.host, at.database, at.schema] : null;
  const { mode = "offline", verify = "checksum", strategy = "auto", ...limits } = options ?? {};
  const { jobs, fenceTimeout, drainTimeout, copyRate, maxStandbyLag } = limits as Partial<MoveOptions>;
  return JSON.stringify([
    ...[place(home), place(next), place(formerly), tables ?? null],
    ...[mode, verify, strategy],
    ...[jobs, fenceTimeout, drainTimeout, copyRate, maxStandbyLag].map((limit) => limit ?? null),
  ]);
};

/** Whether there is anything to do or to remember. Connections alone are nothing: a rotated password moves no data. */
export const differs = (olds: MigrationState, news: MigrationInputs): boolean =>
  comparable(olds) !== comparable(news);

/** Whether the dataset moves without stopping its service. */
export const online = ({ options }: Partial<MigrationInputs>): boolean => options?.mode === "online";
