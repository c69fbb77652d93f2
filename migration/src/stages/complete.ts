import type pg from "pg";
import { RehomeError, SQLSTATE, codeOf, messageOf } from "../errors";
import { mayMissPath, withFunctionPaths } from "../ddl/function-paths";
import { PHASES, type Phase } from "../ddl/statements";
import { inspectSequences, setSequences, type SequenceState } from "../inspect/sequences";
import { readingPath } from "../inspect/schema";
import { enterStage } from "../journal/journal";
import { open, rows, transaction } from "../sql/connect";
import { ident, qualified } from "../sql/quote";
import { withoutPasswords } from "../sql/without-passwords";
import { inParallel, type Run } from "./run";

interface Noted {
  readonly ordinal: number;
  readonly sql: string;
}

/** Phases whose statements do not depend on each other. */
const PARALLEL: ReadonlySet<Phase> = new Set(["index", "foreign-key"]);
const MAINTENANCE = "SET maintenance_work_mem = '256MB'; SET max_parallel_maintenance_workers = 0";

/**
 * Indexes, constraints, triggers and all else that follows the rows; then sequences and statistics.
 * @returns where the sequences were set to
 */
export async function complete(run: Run): Promise<SequenceState[]> {
  const { target, migration, progress } = run;
  await enterStage(target, migration.id, "index", "indexes, constraints, triggers");
  const pending = await rows<Noted & { phase: Phase }>(
    target,
    "SELECT ordinal, phase, sql FROM rehome.statement WHERE migration = $1 AND done_at IS NULL ORDER BY ordinal",
    [migration.id],
  );
  progress.enter("index", { bytes: 0, tables: pending.length });
  for (const phase of PHASES) {
    const statements = pending.filter((statement) => statement.phase === phase);
    await runStatements(run, statements, PARALLEL.has(phase) ? run.jobs : 1);
  }
  const sequences = await carrySequences(run);
  await analyze(run);
  return sequences;
}

async function runStatements(run: Run, statements: readonly Noted[], jobs: number): Promise<void> {
  const { request, progress } = run;
  await inParallel(
    statements,
    jobs,
    async () => {
      const client = await open(request.to.server, request.to.database);
      await client.query(
        `${MAINTENANCE}; SET search_path = ${readingPath(request.to.schema, run.inspection.extensions)}`,
      );
      return client;
    },
    async (client) => client.end().catch(() => undefined),
    async (client, statement) => {
      await runStatement(client, run, statement);
      progress.tableDone();
    },
  );
}

/** One statement and its mark in the journal, in one transaction. Deadlocks of neighbours are tried again. */
async function runStatement(
  client: pg.Client,
  { request, migration, inspection }: Run,
  { ordinal, sql }: Noted,
): Promise<void> {
  const path = readingPath(request.to.schema, inspection.extensions);
  let missesPath = false;
  for (let attempt = 1; ; attempt += 1) {
    try {
      await transaction(client, async () => {
        await client.query(`SET LOCAL ROLE ${ident(request.to.owner)}`);
        if (missesPath)
          await withFunctionPaths(
            client,
            request.to.schema,
            path,
            async () => void (await client.query(sql)),
          );
        else await client.query(sql);
        await client.query("RESET ROLE");
        await client.query(
          "UPDATE rehome.statement SET done_at = clock_timestamp() WHERE migration = $1 AND ordinal = $2",
          [migration.id, ordinal],
        );
      });
      return;
    } catch (error) {
      if (codeOf(error) === SQLSTATE.deadlockDetected && attempt < 5) continue;
      if (!missesPath && mayMissPath(error)) {
        missesPath = true;
        continue;
      }
      throw new RehomeError(
        "definition-refused",
        `the new home refuses ${JSON.stringify(withoutPasswords(sql).slice(0, 160))}: ${messageOf(error)}`,
        { cause: error },
      );
    }
  }
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

async function analyze(run: Run): Promise<void> {
  const { request, inspection } = run;
  const tables = inspection.relations.filter(
    (relation) => relation.kind === "r" || relation.kind === "p" || relation.kind === "m",
  );
  await inParallel(
    tables,
    run.jobs,
    () => open(request.to.server, request.to.database),
    async (client) => client.end().catch(() => undefined),
    async (client, table) => {
      const path = readingPath(request.to.schema, inspection.extensions);
      const sql = `ANALYZE ${qualified(request.to.schema, table.name)}`;
      try {
        await client.query(`SET search_path = ${path}`);
        await client.query(sql);
      } catch (error) {
        if (!mayMissPath(error)) throw error;
        await transaction(client, () =>
          withFunctionPaths(client, request.to.schema, path, async () => void (await client.query(sql))),
        );
      }
    },
  );
}
