import type pg from "pg";
import { batchesOf } from "../batches";
import { inspectSequences, setSequences, type SequenceState } from "../inspect/sequences";
import { rows } from "../sql/connect";
import { literal, qualified } from "../sql/quote";

/** How a sequence counts, and what uses its numbers. */
interface Counter {
  readonly name: string;
  readonly increment: string;
  /** Where it ends, in the direction in which it counts: its own end, or that of the columns that take its numbers. */
  readonly end: string;
  readonly cycle: boolean;
  /** Columns of whole numbers that take theirs from it. */
  readonly columns: readonly { readonly schema: string; readonly table: string; readonly column: string }[];
}

/** By an owned column, an identity, or a default that calls it. */
const COUNTERS = `
  WITH used AS (
    SELECT d.objid AS sequence, d.refobjid AS relation, d.refobjsubid::int AS number FROM pg_catalog.pg_depend d
    WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.refclassid = 'pg_catalog.pg_class'::regclass
      AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0
    UNION
    SELECT d.refobjid, e.adrelid, e.adnum FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_attrdef e ON e.oid = d.objid
    WHERE d.classid = 'pg_catalog.pg_attrdef'::regclass AND d.refclassid = 'pg_catalog.pg_class'::regclass),
  counted AS (
    SELECT u.sequence, n.nspname::text AS schema, c.relname::text AS table, a.attname::text AS column, t.last
    FROM used u JOIN pg_catalog.pg_class c ON c.oid = u.relation AND c.relkind IN ('r', 'p')
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = u.number AND NOT a.attisdropped
    JOIN (VALUES ('int2', 32767::numeric), ('int4', 2147483647), ('int8', 9223372036854775807)) t(type, last)
      ON a.atttypid = ('pg_catalog.' || t.type)::regtype
    -- Of others' tables, what may be read; that of its own must be.
    WHERE n.nspname = $1 OR (pg_catalog.has_schema_privilege(n.oid, 'USAGE')
      AND pg_catalog.has_column_privilege(c.oid, a.attnum, 'SELECT')))
  SELECT s.relname::text AS name, q.seqincrement::text AS increment, q.seqcycle AS cycle,
    CASE WHEN q.seqincrement > 0 THEN least(q.seqmax, min(u.last)) ELSE greatest(q.seqmin, -min(u.last)) END::text AS end,
    coalesce(jsonb_agg(jsonb_build_object('schema', u.schema, 'table', u.table, 'column', u.column))
      FILTER (WHERE u.column IS NOT NULL), '[]') AS columns
  FROM pg_catalog.pg_class s JOIN pg_catalog.pg_sequence q ON q.seqrelid = s.oid
  JOIN pg_catalog.pg_namespace n ON n.oid = s.relnamespace LEFT JOIN counted u ON u.sequence = s.oid
  WHERE n.nspname = $1 AND ($2::text[] IS NULL OR s.relname = ANY ($2))
  GROUP BY s.oid, s.relname, q.seqincrement, q.seqcycle, q.seqmax, q.seqmin ORDER BY 1`;

/** Of what is left of a sequence, at most this part is left out. */
const SHARE = 100n;
const BATCH = 100;

/** Where a sequence stands, what was read of its columns, and how it counts. */
export interface Standing {
  readonly last: bigint;
  /** The number farthest on that a row has; absent: none has one. */
  readonly used?: bigint;
  readonly increment: bigint;
  readonly end: bigint;
}

/**
 * Where a sequence goes on after its dataset's home was lost: behind every number that a row has, and behind as many more
 * as the lost home may have given out; of those that are left at most a hundredth. Pure.
 * @param skip how many numbers to leave out
 */
export function advanced({ last, used, increment, end }: Standing, skip: bigint): bigint {
  const ahead = (number: bigint): bigint => (end - number) / increment; // in numbers, whichever way it counts
  // What is beyond the end was never given out by it.
  const from = used !== undefined && ahead(used) >= 0n && ahead(used) < ahead(last) ? used : last;
  const left = ahead(from);
  if (left <= 0n) return from;
  return from + increment * (skip < left / SHARE ? skip : left / SHARE);
}

/**
 * Sets a schema's sequences on, in the home that is opened again. Those that cycle stay where they are.
 * @param only names of those that are the dataset's, where others have theirs there too; absent: all
 * @returns how many there are
 */
export async function advanceSequences(
  client: pg.Client,
  schema: string,
  { skip, only }: { readonly skip: number; readonly only?: readonly string[] },
): Promise<number> {
  const found = await rows<Counter>(client, COUNTERS, [schema, only ?? null]);
  const counters = found.filter(({ cycle }) => !cycle);
  for (const batch of batchesOf(counters, BATCH)) {
    const states = await inspectSequences(
      client,
      schema,
      batch.map(({ name }) => name),
    );
    const used = await farthest(client, batch);
    const stands = new Map(states.map((state) => [state.name, BigInt(state.lastValue)]));
    const next = batch.flatMap((counter): SequenceState[] => {
      const last = stands.get(counter.name);
      if (last === undefined) return [];
      const seen = used.get(counter.name);
      const [increment, end] = [BigInt(counter.increment), BigInt(counter.end)];
      const to = advanced({ last, increment, end, ...(seen !== undefined && { used: seen }) }, BigInt(skip));
      return [{ name: counter.name, lastValue: String(to), isCalled: true }];
    });
    await setSequences(client, schema, next);
  }
  return counters.length;
}

/** The farthest number in the columns of each sequence that has one. One query. */
async function farthest(client: pg.Client, counters: readonly Counter[]): Promise<Map<string, bigint>> {
  const selects = counters.flatMap(({ name, increment, columns }) => {
    const [first, of] = BigInt(increment) > 0n ? ["max", "greatest"] : ["min", "least"];
    const each = columns.map(
      ({ schema, table, column }) =>
        `(SELECT ${first}(${qualified("t", column)})::int8 FROM ${qualified(schema, table)} t)`,
    );
    return each.length === 0
      ? []
      : [`SELECT ${literal(name)} AS name, ${of}(${each.join(", ")})::text AS used`];
  });
  if (selects.length === 0) return new Map();
  const found = await rows<{ name: string; used: string | null }>(client, selects.join(" UNION ALL "));
  return new Map(found.flatMap(({ name, used }) => (used === null ? [] : [[name, BigInt(used)] as const])));
}
