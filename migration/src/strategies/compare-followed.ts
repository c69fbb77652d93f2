import type pg from "pg";
import { RehomeError } from "../errors";
import { drained, placeInStream } from "../follow/stream";
import { scopeOf } from "../follow/scope";
import { inspectTextFacts } from "../inspect/text";
import { enterStage } from "../journal/journal";
import { placementName } from "../naming";
import { rows } from "../sql/connect";
import type { Run } from "../stages/run";
import { converge, type Convergence } from "../verify/converge";
import { differenceInWords, openSide } from "../verify/narrow";
import { catalogDifferences, strangersOwning } from "../verify/verify";
import { arrivalOf, forward } from "./follow";
import { distrust } from "../follow/subscribe";

const CATCH_UP_MS = 10 * 60_000;

/**
 * The gate before the fence: definitions, owners and all rows of both sides, compared while the service writes. What
 * differs is copied afresh by the next run.
 * @throws RehomeError `verification-failed`
 */
export async function compareFollowed(run: Run): Promise<void> {
  const { request, target, migration } = run;
  if (await cameUnequal(run)) {
    await enterStage(target, migration.id, "compare", "left out: what came from there was not equal either");
    return;
  }
  await enterStage(target, migration.id, "compare", "all rows, while clients write");
  const wrong = await followedDifferences(run);
  if (wrong.length === 0) return;
  await distrust(target, forward(run));
  throw new RehomeError(
    "verification-failed",
    `${request.dataset} in ${placementName(request.to)} is not what it is in ${placementName(request.from)}:\n  ${wrong.join("\n  ")}\nThe service goes on where it was. Run it again for a fresh copy.`,
  );
}

/** What differs between both ends of a link that is at work: definitions, owners, and rows that stay different. */
export async function followedDifferences(run: Run): Promise<string[]> {
  return [...(await catalogDifferences(run)), ...(await strangersOwning(run)), ...(await differentRows(run))];
}

/** On the way back from a move whose proof has failed, the sides differ: that is why it is taken. */
async function cameUnequal(run: Run): Promise<boolean> {
  return (await arrivalOf(run))?.clean === false;
}

async function differentRows(run: Run): Promise<string[]> {
  const compared = await compareRows(run);
  return compared
    .filter(({ different }) => different.length > 0)
    .map(({ table, key, different }) => differenceInWords(table, key, different));
}

/** What came of comparing a table that is followed. */
export interface ComparedRows extends Convergence {
  /** Empty where it has none. */
  readonly key: readonly string[];
}

/**
 * Compares all rows that are followed, while the service writes.
 * @param limit rows that are named of one table at most
 * @throws RehomeError `drain-timeout`, `link-broken`
 */
export async function compareRows(run: Run, limit?: number): Promise<ComparedRows[]> {
  const { request, inspection, source, progress } = run;
  const { followed } = await scopeOf(run);
  progress.enter("compare", { bytes: 0, tables: followed.length });
  const { encoding } = await inspectTextFacts(run.target);
  const link = forward(run);
  const catchUp = async (): Promise<void> => drained(run, link, await placeInStream(source), CATCH_UP_MS);
  const one = await openSide(run, request.from);
  try {
    const other = await openSide(run, request.to);
    try {
      await catchUp();
      const compared: ComparedRows[] = [];
      for (const { name, key } of followed) {
        const relation = inspection.relations.find((found) => found.name === name);
        const columns = await columnsOf(source, request.from.schema, name);
        const { sorted = [], hashed = [], rows = 0 } = relation ?? {};
        const table = { name, key, columns, sorted, hashed, rows };
        const converted = encoding !== inspection.text.encoding;
        const found = await converge(one, other, { ...table, converted }, catchUp, limit);
        progress.tablesDone(1);
        compared.push({ ...found, key });
      }
      return compared;
    } finally {
      await other.client.end().catch(() => undefined);
    }
  } finally {
    await one.client.end().catch(() => undefined);
  }
}

async function columnsOf(client: pg.Client, schema: string, table: string): Promise<string[]> {
  const found = await rows<{ name: string }>(
    client,
    `SELECT a.attname::text AS name FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
     JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = $1 AND c.relname = $2 AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attname`,
    [schema, table],
  );
  return found.map((row) => row.name);
}
