import type pg from "pg";
import { RehomeError } from "../errors";
import { dumpSchema } from "../ddl/dump";
import { createExtension, renamedDefinitions } from "../ddl/scratch";
import { emptySchema } from "../ddl/empty-schema";
import { dropHeldObjects } from "../fence/held-objects";
import { fenceKey, liftFence } from "../fence/fence";
import { inspectExtensions, type Extension } from "../inspect/extensions";
import { inspectReferences } from "../inspect/references";
import { schemaOid } from "../inspect/schema";
import { enterStage, forgetCopies, recordFacts } from "../journal/journal";
import { placementName } from "../naming";
import { standingAt } from "../plan/inspect-ends";
import { arrivalOf, extensionHome, renamingOf } from "../plan/renaming";
import { LOCK, withSchemaLock } from "../journal/locks";
import { rows, transaction } from "../sql/connect";
import { ident, literal } from "../sql/quote";
import { restore } from "./restore";
import type { Run } from "./run";

/**
 * Makes the new home ready for rows: empty but for the dataset's definitions, with what is to follow the rows noted in
 * the journal. Starts over whatever a former attempt has left.
 */
export async function prepare(run: Run): Promise<void> {
  const { request, target, migration, inspection } = run;
  await enterStage(target, migration.id, "prepare", "definitions");
  await forgetCopies(target, migration.id);
  if (inspection.scope === undefined) await makeAnew(run);
  else await withSchemaLock(target, request.to.schema, () => makeAnew(run));
  await recordFacts(target, migration.id, {
    fingerprint: inspection.fingerprint,
    tables: inspection.relations.filter((relation) => relation.kind === "r").length,
    bytes: inspection.relations.reduce((sum, relation) => sum + relation.bytes, 0),
  });
}

async function makeAnew(run: Run): Promise<void> {
  const { request, target, migration, inspection } = run;
  const { to } = request;
  const { scope, entries } = inspection;
  const there = await clearTarget(run);
  await target.query(`CREATE SCHEMA IF NOT EXISTS ${ident(to.schema)} AUTHORIZATION ${ident(to.owner)}`);
  if (scope === undefined) await carryComment(run);
  const homes = await placeExtensions(target, run);
  const dump = (await run.ahead?.take()) ?? (await dumpSchema(request.from));
  const definitions = await renamedDefinitions(
    run,
    dump,
    request,
    migration.id,
    inspection.extensions,
    homes,
    renamingOf(request, inspection),
    scope && { scope, entries, serverVersion: inspection.serverVersion, there },
  );
  await restore(run, definitions, [...homes.values()], there);
}

/**
 * Empties the target of what is this dataset's own; the plan has refused everything else. Answers which definitions
 * stay, because others use them too, and need not be made.
 */
async function clearTarget(run: Run): Promise<ReadonlySet<string>> {
  const { request, target } = run;
  const oid = await schemaOid(target, request.to.schema);
  const kept = new Set<string>();
  if (oid === undefined) return kept;
  if (run.inspection.scope !== undefined) return await clearPart(run);
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
  return kept;
}

/** The same where others have a place in the schema. What the plan saw is read again: they may have been at work. */
async function clearPart({ request, target, inspection }: Run): Promise<ReadonlySet<string>> {
  const standing = await standingAt(target, request);
  if (standing === undefined) return new Set();
  const { drop, keep, conflicts } = arrivalOf(request, inspection, standing);
  if (conflicts.length > 0) {
    throw new RehomeError(
      "target-conflict",
      `${placementName(request.to)} is shared with others, and ${conflicts.join("; ")}. Make the two alike, or rename or drop the one in the new home if nobody needs it.`,
    );
  }
  await emptySchema(target, request.to.schema, drop);
  await dropHeldObjects(target, fenceKey(request.dataset, request.to.schema));
  await liftFence(target, request.dataset, request.to.schema);
  return keep;
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
