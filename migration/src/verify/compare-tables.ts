import type pg from "pg";
import { unitsOf } from "../copy/units";
import type { Relation } from "../inspect/relations";
import { inspectTextFacts } from "../inspect/text";
import { rows } from "../sql/connect";
import { literal, qualified } from "../sql/quote";
import { inParallel, type Run } from "../stages/run";
import type { TableVerification } from "../types";
import type { Side } from "./converge";
import { digestsSql, pageRange, type Digested, type DigestOptions } from "./digest";
import { closeSides, openSides } from "./narrow";

/** Bytes of a table that one worker reads at a time. */
const PART = 512_000_000;

/** What one worker compares at a time: some small tables, or a share of a big one. */
interface Unit {
  readonly tables: readonly Relation[];
  readonly part: number;
  readonly parts: number;
}

interface Digest {
  readonly rows: bigint;
  readonly hash: bigint | undefined;
}

/** Pages that each side's big tables had when they were first looked at: parts must fit together, whatever grows. */
type Pages = Map<string, Promise<number>>;

/**
 * Counts and hashes every table on both sides, several at once, and big ones by parts: sums of parts are the table's.
 * @param snapshot of the new home, when it is not its present state that counts
 */
export async function compareTables(run: Run, snapshot?: string): Promise<TableVerification[]> {
  const { request, inspection, progress } = run;
  const tables = inspection.relations.filter((relation) => relation.kind === "r");
  progress.enter("verify", {
    bytes: tables.reduce((sum, table) => sum + table.bytes, 0),
    tables: tables.length,
  });
  const { encoding } = await inspectTextFacts(run.target);
  const options = { method: request.options.verify, converted: encoding !== inspection.text.encoding };
  const sums = new Map<string, { left: number; before: Digest; after: Digest }>();
  const pages: Readonly<Record<"before" | "after", Pages>> = { before: new Map(), after: new Map() };
  const proof: TableVerification[] = [];
  await inParallel(
    unitsOf(tables, run.jobs).flatMap(partsOf),
    run.jobs,
    () => openSides(run, snapshot), // values such as regclass print as names: unqualified on both
    closeSides,
    async ([one, other], unit) => {
      const [before, after] = await Promise.all([
        digestsOf(one, unit, options, pages.before),
        digestsOf(other, unit, options, pages.after),
      ]);
      unit.tables.forEach((table, at) => {
        const none: Digest = { rows: 0n, hash: undefined };
        const sum = sums.get(table.name) ?? { left: unit.parts, before: none, after: none };
        sum.left -= 1;
        sum.before = plus(sum.before, before[at]);
        sum.after = plus(sum.after, after[at]);
        sums.set(table.name, sum);
        progress.add(table.bytes / unit.parts);
        if (sum.left > 0) return;
        proof.push(verificationOf(table, sum.before, sum.after));
        progress.tablesDone(1);
      });
    },
  );
  return proof;
}

const partsOf = (tables: readonly Relation[]): Unit[] => {
  const bytes = tables.length === 1 ? (tables[0]?.bytes ?? 0) : 0;
  const parts = Math.max(1, Math.ceil(bytes / PART));
  return Array.from({ length: parts }, (_, part) => ({ tables, part, parts }));
};

const plus = (sum: Digest, found: Digest = { rows: 0n, hash: undefined }): Digest => ({
  rows: sum.rows + found.rows,
  hash: found.hash === undefined ? sum.hash : (sum.hash ?? 0n) + found.hash,
});

function verificationOf({ name }: Relation, before: Digest, after: Digest): TableVerification {
  return {
    table: name,
    sourceRows: before.rows.toString(),
    targetRows: after.rows.toString(),
    sourceHash: before.hash?.toString() ?? "",
    targetHash: after.hash?.toString() ?? "",
    equal: before.rows === after.rows && before.hash === after.hash,
  };
}

async function digestsOf(
  { client, schema }: Side,
  unit: Unit,
  options: DigestOptions,
  pages: Pages,
): Promise<Digest[]> {
  const within = await rangeOf(client, schema, unit, pages);
  const tables: Digested[] = unit.tables.map((table) => ({ ...table, within }));
  const sql = digestsSql(schema, tables, options);
  const found = await rows<{ at: number; rows: string; hash: string }>(client, sql);
  return [...found]
    .sort((a, b) => a.at - b.at)
    .map(({ rows: count, hash }) => ({
      rows: BigInt(count),
      hash: hash === "" ? undefined : BigInt(hash),
    }));
}

/** Which rows of a table are a part's: a share of its pages, the last with whatever comes behind them. */
async function rangeOf(
  client: pg.Client,
  schema: string,
  { tables: [table], part, parts }: Unit,
  pages: Pages,
): Promise<string | undefined> {
  if (parts === 1 || table === undefined) return undefined;
  const asked = pages.get(table.name) ?? pagesOf(client, qualified(schema, table.name));
  pages.set(table.name, asked);
  return pageRange(await asked, part, parts);
}

async function pagesOf(client: pg.Client, name: string): Promise<number> {
  const [size] = await rows<{ pages: number }>(
    client,
    `SELECT (pg_catalog.pg_relation_size(${literal(name)}::pg_catalog.regclass)
       / pg_catalog.current_setting('block_size')::int)::int AS pages`,
  );
  return size?.pages ?? 0;
}
