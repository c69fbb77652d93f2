import type pg from "pg";
import { codeOf, messageOf } from "../errors";
import { hasJournal } from "../journal/journal";
import { placementName } from "../naming";
import { Slots } from "../slots";
import { serverVersion, transaction, withSession } from "../sql/connect";
import type { ServerConnection } from "../types";
import { readHistory, type MigrationHistory } from "./history";
import { readRights, type GrantRecord } from "./rights";

/** What a stack file says of a placement. */
export interface ReportPlacement {
  readonly host: string;
  readonly database: string;
  readonly schema: string;
}

/** What a stack file says of a dataset. */
export interface ReportDataset {
  readonly name: string;
  readonly service: string;
  readonly role: string;
  readonly home: ReportPlacement;
  readonly next?: ReportPlacement;
  readonly formerly?: ReportPlacement;
}

/** What is to be gathered. */
export interface ReportFacts {
  /** The stack's name, as the report calls it. */
  readonly stack: string;
  readonly hosts: readonly {
    readonly name: string;
    readonly platform: string;
    /** Absent while there is no server yet. */
    readonly server?: ServerConnection;
  }[];
  readonly datasets: readonly ReportDataset[];
}

/** All that a report shows: plain data, no secrets. `StackReport` of `@rehome/report` takes it as it is. */
export interface GatheredReport {
  readonly stack: string;
  readonly writtenAt: string;
  readonly hosts: readonly { readonly name: string; readonly platform: string; readonly version?: number }[];
  readonly datasets: readonly ReportDataset[];
  readonly migrations: readonly MigrationHistory[];
  readonly rights: readonly { placement: string; owner: string; grants: readonly GrantRecord[] }[];
  /** What could not be read, and why. */
  readonly unread: readonly { readonly place: string; readonly reason: string }[];
}

/** Sessions at a time. */
const AT_ONCE = 4;

interface Reading {
  readonly host: string;
  readonly version?: number;
  readonly migrations: readonly MigrationHistory[];
  readonly rights: GatheredReport["rights"];
  readonly unread: GatheredReport["unread"];
}

/**
 * Reads the journals and rights of a stack's databases: in each a fixed number of queries, in one read-only transaction.
 * What cannot be read is named in `unread`; a database that does not exist has nothing to say.
 */
export async function gatherReport({ stack, hosts, datasets }: ReportFacts): Promise<GatheredReport> {
  const slots = new Slots(AT_ONCE);
  const servers = new Map(hosts.map(({ name, server }) => [name, server]));
  const read = await Promise.all(
    databasesOf(datasets).flatMap((place) => {
      const server = servers.get(place.host);
      return server === undefined ? [] : [slots.use(() => readDatabase(server, place, datasets))];
    }),
  );
  const versions = new Map(
    read.flatMap(({ host, version }) => (version === undefined ? [] : [[host, version]])),
  );
  return {
    stack,
    writtenAt: new Date().toISOString(),
    hosts: hosts.map(({ name, platform }) => {
      const version = versions.get(name);
      return { name, platform, ...(version === undefined ? {} : { version }) };
    }),
    datasets,
    migrations: read.flatMap(({ migrations }) => migrations),
    rights: read.flatMap(({ rights }) => rights),
    unread: read.flatMap(({ unread }) => unread),
  };
}

interface Place {
  readonly host: string;
  readonly database: string;
  /** Schemas that datasets live in. */
  readonly homes: readonly string[];
}

/** Every database that the datasets are, were or will be in. */
function databasesOf(datasets: readonly ReportDataset[]): Place[] {
  const places = new Map<string, Place & { homes: string[] }>();
  const placeOf = ({ host, database }: ReportPlacement): { homes: string[] } => {
    const key = JSON.stringify([host, database]);
    const found = places.get(key) ?? { host, database, homes: [] };
    places.set(key, found);
    return found;
  };
  for (const { home, next, formerly } of datasets) {
    placeOf(home).homes.push(home.schema);
    for (const other of [next, formerly]) if (other !== undefined) placeOf(other);
  }
  return [...places.values()].map((place) => ({ ...place, homes: [...new Set(place.homes)] }));
}

async function readDatabase(
  server: ServerConnection,
  { host, database, homes }: Place,
  datasets: readonly ReportDataset[],
): Promise<Reading> {
  const names = datasets.map(({ name }) => name);
  try {
    return await withSession(server, database, (client) =>
      transaction(client, async () => {
        await client.query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY");
        const rights = await readRights(client, homes);
        return {
          host,
          version: await serverVersion(client),
          migrations: await historyOf(client, names),
          rights: rights.map(({ schema, owner, grants }) => ({
            placement: placementName({ host, database, schema }),
            owner,
            grants,
          })),
          unread: [],
        };
      }),
    );
  } catch (error) {
    const unread =
      codeOf(error) === "database-missing"
        ? []
        : [{ place: `${host}/${database}`, reason: messageOf(error) }];
    return { host, migrations: [], rights: [], unread };
  }
}

const historyOf = async (client: pg.Client, names: readonly string[]): Promise<MigrationHistory[]> =>
  (await hasJournal(client)) ? await readHistory(client, names) : [];
