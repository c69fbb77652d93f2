import type pg from "pg";
import type { FenceRow } from "../fence/fence";
import { journalHas } from "../journal/journal-has";
import { rows } from "../sql/connect";

/** What a home that was left has not been given of what was written after it. */
export interface Behind {
  /** Whether there is a subscription by which it followed; how far it had come, nobody can say once the other end is gone. */
  readonly followed: boolean;
  /** Tables that are as they were at the switch. */
  readonly tables: readonly string[];
  /** Large objects that are: none is ever followed. */
  readonly objects: number;
}

/** A facade is the root of its table. */
const BEHIND = `
  WITH followed AS (SELECT r.srrelid AS oid FROM pg_catalog.pg_subscription_rel r
    JOIN pg_catalog.pg_subscription s ON s.oid = r.srsubid JOIN pg_catalog.pg_database d ON d.oid = s.subdbid
    WHERE s.subname = $2 AND d.datname = pg_catalog.current_database())
  SELECT c.relname::text AS name FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = $1 AND c.relkind = 'r' AND ($3::text[] IS NULL OR c.relname = ANY ($3)) AND c.oid NOT IN (SELECT oid FROM followed)
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_partition_ancestors(c.oid) a WHERE a.relid IN (SELECT oid FROM followed))
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
                    AND d.objid = c.oid AND d.deptype = 'e')
  ORDER BY 1`;

/**
 * What a sealed home is behind in. Reads only.
 * @param link the name of the link by which it follows, if it does
 * @param only names of what is the dataset's, where others have theirs in its schema too; absent: all
 */
export async function behind(
  client: pg.Client,
  fence: FenceRow,
  { link, only }: { readonly link: string; readonly only?: readonly string[] | undefined },
): Promise<Behind> {
  const subscriptions = await rows(
    client,
    `SELECT FROM pg_catalog.pg_subscription s JOIN pg_catalog.pg_database d ON d.oid = s.subdbid
     WHERE s.subname = $1 AND d.datname = pg_catalog.current_database()`,
    [link],
  );
  const tables = await rows<{ name: string }>(client, BEHIND, [fence.schema_name, link, only ?? null]);
  const held = (await journalHas(client, "held_object"))
    ? await rows<{ n: number }>(client, "SELECT count(*)::int AS n FROM rehome.held_object WHERE key = $1", [
        fence.key,
      ])
    : [];
  return {
    followed: subscriptions.length > 0,
    tables: tables.map(({ name }) => name),
    objects: held[0]?.n ?? 0,
  };
}
