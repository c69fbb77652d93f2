import { readFile } from "node:fs/promises";
import { Client } from "pg";
import { legacyFile, preludeFile, tenantNames, type LegacyDatabase, type World } from "./worlds";

/** How to reach the server as its superuser. */
export interface LegacyServer {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

/** Opens a session, does `work` and closes it. */
export const inSession = async <T>(
  server: LegacyServer,
  database: string,
  work: (client: Client) => Promise<T>,
): Promise<T> => {
  const { host, port, user, password } = server;
  const client = new Client({ host, port, user, password, database });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
};

/** Every enabled trigger of the users, those of partitions too', to be off while rows are made: theirs would put in the time of the load. */
const TRIGGERS = `
  SELECT format('ALTER TABLE ONLY %s %%s TRIGGER %I', t.tgrelid::regclass, t.tgname) AS statement
  FROM pg_catalog.pg_trigger t
  WHERE NOT t.tgisinternal AND t.tgenabled = 'O'
  ORDER BY 1`;

const withoutTriggers = async (client: Client, work: () => Promise<void>): Promise<void> => {
  const { rows } = await client.query<{ statement: string }>(TRIGGERS);
  for (const { statement } of rows) await client.query(statement.replace("%s", "DISABLE"));
  await work();
  for (const { statement } of rows) await client.query(statement.replace("%s", "ENABLE"));
};

/** Runs a file of SQL in one transaction, `{words}` replaced; an error names the file and the line. */
const runFile = async (
  client: Client,
  file: string,
  words: Readonly<Record<string, string>> = {},
): Promise<void> => {
  const written = await readFile(file, "utf8");
  const text = Object.entries(words).reduce(
    (so, [word, value]) => so.replaceAll(`{${word}}`, value),
    written,
  );
  try {
    await client.query(text);
  } catch (error) {
    const position = Number((error as { position?: string }).position ?? 0);
    const line = position > 0 ? `:${text.slice(0, position).split("\n").length}` : "";
    throw new Error(`${file}${line}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
};

/** Tenants with as many rows as the scale says; all others have a two-hundredth, as most customers are small. */
const LARGE_TENANTS = 2;

const loadTenants = async (client: Client, world: World, tenants: number): Promise<void> => {
  for (const [index, tenant] of tenantNames(tenants).entries()) {
    const words = { tenant, schema: `tenant_${tenant}`, share: index < LARGE_TENANTS ? "1" : "200" };
    await runFile(client, legacyFile(world, "tenant", "schema"), words);
    await client.query("RESET ROLE; SET synchronous_commit = off");
    await runFile(client, legacyFile(world, "tenant", "data"), words);
  }
};

/** The number of rows in all tables (partitions count, the tables above them do not). */
const countRows = async (client: Client): Promise<number> => {
  const { rows } = await client.query<{ name: string }>(`
    SELECT format('%I.%I', n.nspname, c.relname) AS name
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%'`);
  let total = 0;
  for (let at = 0; at < rows.length; at += 500) {
    const batch = rows.slice(at, at + 500); // a statement locks all that it reads until its end
    const counts = batch.map(({ name }) => `SELECT count(*) AS n FROM ${name}`).join(" UNION ALL ");
    const counted = await client.query<{ n: string }>(`SELECT sum(n) AS n FROM (${counts}) AS c`);
    total += Number(counted.rows[0]?.n ?? 0);
  }
  return total;
};

/** Makes a database's schemas, tables and rows. The database is there and empty. Gives the number of rows. */
export const loadDatabase = (
  world: World,
  database: LegacyDatabase,
  server: LegacyServer,
  { scale, tenants }: { readonly scale: number; readonly tenants: number },
): Promise<number> =>
  inSession(server, database.name, async (client) => {
    await client.query("SET client_min_messages = warning; SET TimeZone = 'UTC'; SET DateStyle = 'ISO, YMD'");
    await client.query(
      "SELECT set_config('rehome.scale', $1, false), set_config('rehome.tenants', $2, false)",
      [String(scale), String(tenants)],
    );
    await runFile(client, legacyFile(world, database.name, "schema"));
    await runFile(client, preludeFile());
    await client.query(
      "SET search_path = public; SET synchronous_commit = off; SET max_parallel_workers_per_gather = 0",
    );
    await withoutTriggers(client, () => runFile(client, legacyFile(world, database.name, "data")));
    if (database.tenants !== undefined) await loadTenants(client, world, tenants);
    await client.query("ANALYZE");
    return countRows(client);
  });
