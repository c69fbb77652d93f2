import { RehomeError, SQLSTATE, codeOf } from "../errors";
import type { Extension } from "../inspect/extensions";
import type { Relation } from "../inspect/relations";
import { readingPath } from "../inspect/schema";
import { enterStage } from "../journal/journal";
import { Sampler } from "../journal/samples";
import { rows } from "../sql/connect";
import { ident, literal, qualified } from "../sql/quote";
import { inParallel, type Run } from "../stages/run";
import type { Endpoint } from "../types";
import { Pace } from "./pace";
import { heedStandbys } from "./standbys";
import { Wire, copyBetween } from "./wire";

/** The COPY commands of one table: rows leave and arrive in the same form, so nobody needs to read them. */
export function copyCommands(from: Endpoint, to: Endpoint, table: Relation): { out: string; into: string } {
  const columns = table.columns.length === 0 ? "" : ` (${table.columns.map(ident).join(", ")})`;
  const format = table.binary ? "FORMAT binary" : "FORMAT text";
  return {
    out: `COPY ${qualified(from.schema, table.name)}${columns} TO STDOUT (${format})`,
    into: `COPY ${qualified(to.schema, table.name)}${columns} FROM STDIN (${format}, FREEZE)`,
  };
}

/** Copies every table that the journal does not say is here, the biggest first. */
export async function copyTables(run: Run): Promise<void> {
  const { request, target, migration, inspection, progress } = run;
  const done = await rows<{ table_name: string }>(
    target,
    "SELECT table_name FROM rehome.copied_table WHERE migration = $1",
    [migration.id],
  );
  const here = new Set(done.map((row) => row.table_name));
  const tables = inspection.relations.filter((relation) => relation.kind === "r" && !here.has(relation.name));
  const biggestFirst = [...tables].sort((a, b) => b.bytes - a.bytes);
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
  const pace = new Pace(request.options.copyRate);
  const heeded = await heedStandbys(request.from, request.options.maxStandbyLag, pace);
  try {
    await inParallel(
      biggestFirst,
      run.jobs,
      () => openPair(request.from, request.to, inspection.extensions, run.snapshot),
      (pair) => {
        pair.source.close();
        pair.target.close();
      },
      async (pair, table) => {
        await copyTable(pair, run, table, pace);
        progress.tableDone();
      },
    );
  } finally {
    progress.sampler = undefined;
    await Promise.all([heeded(), sampler.end(progress.done)]);
  }
}

export interface Pair {
  readonly source: Wire;
  readonly target: Wire;
}

export async function openPair(
  from: Endpoint,
  to: Endpoint,
  extensions: readonly Extension[],
  snapshot?: string,
): Promise<Pair> {
  const source = await Wire.open(from.server, from.database);
  try {
    // Names as values (regclass) print unqualified on this side and are read in the new home's schema on the other.
    await source.run(`SET search_path = ${readingPath(from.schema, extensions)}`);
    if (snapshot !== undefined) {
      await source.run(
        `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET TRANSACTION SNAPSHOT ${literal(snapshot)}`,
      );
    }
    const target = await Wire.open(to.server, to.database);
    // CHECK constraints may call functions that rely on the service's search_path.
    await target.run(`SET search_path = ${readingPath(to.schema, extensions)}; SET synchronous_commit = off`);
    return { source, target };
  } catch (error) {
    source.close();
    throw error;
  }
}

const UNFIT = new Set<string | undefined>([
  SQLSTATE.characterNotInRepertoire,
  SQLSTATE.untranslatableCharacter,
]);

/** In the server's words where there is nothing to add; but those that tell of an encoding repeat a row's bytes. */
function copyRefused(table: string, error: unknown): unknown {
  if (!UNFIT.has(codeOf(error))) return error;
  return new RehomeError(
    "encoding-mismatch",
    `table ${table} holds text that has no form in the new home's encoding. Change these rows, or create the new database with ENCODING 'UTF8'.`,
  );
}

/** One table and its row in the journal, in one transaction: whole and recorded, or absent. */
async function copyTable(
  { source, target }: Pair,
  { request, migration, progress }: Run,
  table: Relation,
  pace: Pace,
): Promise<void> {
  const started = Date.now();
  let bytes = 0;
  await target.run("BEGIN");
  await target.run(`TRUNCATE ONLY ${qualified(request.to.schema, table.name)}`);
  const onBytes = (chunk: number): void => {
    bytes += chunk;
    progress.add(chunk);
  };
  const commands = copyCommands(request.from, request.to, table);
  const count = await copyBetween(source, target, commands, onBytes, pace).catch((error: unknown) => {
    throw copyRefused(table.name, error);
  });
  const seconds = (Date.now() - started) / 1000;
  await target.run(
    `INSERT INTO rehome.copied_table (migration, table_name, rows, bytes, seconds)
     VALUES (${literal(migration.id)}, ${literal(table.name)}, ${count}, ${bytes}, ${seconds}); COMMIT`,
  );
}
