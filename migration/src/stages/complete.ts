import { batchesOf } from "../batches";
import { PHASES, type Phase } from "../ddl/statements";
import { inspectSequences, setSequences, type SequenceState } from "../inspect/sequences";
import { enterStage } from "../journal/journal";
import { rows } from "../sql/connect";
import { analyze } from "./analyze";
import type { Builder } from "./builder";
import { openBuilder, pendingStatements, runNoted, type Noted } from "./noted";
import { inParallel, type Run } from "./run";

/** Phases whose statements do not depend on each other, nor hold each other up. */
const PARALLEL: ReadonlySet<Phase> = new Set(["index", "foreign-key", "validate"]);
/** Statements in one transaction, and tables analyzed in one round trip, at most. */
const MOST = 50;
/** Parts that each worker takes, about, so that all have something to do to the end. */
const EACH = 8;

/**
 * Indexes, constraints, triggers and all else that follows the rows; then sequences and statistics.
 * @param builder at work on the indexes since the first table was whole
 * @returns where the sequences were set to
 */
export async function complete(run: Run, builder: Builder): Promise<SequenceState[]> {
  const { target, migration, progress } = run;
  await enterStage(target, migration.id, "index", "indexes, constraints, triggers");
  const later = await pendingStatements(run, { indexes: false });
  progress.enter("index", { bytes: 0, tables: builder.left + later.length });
  await builder.finish();
  for (const phase of PHASES)
    await runPhase(
      run,
      phase,
      later.filter((each) => each.phase === phase),
    );
  const sequences = await carrySequences(run);
  await analyzeRest(run, builder.analyzed);
  return sequences;
}

async function runPhase(run: Run, phase: Phase, statements: readonly Noted[]): Promise<void> {
  const jobs = PARALLEL.has(phase) ? run.jobs : 1;
  await inParallel(
    parts(statements, jobs),
    jobs,
    () => openBuilder(run),
    async (client) => client.end().catch(() => undefined),
    async (client, part) => {
      await runNoted(client, run, part);
      run.progress.tablesDone(part.length);
    },
  );
}

/** Few statements go one by one, many by as many as leave each worker some turns. */
function parts<Item>(items: readonly Item[], jobs: number): Item[][] {
  const size = Math.max(1, Math.min(MOST, Math.ceil(items.length / (jobs * EACH))));
  return batchesOf(items, size);
}

/** Sets the new home's sequences to where the old home's stand. */
export async function carrySequences({
  request,
  source,
  target,
  inspection,
}: Pick<Run, "request" | "source" | "target" | "inspection">): Promise<SequenceState[]> {
  const names = inspection.relations
    .filter((relation) => relation.kind === "S")
    .map((relation) => relation.name);
  const states = await inspectSequences(source, request.from.schema, names);
  await setSequences(target, request.to.schema, states);
  return states;
}

/** Tables that have no statistics yet, or whose extended ones were defined only now. */
async function analyzeRest(run: Run, analyzed: ReadonlySet<string>): Promise<void> {
  const extended = await rows<{ name: string }>(
    run.target,
    `SELECT c.relname::text AS name FROM pg_catalog.pg_statistic_ext s JOIN pg_catalog.pg_class c ON c.oid = s.stxrelid
     JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1`,
    [run.request.to.schema],
  );
  const again = new Set(extended.map(({ name }) => name));
  const tables = run.inspection.relations
    .filter(({ kind }) => kind === "r" || kind === "p" || kind === "m")
    .map(({ name }) => name)
    .filter((name) => !analyzed.has(name) || again.has(name));
  await inParallel(
    parts(tables, run.jobs),
    run.jobs,
    () => openBuilder(run),
    async (client) => client.end().catch(() => undefined),
    (client, part) => analyze(client, run, part),
  );
}
