import type pg from "pg";
import { rows } from "../sql/connect";

export interface Extension {
  readonly name: string;
  readonly schema: string;
  readonly version: string;
  readonly relocatable: boolean;
}

/**
 * Extensions installed in the database, but `plpgsql`, which every database has. A move takes all of them along: a
 * function may call one by an unqualified name, which no catalog records.
 */
export async function inspectExtensions(client: pg.Client): Promise<Extension[]> {
  return await rows<Extension>(
    client,
    `SELECT e.extname::text AS name, n.nspname::text AS schema, e.extversion AS version, e.extrelocatable AS relocatable
     FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
     WHERE e.extname <> 'plpgsql' ORDER BY e.extname`,
  );
}

/** An extension that a server has, and a database may have. */
export interface AvailableExtension {
  /** The version that would be installed. */
  readonly version: string;
  /** Whether an owner of a database may create it there. */
  readonly trusted: boolean;
}

/**
 * Extensions that the server could install, by name. The server reads a file for each.
 * @param names those that are asked for; absent: all
 */
export async function availableExtensions(
  client: pg.Client,
  names?: readonly string[],
): Promise<ReadonlyMap<string, AvailableExtension>> {
  if (names?.length === 0) return new Map();
  const found = await rows<AvailableExtension & { name: string }>(
    client,
    `SELECT e.name::text, e.default_version AS version,
       EXISTS (SELECT FROM pg_catalog.pg_available_extension_versions v WHERE v.name = e.name AND (v.trusted OR NOT v.superuser)) AS trusted
     FROM pg_catalog.pg_available_extensions e WHERE $1::text[] IS NULL OR e.name = ANY ($1)`,
    [names ?? null],
  );
  return new Map(found.map(({ name, ...extension }) => [name, extension]));
}
