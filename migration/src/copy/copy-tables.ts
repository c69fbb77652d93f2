import { RehomeError, SQLSTATE, codeOf } from "../errors";
import type { Extension } from "../inspect/extensions";
import type { Relation } from "../inspect/relations";
import { readingPath } from "../inspect/schema";
import { enterStage } from "../journal/journal";
import { Sampler } from "../journal/samples";
import { rows } from "../sql/connect";
import { ident, literal, qualified } from "../sql/quote";
import { snapshotSql } from "../sql/snapshot";
import { inParallel, type Run } from "../stages/run";
import type { Endpoint } from "../types";
import { Pace } from "./pace";
import { heedStandbys } from "./standbys";
import { SMALL, unitsOf } from "./units";
import { closeWires, copyBetween, openWires, type Pair } from "./wire";

/** The COPY commands of one table: rows leave and arrive in the same form, so nobody needs to read them. */
export function copyCommands(
  from: Endpoint,
  to: Endpoint,
  table: Pick<Relation, "name" | "columns" | "binary">,
): { out: string; into: string } {
  const columns = table.columns.length === 0 ? "" : ` (${table.columns.map(ident).join(", ")})`;
  const format = table.binary ? "FORMAT binary" : "FORMAT text";
  return {
    out: `COPY ${qualified(from.schema, table.name)}${columns} TO STDOUT (${format})`,
    into: `COPY ${qualified(to.schema, table.name)}${columns} FROM STDIN (${format})`,
  };
}

/** What goes on beside a copy. */
export interface Copying {
  /** Told of tables once they are here. */
  readonly whole: (tables: readonly string[]) => void;
  /** Ends the copy with its reason. */
  readonly signal: AbortSignal;
}

/** Copies every table that the journal does not say is here, the biggest first. */
export async function copyTables(run: Run, { whole, signal }: Copying): Promise<void> {
  const { request, target, migration, inspection, progress } = run;
  const done = await rows<{ table_name: string }>(
    target,
    "SELECT table_name FROM rehome.copied_table WHERE migration = $1",
    [migration.id],
  );
  const here = new Set(done.map((row) => row.table_name));
  const all = inspection.relations.filter((relation) => relation.kind === "r");
  const tables = all.filter(({ name }) => !here.has(name));
  const bytes = tables.reduce((sum, table) => sum + table.bytes, 0);
  await enterStage(
    target,
    migration.id,
    "copy",
    here.size === 0 ? "all tables" : `${tables.length} tables; ${here.size} are here already`,
  );
  progress.enter("copy", { bytes, tables: tables.length });
  const sampler = new Sampler(target, { migration: migration.id, stage: "copy" });
  progress.sampler = (done) => sampler.tell(done);
  whole(all.filter(({ name }) => here.has(name)).map(({ name }) => name));
  const pace = new Pace(request.options.copyRate);
  const heeded = await heedStandbys(request.from, request.options.maxStandbyLag, pace);
  try {
    await inParallel(
      unitsOf(tables, run.jobs),
      run.jobs,
      () => openPair(request.from, request.to, inspection.extensions, run.snapshot),
      closeWires,
      async (pair, unit) => {
        await copyUnit(pair, run, unit, pace);
        progress.tablesDone(unit.length);
        whole(unit.map(({ name }) => name));
      },
      signal,
    );
  } finally {
    progress.sampler = undefined;
    await Promise.all([heeded(), sampler.end(progress.done)]);
  }
}

/**
 * Where rows are in no log, a commit waits until all of them are on the disk: so the disk is to begin before. Where they are,
 * it has the log to write.
 */
const FLUSH_EARLY =
  "SELECT pg_catalog.set_config('backend_flush_after', '1MB', false) WHERE pg_catalog.current_setting('wal_level') = 'minimal'";

export async function openPair(
  from: Endpoint,
  to: Endpoint,
  extensions: readonly Extension[],
  snapshot?: string,
): Promise<Pair> {
  // Names as values (regclass) print unqualified on this side and are read in the new home's schema on the other.
  const out = `SET search_path = ${readingPath(from.schema, extensions)}`;
  // CHECK constraints may call functions that rely on the service's search_path.
  const into = `SET search_path = ${readingPath(to.schema, extensions)}; SET synchronous_commit = off; ${FLUSH_EARLY}`;
  const source = snapshot === undefined ? [out] : [out, snapshotSql(snapshot)];
  return await openWires(from, to, { source, target: [into] });
}

const UNFIT = new Set<string | undefined>([
  SQLSTATE.characterNotInRepertoire,
  SQLSTATE.untranslatableCharacter,
]);

/** In the server's words where there is nothing to add; but those that tell of an encoding repeat a row's bytes. */
export function copyRefused(unit: readonly Pick<Relation, "name">[], error: unknown): unknown {
  if (!UNFIT.has(codeOf(error))) return error;
  const names = unit.map(({ name }) => name);
  const which = names.length === 1 ? `table ${names[0]}` : `one of the tables ${names.join(", ")}`;
  return new RehomeError(
    "encoding-mismatch",
    `${which} holds text that has no form in the new home's encoding. Change these rows, or create the new database with ENCODING 'UTF8'.`,
  );
}

/**
 * How rows come into a table that is to have no others. A big one gets new files, into which rows go frozen; for a small
 * one making files takes longer than all else, and it is empty but for what an earlier run has brought.
 */
export function intoEmpty(to: Endpoint, table: Pick<Relation, "name" | "bytes">, copy: string): string[] {
  const name = qualified(to.schema, table.name);
  if (table.bytes < SMALL) return [`DELETE FROM ONLY ${name}`, copy];
  return [`TRUNCATE ONLY ${name}`, copy.replace(/\)$/, ", FREEZE)")];
}

/** Tables and their rows in the journal, in one transaction: whole and recorded, or absent. */
async function copyUnit(
  { source, target }: Pair,
  { request, migration, progress }: Run,
  unit: readonly Relation[],
  pace: Pace,
): Promise<void> {
  const started = Date.now();
  const commands = unit.map((table) => ({ table, ...copyCommands(request.from, request.to, table) }));
  const copied = await copyBetween(
    source,
    target,
    {
      out: commands.map(({ out }) => out),
      into: ["BEGIN", ...commands.flatMap(({ table, into }) => intoEmpty(request.to, table, into))],
    },
    (bytes) => progress.add(bytes),
    pace,
  ).catch((error: unknown) => {
    throw copyRefused(unit, error);
  });
  const seconds = (Date.now() - started) / 1000;
  const values = unit.map(({ name }, at) => {
    const { rows: count, bytes } = copied[at] ?? { rows: 0, bytes: 0 };
    return `(${literal(migration.id)}, ${literal(name)}, ${count}, ${bytes}, ${seconds / unit.length})`;
  });
  await target.run(
    `INSERT INTO rehome.copied_table (migration, table_name, rows, bytes, seconds) VALUES ${values.join(", ")}; COMMIT`,
  );
}
