import { RehomeError } from "../errors";
import { all } from "../all";
import { movedObjects, ownObjects, syncObjects } from "../copy/large-objects";
import { renameInCode, renameInDefinition, type Renaming } from "../ddl/rename-code";
import { comparable } from "../inspect/across-versions";
import { differences } from "../inspect/fingerprint";
import { inspectExtensions } from "../inspect/extensions";
import { inspectReferences } from "../inspect/references";
import { textsNaming } from "../ddl/texts";
import {
  extensionSchemas,
  inspectRoutines,
  readCatalog,
  readFingerprint,
  schemaOid,
  type Catalog,
} from "../inspect/schema";
import { inspectSequences, type SequenceState } from "../inspect/sequences";
import { enterStage, recordVerification } from "../journal/journal";
import { recordSequences, type SequenceVerification } from "../journal/notes";
import { placementName } from "../naming";
import { isRead, renamingOf } from "../plan/renaming";
import { rows, serverVersion, transaction, withSession } from "../sql/connect";
import type { Run } from "../stages/run";
import type { TableVerification } from "../types";
import { compareTables } from "./compare-tables";
import { proveObjects } from "./large-objects";
import { narrowed } from "./narrow";
import { renamedEntries } from "./renamed-entries";

/**
 * Compares both homes: rows, sequences, catalog and owners. Records the proof.
 * @param carried where the new home's sequences were set to: the old one's may go on until the switch
 * @throws RehomeError `verification-failed` with what differs
 */
export async function verify(run: Run, carried: readonly SequenceState[]): Promise<TableVerification[]> {
  const { request, target, migration } = run;
  await enterStage(target, migration.id, "verify", request.options.verify);
  const [proof, catalog] = await all([compareTables(run), inSession(run, catalogDifferences)]);
  const objects = await proveOwnObjects(run);
  if (objects !== undefined) proof.push(objects);
  const sequences = await compareSequences(run, carried);
  await transaction(target, async () => {
    await recordVerification(target, migration.id, proof);
    await recordSequences(target, migration.id, sequences);
  });
  const wrong = [
    ...(await narrowed(run, undefined, proof)),
    ...sequenceDifferences(sequences),
    ...catalog,
    ...(await strangersOwning(run)),
  ];
  if (wrong.length === 0) return proof;
  throw new RehomeError(
    "verification-failed",
    `${request.dataset} in ${placementName(request.to)} is not what it is in ${placementName(request.from)}:\n  ${wrong.join("\n  ")}\nThe service goes on where it was.`,
  );
}

/** Does what needs a session in the new home with one of its own. */
const inSession = <T>(run: Run, work: (run: Run) => Promise<T>): Promise<T> =>
  withSession(run.request.to.server, run.request.to.database, (target) => work({ ...run, target }));

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
  const renaming = renamingOf(request, inspection);
  const same: Renaming = { ...renaming, from: renaming.to };
  const versions = { source: inspection.serverVersion, target: await serverVersion(target) };
  const owners = { from: request.from.owner, to: request.to.owner };
  // What is the same before anything is renamed is so afterwards: many thousand tables need not be read for that.
  const unchanged =
    request.tables === undefined &&
    renaming.from === renaming.to &&
    owners.from === owners.to &&
    versions.source === versions.target;
  if (unchanged && (await readFingerprint(target, at)) === inspection.fingerprint)
    return await oldNames(run, oid, { entries: [], holds: () => true }, renaming);
  const here = await readCatalog(target, at, request.tables);
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
