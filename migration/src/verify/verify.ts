import type pg from "pg";
import { RehomeError } from "../errors";
import { movedObjects, ownObjects, syncObjects } from "../copy/large-objects";
import { renameInCode, renameInDefinition, type Renaming } from "../ddl/rename-code";
import { comparable } from "../inspect/across-versions";
import { differences } from "../inspect/fingerprint";
import { inspectExtensions } from "../inspect/extensions";
import { inspectReferences } from "../inspect/references";
import { textsNaming } from "../ddl/texts";
import { inspectTextFacts } from "../inspect/text";
import {
  extensionSchemas,
  inspectRoutines,
  readCatalog,
  readingPath,
  schemaOid,
  type Catalog,
} from "../inspect/schema";
import { inspectSequences, type SequenceState } from "../inspect/sequences";
import { enterStage, recordVerification } from "../journal/journal";
import { recordSequences, type SequenceVerification } from "../journal/notes";
import { placementName } from "../naming";
import { isRead, renamingOf } from "../plan/renaming";
import { open, rows, serverVersion, transaction } from "../sql/connect";
import { literal } from "../sql/quote";
import { inParallel, type Run } from "../stages/run";
import type { TableVerification } from "../types";
import { digestSql } from "./digest";
import { proveObjects } from "./large-objects";
import { renamedEntries } from "./renamed-entries";

/**
 * Compares both homes: rows, sequences, catalog and owners. Records the proof.
 * @param carried where the new home's sequences were set to: the old one's may go on until the switch
 * @throws RehomeError `verification-failed` with what differs
 */
export async function verify(run: Run, carried: readonly SequenceState[]): Promise<TableVerification[]> {
  const { request, target, migration } = run;
  await enterStage(target, migration.id, "verify", request.options.verify);
  const proof = await compareTables(run);
  const objects = await proveOwnObjects(run);
  if (objects !== undefined) proof.push(objects);
  const sequences = await compareSequences(run, carried);
  await transaction(target, async () => {
    await recordVerification(target, migration.id, proof);
    await recordSequences(target, migration.id, sequences);
  });
  const wrong = [
    ...differing(proof),
    ...sequenceDifferences(sequences),
    ...(await catalogDifferences(run)),
    ...(await strangersOwning(run)),
  ];
  if (wrong.length === 0) return proof;
  throw new RehomeError(
    "verification-failed",
    `${request.dataset} in ${placementName(request.to)} is not what it is in ${placementName(request.from)}:\n  ${wrong.join("\n  ")}\nThe service goes on where it was.`,
  );
}

/**
 * Counts and hashes every table on both sides.
 * @param snapshot of the new home, when it is not its present state that counts
 */
export async function compareTables(run: Run, snapshot?: string): Promise<TableVerification[]> {
  const { request, inspection, progress } = run;
  const tables = inspection.relations.filter((relation) => relation.kind === "r");
  progress.enter("verify", {
    bytes: tables.reduce((sum, table) => sum + table.bytes, 0),
    tables: tables.length,
  });
  const { encoding } = await inspectTextFacts(run.target);
  const converted = encoding !== inspection.text.encoding;
  const proof: TableVerification[] = [];
  await inParallel(
    [...tables].sort((a, b) => b.bytes - a.bytes),
    run.jobs,
    () => openBoth(run, snapshot),
    async (both) => {
      await Promise.all(both.map((client) => client.end().catch(() => undefined)));
    },
    async ([source, home], table) => {
      const options = { method: request.options.verify, converted };
      const [before, after] = await Promise.all([
        digest(source, digestSql(request.from.schema, table, options)),
        digest(home, digestSql(request.to.schema, table, options)),
      ]);
      proof.push({
        table: table.name,
        sourceRows: before.rows,
        targetRows: after.rows,
        sourceHash: before.hash,
        targetHash: after.hash,
        equal: before.rows === after.rows && before.hash === after.hash,
      });
      progress.add(table.bytes);
      progress.tableDone();
    },
  );
  return proof;
}

/** The tables that are not equal, in words. */
function differing(proof: readonly TableVerification[]): string[] {
  return proof
    .filter((table) => !table.equal)
    .map(
      (table) =>
        `table ${table.table}: ${table.sourceRows} rows there, ${table.targetRows} here${table.sourceRows === table.targetRows ? ", with other content" : ""}`,
    );
}

/** How often objects that were written to meanwhile, which no trigger forbids, are copied again before the seal. */
const OBJECT_TRIES = 5;

async function proveOwnObjects(run: Run): Promise<TableVerification | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    const ours = new Set([...(await movedObjects(run)), ...(await ownObjects(run))]);
    const proof = await proveObjects(
      run.source,
      run.target,
      [...ours].sort((a, b) => a - b),
    );
    if (proof === undefined || proof.equal || attempt === OBJECT_TRIES) return proof;
    await syncObjects(run, [...ours]);
  }
}

async function openBoth(run: Run, snapshot?: string): Promise<[pg.Client, pg.Client]> {
  const { request } = run;
  const source = await open(request.from.server, request.from.database);
  const target = await open(request.to.server, request.to.database).catch(async (error: unknown) => {
    await source.end();
    throw error;
  });
  // Values such as regclass print as names: unqualified on both sides.
  await source.query(`SET search_path = ${readingPath(request.from.schema, run.inspection.extensions)}`);
  await target.query(`SET search_path = ${readingPath(request.to.schema, run.inspection.extensions)}`);
  if (snapshot !== undefined) {
    await target.query(
      `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET TRANSACTION SNAPSHOT ${literal(snapshot)}`,
    );
  }
  return [source, target];
}

async function digest(client: pg.Client, sql: string): Promise<{ rows: string; hash: string }> {
  const [row] = await rows<{ rows: string; hash: string }>(client, sql);
  return row ?? { rows: "0", hash: "" };
}

async function compareSequences(
  { request, target }: Run,
  carried: readonly SequenceState[],
): Promise<SequenceVerification[]> {
  const names = carried.map(({ name }) => name);
  const after = await inspectSequences(target, request.to.schema, names);
  return carried.map((source, at) => {
    const other = after[at];
    const equal = other?.lastValue === source.lastValue && other.isCalled === source.isCalled;
    return { name: source.name, source, target: other, equal };
  });
}

const sequenceDifferences = (sequences: readonly SequenceVerification[]): string[] =>
  sequences.flatMap(({ name, source, target, equal }) =>
    equal
      ? []
      : [`sequence ${name}: at ${source.lastValue} there, at ${target?.lastValue ?? "nothing"} here`],
  );

/** What differs between both homes' definitions, once the code of the old one is read under the new name. */
export async function catalogDifferences(run: Run): Promise<string[]> {
  const { request, target, inspection } = run;
  const oid = await schemaOid(target, request.to.schema);
  if (oid === undefined) return [`schema ${request.to.schema}: missing`];
  const schemas = extensionSchemas(await inspectExtensions(target));
  const at = { schema: request.to.schema, oid, extensionSchemas: schemas };
  const here = await readCatalog(target, at, request.tables);
  const renaming = renamingOf(request, inspection);
  const same: Renaming = { ...renaming, from: renaming.to };
  const versions = { source: inspection.serverVersion, target: await serverVersion(target) };
  const owners = { from: request.from.owner, to: request.to.owner };
  const different = differences(
    comparable(renamedEntries(inspection.entries, renaming, owners), versions),
    comparable(renamedEntries(here.entries, same, { from: owners.to, to: owners.to }), versions),
  ).map((line) => `catalog: ${line}`);
  return [...different, ...(await oldNames(run, oid, here, renaming))];
}

/** What in the new home still names the old schema, whatever was done to it: by the catalog, and by reading. */
async function oldNames(
  { request, target }: Run,
  oid: number,
  { entries, holds }: Catalog,
  renaming: Renaming,
): Promise<string[]> {
  const references = (await inspectReferences(target, oid)).filter(
    (found) => found.direction === "outward" && holds(found.row),
  );
  const routines = await inspectRoutines(target, oid);
  const read = routines.filter(({ row, language }) => isRead(language) && holds(row));
  const inCode = read.flatMap(({ signature, body }) => {
    const { text, unclear } = renameInCode(body, renaming);
    return text === body && unclear.length === 0 ? [] : [`function ${signature}`];
  });
  const inColumns = entries.flatMap(({ kind, name, definition }) =>
    kind === "column" && renameInDefinition(definition, renaming).text !== definition
      ? [`column ${name}`]
      : [],
  );
  return [
    ...references.map((found) => `${found.object} depends on ${found.on}`),
    ...[...inCode, ...inColumns, ...textsNaming(entries, renaming)].map(
      (what) => `${what} still names schema "${request.from.schema}"`,
    ),
  ];
}

/** Objects of the new home that the service's role does not own. */
export async function strangersOwning({ request, target, inspection }: Run): Promise<string[]> {
  const found = await rows<{ name: string; owner: string }>(
    target,
    `SELECT c.relname::text AS name, pg_get_userbyid(c.relowner)::text AS owner
     FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = $1 AND c.relkind IN ('r', 'p', 'v', 'm', 'S') AND pg_get_userbyid(c.relowner) <> $2
       AND ($3::text[] IS NULL OR c.relname = ANY ($3))
       AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
     LIMIT 5`,
    [request.to.schema, request.to.owner, inspection.scope && inspection.relations.map(({ name }) => name)],
  );
  return found.map((row) => `${row.name} belongs to ${row.owner}, not to ${request.to.owner}`);
}
