import type pg from "pg";
import { all } from "../all";
import { availableExtensions, inspectExtensions } from "../inspect/extensions";
import { inspectDatabase } from "../inspect/database";
import { inspectDisk } from "../inspect/disk";
import { inspectFollowable } from "../inspect/followable";
import { measuredRates } from "../inspect/measured-rates";
import { inspectObstacles, type Obstacles } from "../inspect/obstacles";
import { NAMED_SCHEMA, OWN, ownRelation } from "../inspect/own-rows";
import { inspectReplication } from "../inspect/replication";
import { inspectRights } from "../inspect/rights";
import { inspectSchema, schemaOid } from "../inspect/schema";
import { inspectServer } from "../inspect/server";
import { fencesAround, standingFences, type StandingFence } from "../inspect/standing-fences";
import { schemasInUse } from "../inspect/schemas-in-use";
import { inspectTextFacts, inspectUnfit, mayNotFit, offeredCollations } from "../inspect/text";
import { fenceKey, findFence } from "../fence/fence";
import { hasJournal, latestMigration, wasReopened, type MigrationRow } from "../journal/journal";
import { journalHas } from "../journal/journal-has";
import { placementName } from "../naming";
import { RehomeError } from "../errors";
import { open, rows } from "../sql/connect";
import type { Sessions } from "../stages/run";
import { isTable, type Scope } from "../scope/scope";
import { readStanding, type Standing } from "../scope/standing";
import type { Declared, MoveRequest } from "../types";
import { collectOften } from "../v8-flags";
import type { SourceInspection, TargetInspection } from "./finding";

/** Reads the old home. @throws RehomeError `schema-missing` */
export async function inspectSource(
  client: pg.Client,
  request: MoveRequest & Declared,
): Promise<SourceInspection> {
  const { from, tables } = request;
  const found = await withHelper(client, request, (helper) =>
    inspectSchema(client, from.schema, from.owner, tables, helper),
  );
  if (found !== undefined) {
    const names = new Set(found.relations.map(({ name }) => name));
    const obstacles = await inspectObstacles(client, request.dataset, request.from);
    const fences = await standingFences(client, request);
    return {
      ...found,
      ...(found.scope === undefined ? {} : { scope: withoutFenced(found.scope, fences) }),
      // Only a database that is nobody else's may be copied whole.
      server: await inspectServer(client, found.database.others.length === 0),
      obstacles: found.scope === undefined ? obstacles : obstaclesFor(names, obstacles),
      fences: fencesAround(names, fences),
      ...(request.tenants === undefined ? {} : { schemas: await schemasInUse(client) }),
      ...(request.options.mode === "online" ? await followedFacts(client, request) : {}),
    };
  }
  throw new RehomeError(
    "schema-missing",
    `database "${request.from.database}" on host "${request.from.host}" has no schema "${request.from.schema}". Check the placement that ${request.dataset} comes from.`,
  );
}

/** What another's move has fenced goes with that, or went: it is not left. */
function withoutFenced(scope: Scope, fences: readonly StandingFence[]): Scope {
  const fenced = new Set(fences.flatMap(({ tables }) => tables));
  return { ...scope, staying: scope.staying.filter((name) => !fenced.has(name)) };
}

/** Catalog rows that a large schema has at least. */
export const LARGE = 2_000;

/** By name, of those of the schemas that are there: their oids, and how many rows of the catalog they have, at most `LARGE`. */
export async function catalogSizes(
  client: pg.Client,
  schemas: readonly string[],
): Promise<ReadonlyMap<string, { readonly oid: number; readonly size: number }>> {
  const found = await rows<{ name: string; oid: string; size: number }>(
    client,
    `SELECT n.nspname::text AS name, n.oid::int8::text AS oid,
       (SELECT count(*)::int FROM (SELECT FROM pg_catalog.pg_depend d
          WHERE d.refclassid = 'pg_catalog.pg_namespace'::regclass AND d.refobjid = n.oid LIMIT ${LARGE}) first) AS size
     FROM pg_catalog.pg_namespace n WHERE n.nspname = ANY ($1)`,
    [schemas],
  );
  return new Map(found.map(({ name, oid, size }) => [name, { oid: Number(oid), size }]));
}

/** Whether a schema's catalog is worth another session to read it. */
export async function isLarge(client: pg.Client, schema: string): Promise<boolean> {
  return (await catalogSizes(client, [schema])).get(schema)?.size === LARGE;
}

/** Runs `work` with a second session in the old home, if its schema is large and moves whole and the server has room for one. */
async function withHelper<T>(
  client: pg.Client,
  { from, tables }: MoveRequest,
  work: (helper: pg.Client | undefined) => Promise<T>,
): Promise<T> {
  if (tables !== undefined || !(await isLarge(client, from.schema))) return await work(undefined);
  collectOften();
  const helper = await open(from.server, from.database).catch(() => undefined);
  try {
    return await work(helper);
  } finally {
    await helper?.end().catch(() => undefined);
  }
}

async function followedFacts(
  client: pg.Client,
  { dataset, from, to }: MoveRequest,
): Promise<Pick<SourceInspection, "replication" | "followable">> {
  const replication = await inspectReplication(client, dataset, from, to);
  const followable = await inspectFollowable(client, (await schemaOid(client, from.schema)) ?? 0);
  return { followable, ...(replication === undefined ? {} : { replication }) };
}

/** What is known of the new home before the old one is. */
export type TargetAlone = Omit<
  TargetInspection,
  "availableExtensions" | "collations" | "extensionVersions" | "trustedExtensions"
> & {
  /** The version of each extension that it has installed. */
  readonly installedVersions: ReadonlyMap<string, string>;
  /** The move by which it came from `cameFrom`, by the journal's key. */
  readonly arrival?: string;
};

/**
 * What can be asked only once both homes have been read: whether the new one has the extensions that are used, how it sorts
 * by the collations that are, and what its encoding has no form for, where a conversion may fail, for that reads every row.
 */
export async function inspectTogether(
  sessions: Sessions,
  source: SourceInspection,
  target: TargetAlone,
): Promise<{ source: SourceInspection; target: TargetInspection }> {
  const used = source.text.collations.map(({ name }) => name);
  const extensions = source.extensions.map(({ name }) => name);
  const { installedVersions, arrival, ...alone } = target;
  const asked = async () =>
    [
      await unfitText(sessions.source, source, target),
      arrival !== undefined && (await wasReopened(sessions.source, { id: arrival })),
    ] as const;
  const [[unfit, givenUp], [collations, available]] = await all([
    asked(),
    offeredAt(sessions.target, used, extensions),
  ]);
  const versions = [...available].map(([name, { version }]): [string, string] => [name, version]);
  const trusted = [...available].flatMap(([name, extension]) => (extension.trusted ? [name] : []));
  return {
    source: { ...source, text: { ...source.text, unfit } },
    target: {
      ...alone,
      ...(givenUp && { givenUp }),
      collations,
      availableExtensions: new Set(available.keys()),
      trustedExtensions: new Set(trusted),
      extensionVersions: new Map([...versions, ...installedVersions]),
    },
  };
}

const offeredAt = async (client: pg.Client, collations: readonly string[], extensions: readonly string[]) =>
  [await offeredCollations(client, collations), await availableExtensions(client, extensions)] as const;

async function unfitText(
  client: pg.Client,
  source: SourceInspection,
  target: TargetAlone,
): Promise<readonly string[]> {
  const encodings = { from: source.text.encoding, to: target.text.encoding };
  if (!mayNotFit(encodings.from, encodings.to) || !mayRead(source)) return [];
  return await inspectUnfit(client, source.schema, source.relations, encodings);
}

/** Whether the administrator may read the rows; one that may make itself a member of their owner does so later. */
const mayRead = ({ rights }: SourceInspection): boolean =>
  rights.superuser || rights.owners.every(({ usable }) => usable);

/** Reads the new home's database. */
export async function inspectTarget(client: pg.Client, request: MoveRequest): Promise<TargetAlone> {
  const [facts] = await rows<{ version: number; owner: boolean }>(
    client,
    `SELECT current_setting('server_version_num')::int / 10000 AS version,
       EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = $1) AS owner`,
    [request.to.owner],
  );
  const found = request.tables === undefined ? undefined : await standingAt(client, request);
  const arrival = (await hasJournal(client)) ? await latestArrival(client, request) : undefined;
  const ours = (await isOurs(client, request, arrival)) || (found?.accounted === true && hasTables(found));
  const standing = ours ? found : undefined;
  const own = standing?.scope.objects;
  const keys = own?.map(({ key }) => key);
  const obstacles = await inspectObstacles(client, request.dataset, request.to);
  const server = await inspectServer(client, false);
  const disk = await inspectDisk(request.to.server, server.files);
  const { dataset, from, to } = request;
  const replication =
    request.options.mode === "online" ? await inspectReplication(client, dataset, to, from) : undefined;
  const installed = await inspectExtensions(client);
  return {
    ...(standing === undefined ? {} : { standing }),
    serverVersion: facts?.version ?? 0,
    installedVersions: new Map(installed.map((e) => [e.name, e.version])),
    installedExtensions: new Map(installed.map((e) => [e.name, e.schema])),
    accessMethods: await inspectAccessMethods(client),
    roles: await inspectRoles(client),
    largeObjects: await strangeObjects(client, request),
    rights: await inspectRights(client, request.to.schema, request.to.owner, keys),
    text: await inspectTextFacts(client),
    ...(ours || arrival === undefined ? {} : { cameFrom: arrival.source, arrival: arrival.id }),
    strangers: ours ? 0 : await countObjects(client, request.to.schema),
    ownerExists: facts?.owner ?? false,
    database: await inspectDatabase(client, request.to.schema),
    server,
    obstacles: own === undefined ? obstacles : obstaclesFor(new Set(own.map(({ name }) => name)), obstacles),
    ...(disk === undefined ? {} : { disk }),
    ...(replication === undefined ? {} : { replication }),
    rates: await measuredRates(client),
    reclaimable: ours ? await storedBytes(client, request.to.schema, keys) : 0,
  };
}

/** Of what stands in the way in a schema, what touches these tables. */
const obstaclesFor = (names: ReadonlySet<string>, { prepared, ...rest }: Obstacles): Obstacles => ({
  ...rest,
  prepared: prepared.flatMap((each) => {
    const tables = each.tables.filter((name) => names.has(name));
    return tables.length === 0 ? [] : [{ ...each, tables }];
  }),
});

const hasTables = ({ objects }: Standing): boolean => objects.some(isTable);

/** What stands in the target schema, for a dataset that is a part of it. */
export const standingAt = (client: pg.Client, request: MoveRequest): Promise<Standing | undefined> =>
  readStanding(
    client,
    { dataset: request.dataset, schema: request.to.schema, target: placementName(request.to) },
    request.tables ?? [],
  );
/** Large objects that are neither a former attempt's nor of the home that the dataset once left. */
async function strangeObjects(client: pg.Client, request: MoveRequest): Promise<Set<number>> {
  const known = await journalHas(client, "moved_object");
  const ours = `EXCEPT SELECT o.oid FROM rehome.moved_object o JOIN rehome.migration m ON m.id = o.migration
      WHERE m.state = 'running' AND m.dataset = $1 AND m.target = $2
    EXCEPT SELECT h.oid FROM rehome.held_object h WHERE h.key = $3`;
  const key = fenceKey(request.dataset, request.to.schema);
  const found = await rows<{ oid: string }>(
    client,
    `SELECT oid::int8::text AS oid FROM (SELECT oid FROM pg_catalog.pg_largeobject_metadata ${known ? ours : ""}) others`,
    known ? [request.dataset, placementName(request.to), key] : [],
  );
  return new Set(found.map((row) => Number(row.oid)));
}

async function inspectRoles(client: pg.Client): Promise<Set<string>> {
  const found = await rows<{ name: string }>(client, "SELECT rolname::text AS name FROM pg_catalog.pg_roles");
  return new Set(found.map((row) => row.name));
}

async function inspectAccessMethods(client: pg.Client): Promise<Set<string>> {
  const found = await rows<{ name: string }>(
    client,
    "SELECT amname::text AS name FROM pg_catalog.pg_am WHERE amtype = 't'",
  );
  return new Set(found.map((row) => row.name));
}

/** Whether what stands in the target schema is this dataset's: a former attempt's, or the home it once left. */
async function isOurs(
  client: pg.Client,
  { dataset, from, to }: MoveRequest,
  arrival: MigrationRow | undefined,
): Promise<boolean> {
  const fence = await findFence(client, dataset, to.schema);
  if (fence?.sealed === true && fence.target === placementName(from)) return true;
  return arrival?.state === "running" && arrival.source === placementName(from);
}

const latestArrival = (client: pg.Client, { dataset, to }: MoveRequest): Promise<MigrationRow | undefined> =>
  latestMigration(client, { dataset, target: placementName(to) });

/** @param only keys of the dataset's own relations where others have a place too; absent: all */
async function storedBytes(client: pg.Client, schema: string, only?: readonly string[]): Promise<number> {
  const [row] = await rows<{ bytes: string }>(
    client,
    `WITH ${ownRelation(NAMED_SCHEMA)}
     SELECT coalesce(sum(pg_catalog.pg_total_relation_size(c.oid)), 0)::text AS bytes FROM pg_catalog.pg_class c
     WHERE c.oid IN (SELECT oid FROM own_relation) AND c.relkind IN ('r', 'm')
       AND ($2::text[] IS NULL OR 'pg_class ' || c.oid = ANY ($2))`,
    [schema, only ?? null],
  );
  return Number(row?.bytes ?? 0);
}

async function countObjects(client: pg.Client, schema: string): Promise<number> {
  const oid = await schemaOid(client, schema);
  if (oid === undefined) return 0;
  const [row] = await rows<{ n: number }>(
    client,
    `WITH ${OWN}
     SELECT count(*)::int AS n FROM own
     WHERE (own.classid = 'pg_catalog.pg_proc'::regclass OR (own.classid = 'pg_catalog.pg_class'::regclass AND own.oid IN (SELECT oid FROM own_table))
         OR (own.classid = 'pg_catalog.pg_type'::regclass AND EXISTS
             (SELECT FROM pg_catalog.pg_type t WHERE t.oid = own.oid AND t.typtype IN ('e', 'd', 'r'))))
       AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend m WHERE m.classid = own.classid AND m.objid = own.oid AND m.deptype = 'e')`,
    [oid],
  );
  return row?.n ?? 0;
}
