import { randomUUID } from "node:crypto";
import type { Copying } from "../copy/copy-tables";
import { Pace } from "../copy/pace";
import { heedStandbys } from "../copy/standbys";
import { closeWires } from "../copy/wire";
import { RehomeError, messageOf } from "../errors";
import type { Relation } from "../inspect/relations";
import { readingPath } from "../inspect/schema";
import { enterStage } from "../journal/journal";
import { Sampler } from "../journal/samples";
import { rows, transaction } from "../sql/connect";
import { qualified } from "../sql/quote";
import { fenceLost, type Run } from "../stages/run";
import type { Workers } from "../types";
import { ShareError, copyShare, openStream, type Stream } from "./claim";
import { closeShare, finishShare, holdShare, openShare, type Terms } from "./share";
import { shareBytes, split, type Heap, type Share, type Stored } from "./split";
import { copiedTables, failures, standing } from "./workers";

/** How often the journal is looked at. */
const LOOK_MS = 500;
const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, LOOK_MS));

/** Copies every table that the journal does not say is here, together with whoever else comes to share in it. */
export async function copyShared(run: Run, workers: Workers, beside: Copying): Promise<void> {
  const { target, migration, request, progress } = run;
  const rate = rateOf(run, workers);
  const pace = new Pace(rate === undefined ? undefined : rate * run.jobs);
  const heeded = await heedStandbys(request.from, request.options.maxStandbyLag, pace);
  try {
    const opened = await open(run, workers);
    progress.enter("copy", { bytes: opened.bytes, tables: opened.tables });
    await enterStage(target, migration.id, "copy", opened.message);
    const sampler = new Sampler(target, { migration: migration.id, stage: "copy" });
    progress.sampler = (done) => sampler.tell(done);
    try {
      await work(run, opened, { pace, ...beside });
    } finally {
      progress.sampler = undefined;
      await sampler.end(progress.done);
    }
    await finishShare(target, migration.id);
    await noteWho(run);
  } catch (error) {
    // With the session gone there is nobody to close it; the next run does.
    await closeShare(target, migration.id).catch(() => undefined);
    throw await withFailures(run, error);
  } finally {
    await heeded();
  }
}

/** Each stream's part of the pace: nobody asks the others. */
function rateOf({ request, jobs }: Run, { count }: Workers): number | undefined {
  const { copyRate } = request.options;
  return copyRate === undefined ? undefined : copyRate / (jobs + count);
}

/** Notes in the journal who has copied how much, and what kept others from it. */
async function noteWho({ target, migration }: Run): Promise<void> {
  const found = await rows<{ line: string }>(
    target,
    `SELECT format('%s: %s shares, %s', w.worker, count(*), pg_catalog.pg_size_pretty(sum(w.copied_bytes))) AS line
     FROM rehome.work w WHERE w.migration = $1 AND w.done_at IS NOT NULL GROUP BY w.worker ORDER BY w.worker`,
    [migration.id],
  );
  const said = await failures(target, migration.id);
  const message = [`copied by ${found.length}`, ...found.map(({ line }) => line), ...said].join("; ");
  await target.query("INSERT INTO rehome.event (migration, stage, message) VALUES ($1, 'shared', $2)", [
    migration.id,
    message,
  ]);
}

/** An error, with what those said who could not share any longer. */
async function withFailures({ target, migration }: Run, error: unknown): Promise<unknown> {
  const said = await failures(target, migration.id).catch(() => []);
  if (said.length === 0) return error;
  const known = error instanceof RehomeError ? error : undefined;
  return new RehomeError(
    known?.code ?? "share-failed",
    `${messageOf(error)}\nOf those who shared in the copy:\n  ${said.join("\n  ")}`,
    { cause: error, retryable: known?.retryable ?? true },
  );
}

interface Opening {
  readonly token: string;
  readonly terms: Terms;
  readonly bytes: number;
  readonly tables: number;
  readonly message: string;
}

/** Writes what there is to do into the journal, and lets others see it. */
async function open(run: Run, workers: Workers): Promise<Opening> {
  const { request, target, migration, inspection, jobs, snapshot } = run;
  const done = new Set(await copiedTables(target, migration.id));
  const tables = inspection.relations.filter(({ kind, name }) => kind === "r" && !done.has(name));
  const size = shareBytes(
    tables.reduce((sum, { bytes }) => sum + bytes, 0),
    jobs + workers.count,
    workers,
  );
  const heaps = await heapsOf(run);
  const begun = await begunTables(run, heaps, done);
  const fresh = tables.filter(({ name }) => !begun.has(name));
  const shares = split(fresh.map(storedWith(heaps)), size);
  const rate = rateOf(run, workers);
  const terms: Terms = {
    from: { path: readingPath(request.from.schema, inspection.extensions) },
    to: { path: readingPath(request.to.schema, inspection.extensions) },
    ...(snapshot === undefined ? {} : { snapshot }),
    ...(rate === undefined ? {} : { rate }),
  };
  const token = randomUUID();
  await transaction(target, async () => {
    await target.query(
      "DELETE FROM rehome.work WHERE migration = $1 AND (table_name IS NULL OR table_name <> ALL ($2))",
      [migration.id, [...begun, ...done]],
    );
    await target.query("DELETE FROM rehome.worker WHERE migration = $1", [migration.id]);
    // Ranges come beside each other: what a table holds of an earlier attempt goes first.
    for (const { name } of fresh.filter(({ name }) => isDivided(shares, name)))
      await target.query(`TRUNCATE ONLY ${qualified(request.to.schema, name)}`);
    await target.query("UPDATE rehome.work SET attempts = 0, error = NULL WHERE migration = $1", [
      migration.id,
    ]);
    await insertShares(run, shares);
    await openShare(target, { migration: migration.id, token, terms });
  });
  const [left] = await rows<{ bytes: string; shares: number }>(
    target,
    "SELECT coalesce(sum(bytes), 0)::text AS bytes, count(*)::int AS shares FROM rehome.work WHERE migration = $1 AND done_at IS NULL",
    [migration.id],
  );
  const here = done.size === 0 ? "" : `; ${done.size} are here already`;
  return {
    ...{ token, terms, bytes: Number(left?.bytes ?? 0), tables: tables.length },
    message: `${tables.length} tables in ${left?.shares ?? 0} shares${here}`,
  };
}

const isDivided = (shares: readonly Share[], name: string): boolean =>
  shares.some(({ parts }) => parts[0]?.table === name && parts[0].range !== undefined);

const storedWith =
  (heaps: ReadonlyMap<string, Heap>) =>
  ({ name, bytes, columns, binary }: Relation): Stored => {
    const heap = heaps.get(name);
    return { name, bytes, columns, binary, ...(heap && { heap }) };
  };

async function insertShares({ target, migration }: Run, shares: readonly Share[]): Promise<void> {
  const given = shares.map(({ parts, bytes }) => {
    const [first] = parts;
    return { parts, bytes, table_name: first?.range === undefined ? null : first.table };
  });
  await target.query(
    `INSERT INTO rehome.work (migration, ordinal, table_name, parts, bytes)
     SELECT $1, s.ordinality + coalesce((SELECT max(ordinal) FROM rehome.work WHERE migration = $1), 0), s.table_name, s.parts, s.bytes
     FROM ROWS FROM (jsonb_to_recordset($2::jsonb) AS (table_name text, parts jsonb, bytes int8)) WITH ORDINALITY
       AS s(table_name, parts, bytes, ordinality)`,
    [migration.id, JSON.stringify(given)],
  );
}

/** Where the rows of the old home's tables are, by table: of those that know their rows by page. */
async function heapsOf({ source, request }: Run): Promise<Map<string, Heap>> {
  const found = await rows<{ name: string; pages: number; file: string }>(
    source,
    `SELECT c.relname::text AS name, (pg_catalog.pg_relation_size(c.oid) / pg_catalog.current_setting('block_size')::int)::int AS pages,
       pg_catalog.pg_relation_filenode(c.oid)::text AS file
     FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace JOIN pg_catalog.pg_am a ON a.oid = c.relam
     WHERE n.nspname = $1 AND c.relkind = 'r' AND a.amname = 'heap'`,
    [request.from.schema],
  );
  return new Map(found.map(({ name, pages, file }) => [name, { pages, file }]));
}

/** Tables that a former attempt has copied ranges of which still are what they were. */
async function begunTables(
  { target, migration }: Run,
  heaps: ReadonlyMap<string, Heap>,
  done: ReadonlySet<string>,
): Promise<Set<string>> {
  const found = await rows<{ name: string; file: string }>(
    target,
    `SELECT DISTINCT table_name AS name, parts -> 0 -> 'range' ->> 'file' AS file FROM rehome.work
     WHERE migration = $1 AND table_name IS NOT NULL`,
    [migration.id],
  );
  return new Set(
    found
      .filter(({ name, file }) => heaps.get(name)?.file === file && !done.has(name))
      .map(({ name }) => name),
  );
}

interface Work {
  /** Whether it is over, for whatever reason. */
  over: boolean;
  readonly streams: Set<Stream>;
  /** Bytes that each own stream has copied of the share it is at. */
  readonly own: Map<string, number>;
}

/**
 * Copies with streams of its own and watches the others' until nothing is left. The first error ends it, and what the streams
 * are at with it.
 */
async function work(run: Run, opening: Opening, means: Means): Promise<void> {
  const { signal } = means;
  const state: Work = { over: false, streams: new Set(), own: new Map() };
  let failed: { error: unknown } | undefined;
  const fail = (error: unknown): void => {
    failed ??= { error };
    state.over = true;
    for (const stream of state.streams) closeWires(stream);
  };
  const stop = (): void => fail(signal.reason);
  signal.addEventListener("abort", stop);
  if (signal.aborted) stop();
  const streams = Array.from({ length: run.jobs }, (_, index) =>
    copyAll(run, { ...opening, worker: `leader ${index + 1}` }, state, means.pace),
  );
  const over = (): void => void (state.over = true);
  await Promise.all([...streams, watch(run, state, means)].map((each) => each.then(over, fail)));
  signal.removeEventListener("abort", stop);
  if (failed !== undefined) throw failed.error;
}

interface Means extends Copying {
  readonly pace: Pace;
}

/** Looks at the journal until all is done: tells how far it is, and that the fence still holds. */
async function watch(run: Run, state: Work, { pace, whole }: Means): Promise<void> {
  const { source, target, migration, progress } = run;
  let told = await standing(target, migration.id);
  const here = new Set<string>();
  for (;;) {
    if (run.snapshot === undefined)
      await source.query("SELECT").catch((cause: unknown) => {
        throw fenceLost(cause);
      });
    const now = await standing(target, migration.id);
    if (now.failed !== null) throw new RehomeError("share-failed", now.failed, { retryable: true });
    const bytes = now.bytes + [...state.own.values()].reduce((sum, each) => sum + each, 0);
    progress.share(now.workers);
    progress.add(Math.max(0, bytes - told.bytes));
    if (now.tables > here.size) {
      const fresh = (await copiedTables(target, migration.id)).filter((name) => !here.has(name));
      for (const name of fresh) here.add(name);
      whole(fresh);
    }
    progress.tablesDone(now.tables - told.tables);
    told = { ...now, bytes: Math.max(bytes, told.bytes) };
    await holdShare(target, migration.id, pace.isHeld);
    if (now.left === 0 || state.over) return;
    await pause();
  }
}

/** Copies shares until all are done: one that somebody dies of is free again. */
async function copyAll(
  { request, migration }: Run,
  { token, terms, worker }: Opening & { readonly worker: string },
  state: Work,
  pace: Pace,
): Promise<void> {
  const { from, to } = request;
  const stream = await openStream({ from, to, migration: migration.id, token, terms, worker });
  state.streams.add(stream);
  try {
    while (!state.over) {
      let bytes = 0;
      const claim = await copyShare(stream, (chunk) => state.own.set(worker, (bytes += chunk)), pace);
      state.own.delete(worker);
      if (claim.kind === "closed") throw new Error("another run has closed this copy");
      if (claim.kind === "none") await pause();
    }
  } catch (error) {
    throw error instanceof ShareError ? error.cause : error;
  } finally {
    closeWires(stream);
  }
}
