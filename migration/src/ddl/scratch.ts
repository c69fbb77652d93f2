import type pg from "pg";
import { RehomeError, messageOf } from "../errors";
import { inspectExtensions, type Extension } from "../inspect/extensions";
import { rows, serverVersion, transaction, withSession } from "../sql/connect";
import { ident, literal } from "../sql/quote";
import type { MoveRequest } from "../types";
import { withCasts } from "./casts";
import { withPolicyOwner } from "./policy-roles";
import { renameDefaults } from "./rename-defaults";
import { relocate } from "./relocate";
import { renameRoutines } from "./rename-routines";
import { isFence, isScaffolding, withMethod, type Statement } from "./statements";
import { dumpSchema, type SchemaDump } from "./dump";
import type { Renaming } from "./rename-code";
import { shortHash } from "../naming";
import type { CatalogEntry } from "../inspect/fingerprint";
import type { Scope } from "../scope/scope";
import { keepOnly, restorePart } from "./part";

/** The part of a schema whose definitions are wanted. */
export interface WantedPart {
  readonly scope: Scope;
  readonly entries: readonly CatalogEntry[];
  /** The major version of the server that printed them. */
  readonly serverVersion: number;
  /** Definitions that the new home has already, by `SchemaObject.identity` there. */
  readonly there: ReadonlySet<string>;
}

/** A schema's definitions, ready for the new home: already under its name. */
export type Definitions = SchemaDump;

/** Where extensions stand aside in the scratch database while its schema is renamed. */
export const HOLD = "rehome_extensions";

/** The scratch database of a migration: its name tells whose it is, so that a later run can remove it. */
export function scratchName(migration: string): string {
  return `rehome_scratch_${shortHash(migration)}`;
}

/** Removes the scratch database of a migration, whoever is still connected to it. */
export async function dropScratch(target: pg.Client, migration: string): Promise<void> {
  await target.query(`DROP DATABASE IF EXISTS ${ident(scratchName(migration))} WITH (FORCE)`);
}

/**
 * The definitions of the old home under the new home's names. The rename is the server's: the schema is restored,
 * without rows, into a scratch database beside the new home, renamed there, so that views, defaults, constraints and
 * types follow by OID, and dumped again.
 * @param dump of the old home's schema
 * @param extensionHomes where each extension is in the new home
 * @param part absent: the whole schema's
 */
export async function renamedDefinitions(
  { source, target }: { readonly source: pg.Client; readonly target: pg.Client },
  dump: SchemaDump,
  request: MoveRequest,
  migration: string,
  extensions: readonly Extension[],
  extensionHomes: ReadonlyMap<string, string>,
  renaming: Renaming,
  part?: WantedPart,
): Promise<Definitions> {
  const { from, to } = request;
  const ready = (statements: readonly Statement[]): Statement[] =>
    statements
      .filter((statement) => !isScaffolding(statement) && !isFence(statement))
      .map((statement) => withMethod(withPolicyOwner(statement, from.owner, to.owner)));
  const before: Definitions = {
    preData: ready(await withCasts(source, from.schema, dump.preData)),
    postData: following(dump.postData, ready),
  };
  const name = scratchName(migration);
  await dropScratch(target, migration);
  const stays = extensions.every((extension) => extensionHomes.get(extension.name) === extension.schema);
  // Nothing gets another name: what the old home's server says is what the new one is to have.
  if (from.schema === to.schema && stays && part === undefined) return before;
  const [locale] = await rows<{ encoding: string; collate: string; ctype: string }>(
    target,
    `SELECT pg_encoding_to_char(encoding) AS encoding, datcollate AS collate, datctype AS ctype
     FROM pg_catalog.pg_database WHERE datname = current_database()`,
  );
  // The server's own provider may be one that this encoding or locale does not go with.
  const provider = (await serverVersion(target)) >= 15 ? "LOCALE_PROVIDER libc" : "";
  await target.query(
    `CREATE DATABASE ${ident(name)} TEMPLATE template0 ENCODING ${literal(locale?.encoding ?? "UTF8")}
     ${provider} LC_COLLATE ${literal(locale?.collate ?? "C")} LC_CTYPE ${literal(locale?.ctype ?? "C")} CONNECTION LIMIT 10`,
  );
  try {
    await target.query(
      `COMMENT ON DATABASE ${ident(name)} IS 'Rehome: definitions on their way; may be dropped'`,
    );
    return await withSession(to.server, name, async (scratch) => {
      await restore(scratch, request, extensions, [...before.preData, ...(await before.postData)], part);
      await rename(scratch, from.schema, to.schema, extensionHomes);
      await renameRoutines(scratch, to.schema, renaming);
      await renameDefaults(scratch, to.schema, renaming);
      const all = await dumped(scratch, request, name);
      if (part === undefined || part.there.size === 0) return all;
      await keepOnly(scratch, to.schema, part.there);
      return without(all, await dumped(scratch, request, name));
    });
  } finally {
    await dropScratch(target, migration);
  }
}

/** The definitions that the scratch database holds, under the new home's name. */
async function dumped(scratch: pg.Client, { to }: MoveRequest, name: string): Promise<Definitions> {
  const { preData, postData } = await dumpSchema({ ...to, database: name });
  const real = (statements: readonly Statement[]): Statement[] =>
    statements.filter((statement) => !isScaffolding(statement)).map(withMethod);
  return {
    preData: real(await withCasts(scratch, to.schema, preData)),
    postData: following(postData, real),
  };
}

/** What becomes of definitions that are still to come. Their error is thrown to who waits for them. */
function following(
  postData: Definitions["postData"],
  change: (statements: readonly Statement[]) => readonly Statement[],
): Definitions["postData"] {
  const changed = postData.then(change);
  changed.catch(() => undefined);
  return changed;
}

/** Without what is there already: two dumps of one definition are the same text. */
async function without(all: Definitions, there: Definitions): Promise<Definitions> {
  const texts = new Set([...there.preData, ...(await there.postData)].map(({ sql }) => sql));
  const missing = (statements: readonly Statement[]): Statement[] =>
    statements.filter(({ sql }) => !texts.has(sql));
  return { preData: missing(all.preData), postData: following(all.postData, missing) };
}

async function restore(
  scratch: pg.Client,
  { from, to }: MoveRequest,
  extensions: readonly Extension[],
  statements: readonly Statement[],
  part: WantedPart | undefined,
): Promise<void> {
  const { schema } = from;
  const schemas = new Set(["public", schema, ...extensions.map((extension) => extension.schema)]);
  for (const name of schemas) await scratch.query(`CREATE SCHEMA IF NOT EXISTS ${ident(name)}`);
  for (const extension of extensions) await createExtension(scratch, extension.name, extension.schema);
  await createMethods(scratch, statements);
  const settings = restoringSql([schema, ...schemas]);
  if (part !== undefined) {
    const owners = { from: from.owner, to: to.owner };
    return await restorePart(scratch, schema, { ...part, owners, settings, statements });
  }
  await transaction(scratch, async () => {
    await scratch.query(settings);
    for (const { sql } of statements) {
      try {
        await scratch.query(sql);
      } catch (error) {
        throw new RehomeError(
          "definition-refused",
          `the new home's server refuses ${JSON.stringify(sql.slice(0, 160))}: ${messageOf(error)}. Nothing has been fenced; the service goes on where it was.`,
          { cause: error },
        );
      }
    }
  });
}

/** Access methods that no extension has brought, by another's means: there are no rows here to be kept. */
async function createMethods(scratch: pg.Client, statements: readonly Statement[]): Promise<void> {
  const wanted = new Set(statements.flatMap(({ method }) => method ?? []));
  if (wanted.size === 0) return;
  const there = await rows<{ name: string }>(scratch, "SELECT amname::text AS name FROM pg_catalog.pg_am");
  for (const { name } of there) wanted.delete(name);
  for (const name of wanted) {
    await scratch.query(
      `CREATE ACCESS METHOD ${ident(name)} TYPE TABLE HANDLER pg_catalog.heap_tableam_handler`,
    );
  }
}

/**
 * Settings for the transaction that runs a dump's statements. A dump qualifies every name but the operators that
 * `IS DISTINCT FROM`, `IN` and `CASE` imply: without their schemas on the path, `citext` would be compared as `text`.
 */
export function restoringSql(schemas: readonly string[]): string {
  const path = [...new Set(schemas)].map(ident).join(", ");
  return `SET LOCAL check_function_bodies = off; SET LOCAL search_path = ${path}`;
}

/**
 * Takes extensions out of both schemas' way, gives the schema its new name, and puts each extension where the new home
 * has it. Dropping a schema that still holds one would take columns of its types along.
 */
async function rename(
  scratch: pg.Client,
  from: string,
  to: string,
  extensionHomes: ReadonlyMap<string, string>,
): Promise<void> {
  const moving = (await inspectExtensions(scratch)).filter(({ name, schema, relocatable }) => {
    const home = extensionHomes.get(name) ?? schema;
    return relocatable && (home !== schema || schema === from || schema === to);
  });
  if (from !== to && moving.length > 0 && !(await isSuperuser(scratch))) {
    // Only a superuser moves an extension: what is not the extension's moves away from it. A range type's functions
    // stay behind, and the new home makes its own.
    await scratch.query(`CREATE SCHEMA IF NOT EXISTS ${ident(to)}`);
    await transaction(scratch, () => relocate(scratch, from, to, false));
    return;
  }
  await scratch.query(`CREATE SCHEMA ${ident(HOLD)}`);
  const moved: [string, string][] = [];
  for (const { name, schema } of moving) {
    const home = extensionHomes.get(name) ?? schema;
    await scratch.query(`ALTER EXTENSION ${ident(name)} SET SCHEMA ${ident(HOLD)}`);
    moved.push([name, home]);
  }
  if (from !== to) {
    await scratch.query(`DROP SCHEMA IF EXISTS ${ident(to)} CASCADE`);
    await scratch.query(`ALTER SCHEMA ${ident(from)} RENAME TO ${ident(to)}`);
  }
  for (const [name, home] of moved) {
    await scratch.query(`CREATE SCHEMA IF NOT EXISTS ${ident(home)}`);
    await scratch.query(`ALTER EXTENSION ${ident(name)} SET SCHEMA ${ident(home)}`);
  }
}

async function isSuperuser(client: pg.Client): Promise<boolean> {
  const [row] = await rows<{ superuser: boolean }>(
    client,
    "SELECT rolsuper AS superuser FROM pg_catalog.pg_roles WHERE rolname = current_user",
  );
  return row?.superuser === true;
}

/** Creates an extension, and what it requires, in a schema, if it is not there. */
export async function createExtension(client: pg.Client, name: string, schema: string): Promise<void> {
  await client.query(`CREATE SCHEMA IF NOT EXISTS ${ident(schema)}`);
  await client.query(`CREATE EXTENSION IF NOT EXISTS ${ident(name)} SCHEMA ${ident(schema)} CASCADE`);
}
