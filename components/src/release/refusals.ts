import type { Arrival, Endpoint, ReleaseQuery, ServerConnection } from "@rehome/migration";
import {
  parsePlacementName,
  placementName,
  samePlacement,
  type Dataset,
  type Placement,
} from "@rehome/topology";
import { decodeName, schemaName } from "../naming";

/** What is asked of the engine before something is deleted. */
export interface Engine {
  readonly holdsTables: (server: ServerConnection, database: string, schema?: string) => Promise<number>;
  readonly tablesOutside: (
    server: ServerConnection,
    database: string,
    schema: string,
    selections: readonly (readonly string[])[],
  ) => Promise<number>;
  readonly concerned: (at: Placement & { readonly server: ServerConnection }) => Promise<readonly string[]>;
  readonly arriving: (at: Placement & { readonly server: ServerConnection }) => Promise<readonly Arrival[]>;
  readonly release: (query: ReleaseQuery) => Promise<{ readonly released: boolean; readonly reason: string }>;
  readonly abandon: (query: ReleaseQuery) => Promise<void>;
}

/** What the program knows when something is to be deleted. */
export interface Knowledge {
  readonly datasets: readonly Dataset[];
  /** Hosts of the stack file. */
  readonly hosts: ReadonlySet<string>;
  /** Servers that are known by now; in a preview, one still to be created is not. */
  readonly servers: ReadonlyMap<string, ServerConnection>;
  readonly preview: boolean;
}

const destroy = "when the data may be destroyed: pulumi config set rehome:destroyData true";
const tables = (count: number): string => `${count} table${count === 1 ? "" : "s"}`;

/** The server, or why nothing can be asked of it; in a preview one that is still to be created holds nothing. */
interface Reach {
  readonly server?: ServerConnection;
  readonly trouble?: string;
}

const reach = (host: string, { hosts, servers, preview }: Knowledge): Reach => {
  const server = servers.get(host);
  if (server !== undefined) return { server };
  if (!hosts.has(host)) {
    const keep = `keep it there for one more pulumi up, and delete its lines then`;
    return { trouble: `host "${host}" is no longer in the stack file: ${keep}; or, ${destroy}.` };
  }
  return preview ? {} : { trouble: `host "${host}" was not reached in this run: run pulumi up again.` };
};

const endpoint = (placement: Placement, server: ServerConnection, owner: string): Endpoint => ({
  ...placement,
  server,
  owner,
});

/** The old placement and each dataset's home, for every dataset that the old one's journal speaks of and that lives elsewhere. */
const ends = async (
  old: Placement,
  server: ServerConnection,
  { datasets, servers }: Knowledge,
  engine: Engine,
) => {
  const known = new Set(await engine.concerned({ ...old, server }));
  return datasets.flatMap(({ name: dataset, home, role, tables }) => {
    const homeServer = servers.get(home.host);
    if (!known.has(dataset) || homeServer === undefined || samePlacement(home, old)) return [];
    const part = tables === undefined ? {} : { tables };
    return [{ dataset, ...part, old: endpoint(old, server, role), home: endpoint(home, homeServer, role) }];
  });
};

/** What the journal of a placement says of datasets that the stack file has no more. */
interface Forgotten {
  readonly moves: readonly ReleaseQuery[];
  /** Why nothing can be asked where one of them comes from. */
  readonly trouble?: string;
}

/**
 * Moves to a placement that were begun for datasets which the stack file has no more: an adoption that was killed and then
 * taken back. Where they come from says whether they have left.
 */
const forgotten = async (
  old: Placement,
  server: ServerConnection,
  knowledge: Knowledge,
  engine: Engine,
  count: number,
): Promise<Forgotten> => {
  const inFile = new Set(knowledge.datasets.map(({ name }) => name));
  const moves: ReleaseQuery[] = [];
  for (const { dataset, source, givenUp } of await engine.arriving({ ...old, server })) {
    const from = inFile.has(dataset) ? undefined : parsePlacementName(source);
    if (from === undefined || (givenUp && count === 0)) continue; // nothing is left of it at either end
    const home = reach(from.host, knowledge);
    if (home.server !== undefined) {
      const [end, other] = [endpoint(old, server, ""), endpoint(from, home.server, "")];
      moves.push({ dataset, old: end, home: other, forgotten: true });
    } else if (home.trouble !== undefined && !givenUp) {
      return { moves, trouble: `${dataset} was on its way there from ${source}, and its ${home.trouble}` };
    }
  }
  return { moves };
};

/**
 * Why a schema may not be deleted, undefined when it may: it holds no tables, or a dataset's home keeps a journal that
 * says they were moved there and verified.
 */
export const schemaRefusal = async (
  name: string,
  knowledge: Knowledge,
  engine: Engine,
): Promise<string | undefined> => {
  const { host, database, schema } = decodeName(name) ?? {};
  if (host === undefined || database === undefined || schema === undefined) return `${name} names no schema.`;
  const old = { host, database, schema };
  const { server, trouble } = reach(host, knowledge);
  if (server === undefined) return trouble && `The schema ${placementName(old)} is not deleted: ${trouble}`;
  const count = await engine.holdsTables(server, database, schema);
  const left = await forgotten(old, server, knowledge, engine, count);
  if (left.trouble !== undefined) return `The schema ${placementName(old)} is not deleted: ${left.trouble}`;
  const moves: readonly ReleaseQuery[] = [...(await ends(old, server, knowledge, engine)), ...left.moves];
  let released = count === 0;
  const parts: (readonly string[])[] = [];
  const reasons: string[] = [];
  for (const move of moves) {
    if (released) break;
    const answer = await engine.release(move);
    if (!answer.released && move.forgotten === true) reasons.push(answer.reason);
    if (!answer.released) continue;
    if (move.tables === undefined) released = true;
    else parts.push(move.tables);
  }
  // What is no part of what has left would be deleted with the schema.
  const rest =
    released || parts.length === 0 ? count : await engine.tablesOutside(server, database, schema, parts);
  if (released || rest === 0) {
    // A move that was given up leaves no trace on the home that its dataset never left.
    if (!knowledge.preview) for (const move of moves) await engine.abandon(move);
    return undefined;
  }
  if (reasons.length > 0) return `${reasons.join(" ")} Or, ${destroy}.`;
  return (
    `The schema ${placementName(old)} is not deleted: it holds ${tables(rest)}, and no journal says that they were ` +
    `moved and verified. Name it in the stack file again, as the home or the formerly of its dataset; or, ${destroy}.`
  );
};

/** Why a database may not be deleted, undefined when it may: its schemas went before, and no other holds tables. */
export const databaseRefusal = async (
  name: string,
  knowledge: Knowledge,
  engine: Engine,
): Promise<string | undefined> => {
  const { host, database } = decodeName(name) ?? {};
  if (host === undefined || database === undefined) return `${name} names no database.`;
  const { server, trouble } = reach(host, knowledge);
  if (server === undefined) return trouble && `The database ${name} is not deleted: ${trouble}`;
  // `public` goes with its database, and so does what was to become a home in it, or has left one.
  const at = { host, database, schema: "public" };
  const released = (await schemaRefusal(schemaName(at), knowledge, engine)) === undefined;
  const going = released ? await engine.holdsTables(server, database, at.schema) : 0;
  const count = (await engine.holdsTables(server, database)) - going;
  if (count === 0) return undefined;
  return (
    `The database ${name} is not deleted: it holds ${tables(count)}. ` +
    `Move elsewhere what it holds, or drop it; or, ${destroy}.`
  );
};

/**
 * Why a dataset may not leave the stack file, undefined when it may: its home is empty, or another dataset's too (then
 * the guard of schemas decides). Asked only where Rehome deletes schemas.
 */
export const datasetRefusal = async (
  dataset: string,
  home: Placement,
  knowledge: Knowledge,
  engine: Engine,
): Promise<string | undefined> => {
  if (knowledge.datasets.some((other) => samePlacement(other.home, home))) return undefined;
  const { server, trouble } = reach(home.host, knowledge);
  if (server === undefined) return trouble && `The dataset ${dataset} is not forgotten: ${trouble}`;
  const count = await engine.holdsTables(server, home.database, home.schema);
  if (count === 0) return undefined;
  return (
    `The dataset ${dataset} is not forgotten: its home ${placementName(home)} holds ${tables(count)}. ` +
    `Name it in the stack file again; or, ${destroy}.`
  );
};
