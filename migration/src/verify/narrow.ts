import { readingPath } from "../inspect/schema";
import { inspectTextFacts } from "../inspect/text";
import { endWithClient, open, rows } from "../sql/connect";
import { snapshotSql } from "../sql/snapshot";
import type { Run } from "../stages/run";
import type { Endpoint, TableVerification } from "../types";
import { converge, type DifferentRow, type Side } from "./converge";

/** A session that reads one end's values as the other's are read. @param snapshot its state, when not the present one */
export async function openSide(
  { inspection }: Pick<Run, "inspection">,
  end: Endpoint,
  snapshot?: string,
): Promise<Side> {
  const path = readingPath(end.schema, inspection.extensions);
  const client = await open(end.server, end.database);
  try {
    await endWithClient(client);
    await client.query(`SET search_path = ${path}`);
    if (snapshot !== undefined) await client.query(snapshotSql(snapshot));
    return { client, schema: end.schema };
  } catch (error) {
    await client.end().catch(() => undefined);
    throw error;
  }
}

/** Both ends, the old one first. @param snapshot the new one's state, when not the present one */
export async function openSides(
  run: Pick<Run, "inspection" | "request">,
  snapshot?: string,
): Promise<[Side, Side]> {
  const one = await openSide(run, run.request.from);
  try {
    return [one, await openSide(run, run.request.to, snapshot)];
  } catch (error) {
    await closeSides([one]);
    throw error;
  }
}

export async function closeSides(sides: readonly Side[]): Promise<void> {
  await Promise.all(sides.map(({ client }) => client.end().catch(() => undefined)));
}

/** Keys are told, rows are not: without a key there is nothing to tell but their number. */
export const differenceInWords = (
  table: string,
  key: readonly string[],
  different: readonly DifferentRow[],
): string =>
  `table ${table}: ${key.length === 0 ? `${different.length} rows` : `rows with the keys ${different.map((row) => row.key).join(", ")}`}`;

/**
 * The tables of a proof that are not equal, down to the keys of the first rows that differ. Both ends stand still: the old
 * one by its fence, the new one by a snapshot, or for nobody has it yet.
 */
export async function narrowed(
  run: Run,
  snapshot: string | undefined,
  proof: readonly TableVerification[],
): Promise<string[]> {
  const unequal = proof.filter(({ equal }) => !equal);
  if (unequal.length === 0) return [];
  const { inspection } = run;
  const { encoding } = await inspectTextFacts(run.target);
  const converted = encoding !== inspection.text.encoding;
  const [one, other] = await openSides(run, snapshot);
  try {
    const found: string[] = [];
    for (const { table: name, sourceRows, targetRows } of unequal) {
      const counts = `${sourceRows ?? "no"} rows there, ${targetRows ?? "no"} here`;
      const relation = inspection.relations.find((each) => each.name === name);
      if (relation === undefined) {
        found.push(`${name} (${counts})`);
        continue;
      }
      const key = await keyOf(one, name);
      const { allColumns: columns, sorted, hashed } = relation;
      const table = { name, key, columns, sorted, hashed, rows: relation.rows, converted };
      const { different } = await converge(one, other, table, undefined);
      found.push(`${differenceInWords(name, key, different)} (${counts})`);
    }
    return found;
  } finally {
    await closeSides([one, other]);
  }
}

/** The columns of a table's primary key; empty where it has none. */
export async function keyOf({ client, schema }: Side, table: string): Promise<string[]> {
  const found = await rows<{ name: string }>(
    client,
    `SELECT a.attname::text AS name FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     JOIN pg_catalog.pg_index i ON i.indrelid = c.oid AND i.indisprimary
     CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY k(attnum, at)
     JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum
     WHERE n.nspname = $1 AND c.relname = $2 AND k.at <= i.indnkeyatts ORDER BY k.at`,
    [schema, table],
  );
  return found.map((row) => row.name);
}
