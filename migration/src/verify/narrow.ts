import { readingPath } from "../inspect/schema";
import { inspectTextFacts } from "../inspect/text";
import { open, rows } from "../sql/connect";
import { literal } from "../sql/quote";
import type { Run } from "../stages/run";
import type { Endpoint, TableVerification } from "../types";
import { converge, type DifferentRow, type Side } from "./converge";

/** A session that reads one end's values as the other's are read. @param snapshot its state, when not the present one */
export async function openSide(
  { inspection }: Pick<Run, "inspection">,
  end: Endpoint,
  snapshot?: string,
): Promise<Side> {
  const client = await open(end.server, end.database);
  await client.query(`SET search_path = ${readingPath(end.schema, inspection.extensions)}`);
  if (snapshot !== undefined) {
    await client.query(
      `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET TRANSACTION SNAPSHOT ${literal(snapshot)}`,
    );
  }
  return { client, schema: end.schema };
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
  const { request, inspection } = run;
  const { encoding } = await inspectTextFacts(run.target);
  const converted = encoding !== inspection.text.encoding;
  const one = await openSide(run, request.from);
  const other = await openSide(run, request.to, snapshot);
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
    await Promise.all([one, other].map(({ client }) => client.end().catch(() => undefined)));
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
