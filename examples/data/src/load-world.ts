import { escapeIdentifier, escapeLiteral, type Client } from "pg";
import { inSession, loadDatabase, type LegacyServer } from "./load-database";
import { defaultPassword } from "./passwords";
import { databasesOf, rolesOf, type World } from "./worlds";

export interface LoadArgs {
  readonly world: World;
  /** An empty server of nobody's, reached as its superuser. */
  readonly server: LegacyServer;
  /** 1 is about 20,000 rows, 100 about two million. A whole number from 1 on. */
  readonly scale: number;
  /** Tenants of a world that has some. Default: 2. A whole number from 1 on. */
  readonly tenants?: number;
  /** The roles' passwords. Default for each: `defaultPassword(role)`. */
  readonly passwords?: Readonly<Record<string, string>>;
  /** Whether databases of these names are dropped first. Default: they are an error. */
  readonly replace?: boolean;
}

/** Says that a database is loaded, and which of how many it was. */
export type LoadProgress = (loaded: { database: string; rows: number; done: number; total: number }) => void;

export interface LoadedWorld {
  readonly databases: readonly { readonly name: string; readonly rows: number }[];
  readonly rows: number;
  /** The roles' passwords, as they are now. */
  readonly passwords: Readonly<Record<string, string>>;
}

const ensureRole = async (client: Client, role: string, password: string): Promise<void> => {
  const { rowCount } = await client.query("SELECT FROM pg_catalog.pg_roles WHERE rolname = $1", [role]);
  const verb = rowCount === 0 ? "CREATE" : "ALTER";
  await client.query(`${verb} ROLE ${escapeIdentifier(role)} LOGIN PASSWORD ${escapeLiteral(password)}`);
};

const createDatabases = async (client: Client, args: LoadArgs): Promise<void> => {
  const names = databasesOf(args.world).map(({ name }) => name);
  const { rows } = await client.query<{ datname: string }>(
    "SELECT datname FROM pg_catalog.pg_database WHERE datname = ANY ($1) ORDER BY 1",
    [names],
  );
  if (rows.length > 0 && args.replace !== true) {
    const there = rows.map(({ datname }) => datname).join(", ");
    throw new Error(
      `${there}: already on ${args.server.host}:${args.server.port}. Drop them, or load with replace.`,
    );
  }
  for (const { datname } of rows)
    await client.query(`DROP DATABASE ${escapeIdentifier(datname)} WITH (FORCE)`);
  for (const { name: plain, owner } of databasesOf(args.world)) {
    const name = escapeIdentifier(plain);
    await client.query(`CREATE DATABASE ${name} OWNER ${owner} TEMPLATE template0 ENCODING 'UTF8'`);
    await client.query(`REVOKE CONNECT ON DATABASE ${name} FROM PUBLIC`);
    for (const role of rolesOf(args.world).filter((other) => ownsIn(args.world, plain, other))) {
      await client.query(`GRANT CONNECT, TEMPORARY ON DATABASE ${name} TO ${role}`);
    }
  }
};

const ownsIn = (world: World, database: string, role: string): boolean =>
  databasesOf(world).some(({ name, schemas }) => name === database && Object.values(schemas).includes(role));

/**
 * Makes a world's legacy server: roles, databases, schemas, and rows that are the same on every server for the same
 * scale. The rows are made inside the server. Throws when a database of the world is there already, and on the first
 * error of a file, with its name and line.
 */
export const loadWorld = async (
  args: LoadArgs,
  progress: LoadProgress = () => undefined,
): Promise<LoadedWorld> => {
  if (!Number.isInteger(args.scale) || args.scale < 1 || args.scale > 10_000) {
    throw new Error(`Scale ${args.scale}: expected a whole number from 1 to 10000.`);
  }
  const { scale, tenants = 2 } = args;
  if (!Number.isInteger(tenants) || tenants < 1)
    throw new Error(`Tenants ${tenants}: expected a whole number from 1 on.`);
  const passwords = Object.fromEntries(
    rolesOf(args.world).map((role) => [role, args.passwords?.[role] ?? defaultPassword(role)]),
  );
  await inSession(args.server, "postgres", async (client) => {
    for (const [role, password] of Object.entries(passwords)) await ensureRole(client, role, password);
    await createDatabases(client, args);
  });
  const all = databasesOf(args.world);
  const databases: { name: string; rows: number }[] = [];
  for (const database of all) {
    const rows = await loadDatabase(args.world, database, args.server, { scale, tenants });
    databases.push({ name: database.name, rows });
    progress({ database: database.name, rows, done: databases.length, total: all.length });
  }
  return { databases, rows: databases.reduce((sum, { rows }) => sum + rows, 0), passwords };
};
