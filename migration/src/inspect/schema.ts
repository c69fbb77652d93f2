import type pg from "pg";
import { rows } from "../sql/connect";
import { ident } from "../sql/quote";
import { catalogEntries, fingerprint, type CatalogEntry } from "./fingerprint";
import { inspectDatabase, type DatabaseInspection } from "./database";
import { inspectExtensions, type Extension } from "./extensions";
import { inspectLargeObjects, type LargeObjects } from "./large-objects";
import { inspectReferences, type CrossReference } from "./references";
import { inspectRelations, type Relation } from "./relations";
import { inspectSurroundings, type Surroundings } from "./surroundings";
import { inspectRights, type Rights } from "./rights";
import { inspectSchemaText, type SchemaText } from "./text";
import { inspectVersionFeatures, type VersionFeature } from "./version-features";

/** What the engine knows of a dataset's schema: read in a fixed number of queries. */
export interface SchemaInspection {
  readonly serverVersion: number;
  readonly database: DatabaseInspection;
  readonly schema: string;
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
  readonly signature: string;
  readonly language: string;
  readonly body: string;
}

/** The OID of a schema, undefined when there is none of that name. */
export async function schemaOid(client: pg.Client, schema: string): Promise<number | undefined> {
  const [row] = await rows<{ oid: number }>(
    client,
    "SELECT oid::int8::int AS oid FROM pg_catalog.pg_namespace WHERE nspname = $1",
    [schema],
  );
  return row?.oid;
}

/**
 * Reads a schema whole; undefined when there is none of that name.
 * @param owner the role that owns the dataset's objects
 */
export async function inspectSchema(
  client: pg.Client,
  schema: string,
  owner: string,
): Promise<SchemaInspection | undefined> {
  const oid = await schemaOid(client, schema);
  if (oid === undefined) return undefined;
  const extensions = await inspectExtensions(client);
  const entries = await catalogEntries(client, schema, oid, extensionSchemas(extensions));
  const [facts] = await rows<{ version: number }>(
    client,
    "SELECT current_setting('server_version_num')::int / 10000 AS version",
  );
  return {
    serverVersion: facts?.version ?? 0,
    database: await inspectDatabase(client, schema),
    schema,
    relations: await inspectRelations(client, oid),
    extensions,
    references: await inspectReferences(client, oid),
    entries,
    fingerprint: fingerprint(entries),
    largeObjects: await inspectLargeObjects(client, oid, owner),
    longTransactions: await longTransactions(client),
    versionFeatures: await inspectVersionFeatures(client, oid),
    rights: await inspectRights(client, schema, owner),
    text: await inspectSchemaText(client, oid),
    routines: await inspectRoutines(client, oid),
    surroundings: await inspectSurroundings(client, schema, oid, owner),
    extensionMembers: await extensionMembers(client, oid),
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
    `SELECT p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')' AS signature, l.lanname::text AS language,
       p.prosrc AS body
     FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_language l ON l.oid = p.prolang
     WHERE p.pronamespace = $1::oid AND p.prosqlbody IS NULL AND l.lanname NOT IN ('c', 'internal')
       AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend x WHERE x.classid = 'pg_catalog.pg_proc'::regclass AND x.objid = p.oid AND x.deptype = 'e')
     ORDER BY 1`,
    [oid],
  );
}

async function extensionMembers(client: pg.Client, oid: number): Promise<Set<string>> {
  const found = await rows<{ name: string }>(
    client,
    `SELECT coalesce(p.proname, t.typname, c.relname)::text AS name
     FROM pg_catalog.pg_depend d
     LEFT JOIN pg_catalog.pg_proc p ON d.classid = 'pg_catalog.pg_proc'::regclass AND p.oid = d.objid AND p.pronamespace = $1::oid
     LEFT JOIN pg_catalog.pg_type t ON d.classid = 'pg_catalog.pg_type'::regclass AND t.oid = d.objid AND t.typnamespace = $1::oid
     LEFT JOIN pg_catalog.pg_class c ON d.classid = 'pg_catalog.pg_class'::regclass AND c.oid = d.objid AND c.relnamespace = $1::oid
     WHERE d.deptype = 'e' AND coalesce(p.proname, t.typname, c.relname) IS NOT NULL`,
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
