import type pg from "pg";
import { RehomeError } from "../errors";
import { emptySchema } from "../ddl/empty-schema";
import { withOpenSchema } from "../ddl/open-schema";
import { relocate, takeOver } from "../ddl/relocate";
import { givePolicies } from "../ddl/policy-roles";
import { renameDefaults } from "../ddl/rename-defaults";
import { renameRoutines } from "../ddl/rename-routines";
import {
  endSessions,
  findFence,
  forgetFence,
  liftFence,
  recordLeaving,
  recordSeal,
  watchEngine,
  withinLockTimeout,
} from "../fence/fence";
import { enterStage, recordFacts, recordSwitch, recordVerification } from "../journal/journal";
import { placementName } from "../naming";
import { renamingOf } from "../plan/renaming";
import { rows, transaction } from "../sql/connect";
import { ident, qualified } from "../sql/quote";
import { carryComment } from "../stages/prepare";
import type { Run } from "../stages/run";
import { refuseChangedCatalog, refuseOpenChanges } from "../stages/unchanged";
import type { MoveRequest, TableVerification } from "../types";
import { catalogDifferences, strangersOwning } from "../verify/verify";

/**
 * Moves inside one database: the tables get their new schema, name by name, and keep their files. Locks, move, proof,
 * seal and switch are one transaction, so there is no moment in which a kill could leave the dataset between two homes.
 * @throws RehomeError `fence-timeout`, `catalog-changed`, `verification-failed`
 */
export async function setSchema(run: Run, timeout: number): Promise<void> {
  const { request, source, target, migration, fence, inspection, progress } = run;
  const { from, to, dataset } = request;
  const tables = inspection.relations.filter((relation) => relation.kind === "r");
  await enterStage(target, migration.id, "prepare", "in one transaction");
  progress.enter("prepare", { bytes: 0, tables: tables.length });
  await liftFence(source, dataset, from.schema);
  await emptySchema(target, to.schema);
  await recordFacts(target, migration.id, {
    fingerprint: inspection.fingerprint,
    tables: tables.length,
    bytes: inspection.relations.reduce((sum, relation) => sum + relation.bytes, 0),
  });
  progress.enter("fence", { bytes: 0, tables: tables.length });
  await watchEngine(target);
  await withinLockTimeout(target, from.schema, timeout, async () => {
    await lockTables(run);
    await target.query("UPDATE rehome.migration SET fenced_at = clock_timestamp() WHERE id = $1", [
      migration.id,
    ]);
    await refuseChangedCatalog(target, run);
    await target.query(`CREATE SCHEMA IF NOT EXISTS ${ident(to.schema)} AUTHORIZATION ${ident(to.owner)}`);
    await carryComment(run);
    const before = await files(target, from.schema);
    await withOpenSchema(target, to.schema, async () => {
      await relocate(target, from.schema, to.schema);
      await takeOver(target, to.schema, to.owner);
      if (from.owner !== to.owner) await giveObjects(run);
      await renameRoutines(target, to.schema, renamingOf(request, inspection));
      await renameDefaults(target, to.schema, renamingOf(request, inspection));
      await givePolicies(target, to.schema, from.owner, to.owner);
      await prove(run, before);
    });
    await refuseOpenChanges(target, request, inspection);
    const sealedHere = await findFence(target, dataset, to.schema);
    if (sealedHere !== undefined) await forgetFence(target, sealedHere);
    await recordSeal(target, fence);
    await recordLeaving(target, fence);
    await recordSwitch(target, migration.id);
  });
  await endSessions(target, { schema: to.schema });
  await takeLatecomers(target, request);
}

/**
 * What the service created in its old schema while the transaction ran, and committed before it did, follows once the
 * service's sessions are gone: from then on nobody creates there.
 */
export async function takeLatecomers(target: pg.Client, { from, to }: MoveRequest): Promise<void> {
  const [late] = await rows<{ found: boolean }>(
    target,
    `SELECT EXISTS (SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
       JOIN pg_catalog.pg_roles r ON r.oid = c.relowner WHERE n.nspname = $1 AND r.rolname = $2)
     OR EXISTS (SELECT FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
       JOIN pg_catalog.pg_roles r ON r.oid = p.proowner WHERE n.nspname = $1 AND r.rolname = $2) AS found`,
    [from.schema, from.owner],
  );
  if (late?.found !== true) return;
  await transaction(target, async () => {
    await relocate(target, from.schema, to.schema);
    await takeOver(target, to.schema, to.owner);
  });
}

/** The new owner's service writes to the dataset's large objects too. */
async function giveObjects({ request, target, inspection }: Run): Promise<void> {
  for (const oid of inspection.largeObjects.mine) {
    await target.query(`ALTER LARGE OBJECT ${oid} OWNER TO ${ident(request.to.owner)}`);
  }
}

/** Every table in one statement: who holds one is waited for, who comes later waits. */
async function lockTables({ request, target, inspection }: Run): Promise<void> {
  const tables = inspection.relations
    .filter((relation) => relation.kind === "r" || relation.kind === "p")
    .map((relation) => `ONLY ${qualified(request.from.schema, relation.name)}`);
  if (tables.length > 0) await target.query(`LOCK TABLE ${tables.join(", ")} IN ACCESS EXCLUSIVE MODE`);
}

/** The files that hold a schema's rows, by relation. */
async function files(client: pg.Client, schema: string): Promise<Map<string, string>> {
  const found = await rows<{ name: string; file: string }>(
    client,
    `SELECT c.relname::text AS name, format('oid %s, file %s', c.oid, pg_catalog.pg_relation_filenode(c.oid)) AS file
     FROM pg_catalog.pg_class c WHERE c.relnamespace = $1::text::regnamespace AND c.relkind IN ('r', 'm', 'S')`,
    [ident(schema)],
  );
  return new Map(found.map((row) => [row.name, row.file]));
}

/** The rows are the same when their files are: nothing is read, whatever the size. */
async function prove(run: Run, before: ReadonlyMap<string, string>): Promise<void> {
  const { request, target, migration, inspection } = run;
  const after = await files(target, request.to.schema);
  const moved = inspection.relations.filter((relation) => ["r", "m", "S"].includes(relation.kind));
  const proof = moved.map(({ name }): TableVerification => {
    const [source, here] = [before.get(name) ?? "none", after.get(name) ?? "none"];
    return {
      table: name,
      sourceRows: null,
      targetRows: null,
      sourceHash: source,
      targetHash: here,
      equal: source === here && source !== "none",
    };
  });
  const wrong = [
    ...proof.filter((table) => !table.equal).map(({ table }) => `${table}: not the file that it was`),
    ...(await catalogDifferences(run)),
    ...(await strangersOwning(run)),
  ];
  await recordVerification(target, migration.id, proof);
  if (wrong.length === 0) return;
  throw new RehomeError(
    "verification-failed",
    `${request.dataset} in ${placementName(request.to)} would not be what it is in ${placementName(request.from)}:\n  ${wrong.join("\n  ")}\nThe service goes on where it was.`,
  );
}
