import { codeOf } from "./errors";
import { emptySchema } from "./ddl/empty-schema";
import { liftFence } from "./fence/fence";
import { hasJournal, latestMigration } from "./journal/journal";
import { placementName } from "./naming";
import { open, rows, withSession } from "./sql/connect";
import type { Endpoint, Finding, ServerConnection } from "./types";

export interface ReleaseQuery {
  readonly dataset: string;
  /** The placement that is to be deleted. */
  readonly old: Endpoint;
  /** The dataset's home. */
  readonly home: Endpoint;
}

/**
 * Whether an old placement may be deleted: the home's journal holds a clean verification of what came from there; or
 * the old one's journal says that it was never handed out.
 */
export async function release({
  dataset,
  old,
  home,
}: ReleaseQuery): Promise<{ released: boolean; reason: string }> {
  const [from, to] = [placementName(old), placementName(home)];
  const arrived = await ask(home, (client) => latestMigration(client, { dataset, source: from, target: to }));
  if (
    arrived !== undefined &&
    (arrived.state === "switched" || arrived.state === "retired") &&
    arrived.clean === true
  ) {
    return { released: true, reason: `${dataset} came from ${from} to ${to}, verified clean` };
  }
  const leftover = await ask(old, (client) => latestMigration(client, { dataset, target: from, source: to }));
  if (leftover?.state === "running") {
    return { released: true, reason: `${from} was never handed out: ${dataset} has stayed in ${to}` };
  }
  return {
    released: false,
    reason: `${from} is not deleted: the journal in ${to} holds no clean verification that ${dataset} came from there. Name it as formerly until a move has been verified.`,
  };
}

async function ask<T>(
  end: Endpoint,
  question: (client: Awaited<ReturnType<typeof open>>) => Promise<T | undefined>,
): Promise<T | undefined> {
  try {
    return await withSession(end.server, end.database, async (client) =>
      (await hasJournal(client)) ? await question(client) : undefined,
    );
  } catch (error) {
    if (codeOf(error) === "database-missing") return undefined;
    throw error;
  }
}

/**
 * Ends a dataset's way back: marks the migration retired and, when `drop` says so, removes the dataset's objects from
 * the old home, and its database when nothing else is in it.
 * @throws RehomeError when the journal does not release the old home
 */
export async function retire(query: ReleaseQuery & { readonly drop: boolean }): Promise<void> {
  const { released, reason } = await release(query);
  if (!released) throw new Error(reason);
  const { dataset, old, home } = query;
  if (query.drop && (await databaseExists(old))) {
    await withSession(old.server, old.database, async (client) => {
      await emptySchema(client, old.schema);
      await liftFence(client, dataset, old.schema);
    });
  }
  await withSession(home.server, home.database, (client) =>
    client.query(
      "UPDATE rehome.migration SET state = 'retired', ended_at = clock_timestamp() WHERE dataset = $1 AND source = $2 AND target = $3 AND state = 'switched'",
      [dataset, placementName(old), placementName(home)],
    ),
  );
}

async function databaseExists({ server, database }: Endpoint): Promise<boolean> {
  try {
    await withSession(server, database, async () => undefined);
    return true;
  } catch (error) {
    if (codeOf(error) === "database-missing") return false;
    throw error;
  }
}

/** The number of tables that users have made in a database, or in one of its schemas; 0 when it does not exist. */
export async function holdsTables(
  server: ServerConnection,
  database: string,
  schema?: string,
): Promise<number> {
  try {
    return await withSession(server, database, async (client) => {
      const [row] = await rows<{ n: number }>(
        client,
        `SELECT count(*)::int AS n FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
         WHERE c.relkind IN ('r', 'p', 'm') AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'rehome')
           AND ($1::text IS NULL OR n.nspname = $1)
           AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::regclass
                           AND d.objid = c.oid AND d.deptype = 'e')`,
        [schema ?? null],
      );
      return row?.n ?? 0;
    });
  } catch (error) {
    if (codeOf(error) === "database-missing") return 0;
    throw error;
  }
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
    await withSession(end.server, end.database, async () => undefined);
    return undefined;
  } catch (error) {
    const code = codeOf(error);
    if (code === "database-missing") return undefined;
    const message = error instanceof Error ? error.message : String(error);
    return {
      code: code ?? "unreachable",
      level: "blocker",
      message: `host "${end.host}": ${message}`,
      remedy: "",
    };
  }
}
