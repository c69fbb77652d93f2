import type pg from "pg";
import { RehomeError } from "../errors";
import type { Renaming } from "../ddl/rename-code";
import { differences } from "../inspect/fingerprint";
import { inspectExtensions } from "../inspect/extensions";
import type { Relation } from "../inspect/relations";
import { extensionSchemas, readCatalog, readingPath, schemaOid } from "../inspect/schema";
import { inspectSequences } from "../inspect/sequences";
import { enterStage, recordVerification } from "../journal/journal";
import { placementName } from "../naming";
import { renamingOf } from "../plan/renaming";
import { open, rows, transaction } from "../sql/connect";
import { ident, qualified } from "../sql/quote";
import { inParallel, type Run } from "../stages/run";
import type { TableVerification } from "../types";
import { renamedEntries } from "./renamed-entries";

/**
 * Count and hash of a table, made inside the server; the hash does not depend on the rows' order. Columns go by name:
 * a dump puts those that a table inherits first, wherever they stood.
 */
export function digestSql(
  schema: string,
  { name, allColumns }: Pick<Relation, "name" | "allColumns">,
  method: "checksum" | "count",
): string {
  const row = `ROW(${allColumns.map(ident).join(", ")})`;
  const hash = method === "count" ? "''" : `coalesce(sum(hashtextextended(${row}::text, 0)), 0)::text`;
  return `SELECT count(*)::text AS rows, ${hash} AS hash FROM ONLY ${qualified(schema, name)}`;
}

/**
 * Compares both homes: rows, sequences, catalog and owners. Records the proof.
 * @throws RehomeError `verification-failed` with what differs
 */
export async function verify(run: Run): Promise<TableVerification[]> {
  const { request, target, migration, inspection, progress } = run;
  await enterStage(target, migration.id, "verify", request.options.verify);
  const tables = inspection.relations.filter((relation) => relation.kind === "r");
  progress.enter("verify", {
    bytes: tables.reduce((sum, table) => sum + table.bytes, 0),
    tables: tables.length,
  });
  const proof: TableVerification[] = [];
  await inParallel(
    [...tables].sort((a, b) => b.bytes - a.bytes),
    run.jobs,
    () => openBoth(run),
    async (both) => {
      await Promise.all(both.map((client) => client.end().catch(() => undefined)));
    },
    async ([source, home], table) => {
      const method = request.options.verify;
      const [before, after] = await Promise.all([
        digest(source, digestSql(request.from.schema, table, method)),
        digest(home, digestSql(request.to.schema, table, method)),
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
  await transaction(target, () => recordVerification(target, migration.id, proof));
  const wrong = [
    ...proof
      .filter((table) => !table.equal)
      .map(
        (table) =>
          `table ${table.table}: ${table.sourceRows} rows there, ${table.targetRows} here${table.sourceRows === table.targetRows ? ", with other content" : ""}`,
      ),
    ...(await sequenceDifferences(run)),
    ...(await catalogDifferences(run)),
    ...(await strangersOwning(run)),
  ];
  if (wrong.length === 0) return proof;
  throw new RehomeError(
    "verification-failed",
    `${request.dataset} in ${placementName(request.to)} is not what it is in ${placementName(request.from)}:\n  ${wrong.join("\n  ")}\nThe service goes on where it was.`,
  );
}

async function openBoth(run: Run): Promise<[pg.Client, pg.Client]> {
  const { request } = run;
  const source = await open(request.from.server, request.from.database);
  const target = await open(request.to.server, request.to.database).catch(async (error: unknown) => {
    await source.end();
    throw error;
  });
  // Values such as regclass print as names: unqualified on both sides.
  await source.query(`SET search_path = ${readingPath(request.from.schema, run.inspection.extensions)}`);
  await target.query(`SET search_path = ${readingPath(request.to.schema, run.inspection.extensions)}`);
  return [source, target];
}

async function digest(client: pg.Client, sql: string): Promise<{ rows: string; hash: string }> {
  const [row] = await rows<{ rows: string; hash: string }>(client, sql);
  return row ?? { rows: "0", hash: "" };
}

async function sequenceDifferences({ request, source, target, inspection }: Run): Promise<string[]> {
  const names = inspection.relations
    .filter((relation) => relation.kind === "S")
    .map((relation) => relation.name);
  const [before, after] = await Promise.all([
    inspectSequences(source, request.from.schema, names),
    inspectSequences(target, request.to.schema, names),
  ]);
  return before.flatMap((state, at) => {
    const other = after[at];
    const same = other?.lastValue === state.lastValue && other.isCalled === state.isCalled;
    return same
      ? []
      : [`sequence ${state.name}: at ${state.lastValue} there, at ${other?.lastValue ?? "nothing"} here`];
  });
}

/** What differs between both homes' definitions, once the code of the old one is read under the new name. */
export async function catalogDifferences({ request, target, inspection }: Run): Promise<string[]> {
  const oid = await schemaOid(target, request.to.schema);
  if (oid === undefined) return [`schema ${request.to.schema}: missing`];
  const schemas = extensionSchemas(await inspectExtensions(target));
  const at = { schema: request.to.schema, oid, extensionSchemas: schemas };
  const { entries: here } = await readCatalog(target, at, request.tables);
  const renaming = renamingOf(request, inspection);
  const same: Renaming = { ...renaming, from: renaming.to };
  return differences(renamedEntries(inspection.entries, renaming), renamedEntries(here, same)).map(
    (line) => `catalog: ${line}`,
  );
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
