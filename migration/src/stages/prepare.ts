import type pg from "pg";
import { RehomeError, SQLSTATE, codeOf, messageOf } from "../errors";
import { createExtension, renamedDefinitions, restoringSql, type Definitions } from "../ddl/scratch";
import { runAsOwner } from "../ddl/run-as-owner";
import { takeOver } from "../ddl/relocate";
import { emptySchema } from "../ddl/empty-schema";
import { PHASES, lateRelations, phaseOf } from "../ddl/statements";
import { dropHeldObjects } from "../fence/held-objects";
import { fenceKey, liftFence } from "../fence/fence";
import { inspectExtensions, type Extension } from "../inspect/extensions";
import { inspectReferences } from "../inspect/references";
import { schemaOid } from "../inspect/schema";
import { enterStage, forgetCopies, recordFacts } from "../journal/journal";
import { placementName } from "../naming";
import { extensionHome, renamingOf } from "../plan/renaming";
import { LOCK } from "../journal/locks";
import { rows, transaction } from "../sql/connect";
import { ident, literal } from "../sql/quote";
import { withoutPasswords } from "../sql/without-passwords";
import type { Run } from "./run";

/**
 * Makes the new home ready for rows: empty but for the dataset's definitions, with what is to follow the rows noted in
 * the journal. Starts over whatever a former attempt has left.
 */
export async function prepare(run: Run): Promise<void> {
  const { request, target, migration, inspection } = run;
  const { to } = request;
  await enterStage(target, migration.id, "prepare", "definitions");
  await forgetCopies(target, migration.id);
  await clearTarget(run);
  await target.query(`CREATE SCHEMA IF NOT EXISTS ${ident(to.schema)} AUTHORIZATION ${ident(to.owner)}`);
  await carryComment(run);
  const homes = await placeExtensions(target, run);
  const definitions = await renamedDefinitions(
    run,
    request,
    migration.id,
    inspection.extensions,
    homes,
    renamingOf(request, inspection),
  );
  await restore(run, definitions, [...homes.values()]);
  await recordFacts(target, migration.id, {
    fingerprint: inspection.fingerprint,
    tables: inspection.relations.filter((relation) => relation.kind === "r").length,
    bytes: inspection.relations.reduce((sum, relation) => sum + relation.bytes, 0),
  });
}

/** Empties the target of what is this dataset's own; the plan has refused everything else. */
async function clearTarget({ request, target }: Run): Promise<void> {
  const oid = await schemaOid(target, request.to.schema);
  if (oid === undefined) return;
  const users = (await inspectReferences(target, oid)).filter(
    (reference) => reference.direction === "inward",
  );
  if (users.length > 0) {
    throw new RehomeError(
      "references-inward",
      `other schemas depend on what ${placementName(request.to)} still holds: ${users.map((user) => user.object).join("; ")}. Drop these references first.`,
    );
  }
  await emptySchema(target, request.to.schema);
  await dropHeldObjects(target, fenceKey(request.dataset, request.to.schema));
  await liftFence(target, request.dataset, request.to.schema);
}

/** The comment that a database's own `public` has from the start. */
const DEFAULT_COMMENT = "standard public schema";

/** The schema is declared, not restored; what its users have said of it comes along all the same. */
export async function carryComment({
  request,
  source,
  target,
}: Pick<Run, "request" | "source" | "target">): Promise<void> {
  const [row] = await rows<{ comment: string | null }>(
    source,
    "SELECT pg_catalog.obj_description(oid, 'pg_namespace') AS comment FROM pg_catalog.pg_namespace WHERE nspname = $1",
    [request.from.schema],
  );
  const comment = row?.comment ?? null;
  if (comment === null || comment === DEFAULT_COMMENT) return;
  await target.query(`COMMENT ON SCHEMA ${ident(request.to.schema)} IS ${literal(comment)}`);
}

/** Sees to the extensions in the new home's database; returns where each is. */
async function placeExtensions(
  target: pg.Client,
  { request, inspection }: Run,
): Promise<Map<string, string>> {
  const installed = new Map((await inspectExtensions(target)).map((e: Extension) => [e.name, e.schema]));
  const homes = new Map<string, string>();
  for (const extension of inspection.extensions) {
    const home = installed.get(extension.name) ?? extensionHome(extension, request);
    if (!installed.has(extension.name)) await createOnce(target, extension.name, home);
    homes.set(extension.name, home);
  }
  await openExtensions(target, request.to.owner, [...homes.values()]);
  return homes;
}

/** Objects of the dataset name types and functions of extensions: its owner must be able to use their schemas. */
async function openExtensions(target: pg.Client, owner: string, schemas: readonly string[]): Promise<void> {
  const closed = await rows<{ name: string }>(
    target,
    `SELECT nspname::text AS name FROM pg_catalog.pg_namespace
     WHERE nspname = ANY ($1) AND NOT pg_catalog.has_schema_privilege($2::text, oid, 'USAGE')`,
    [schemas, owner],
  );
  for (const { name } of closed)
    await target.query(`GRANT USAGE ON SCHEMA ${ident(name)} TO ${ident(owner)}`);
}

/** `IF NOT EXISTS` does not see what another dataset's move into this database is just creating: one at a time. */
const createOnce = (target: pg.Client, name: string, schema: string): Promise<void> =>
  transaction(target, async () => {
    await target.query("SELECT pg_catalog.pg_advisory_xact_lock($1, 1)", [LOCK.journal]);
    await createExtension(target, name, schema);
  });

/** Creates the definitions as the service's own role, and notes the rest, in one transaction. */
async function restore(
  { request, target, migration }: Run,
  definitions: Definitions,
  extensionHomes: readonly string[],
): Promise<void> {
  await transaction(target, async () => {
    await target.query(`SET LOCAL ROLE ${ident(request.to.owner)}`);
    await target.query(restoringSql([request.to.schema, ...extensionHomes]));
    for (const statement of definitions.preData) {
      try {
        await runAsOwner(target, request.to.owner, statement);
      } catch (error) {
        throw refused(request.to.owner, statement.sql, error);
      }
    }
    await target.query("RESET ROLE");
    await takeOver(target, request.to.schema, request.to.owner);
    const late = lateRelations(definitions.postData);
    const noted = definitions.postData
      .map((statement) => ({ phase: phaseOf(statement, late), sql: statement.sql }))
      .sort((a, b) => PHASES.indexOf(a.phase) - PHASES.indexOf(b.phase));
    await target.query(
      `INSERT INTO rehome.statement (migration, ordinal, phase, sql)
       SELECT $1, s.ordinality, s.phase, s.sql
       FROM ROWS FROM (jsonb_to_recordset($2::jsonb) AS (phase text, sql text)) WITH ORDINALITY AS s(phase, sql, ordinality)`,
      [migration.id, JSON.stringify(noted)],
    );
  });
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
