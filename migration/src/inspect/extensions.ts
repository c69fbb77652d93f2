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

/** Extensions that the server could install, each with the version that it would install. */
export async function availableExtensions(client: pg.Client): Promise<Map<string, string>> {
  const found = await rows<{ name: string; version: string }>(
    client,
    "SELECT name::text, default_version AS version FROM pg_catalog.pg_available_extensions",
  );
  return new Map(found.map((row) => [row.name, row.version]));
}
