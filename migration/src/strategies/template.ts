import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { all } from "../all";
import { RehomeError, SQLSTATE, codeOf, messageOf } from "../errors";
import { relocate, takeOver } from "../ddl/relocate";
import { givePolicies } from "../ddl/policy-roles";
import { renameDefaults } from "../ddl/rename-defaults";
import { renameRoutines } from "../ddl/rename-routines";
import { findFence } from "../fence/fence";
import { grantAgain } from "../fence/rights";
import { emptyJournal, transplantJournal } from "../journal/transplant";
import { ensureJournal, enterStage, recordFacts } from "../journal/journal";
import { takeRunLock } from "../journal/locks";
import { placementName, shortHash } from "../naming";
import { inspectSequences, type SequenceState } from "../inspect/sequences";
import { renamingOf } from "../plan/renaming";
import { open, rows, transaction, withSession } from "../sql/connect";
import { ident, literal } from "../sql/quote";
import { carryComment } from "../stages/prepare";
import type { Run } from "../stages/run";
import { clearDefaultPrivileges, databaseStatements, schemaStatements } from "./database-properties";

const copyName = (migration: string): string => `rehome_copy_${shortHash(migration)}`;
const replacedName = (migration: string): string => `rehome_replaced_${shortHash(migration)}`;

/** `CREATE DATABASE … TEMPLATE` waits five seconds for other sessions; we end them well before. */
const END_SESSIONS_MS = 100;

/**
 * Copies the old home's database file by file, makes the copy what the new home's database is to be, and puts it in that
 * one's place by its name. Until the names change, in one transaction, the new home's database is untouched; after it
 * `run.target` is a session in the new one. To be called under the closed fence.
 * @returns where the sequences stand in the copy
 */
export async function copyDatabase(run: Run): Promise<SequenceState[]> {
  const { request, migration, target, progress, inspection } = run;
  const copy = copyName(migration.id);
  await enterStage(target, migration.id, "copy", "the database's files");
  progress.enter("copy", { bytes: inspection.relations.reduce((sum, r) => sum + r.bytes, 0), tables: 1 });
  await createCopy(run, copy);
  await recordFacts(target, migration.id, {
    fingerprint: inspection.fingerprint,
    tables: inspection.relations.filter((relation) => relation.kind === "r").length,
    bytes: inspection.relations.reduce((sum, relation) => sum + relation.bytes, 0),
  });
  const properties = await databaseStatements(target, copy);
  await enterStage(target, migration.id, "index", "names, owners and rights in the copy");
  const adapted = withSession(request.to.server, copy, async (client) => {
    // The change of names waits for the disk, and all that comes before it is there then.
    await client.query("SET synchronous_commit = off");
    await transaction(client, () => adapt(client, run));
    await ensureJournal(client);
    await transplantJournal(target, client, { dataset: request.dataset, schema: request.to.schema });
  });
  const placed = withSession(request.to.server, request.from.database, async (beside) => {
    await adapted;
    await takePlace(run, copy, properties, beside);
  });
  await all([adapted, placed]);
  run.target = await open(request.to.server, request.to.database);
  await takeRunLock(run.target, request.dataset, placementName(request.to));
  const sequences = inspection.relations.filter(({ kind }) => kind === "S").map(({ name }) => name);
  return await inspectSequences(run.target, request.to.schema, sequences);
}

const dropIfThere = async (client: pg.Client, name: string): Promise<void> =>
  void (await client.query(`DROP DATABASE IF EXISTS ${ident(name)} WITH (FORCE)`));

/** Drops the database whose place was taken. The move's session in the old home is free for other things meanwhile. */
export async function dropReplaced({ request, migration }: Run): Promise<void> {
  await withSession(request.from.server, request.from.database, (client) =>
    dropIfThere(client, replacedName(migration.id)),
  );
}

/** Drops what a run that was cut short has left. */
export async function dropLeftovers({ source, migration }: Pick<Run, "source" | "migration">): Promise<void> {
  for (const name of [copyName(migration.id), replacedName(migration.id)]) {
    await dropIfThere(source, name);
  }
}

/**
 * The server lets nobody new into a database that is being copied, and waits for those inside: they are ended meanwhile.
 * @throws RehomeError `sessions-in-the-way`
 */
async function createCopy({ source, target, request }: Run, copy: string): Promise<void> {
  const [facts] = await rows<{ version: number; pid: number }>(
    source,
    "SELECT current_setting('server_version_num')::int / 10000 AS version, pg_catalog.pg_backend_pid() AS pid",
  );
  const strategy = (facts?.version ?? 0) >= 15 ? " STRATEGY file_copy" : "";
  const created = source.query(
    `CREATE DATABASE ${ident(copy)} TEMPLATE ${ident(request.from.database)}${strategy}`,
  );
  const ending = endOthers(target, request.from.database, facts?.pid ?? 0, created);
  try {
    await created;
  } catch (error) {
    if (codeOf(error) !== SQLSTATE.objectInUse) throw error;
    throw new RehomeError(
      "sessions-in-the-way",
      `database "${request.from.database}" on host "${request.from.host}" cannot be copied while others are connected to it: ${messageOf(error)}. End these sessions; the service goes on where it was.`,
      { cause: error, retryable: true },
    );
  } finally {
    await ending;
  }
  await source.query(`COMMENT ON DATABASE ${ident(copy)} IS 'Rehome: a copy on its way; may be dropped'`);
}

/** Ends the sessions in a database until something is over. Those that may not be ended are named by what waits for them. */
async function endOthers(
  client: pg.Client,
  database: string,
  spared: number,
  what: Promise<unknown>,
): Promise<void> {
  let over = false;
  const stop = (): void => void (over = true);
  const end = what.then(stop, stop);
  while (!over) {
    await client
      .query(
        "SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity WHERE datname = $1 AND pid <> $2 AND backend_type = 'client backend'",
        [database, spared],
      )
      .catch(() => undefined);
    await Promise.race([end, sleep(END_SESSIONS_MS)]);
  }
}

/** Makes of the copy what the new home is to be: without the old one's journal and rights, under the new names. */
async function adapt(copy: pg.Client, run: Run): Promise<void> {
  const { request, target, inspection } = run;
  const { from, to } = request;
  await emptyJournal(copy);
  await clearDefaultPrivileges(copy);
  await copy.query(`CREATE SCHEMA IF NOT EXISTS ${ident(to.schema)} AUTHORIZATION ${ident(to.owner)}`);
  if (from.schema !== to.schema) {
    await relocate(copy, from.schema, to.schema);
    if (from.schema !== "public") await copy.query(`DROP SCHEMA ${ident(from.schema)}`);
  }
  await takeOver(copy, to.schema, to.owner);
  await renameRoutines(copy, to.schema, renamingOf(request, inspection));
  await renameDefaults(copy, to.schema, renamingOf(request, inspection));
  await givePolicies(copy, to.schema, from.owner, to.owner);
  for (const statement of await schemaStatements(target, [...new Set(["public", to.schema])])) {
    await copy.query(statement);
  }
  // A home that was left is closed: its users get back what the fence took.
  const left = await findFence(target, request.dataset, to.schema);
  if (left !== undefined) await grantAgain(copy, left.restore_sql);
  await carryComment({ ...run, target: copy });
  const giveLargeObjects = `DECLARE lo record; BEGIN
       FOR lo IN SELECT oid FROM pg_catalog.pg_largeobject_metadata LOOP
         EXECUTE format('ALTER LARGE OBJECT %s OWNER TO %I', lo.oid, ${literal(to.owner)});
       END LOOP;
     END`;
  // A role's name may hold whatever a dollar quote ends with.
  await copy.query(`DO ${literal(giveLargeObjects)}`);
}

/**
 * Makes the copy what the new home's database is beside its content, gives it that one's name, and that one another, at once.
 * @param properties the statements for the former
 * @param beside a session in neither, which ends those in the new home's database meanwhile
 */
async function takePlace(
  run: Run,
  copy: string,
  properties: readonly string[],
  beside: pg.Client,
): Promise<void> {
  const { request, source, target, migration } = run;
  const { database } = request.to;
  await target.end();
  const renamed = transaction(source, async () => {
    for (const statement of properties) await source.query(statement);
    await source.query(`ALTER DATABASE ${ident(database)} RENAME TO ${ident(replacedName(migration.id))}`);
    await source.query(`ALTER DATABASE ${ident(copy)} RENAME TO ${ident(database)}`);
  });
  const ending = endOthers(beside, database, 0, renamed);
  try {
    await renamed;
  } finally {
    await ending;
  }
}
