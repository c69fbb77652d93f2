import { createHash } from "node:crypto";
import type { Endpoint, MoveOptions, MoveRequest } from "@rehome/migration";
import { ident } from "../../migration/src/sql/quote";
import type { Login, TestServer } from "../support/servers";

/** A dataset in an old home, and the empty new home that it is to move into. */
export interface World {
  readonly a: TestServer;
  readonly b: TestServer;
  readonly request: MoveRequest;
  readonly login: Login;
}

export interface WorldOptions {
  /** The schema's name in the old home; default `public`. */
  readonly from?: string;
  /** Its name in the new one; default `new_home`. */
  readonly to?: string;
  /** The new home's database; default: named as the old one's. */
  readonly into?: string;
  /** How the databases are created: `{ old: "TEMPLATE template0 ENCODING 'LATIN1' ..." }`; default: as the server does. */
  readonly created?: { readonly old?: string; readonly now?: string };
  /** Statements that the administrator runs in the old home first. */
  readonly before?: string;
  readonly options?: Partial<MoveOptions>;
}

const PASSWORD = "service's own";

/** Creates both ends on two servers and runs `definitions` in the old home as the service's own role. */
export async function makeWorld(
  a: TestServer,
  b: TestServer,
  name: string,
  definitions: string,
  given: WorldOptions = {},
): Promise<World> {
  const { from = "public", to = "new_home", into = name, before = "", created = {} } = given;
  const owner = `${name}_user`;
  const [role, old, now] = [ident(owner), ident(name), ident(into)];
  for (const server of new Set([a, b])) {
    await server.sql("postgres", `CREATE ROLE ${role} LOGIN PASSWORD '${PASSWORD.replace("'", "''")}'`);
  }
  await a.sql("postgres", `CREATE DATABASE ${old} ${created.old ?? ""}`);
  await a.sql(
    name,
    `CREATE SCHEMA IF NOT EXISTS ${ident(from)}; ALTER SCHEMA ${ident(from)} OWNER TO ${role};
     ALTER ROLE ${role} IN DATABASE ${old} SET search_path = ${ident(from)}, public; ${before};
     SET ROLE ${role}; SET search_path = ${ident(from)}, public; ${definitions}`,
  );
  const [there] = await b.sql(
    "postgres",
    `SELECT FROM pg_database WHERE datname = '${into.replaceAll("'", "''")}'`,
  );
  if (there === undefined) await b.sql("postgres", `CREATE DATABASE ${now} ${created.now ?? ""}`);
  await b.sql(into, `CREATE SCHEMA IF NOT EXISTS ${ident(to)}; ALTER SCHEMA ${ident(to)} OWNER TO ${role}`);
  return {
    a,
    b,
    login: { user: owner, password: PASSWORD },
    request: {
      dataset: name,
      from: { host: "old", server: a.connection, database: name, schema: from, owner, ownDatabase: true },
      to: { host: "new", server: b.connection, database: into, schema: to, owner, ownDatabase: true },
      options: { mode: "offline", verify: "checksum", jobs: 2, fenceTimeout: 3_000, ...given.options },
    },
  };
}

/** The same move the other way. */
export const reversed = (request: MoveRequest): MoveRequest => ({
  ...request,
  from: request.to,
  to: request.from,
});

/** The one number or text that a query asks for. */
export async function value<T = number>(
  server: TestServer,
  database: string,
  sql: string,
  login?: Login,
): Promise<T> {
  const [row] = await server.sql<Record<string, T>>(database, sql, login);
  const [found] = Object.values(row ?? {});
  if (found === undefined) throw new Error(`no value: ${sql}`);
  return found;
}

interface Shape {
  readonly name: string;
  readonly columns: string[] | null;
}

/**
 * The content of every table and materialized view of a schema: rows as text, sorted, hashed here. It knows nothing of
 * the engine: columns go by name, so it does not matter how they are ordered.
 */
export async function contents(
  server: TestServer,
  { database, schema }: Endpoint,
): Promise<Record<string, string>> {
  const client = await server.connect(database);
  try {
    await client.query(
      `SET search_path = ${ident(schema)}, public; SET row_security = off; SET timezone = 'UTC'`,
    );
    const shapes = await client.query<Shape>(
      `SELECT c.relname::text AS name, (SELECT array_agg(a.attname::text ORDER BY a.attname) FROM pg_attribute a
         WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns
       FROM pg_class c WHERE c.relnamespace = $1::regnamespace AND c.relkind IN ('r', 'm') AND c.relispopulated ORDER BY 1`,
      [ident(schema)],
    );
    const found: Record<string, string> = {};
    for (const { name, columns } of shapes.rows) {
      const { rows } = await client.query<{ line: string }>(
        `SELECT ROW(${(columns ?? []).map(ident).join(", ")})::text AS line FROM ONLY ${ident(schema)}.${ident(name)}`,
      );
      const hash = createHash("sha256");
      for (const line of rows.map((row) => row.line).sort()) hash.update(`${line}\n`);
      found[name] = `${rows.length} ${hash.digest("hex").slice(0, 12)}`;
    }
    return found;
  } finally {
    await client.end();
  }
}

/** What a run must not leave on a server: sessions, scratch databases, triggers that hold or note writes. */
export async function leftovers(server: TestServer, { database, schema }: Endpoint): Promise<string[]> {
  const found = await server.sql<{ what: string }>(
    database,
    `SELECT 'database ' || datname AS what FROM pg_database WHERE datname LIKE 'rehome%'
     UNION ALL SELECT 'session ' || application_name FROM pg_stat_activity WHERE application_name ILIKE '%rehome%'
     UNION ALL SELECT 'trigger on ' || c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
       JOIN pg_namespace n ON n.oid = c.relnamespace WHERE t.tgname = 'rehome_fence' AND n.nspname = '${schema.replaceAll("'", "''")}'
     UNION ALL SELECT 'lock ' || classid FROM pg_locks WHERE locktype = 'advisory'`,
  );
  return found.map((row) => row.what);
}

/** Waits until a question is answered with yes; fails after `seconds`. */
export async function until(question: () => Promise<boolean>, seconds = 20): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (!(await question())) {
    if (Date.now() > end) throw new Error(`not so after ${seconds} s`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
