import {
  followHealth,
  isSilence,
  placementName,
  readJournal,
  type FenceRecord,
  type LinkHealth,
  type MigrationRecord,
} from "@rehome/migration";
import type { Placement } from "@rehome/topology";
import { told } from "../cli-error";
import type { DatasetModel } from "../stack/model";
import { endpointAt, type Stack } from "../stack/open-stack";

/** A fence, and the placement that it closes. */
export interface PlacedFence extends FenceRecord {
  readonly placement: string;
}

/** How one home follows another. */
export interface Following extends LinkHealth {
  readonly from: string;
  readonly to: string;
}

/** What is not known, and why. */
export interface Unread {
  /** A host's name, or a database as `host/database`. */
  readonly place: string;
  readonly code: string;
  readonly reason: string;
}

/** What all journals of a stack say. */
export interface StackReading {
  /** ISO 8601, UTC. */
  readonly at: string;
  /** Of every dataset and every time, the latest first. */
  readonly migrations: readonly MigrationRecord[];
  readonly fences: readonly PlacedFence[];
  /** By dataset. */
  readonly following: ReadonlyMap<string, Following>;
  readonly unread: readonly Unread[];
  /** Hosts that do not answer. */
  readonly silent: ReadonlySet<string>;
}

/** A database of a host whose connection is known. */
export interface DatabaseAt {
  readonly host: string;
  readonly database: string;
}

const placesOf = ({ home, next, formerly }: DatasetModel): Placement[] =>
  [home, next, formerly].flatMap((at) => at ?? []);

/** Every database that the stack knows and whose host can be reached. */
export const databasesOf = ({ datasets, wanted, databases, hosts }: Stack): DatabaseAt[] => {
  const all = [...[...datasets, ...wanted].flatMap(placesOf), ...databases];
  const known = all.filter(({ host }) => hosts.has(host));
  const named = known.map(
    ({ host, database }) => [JSON.stringify([host, database]), { host, database }] as const,
  );
  return [...new Map(named).values()];
};

/** Asked at once at most. */
const AT_ONCE = 8;

/** Maps a few at a time, in order. */
export const eachOf = async <Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> => {
  const results = new Array<Result>(items.length);
  const queue = [...items.entries()];
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift())
      results[next[0]] = await work(next[1]);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return results;
};

/** Where changes flow between: to the next home, or back to the one that was left. */
const linkEnds = ({ home, next, formerly }: DatasetModel): [Placement, Placement] | undefined =>
  next ? [home, next] : formerly ? [home, formerly] : undefined;

const followingOf = async (stack: Stack, dataset: DatasetModel): Promise<Following | undefined> => {
  const ends = linkEnds(dataset);
  if (dataset.options.mode !== "online" || ends === undefined) return undefined;
  const [from, to] = ends.map((placement) => endpointAt(stack, placement, dataset));
  if (from === undefined || to === undefined) return undefined;
  if (from.host === to.host && from.database === to.database) return undefined;
  const health = await followHealth({ dataset: dataset.name, from, to });
  return health && { ...health, from: placementName(from), to: placementName(to) };
};

/** Reads every journal of a stack, and how its homes follow each other. What cannot be reached is said, not thrown. */
export const readStackJournals = async (
  stack: Stack,
  datasets: readonly DatasetModel[] = stack.datasets,
): Promise<StackReading> => {
  const unread = new Map<string, Unread>();
  const silent = new Set<string>();
  const orSaid = async <T>(place: string, work: () => Promise<T>, host?: string): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      const { code, message } = told(error);
      if (isSilence(error) && host !== undefined) silent.add(host);
      const reason = message.replace(/^PostgreSQL at /, "");
      if (![...unread.values()].some((one) => one.reason === reason))
        unread.set(place, { place, code, reason });
      return undefined;
    }
  };
  const readings = await eachOf(databasesOf(stack), async ({ host, database }) => {
    const server = stack.hosts.get(host);
    if (server === undefined) return undefined;
    const reading = await orSaid(`${host}/${database}`, () => readJournal({ host, server, database }), host);
    const fences = reading?.fences.map((fence) => ({
      ...fence,
      placement: placementName({ host, database, schema: fence.schema }),
    }));
    return reading && { migrations: reading.migrations, fences: fences ?? [] };
  });
  const links = await eachOf(datasets, async (dataset) => {
    const link = await orSaid(dataset.name, () => followingOf(stack, dataset));
    return link && ([dataset.name, link] as const);
  });
  const found = readings.flatMap((reading) => reading ?? []);
  const migrations = found.flatMap((reading) => reading.migrations);
  return {
    at: new Date().toISOString(),
    migrations: migrations.sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1)),
    fences: found.flatMap(({ fences }) => fences),
    following: new Map(links.flatMap((link) => (link ? [link] : []))),
    unread: [...unread.values()],
    silent,
  };
};
