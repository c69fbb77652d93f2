import type pg from "pg";
import { loadGrammar } from "../ddl/grammar";
import { findFence } from "../fence/fence";
import { settledHealth } from "../follow/health";
import { linkOf } from "../follow/link";
import { hasJournal, latestMigration, type MigrationRow } from "../journal/journal";
import { inspectTextFacts } from "../inspect/text";
import { placementName } from "../naming";
import { inspectSource } from "../plan/inspect-ends";
import { jobsOf } from "../plan/needs";
import { sameDatabase } from "../plan/strategy";
import { onServers } from "../slots";
import { open, rows } from "../sql/connect";
import { closeSessions, Tracker, type Run, type Sessions } from "../stages/run";
import { compareRows } from "../strategies/compare-followed";
import { inWords } from "../told";
import type { MoveRequest, Report, TableVerification } from "../types";
import { converge, type DifferentRow } from "./converge";
import { OBJECTS_PROOF } from "./large-objects";
import { keyOf, openSide } from "./narrow";
import { compareTables } from "./compare-tables";
import { catalogDifferences, strangersOwning } from "./verify";

/**
 * What a comparison of two homes means. `following`: one follows the other, so both are equal but for what is on its way.
 * `left`: the one that was left is fenced and is what it was; the other may have been written to since. `returned`: the one
 * that was held to be lost is there again, and each has been written to alone. `none`: there is nothing to compare, for the
 * reason given.
 */
export type ComparisonKind = "following" | "left" | "returned" | "none";

/**
 * A table of both homes. `equal` now. `written`: the home that was left is as it was proved, and the service has written to
 * its home since. `different`: the two should be equal, or the one that was left is not what was proved.
 */
export interface TableComparison {
  readonly table: string;
  readonly state: "equal" | "written" | "different";
  /** Rows in the home that is compared with, and in the other one; null where they are compared while being written. */
  readonly fromRows: string | null;
  readonly toRows: string | null;
  /** Columns of the key that rows are named by; empty where there is none. */
  readonly key: readonly string[];
  /** Rows that differ, as far as they were asked for and named. */
  readonly different: readonly DifferentRow[];
  /** Rows that were written to whenever they were looked at. */
  readonly unsettled: number;
}

/** What a comparison of two homes of a dataset has found. */
export interface Comparison {
  readonly dataset: string;
  readonly from: string;
  readonly to: string;
  readonly kind: ComparisonKind;
  /** What is compared with what and why that means something; or why nothing is. */
  readonly because: string;
  readonly tables: readonly TableComparison[];
  /** Definitions and owners that differ, in words. */
  readonly definitions: readonly string[];
}

/** How much a comparison is to tell of what differs. */
export interface CompareOptions {
  /** Rows that are named of each table that differs. Default 0: none is looked for. */
  readonly rows?: number;
}

interface Homes {
  readonly request: MoveRequest;
  readonly sessions: Sessions;
  readonly options: CompareOptions;
  readonly report: Report;
}

/**
 * Compares a dataset's home with the other one that it has: `from` is the one that was left, or that the service is in
 * while `to` is being prepared. Reads only, and takes no lock: it may run beside everything but a move of this dataset.
 * @throws RehomeError `unreachable`, `drain-timeout`, `link-broken`, ...
 */
export async function compareHomes(
  request: MoveRequest,
  options: CompareOptions = {},
  report: Report = () => undefined,
): Promise<Comparison> {
  const names = { from: placementName(request.from), to: placementName(request.to) };
  try {
    await loadGrammar();
    return await onServers([request.from, request.to], async () => {
      const sessions = await openBoth(request);
      try {
        const found = await compared({ request, sessions, options, report });
        return { dataset: request.dataset, ...names, tables: [], definitions: [], ...found };
      } finally {
        await closeSessions(sessions);
      }
    });
  } catch (error) {
    const doing = `${request.dataset} in ${names.from} was compared with ${names.to}`;
    throw inWords(error, { doing, holds: "Nothing was changed." });
  }
}

/** Sessions without the locks that keep runs apart. */
async function openBoth({ from, to }: MoveRequest): Promise<Sessions> {
  const source = await open(from.server, from.database);
  try {
    return { source, target: await open(to.server, to.database) };
  } catch (error) {
    await source.end().catch(() => undefined);
    throw error;
  }
}

type Found = Pick<Comparison, "kind" | "because"> & Partial<Comparison>;
const none = (because: string): Found => ({ kind: "none", because });

/** The journal's row of what came from the one to the other. */
async function rowOf(
  client: pg.Client,
  { dataset, from, to }: MoveRequest,
): Promise<MigrationRow | undefined> {
  if (!(await hasJournal(client))) return undefined;
  return await latestMigration(client, { dataset, source: placementName(from), target: placementName(to) });
}

async function compared(homes: Homes): Promise<Found> {
  const { request, sessions } = homes;
  const { dataset, from, to } = request;
  const [here, there] = [placementName(to), placementName(from)];
  const row = await rowOf(sessions.target, request);
  if (row === undefined) return none(`nothing of ${dataset} has been copied from ${there} to ${here} yet`);
  if (row.strategy === "set-schema" || sameDatabase(from, to))
    return none(`the tables went into ${here} themselves, so ${there} is empty; the journal has their proof`);
  if (row.state === "running") {
    if (row.strategy !== "follow")
      return none(`${dataset} is on its way from ${there} to ${here}, and what has arrived is not whole`);
    return await alongLink(homes, row);
  }
  if (row.strategy === "reopen") return await withReturned(homes, row);
  const fence = await findFence(sessions.source, dataset, from.schema);
  if (row.strategy === "follow") return await alongLinkBack(homes, row);
  if (fence?.sealed !== true)
    return none(`${there} is not fenced any more, so nothing is known of what it is to be`);
  return await withLeft(homes, row);
}

async function runOf(
  { request, sessions: { source, target }, report }: Homes,
  migration: MigrationRow,
): Promise<Run> {
  const { dataset, from, options } = request;
  const inspection = await inspectSource(source, request);
  const fence = { dataset, schema: from.schema, migration: migration.id, target: migration.target };
  const progress = new Tracker(dataset, report);
  return { request, source, target, migration, inspection, fence, progress, jobs: jobsOf(options) };
}

/** The next home follows the present one. */
async function alongLink(homes: Homes, row: MigrationRow): Promise<Found> {
  const { request, sessions, options } = homes;
  const { source, target } = sessions;
  const health = await settledHealth(source, target, linkOf(request.dataset, request.from, request.to));
  const [from, to] = [placementName(request.from), placementName(request.to)];
  if (health.broken !== null) return none(`${to} does not follow ${from}: ${health.broken}`);
  const run = await runOf(homes, row);
  const found = await compareRows(run, Math.max(1, options.rows ?? 0));
  return {
    kind: "following",
    because: `${to} follows ${from}: every row of both, while the service writes`,
    definitions: [...(await catalogDifferences(run)), ...(await strangersOwning(run))],
    tables: found.map(({ table, key, different, unsettled }) => ({
      ...{ table, key, unsettled, fromRows: null, toRows: null },
      state: different.length === 0 ? "equal" : "different",
      different: different.slice(0, options.rows ?? 0),
    })),
  };
}

/** The home that was left follows the one that came after it, once that is proved. */
async function alongLinkBack(homes: Homes, row: MigrationRow): Promise<Found> {
  const { request, sessions } = homes;
  const there = placementName(request.from);
  if (row.clean === null)
    return none(`the proof after the hand-out is not made yet, and until then ${there} does not follow`);
  const turned = { ...request, from: request.to, to: request.from };
  const found = await alongLink(
    { ...homes, request: turned, sessions: { source: sessions.target, target: sessions.source } },
    row,
  );
  // Told the way that was asked: rows of the one that was left are `source`.
  const swap = { source: "target", target: "source", both: "both" } as const;
  const tables = found.tables?.map((table) => ({
    ...table,
    different: table.different.map(({ key, where }) => ({ key, where: swap[where] })),
  }));
  return { ...found, ...(tables && { tables }) };
}

interface Proved {
  readonly table: string;
  readonly rows: string | null;
  readonly hash: string;
}

/** What the journal says that the home that was left had. */
async function provedOf(client: pg.Client, migration: string): Promise<Map<string, Proved>> {
  const found = await rows<Proved>(
    client,
    "SELECT table_name AS table, source_rows::text AS rows, source_hash AS hash FROM rehome.verified_table WHERE migration = $1 AND table_name <> $2",
    [migration, OBJECTS_PROOF],
  );
  return new Map(found.map((proved) => [proved.table, proved]));
}

const asProved = ({ sourceRows, sourceHash }: TableVerification, proved: Proved | undefined): boolean =>
  proved !== undefined && proved.rows === sourceRows && proved.hash === sourceHash;

/** The home that was left, fenced, against its proof; and against the home that the service writes to. */
async function withLeft(homes: Homes, row: MigrationRow): Promise<Found> {
  const { request, sessions } = homes;
  const proved = await provedOf(sessions.target, row.id);
  const counted = [...proved.values()].every(({ hash }) => hash === "");
  const asThen: MoveRequest = {
    ...request,
    options: { ...request.options, verify: counted ? "count" : "checksum" },
  };
  const asWritten = (table: TableVerification): TableComparison["state"] =>
    asProved(table, proved.get(table.table)) ? "written" : "different";
  const tables = await asTheyAre({ ...homes, request: asThen }, row, asWritten);
  const there = new Set(tables.map(({ table }) => table));
  const gone = [...proved.keys()].filter((table) => !there.has(table));
  return {
    kind: "left",
    because: `${placementName(request.from)} is fenced: it is to be what was proved at ${row.switched_at?.toISOString() ?? "the switch"}; ${placementName(request.to)} may have been written to since`,
    definitions: gone.map(
      (table) => `table ${table}: proved, and not in ${placementName(request.from)} any more`,
    ),
    tables,
  };
}

/** The home that was held to be lost, against the one that was opened again: what either has alone, the other was never given. */
async function withReturned(homes: Homes, row: MigrationRow): Promise<Found> {
  const [there, here] = [placementName(homes.request.from), placementName(homes.request.to)];
  return {
    kind: "returned",
    because: `${there} was held to be lost at ${row.switched_at?.toISOString() ?? ""}, and is there again: both as they are now; what it has alone, ${here} was never given`,
    tables: await asTheyAre(homes, row, () => "different"),
  };
}

/**
 * Every table of both homes as it is now, with the rows that differ where they are asked for.
 * @param unequal what it means that a table is not equal
 */
async function asTheyAre(
  homes: Homes,
  row: MigrationRow,
  unequal: (table: TableVerification) => TableComparison["state"],
): Promise<TableComparison[]> {
  const whole = await runOf(homes, row);
  const changed = await changedIn(whole);
  const relations = whole.inspection.relations.filter(({ name }) => !changed.has(name));
  const run: Run = { ...whole, inspection: { ...whole.inspection, relations } };
  const now = await compareTables(run);
  const tables = now.map((table): TableComparison => ({
    ...{ table: table.table, state: table.equal ? "equal" : unequal(table) },
    ...{ fromRows: table.sourceRows, toRows: table.targetRows, key: [], different: [], unsettled: 0 },
  }));
  // Its service has altered or dropped it since: rows of other columns are not to be compared.
  const altered = [...changed].map((table): TableComparison => ({
    ...{ table, state: "written", fromRows: null, toRows: null, key: [], different: [], unsettled: 0 },
  }));
  const { rows: limit } = homes.options;
  return [...(limit === undefined ? tables : await named(run, tables, limit)), ...altered];
}

/** Tables that are not in the new home any more, or lack a column there. */
async function changedIn({ target, request, inspection }: Run): Promise<Set<string>> {
  const found = await rows<{ table: string; columns: string[] }>(
    target,
    `SELECT c.relname::text AS table, array_agg(a.attname::text) AS columns FROM pg_catalog.pg_class c
     JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
     WHERE n.nspname = $1 AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped GROUP BY c.relname`,
    [request.to.schema],
  );
  const here = new Map(found.map(({ table, columns }) => [table, new Set(columns)]));
  const tables = inspection.relations.filter(({ kind }) => kind === "r");
  const lacks = tables.filter(({ name, allColumns }) => {
    const columns = here.get(name) ?? new Set();
    return !allColumns.every((one) => columns.has(one));
  });
  return new Set(lacks.map(({ name }) => name));
}

/** The rows that differ, of the tables that do. */
async function named(
  run: Run,
  tables: readonly TableComparison[],
  limit: number,
): Promise<TableComparison[]> {
  const { request, inspection } = run;
  const { encoding } = await inspectTextFacts(run.target);
  const converted = encoding !== inspection.text.encoding;
  const one = await openSide(run, request.from);
  try {
    const other = await openSide(run, request.to);
    try {
      const found: TableComparison[] = [];
      for (const table of tables) {
        const relation = inspection.relations.find(({ name }) => name === table.table);
        if (table.state === "equal" || relation === undefined) {
          found.push(table);
          continue;
        }
        const key = await keyOf(one, table.table);
        const { allColumns: columns, sorted, hashed, rows: count, name } = relation;
        const asked = { name, key, columns, sorted, hashed, rows: count, converted };
        const { different, unsettled } = await converge(one, other, asked, () => Promise.resolve(), limit);
        found.push({ ...table, key, different, unsettled });
      }
      return found;
    } finally {
      await other.client.end().catch(() => undefined);
    }
  } finally {
    await one.client.end().catch(() => undefined);
  }
}
