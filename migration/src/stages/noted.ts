import type pg from "pg";
import { RehomeError, SQLSTATE, codeOf, isNotFound, messageOf } from "../errors";
import { withFunctionPaths } from "../ddl/function-paths";
import type { Phase } from "../ddl/statements";
import { readingPath } from "../inspect/schema";
import { endWithClient, isConnectionLost, open, rows, transaction } from "../sql/connect";
import { ident } from "../sql/quote";
import { withoutPasswords } from "../sql/without-passwords";
import type { Run } from "./run";

/** A statement of `rehome.statement`, which follows the rows. */
export interface Noted {
  readonly ordinal: number;
  readonly phase: Phase;
  readonly sql: string;
  /** The table whose index or constraint it is. */
  readonly relation: string | null;
}

/**
 * What is noted and not done yet, in order.
 * @param indexes those of the index phase alone, or all others
 */
export const pendingStatements = (
  { target, migration }: Pick<Run, "target" | "migration">,
  { indexes }: { readonly indexes: boolean },
): Promise<Noted[]> =>
  rows<Noted>(
    target,
    `SELECT ordinal, phase, sql, relation FROM rehome.statement
     WHERE migration = $1 AND done_at IS NULL AND (phase = 'index') = $2 ORDER BY ordinal`,
    [migration.id, indexes],
  );

/**
 * A session that builds. Nobody waits for its commits to be on disk: the journal's row of a statement is in the statement's
 * transaction, and what the switch writes later is not there without both.
 */
export async function openBuilder({
  request,
  inspection,
}: Pick<Run, "request" | "inspection">): Promise<pg.Client> {
  const client = await open(request.to.server, request.to.database);
  const path = readingPath(request.to.schema, inspection.extensions);
  await endWithClient(client);
  await client.query(
    `SET synchronous_commit = off; SET search_path = ${path}; ${SHARE({ memory: 1, helpers: 0 })}`,
  );
  return client;
}

/**
 * What a session that builds may take.
 * @param memory of how many builds, each as much as the server's own setting at least
 * @param helpers processes beside its own
 */
export const SHARE = ({ memory, helpers }: { readonly memory: number; readonly helpers: number }): string =>
  `SELECT pg_catalog.set_config('max_parallel_maintenance_workers', '${helpers}', false),
     pg_catalog.set_config('maintenance_work_mem', (${memory} * greatest(262144, reset_val::int8))::text || 'kB', false)
   FROM pg_catalog.pg_settings WHERE name = 'maintenance_work_mem'`;

/** Several statements and their marks in the journal, in one transaction; one by one when they cannot be run so. */
export async function runNoted(client: pg.Client, run: Run, statements: readonly Noted[]): Promise<void> {
  if (statements.length > 1) {
    const together = await transaction(client, () => runTogether(client, run, statements)).then(
      () => true,
      (error: unknown) => {
        if (isConnectionLost(error)) throw error;
        return false; // each for itself says what is wrong, if it still is
      },
    );
    if (together) return;
  }
  for (const statement of statements) await runOne(client, run, statement);
}

async function runTogether(client: pg.Client, run: Run, statements: readonly Noted[]): Promise<void> {
  const sql = statements.map((statement) => statement.sql).join(";\n");
  await client.query(`SET LOCAL ROLE ${ident(run.request.to.owner)};\n${sql};\nRESET ROLE`);
  await mark(client, run, statements);
}

async function mark(client: pg.Client, { migration }: Run, statements: readonly Noted[]): Promise<void> {
  await client.query(
    "UPDATE rehome.statement SET done_at = clock_timestamp() WHERE migration = $1 AND ordinal = ANY ($2)",
    [migration.id, statements.map(({ ordinal }) => ordinal)],
  );
}

/** One statement and its mark in the journal, in one transaction. Deadlocks of neighbours are tried again. */
async function runOne(client: pg.Client, run: Run, statement: Noted): Promise<void> {
  const { request, inspection } = run;
  const path = readingPath(request.to.schema, inspection.extensions);
  const { sql } = statement;
  let missesPath = false;
  for (let attempt = 1; ; attempt += 1) {
    try {
      await transaction(client, async () => {
        if (!missesPath) return await runTogether(client, run, [statement]);
        await client.query(`SET LOCAL ROLE ${ident(request.to.owner)}`);
        await withFunctionPaths(client, request.to.schema, path, async () => void (await client.query(sql)));
        await client.query("RESET ROLE");
        await mark(client, run, [statement]);
      });
      return;
    } catch (error) {
      if (codeOf(error) === SQLSTATE.deadlockDetected && attempt < 5) continue;
      if (!missesPath && isNotFound(error)) {
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
