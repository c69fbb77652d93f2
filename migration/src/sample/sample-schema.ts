import type pg from "pg";
import { copyBetween, Wire } from "../copy/wire";
import { dumpSchema } from "../ddl/dump";
import { runAllAsOwner } from "../ddl/run-as-owner";
import { createExtension, restoringSql } from "../ddl/scratch";
import { isFence, isScaffolding, PHASES, phaseOf, lateRelations } from "../ddl/statements";
import type { Statement } from "../ddl/statements";
import { codeOf, messageOf, RehomeError } from "../errors";
import { inspectExtensions } from "../inspect/extensions";
import { inspectRelations, type Relation } from "../inspect/relations";
import { schemaOid } from "../inspect/schema";
import { inspectSequences, setSequences } from "../inspect/sequences";
import { placementName } from "../naming";
import { rows, transaction, withSession } from "../sql/connect";
import { ident, qualified } from "../sql/quote";
import { withoutPasswords } from "../sql/without-passwords";
import type { Endpoint } from "../types";
import { pruneOrphans } from "./prune-orphans";

/** What is to be sampled, and where the sample goes. */
export interface SampleRequest {
  /** Read, and nothing else. */
  readonly from: Endpoint;
  /** A schema of the same name, there and empty, on a server whose data may be lost. */
  readonly to: Endpoint;
  /** Rows of each table at most. */
  readonly rows: number;
}

/** What a sample holds. */
export interface Sample {
  readonly tables: number;
  readonly rows: number;
}

/**
 * Takes a schema's definitions and some rows of each of its tables to a server where a move is rehearsed. Rows whose
 * parents are not in the sample are left out, so that every foreign key holds.
 * @throws RehomeError `schema-missing`, `dump-failed`, `definition-refused`, `unreachable`, ...
 */
export async function sampleSchema({ from, to, rows: limit }: SampleRequest): Promise<Sample> {
  return await withSession(from.server, from.database, (source) =>
    withSession(to.server, to.database, async (target) => {
      const oid = await schemaOid(source, from.schema);
      if (oid === undefined)
        throw new RehomeError("schema-missing", `there is no ${placementName(from)} to take a sample of.`);
      for (const { name, schema } of await inspectExtensions(source))
        await createExtension(target, name, schema);
      const { preData, postData } = await dumpSchema(from);
      const relations = await inspectRelations(source, oid);
      await define(target, to, definitions(preData));
      const tables = relations.filter(({ kind }) => kind === "r");
      const copied = await copySome({ from, to }, tables, limit);
      const pruned = await pruneOrphans(source, target, from.schema);
      await define(target, to, inPhases(definitions(await postData)));
      await carrySequences(source, target, { from, to }, relations);
      await target.query("ANALYZE");
      return { tables: tables.length, rows: copied - pruned };
    }),
  );
}

/** Without what sets up the restoring session, and without a fence that the dump has caught. */
const definitions = (dump: readonly Statement[]): Statement[] =>
  dump.filter((one) => !isScaffolding(one) && !isFence(one));

/** Foreign keys after what they refer to. */
function inPhases(statements: readonly Statement[]): Statement[] {
  const late = lateRelations(statements);
  return PHASES.flatMap((phase) => statements.filter((one) => phaseOf(one, late) === phase));
}

async function define(target: pg.Client, to: Endpoint, statements: readonly Statement[]): Promise<void> {
  const schemas = [...new Set([to.schema, ...(await inspectExtensions(target)).map(({ schema }) => schema)])];
  await transaction(target, async () => {
    await target.query(restoringSql(schemas));
    await target.query(`SET LOCAL ROLE ${ident(to.owner)}`);
    await runAllAsOwner(target, to.owner, statements, ({ sql }, error) => {
      const what = JSON.stringify(withoutPasswords(sql).slice(0, 160));
      const said = `the rehearsal's ${placementName(to)} refuses ${what}: ${messageOf(error)} (${codeOf(error) ?? "no SQLSTATE"})`;
      return new RehomeError("definition-refused", said, { cause: error });
    });
  });
}

/** One table after the other: a sample is small, and its source is at work. */
async function copySome(
  { from, to }: Pick<SampleRequest, "from" | "to">,
  tables: readonly Relation[],
  limit: number,
): Promise<number> {
  const source = await Wire.open(from.server, from.database);
  try {
    const target = await Wire.open(to.server, to.database);
    try {
      await source.run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
      let copied = 0;
      for (const { name, columns } of tables) {
        const listed = columns.map(ident).join(", ");
        const into = listed === "" ? "" : ` (${listed})`;
        const commands = {
          out: [
            `COPY (SELECT ${listed} FROM ONLY ${qualified(from.schema, name)} LIMIT ${limit}) TO STDOUT (FORMAT text)`,
          ],
          into: [`COPY ${qualified(to.schema, name)}${into} FROM STDIN (FORMAT text)`],
        };
        for (const { rows: count } of await copyBetween(source, target, commands, () => undefined))
          copied += count;
      }
      return copied;
    } finally {
      target.close();
    }
  } finally {
    source.close();
  }
}

async function carrySequences(
  source: pg.Client,
  target: pg.Client,
  { from, to }: Pick<SampleRequest, "from" | "to">,
  relations: readonly Relation[],
): Promise<void> {
  const names = relations.filter(({ kind }) => kind === "S").map(({ name }) => name);
  const there = await rows<{ name: string }>(
    target,
    "SELECT c.relname::text AS name FROM pg_catalog.pg_class c WHERE c.relkind = 'S' AND c.relnamespace = pg_catalog.to_regnamespace($1)",
    [ident(to.schema)],
  );
  const made = new Set(there.map(({ name }) => name));
  const states = await inspectSequences(
    source,
    from.schema,
    names.filter((name) => made.has(name)),
  );
  await setSequences(target, to.schema, states);
}
