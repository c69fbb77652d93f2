import type pg from "pg";
import { rows } from "../sql/connect";
import { literal, qualified } from "../sql/quote";

/** Where a sequence stands: the next value is `lastValue`, or the one after it once it has been called. */
export interface SequenceState {
  readonly name: string;
  readonly lastValue: string;
  readonly isCalled: boolean;
}

const BATCH = 500;

/** The state of each sequence of a schema; a query for every 500 of them. */
export async function inspectSequences(
  client: pg.Client,
  schema: string,
  names: readonly string[],
): Promise<SequenceState[]> {
  const found: SequenceState[] = [];
  for (let at = 0; at < names.length; at += BATCH) {
    const selects = names
      .slice(at, at + BATCH)
      .map(
        (name) =>
          `SELECT ${literal(name)} AS name, last_value::text, is_called FROM ${qualified(schema, name)}`,
      );
    const batch = await rows<{ name: string; last_value: string; is_called: boolean }>(
      client,
      selects.join(" UNION ALL "),
    );
    found.push(
      ...batch.map((row) => ({ name: row.name, lastValue: row.last_value, isCalled: row.is_called })),
    );
  }
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Sets the sequences of `schema` to the given states, whatever they stood at. */
export async function setSequences(
  client: pg.Client,
  schema: string,
  states: readonly SequenceState[],
): Promise<void> {
  for (let at = 0; at < states.length; at += BATCH) {
    const calls = states
      .slice(at, at + BATCH)
      .map(
        (state) =>
          `pg_catalog.setval(${literal(qualified(schema, state.name))}, ${BigInt(state.lastValue)}, ${state.isCalled})`,
      );
    await client.query(`SELECT ${calls.join(", ")}`);
  }
}
