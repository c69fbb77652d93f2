import { codeOf, messageOf } from "./errors";
import { schemaOid, steadily } from "./inspect/schema";
import { cut } from "./scope/cut";
import { readGraph } from "./scope/graph";
import { rows, withSession, withSessionIfThere } from "./sql/connect";
import type { Endpoint, Finding, ServerConnection } from "./types";

/** The number of tables that users have made in a database, or in one of its schemas; 0 when it does not exist. */
export async function holdsTables(
  server: ServerConnection,
  database: string,
  schema?: string,
): Promise<number> {
  const found = await withSessionIfThere(server, database, async (client) => {
    const [row] = await rows<{ n: number }>(
      client,
      `SELECT count(*)::int AS n FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
         WHERE c.relkind IN ('r', 'p', 'm') AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'rehome')
           AND ($1::text IS NULL OR n.nspname = $1)
           AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::regclass
                           AND d.objid = c.oid AND d.deptype = 'e')`,
      [schema ?? null],
    );
    return row?.n;
  });
  return found ?? 0;
}

/** A table, and the role that it belongs to. */
export interface OwnedTable {
  readonly table: string;
  readonly owner: string;
}

/** Tables of a placement that a role may not read, or would not once it is created; none when there is no such placement. */
export async function unreadableTables(
  { server, database, schema }: Pick<Endpoint, "server" | "database" | "schema">,
  role: string,
): Promise<OwnedTable[]> {
  const found = await withSessionIfThere(server, database, (client) =>
    rows<OwnedTable>(
      client,
      `SELECT c.relname::text AS table, pg_catalog.pg_get_userbyid(c.relowner)::text AS owner
         FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
         LEFT JOIN pg_catalog.pg_roles r ON r.rolname = $2
         WHERE c.relkind IN ('r', 'p') AND n.nspname = $1
           AND (r.oid IS NULL OR NOT pg_catalog.has_table_privilege(r.oid, c.oid, 'SELECT'))
           AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::regclass
                           AND d.objid = c.oid AND d.deptype = 'e') ORDER BY 1`,
      [schema, role],
    ),
  );
  return found ?? [];
}

/**
 * The number of tables of a schema that none of these selections has; 0 when there is no such schema.
 * @param selections table name patterns, those of each dataset that is a part of the schema
 */
export async function tablesOutside(
  server: ServerConnection,
  database: string,
  schema: string,
  selections: readonly (readonly string[])[],
): Promise<number> {
  const outside = await withSessionIfThere(server, database, async (client) => {
    const oid = await schemaOid(client, schema);
    if (oid === undefined) return undefined;
    const graph = await steadily(() => readGraph(client, schema, oid, []));
    const selected = new Set(
      selections.flatMap((patterns) => cut(graph, patterns).objects.map(({ key }) => key)),
    );
    return graph.objects.filter(
      (object) => ["r", "p", "m"].includes(object.relkind ?? "") && !selected.has(object.key),
    ).length;
  });
  return outside ?? 0;
}

/** The databases of a server that one can connect to, but for templates. */
export async function databases(server: ServerConnection): Promise<string[]> {
  return await withSession(server, "postgres", async (client) => {
    const found = await rows<{ name: string }>(
      client,
      "SELECT datname::text AS name FROM pg_catalog.pg_database WHERE datallowconn AND NOT datistemplate ORDER BY datname",
    );
    return found.map((row) => row.name);
  });
}

/** What keeps a server from being reached; a database that does not exist yet is none of it. */
export async function checkConnection(end: Endpoint): Promise<Finding | undefined> {
  try {
    await withSessionIfThere(end.server, end.database, async () => undefined);
    return undefined;
  } catch (error) {
    return {
      code: codeOf(error) ?? "unreachable",
      level: "blocker",
      message: `host "${end.host}": ${messageOf(error)}`,
      remedy: "",
    };
  }
}
