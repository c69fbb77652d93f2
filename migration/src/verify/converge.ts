import type pg from "pg";
import { rows } from "../sql/connect";
import { qualified } from "../sql/quote";
import { hashOfRow, rowText } from "./digest";

/** A table to compare while it is written to. */
export interface Comparable {
  readonly name: string;
  readonly columns: readonly string[];
  /** Empty when there is none: then rows are told apart by their whole content. */
  readonly key: readonly string[];
  /** Columns whose text orders its parts by their bytes. */
  readonly sorted: readonly string[];
  /** Columns that their own hash tells apart. */
  readonly hashed: readonly string[];
  /** Whether the sides keep text in different encodings. */
  readonly converted: boolean;
  /** About how many rows there are. */
  readonly rows: number;
}

export interface Side {
  readonly client: pg.Client;
  readonly schema: string;
}

/** Rows in one chunk, about: few enough to be listed when it differs. */
const CHUNK = 1_000;
const MOST_CHUNKS = 20_000;
/** Times that what differs is looked at again, each after the new home has caught up. */
const PASSES = 8;

/** Where a row that differs is: on one side alone, or on both with other content. */
export type Presence = "source" | "target" | "both";

/** A row that differs, by its key: no other content of a row is told. */
export interface DifferentRow {
  readonly key: string;
  readonly where: Presence;
}

export interface Convergence {
  readonly table: string;
  /** Rows that stay different; so many of them are named as were asked for. */
  readonly different: readonly DifferentRow[];
  /** Rows that were written to whenever they were looked at: the proof after the switch has the last word on them. */
  readonly unsettled: number;
}

/** `$1`: the number of chunks; `$2`: those wanted, or null. */
function hashed({ schema }: Side, table: Comparable): string {
  const { key, columns, sorted, hashed, converted } = table;
  const named = key.length > 0 ? key : columns;
  const hash = (allColumns: readonly string[]): string =>
    hashOfRow(
      { allColumns, sorted, hashed: hashed.filter((name) => allColumns.includes(name)) },
      { converted },
    );
  return `SELECT abs(${hash(named)} % $1::int8)::int AS chunk, ${rowText({ allColumns: named, sorted }, { converted })} AS key, ${hash(columns)} AS hash
    FROM ${qualified(schema, table.name)}`;
}

async function chunks(
  side: Side,
  table: Comparable,
  count: number,
  wanted: number[] | null,
): Promise<Map<number, string>> {
  const found = await rows<{ chunk: number; digest: string }>(
    side.client,
    `SELECT chunk, count(*) || ' ' || sum(hash) AS digest FROM (${hashed(side, table)}) r
     WHERE $2::int[] IS NULL OR chunk = ANY ($2) GROUP BY chunk`,
    [count, wanted],
  );
  return new Map(found.map((row) => [row.chunk, row.digest]));
}

async function keys(
  side: Side,
  table: Comparable,
  count: number,
  wanted: number[],
): Promise<Map<string, string>> {
  const found = await rows<{ key: string; digest: string }>(
    side.client,
    `SELECT key, count(*) || ' ' || sum(hash) AS digest FROM (${hashed(side, table)}) r WHERE chunk = ANY ($2) GROUP BY key`,
    [count, wanted],
  );
  return new Map(found.map((row) => [row.key, row.digest]));
}

function differing<Key>(one: ReadonlyMap<Key, string>, other: ReadonlyMap<Key, string>): Key[] {
  return [...new Set([...one.keys(), ...other.keys()])].filter((key) => one.get(key) !== other.get(key));
}

/** Rows named of one table where nobody asks for more. */
const NAMED = 20;

/**
 * Compares a table on both sides while clients write to the first and changes arrive at the second. What differs is read
 * again after the second has caught up, until it is equal, or stands still and is different.
 * @param catchUp waits until the second side has all that the first had when it was called; undefined: both stand still
 * @param limit rows that are named at most
 */
export async function converge(
  source: Side,
  target: Side,
  table: Comparable,
  catchUp: (() => Promise<void>) | undefined,
  limit = NAMED,
): Promise<Convergence> {
  const count = Math.max(1, Math.min(MOST_CHUNKS, Math.ceil(table.rows / CHUNK)));
  let suspects: number[] | null = null;
  for (let pass = 0; pass < PASSES; pass += 1) {
    const [one, other]: [Map<number, string>, Map<number, string>] = await Promise.all([
      chunks(source, table, count, suspects),
      chunks(target, table, count, suspects),
    ]);
    const left: number[] = differing(one, other);
    if (left.length === 0) return { table: table.name, different: [], unsettled: 0 };
    // Chunks that keep being written to are few in the end: then their rows are looked at.
    const settled: boolean = suspects !== null && left.length === suspects.length;
    suspects = left;
    if (catchUp === undefined || (settled && left.length <= 200)) break;
    await catchUp();
  }
  const some = (suspects ?? []).slice(0, 200);
  const read = (): Promise<Keys> =>
    Promise.all([keys(source, table, count, some), keys(target, table, count, some)]);
  return await byKey(table.name, read, catchUp, limit);
}

/** What each key's rows are like, on both sides. */
type Keys = [Map<string, string>, Map<string, string>];

const presence = (key: string, [source, target]: Keys): Presence =>
  !target.has(key) ? "source" : !source.has(key) ? "target" : "both";

async function byKey(
  table: string,
  read: () => Promise<Keys>,
  catchUp: (() => Promise<void>) | undefined,
  limit: number,
): Promise<Convergence> {
  let before = await read();
  let different = catchUp === undefined ? differing(...before) : [];
  let unsettled = 0;
  for (let pass = 0; pass < 3 && catchUp !== undefined; pass += 1) {
    await catchUp();
    const now = await read();
    const unequal = differing(now[0], now[1]);
    different = unequal.filter(
      (key) => before[0].get(key) === now[0].get(key) && before[1].get(key) === now[1].get(key),
    );
    unsettled = unequal.length - different.length;
    before = now;
    if (unequal.length === 0) break;
  }
  const named = different.slice(0, limit).map((key) => ({ key, where: presence(key, before) }));
  return { table, different: named, unsettled };
}
