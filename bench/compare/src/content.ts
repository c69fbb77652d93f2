import type { Server } from "./server";

/** What is in a database: rows by table with a hash of them, and how many objects of each kind. */
export interface Content {
  readonly tables: Readonly<Record<string, string>>;
  readonly objects: Readonly<Record<string, number>>;
}

const BATCH = 200;

/**
 * Reads what is in schema `public`, to be compared with another copy of it.
 * @param hashed false: counts alone
 */
export async function contentOf(server: Server, database: string, hashed: boolean): Promise<Content> {
  const names = await server.sql<{ name: string }>(
    database,
    "SELECT quote_ident(relname) AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1",
  );
  const tables: Record<string, string> = {};
  const content = hashed
    ? "count(*) || ' ' || coalesce(sum(hashtextextended(t::text, 0)), 0)"
    : "count(*)::text";
  for (let at = 0; at < names.length; at += BATCH) {
    const selects = names
      .slice(at, at + BATCH)
      .map(({ name }) => `SELECT '${name}' AS name, ${content} AS content FROM public.${name} t`);
    for (const row of await server.sql<{ name: string; content: string }>(
      database,
      selects.join(" UNION ALL "),
    ))
      tables[row.name] = row.content;
  }
  const objects = await server.sql<{ kind: string; n: number }>(
    database,
    `SELECT 'relkind ' || relkind::text AS kind, count(*)::int AS n FROM pg_class WHERE relnamespace = 'public'::regnamespace GROUP BY 1
     UNION ALL SELECT 'contype ' || contype::text, count(*)::int FROM pg_constraint WHERE connamespace = 'public'::regnamespace GROUP BY 1
     UNION ALL SELECT 'analyzed', count(*)::int FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND reltuples >= 0
     UNION ALL SELECT 'sequences', coalesce(sum(last_value), 0)::int FROM pg_sequences WHERE schemaname = 'public'`,
  );
  return { tables, objects: Object.fromEntries(objects.map(({ kind, n }) => [kind, n])) };
}

/** What differs between two contents, in words; of the tables the first few. */
export function differences(one: Content, other: Content): string[] {
  const differing = (a: Readonly<Record<string, unknown>>, b: Readonly<Record<string, unknown>>): string[] =>
    [...new Set([...Object.keys(a), ...Object.keys(b)])]
      .filter((key) => a[key] !== b[key])
      .map((key) => `${key}: ${String(a[key])} there, ${String(b[key])} here`);
  return [...differing(one.objects, other.objects), ...differing(one.tables, other.tables).slice(0, 5)];
}
