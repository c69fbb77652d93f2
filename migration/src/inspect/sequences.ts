import type pg from "pg";
import { batchesOf } from "../batches";
import { rows } from "../sql/connect";
import { literal, qualified } from "../sql/quote";

/** Where a sequence stands: the next value is `lastValue`, or the one after it once it has been called. */
export interface SequenceState {
  readonly name: string;
  readonly lastValue: string;
  readonly isCalled: boolean;
}

const BATCH = 500;

/**
 * The state of each sequence of a schema: those that have been called from the server's own view, all at once; of the
 * others it does not say where they stand, and they are read one by one, 500 in a query.
 */
export async function inspectSequences(
  client: pg.Client,
  schema: string,
  names: readonly string[],
): Promise<SequenceState[]> {
  const called = await calledSequences(client, schema, names);
  const known = new Set(called.map(({ name }) => name));
  const others = names.filter((name) => !known.has(name));
  const found = [...called];
  for (const batch of batchesOf(others, BATCH)) found.push(...(await readEach(client, schema, batch)));
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function calledSequences(
  client: pg.Client,
  schema: string,
  names: readonly string[],
): Promise<SequenceState[]> {
  const found = await rows<{ name: string; last: string | null }>(
    client,
    `SELECT sequencename::text AS name, last_value::text AS last FROM pg_catalog.pg_sequences
     WHERE schemaname = $1 AND sequencename = ANY ($2)`,
    [schema, names],
  );
  return found.flatMap(({ name, last }) =>
    last === null ? [] : [{ name, lastValue: last, isCalled: true }],
  );
}

async function readEach(
  client: pg.Client,
  schema: string,
  names: readonly string[],
): Promise<SequenceState[]> {
  const selects = names.map(
    (name) =>
      `SELECT ${literal(name)} AS name, last_value::text AS "lastValue", is_called AS "isCalled" FROM ${qualified(schema, name)}`,
  );
  return await rows<SequenceState>(client, selects.join(" UNION ALL "));
}

/** Sets the sequences of `schema` to the given states, whatever they stood at. */
export async function setSequences(
  client: pg.Client,
  schema: string,
  states: readonly SequenceState[],
): Promise<void> {
  for (const batch of batchesOf(states, BATCH)) {
    const calls = batch.map(
      (state) =>
        `pg_catalog.setval(${literal(qualified(schema, state.name))}, ${BigInt(state.lastValue)}, ${state.isCalled})`,
    );
    await client.query(`SELECT ${calls.join(", ")}`);
  }
}
