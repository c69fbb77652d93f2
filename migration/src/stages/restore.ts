import type pg from "pg";
import { batchesOf } from "../batches";
import { inParts, type Part } from "../ddl/apart";
import { emptySchema } from "../ddl/empty-schema";
import { laterStatements } from "../ddl/later";
import { takeOver } from "../ddl/relocate";
import { runAllAsOwner } from "../ddl/run-as-owner";
import { restoringSql, type Definitions } from "../ddl/scratch";
import type { Statement } from "../ddl/statements";
import { RehomeError, SQLSTATE, codeOf, messageOf } from "../errors";
import { inspectExtensions } from "../inspect/extensions";
import { extensionSchemas, schemaOid } from "../inspect/schema";
import { sessionsAtWork } from "../plan/needs";
import { readGraph } from "../scope/graph";
import { open, transaction } from "../sql/connect";
import { ident } from "../sql/quote";
import { withoutPasswords } from "../sql/without-passwords";
import type { Run } from "./run";

/** Statements that are noted in one round trip, at most. */
const NOTED_AT_ONCE = 5_000;

/**
 * Creates the definitions as the service's own role, and notes the rest. Those of a part of a schema in one transaction:
 * what is there without a note would be taken for a neighbour's. Those of a whole schema in one too, unless there are many
 * tables: then in several sessions, and what an earlier part has made goes again with the one that is refused.
 * @throws RehomeError `definition-refused`; nothing has been created then
 */
export async function restore(
  run: Run,
  definitions: Definitions,
  extensionHomes: readonly string[],
  kept: ReadonlySet<string>,
): Promise<void> {
  const { target, request, inspection } = run;
  const settings = restoringSql([request.to.schema, ...extensionHomes]);
  // Making files waits for the disk.
  const lists = inspection.scope === undefined ? sessionsAtWork(run.jobs) : 1;
  const parts = inParts(definitions.preData, lists);
  const last = parts.at(-1)?.lists.length === 1 ? parts.pop() : undefined;
  try {
    for (const part of parts) await makePart(run, settings, part);
    await transaction(target, async () => {
      const before = await objectsThere(run);
      await makeInOrder(target, request.to.owner, settings, last?.inOrder ?? []);
      await settleRestored(run, before, kept);
      await noteLater(run, definitions);
    });
  } catch (error) {
    if (parts.length > 0) await emptySchema(target, request.to.schema).catch(() => undefined);
    throw error;
  }
}

/** Makes a part in as many sessions as it has lists; in one where what was taken for independent is not. */
async function makePart(run: Run, settings: string, { inOrder, lists }: Part): Promise<void> {
  if (lists.length > 1 && (await madeApart(run, settings, lists))) return;
  await transaction(run.target, () => makeInOrder(run.target, run.request.to.owner, settings, inOrder));
}

/** False when one of the lists is refused, or there are no sessions: then nothing has been made. */
async function madeApart(
  { request, target }: Run,
  settings: string,
  [first = [], ...others]: Part["lists"],
): Promise<boolean> {
  const { server, database, owner } = request.to;
  const opened = await Promise.allSettled(others.map(() => open(server, database)));
  const helpers = opened.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
  try {
    if (helpers.length < others.length) return false;
    const clients = [target, ...helpers];
    const made = await Promise.allSettled(
      clients.map(async (client, at) => {
        await client.query("BEGIN");
        await makeInOrder(client, owner, settings, at === 0 ? first : (others[at - 1] ?? []));
      }),
    );
    const all = made.every(({ status }) => status === "fulfilled");
    for (const client of clients) await client.query(all ? "COMMIT" : "ROLLBACK");
    return all;
  } finally {
    await Promise.all(helpers.map((helper) => helper.end().catch(() => undefined)));
  }
}

/** In a transaction. */
async function makeInOrder(
  client: pg.Client,
  owner: string,
  settings: string,
  statements: readonly Statement[],
): Promise<void> {
  await client.query(`SET LOCAL ROLE ${ident(owner)}; ${settings}`);
  await runAllAsOwner(client, owner, statements, ({ sql }, error) => refused(owner, sql, error));
  await client.query("RESET ROLE");
}

/** Notes in the journal what is to follow the rows. */
async function noteLater(
  { request, target, migration, inspection }: Run,
  { postData }: Definitions,
): Promise<void> {
  const later = laterStatements(await postData, request.to.schema, inspection.relations);
  for (const [at, batch] of batchesOf(later, NOTED_AT_ONCE).entries()) {
    await target.query(
      `INSERT INTO rehome.statement (migration, ordinal, phase, sql, relation)
       SELECT $1, $3 + s.ordinality, s.phase, s.sql, s.relation
       FROM ROWS FROM (jsonb_to_recordset($2::jsonb) AS (phase text, sql text, relation text)) WITH ORDINALITY AS s(phase, sql, relation, ordinality)`,
      [migration.id, JSON.stringify(batch), at * NOTED_AT_ONCE],
    );
  }
}

/** What is in the target schema, by identity, where that is to be noted: for a part of a schema. */
async function objectsThere({ request, target, inspection }: Run): Promise<ReadonlyMap<string, string>> {
  if (inspection.scope === undefined) return new Map();
  const { schema } = request.to;
  const oid = (await schemaOid(target, schema)) ?? 0;
  const paths = extensionSchemas(await inspectExtensions(target));
  const { objects } = await readGraph(target, schema, oid, paths);
  return new Map(objects.map(({ identity, key }) => [identity, key]));
}

/** Sees to the owner and the rights of what was created, and notes it where others have a place in the schema. */
async function settleRestored(
  run: Run,
  before: ReadonlyMap<string, string>,
  kept: ReadonlySet<string>,
): Promise<void> {
  const { request, target, migration } = run;
  const { schema, owner } = request.to;
  if (run.inspection.scope === undefined) return await takeOver(target, schema, owner);
  const added = [...(await objectsThere(run))].filter(([identity]) => !before.has(identity));
  await takeOver(target, schema, owner, new Set(added.map(([, key]) => key)));
  await target.query("DELETE FROM rehome.restored WHERE migration = $1", [migration.id]);
  await target.query(
    `INSERT INTO rehome.restored (migration, object, kept)
     SELECT $1::uuid, unnest($2::text[]), false UNION ALL SELECT $1::uuid, unnest($3::text[]), true`,
    [migration.id, added.map(([identity]) => identity), [...kept]],
  );
}

function refused(owner: string, sql: string, error: unknown): RehomeError {
  const hint =
    codeOf(error) === SQLSTATE.insufficientPrivilege
      ? ` The role "${owner}" lacks a right that the old home's owner had.`
      : "";
  return new RehomeError(
    "definition-refused",
    `the new home refuses ${JSON.stringify(withoutPasswords(sql).slice(0, 120))}: ${messageOf(error)}.${hint}`,
    { cause: error },
  );
}
