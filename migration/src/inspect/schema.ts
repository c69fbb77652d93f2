import type pg from "pg";
import { all } from "../all";
import { SQLSTATE, codeOf } from "../errors";
import { rows, serverVersion } from "../sql/connect";
import { inTurn } from "../sql/in-turn";
import { ident } from "../sql/quote";
import {
  catalogEntries,
  catalogFingerprint,
  fingerprint,
  type CatalogEntry,
  type CatalogPlace,
} from "./fingerprint";
import { inspectDatabase, type DatabaseInspection } from "./database";
import { inspectExtensions, type Extension } from "./extensions";
import { inspectLargeObjects, type LargeObjects } from "./large-objects";
import { OWN, ownRoutine } from "./own-rows";
import { inspectReferences, type CrossReference } from "./references";
import { inspectRelations, type Relation } from "./relations";
import { readPart } from "../scope/read-scope";
import type { Scope } from "../scope/scope";
import { inspectSurroundings, type Surroundings } from "./surroundings";
import { inspectRights, type Rights } from "./rights";
import { inspectSchemaText, type SchemaText } from "./text";
import { inspectVersionFeatures, type VersionFeature } from "./version-features";

/** What the engine knows of a dataset's schema: read in a fixed number of queries. */
export interface SchemaInspection {
  readonly serverVersion: number;
  readonly database: DatabaseInspection;
  readonly schema: string;
  /** Absent when the whole schema is the dataset's; otherwise what follows speaks of this part alone. */
  readonly scope?: Scope;
  readonly relations: readonly Relation[];
  readonly extensions: readonly Extension[];
  readonly references: readonly CrossReference[];
  readonly entries: readonly CatalogEntry[];
  readonly fingerprint: string;
  readonly largeObjects: LargeObjects;
  /** Open transactions older than a minute. */
  readonly longTransactions: readonly string[];
  /** What the schema uses that older servers do not know. */
  readonly versionFeatures: readonly VersionFeature[];
  /** What the administrator may do in the database. */
  readonly rights: Rights;
  readonly text: SchemaText;
  readonly routines: readonly Routine[];
  readonly surroundings: Surroundings;
  /** Names of members of extensions installed in the moving schema. */
  readonly extensionMembers: ReadonlySet<string>;
}

/** A function or procedure whose code is text, so that only reading it tells what it refers to. */
export interface Routine {
  /** `pg_proc 16400` */
  readonly row: string;
  readonly signature: string;
  readonly language: string;
  readonly body: string;
}

/** The OID of a schema, undefined when there is none of that name. */
export async function schemaOid(client: pg.Client, schema: string): Promise<number | undefined> {
  const [row] = await rows<{ oid: string }>(
    client,
    "SELECT oid::int8::text AS oid FROM pg_catalog.pg_namespace WHERE nspname = $1",
    [schema],
  );
  return row === undefined ? undefined : Number(row.oid);
}

/** A schema's definitions, or those of a part of it. */
export interface Catalog {
  readonly scope?: Scope;
  readonly entries: readonly CatalogEntry[];
  readonly holds: (row: string) => boolean;
}

/** What holds of a schema that is not divided. */
const WHOLE: Omit<Catalog, "entries"> = { holds: () => true };

/**
 * The definitions of a dataset: of the schema, or of the part that table patterns select. What crosses the cut is an
 * entry too: a new crossing is a change of the part.
 */
export async function readCatalog(
  client: pg.Client,
  at: CatalogPlace,
  tables?: readonly string[],
): Promise<Catalog> {
  if (tables === undefined) return { ...WHOLE, entries: await catalogEntries(client, at) };
  return await steadily(async () => {
    const { scope, ownerOf } = await readPart(client, at, tables);
    const own = (await catalogEntries(client, at)).flatMap((entry) => {
      const row = ownerOf(entry.row ?? "");
      return row === undefined ? [] : [{ ...entry, row }];
    });
    const crossings = scope.crossings.map(({ code, text }) => ({ kind: code, name: text, definition: "" }));
    return { scope, holds: (row) => ownerOf(row) !== undefined, entries: [...own, ...crossings] };
  });
}

/** The fingerprint of a dataset's definitions; of a whole schema's, the server makes it. */
export const readFingerprint = async (
  client: pg.Client,
  at: CatalogPlace,
  tables?: readonly string[],
): Promise<string> =>
  tables === undefined
    ? await catalogFingerprint(client, at)
    : fingerprint((await readCatalog(client, at, tables)).entries);

/** Reads again when an object of others went while it was described: in a schema that is shared they come and go. */
export async function steadily<T>(read: () => Promise<T>): Promise<T> {
  const VANISHED = new Set<string | undefined>([SQLSTATE.internalError, SQLSTATE.undefinedTable]);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await read();
    } catch (error) {
      if (attempt === 5 || !VANISHED.has(codeOf(error))) throw error;
    }
  }
}

/**
 * Reads a schema, or the part of it that table patterns select; undefined when there is none of that name.
 * @param tables table name patterns; absent: the whole schema
 * @param owner the role that owns the dataset's objects
 * @param beside a second session in the database, which reads too
 */
export async function inspectSchema(
  client: pg.Client,
  schema: string,
  owner: string,
  tables?: readonly string[],
  beside?: pg.Client,
): Promise<SchemaInspection | undefined> {
  const oid = await schemaOid(client, schema);
  if (oid === undefined) return undefined;
  const extensions = await inspectExtensions(client);
  const at = { schema, oid, extensionSchemas: extensionSchemas(extensions) };
  const turn = inTurn(beside === undefined ? [client] : [client, beside]);
  // What takes longest comes first, so that both sessions end at about the same time.
  const definitions = turn((session) => readCatalog(session, at, tables));
  const { scope, holds } = tables === undefined ? WHOLE : await definitions;
  const found = turn((session) => inspectRelations(session, oid));
  const [{ entries }, relations, references, versionFeatures, surroundings, rights, ...rest] = await all([
    definitions,
    found.then((every) => every.filter((each) => holds(`pg_class ${each.oid}`))),
    turn((session) => inspectReferences(session, oid)),
    turn((session) => inspectVersionFeatures(session, oid, holds)),
    turn((session) => inspectSurroundings(session, schema, oid, owner, holds)),
    turn((session) => inspectRights(session, schema, owner)),
    turn((session) => inspectSchemaText(session, oid, holds)),
    turn((session) => inspectRoutines(session, oid)),
    turn((session) => extensionMembers(session, oid)),
    turn((session) => inspectDatabase(session, schema)),
    turn(longTransactions),
    turn(serverVersion),
  ]);
  const [text, routines, members, database, long, version] = rest;
  const names = new Set(relations.map(({ name }) => name));
  return {
    serverVersion: version,
    database,
    schema,
    ...(scope === undefined ? {} : { scope }),
    relations,
    extensions,
    references: references.filter((each) => holds(each.row)),
    largeObjects: await inspectLargeObjects(client, oid, owner, scope && [...names]),
    longTransactions: long,
    // A dump locks what stays too: who owns that matters, if not whether its rows can be read.
    rights: { ...rights, forcedRowSecurity: rights.forcedRowSecurity.filter((name) => names.has(name)) },
    text,
    routines: routines.filter((each) => holds(each.row)),
    extensionMembers: members,
    versionFeatures,
    surroundings,
    entries,
    fingerprint: fingerprint(entries),
  };
}

/** The schemas that extensions live in, each once. */
export function extensionSchemas(extensions: readonly Extension[]): string[] {
  return [...new Set(extensions.map((extension) => extension.schema))];
}

/** The `search_path` under which the schema's objects, and those of extensions, read unqualified. Quoted. */
export function readingPath(schema: string, extensions: readonly Extension[]): string {
  return [...new Set([schema, "public", ...extensionSchemas(extensions)])].map(ident).join(", ");
}

async function longTransactions(client: pg.Client): Promise<string[]> {
  const found = await rows<{ who: string }>(
    client,
    `SELECT format('pid %s of %s, open for %s s', pid, usename, extract(epoch FROM clock_timestamp() - xact_start)::int) AS who
     FROM pg_catalog.pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'
       AND xact_start < clock_timestamp() - interval '1 minute' AND pid <> pg_backend_pid()`,
  );
  return found.map((row) => row.who);
}

/** Functions of the schema whose body is a string: those of SQL and PL/pgSQL without a parsed body. */
export async function inspectRoutines(client: pg.Client, oid: number): Promise<Routine[]> {
  return await rows<Routine>(
    client,
    `WITH ${ownRoutine()}
     SELECT 'pg_proc ' || p.oid AS row, p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')' AS signature, l.lanname::text AS language,
       p.prosrc AS body
     FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_language l ON l.oid = p.prolang
     WHERE p.oid IN (SELECT oid FROM own_routine) AND p.prosqlbody IS NULL AND l.lanname NOT IN ('c', 'internal')
       AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend x WHERE x.classid = 'pg_catalog.pg_proc'::regclass AND x.objid = p.oid AND x.deptype = 'e')
     ORDER BY 2`,
    [oid],
  );
}

async function extensionMembers(client: pg.Client, oid: number): Promise<Set<string>> {
  const found = await rows<{ name: string }>(
    client,
    `WITH ${OWN}
     SELECT coalesce(p.proname, t.typname, c.relname)::text AS name
     FROM own JOIN pg_catalog.pg_depend d ON d.classid = own.classid AND d.objid = own.oid AND d.deptype = 'e'
     LEFT JOIN pg_catalog.pg_proc p ON own.classid = 'pg_catalog.pg_proc'::regclass AND p.oid = own.oid
     LEFT JOIN pg_catalog.pg_type t ON own.classid = 'pg_catalog.pg_type'::regclass AND t.oid = own.oid
     LEFT JOIN pg_catalog.pg_class c ON own.classid = 'pg_catalog.pg_class'::regclass AND c.oid = own.oid
     WHERE coalesce(p.proname, t.typname, c.relname) IS NOT NULL`,
    [oid],
  );
  return new Set(found.map((row) => row.name));
}

/** Names of everything of the schema that code may refer to. */
export function movingNames(inspection: SchemaInspection): Set<string> {
  const names = new Set(inspection.relations.map((relation) => relation.name));
  for (const entry of inspection.entries) {
    if (entry.kind === "type") names.add(entry.name);
    if (entry.kind === "function") names.add(entry.name.slice(0, entry.name.indexOf("(")));
  }
  return names;
}
