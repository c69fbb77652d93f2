import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { Client, type ClientConfig, type QueryResultRow } from "pg";
import { RehearsalError } from "../../rehearsal-error";
import { textOf, UNKNOWN, type Value, type Values } from "../../wire/values";
import { identifier } from "./quote";

/** A session with one database. */
export interface Session {
  readonly rows: <Row extends QueryResultRow>(sql: string, parameters?: readonly unknown[]) => Promise<Row[]>;
  readonly run: (sql: string) => Promise<void>;
}

/** A server as a provider's configuration names it. */
export interface Server {
  readonly database: string;
  readonly user: string;
  /** Whether the administrator may read passwords' hashes. */
  readonly superuser: boolean;
  /** Runs in a session of its own. Without a database: the provider's. */
  readonly session: <T>(database: string | undefined, work: (session: Session) => Promise<T>) => Promise<T>;
  /** Runs in one transaction. */
  readonly transaction: <T>(
    database: string | undefined,
    work: (session: Session) => Promise<T>,
  ) => Promise<T>;
}

const text = (value: Value | undefined): string | undefined =>
  value === undefined || value === null || value === "" ? undefined : textOf(value);

/** `sslmode` in node-postgres' terms; as with the real provider it is "require" when nothing is said. */
const tls = (config: Values): ClientConfig["ssl"] => {
  const mode = text(config["sslmode"]) ?? text(config["sslMode"]) ?? "require";
  if (mode === "disable") return false;
  const root = text(config["sslrootcert"]);
  // With a file to check by, "require" checks the certificate too, as the real provider and libpq do.
  if (mode !== "require" || root !== undefined) {
    return {
      rejectUnauthorized: true,
      ...(root === undefined ? {} : { ca: readFileSync(root, "utf8") }),
      ...(mode === "verify-full" ? {} : { checkServerIdentity: () => undefined }),
    };
  }
  return { rejectUnauthorized: false };
};

const connect = async (config: ClientConfig): Promise<Client> => {
  const misread = /[%?#\p{Cc}]/u.exec(config.database ?? "")?.[0];
  if (misread !== undefined) {
    throw new RehearsalError(
      "bad-database",
      `the provider writes a database's name into a URL as it is, and ${JSON.stringify(misread)} in ${JSON.stringify(config.database)} means something else there.`,
    );
  }
  const client = new Client(config);
  client.on("error", () => undefined); // a lost session fails the query that needs it
  try {
    await client.connect();
    return client;
  } catch (error) {
    const reason =
      error instanceof Error ? error.message || (error as NodeJS.ErrnoException).code : String(error);
    throw new RehearsalError(
      "unreachable",
      `error connecting to PostgreSQL server ${config.host ?? ""}:${String(config.port)} as ${config.user ?? ""}, database "${config.database ?? ""}": ${reason ?? "no answer"}`,
      { cause: error },
    );
  }
};

const asSession = (client: Client): Session => ({
  rows: async <Row extends QueryResultRow>(sql: string, parameters: readonly unknown[] = []) =>
    (await client.query<Row>(sql, [...parameters])).rows,
  run: async (sql) => {
    await client.query(sql);
  },
});

/** SQLSTATEs that say: somebody else was at it, try again. */
const TRANSIENT = new Set([
  "40001", // serialization_failure
  "40P01", // deadlock_detected
  "55006", // object_in_use: a database that somebody is just leaving
]);
const ATTEMPTS = 5;
const PAUSE = 200;

const isTransient = (error: unknown): boolean => {
  const { code, message } = error as { code?: string; message?: string };
  return (code !== undefined && TRANSIENT.has(code)) || message === "tuple concurrently updated";
};

const retried = async <T>(work: () => Promise<T>): Promise<T> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt === ATTEMPTS || !isTransient(error)) throw error;
      await sleep(PAUSE * attempt);
    }
  }
};

/** The server that a provider's configuration names. */
export const serverOf = (config: Values): Server => {
  const unknown = Object.entries(config).find(([, value]) => value === UNKNOWN);
  if (unknown) throw new RehearsalError("unknown-config", `the provider's "${unknown[0]}" is not known yet.`);
  const user = text(config["username"]) ?? "postgres";
  const home = text(config["database"]) ?? "postgres";
  const base: ClientConfig = {
    host: text(config["host"]) ?? "localhost",
    port: Number(text(config["port"]) ?? 5432),
    user,
    ssl: tls(config),
    connectionTimeoutMillis: Number(text(config["connectTimeout"]) ?? 180) * 1000,
    application_name: "rehearsal",
    ...(config["password"] === undefined ? {} : { password: textOf(config["password"]) }),
  };
  const session: Server["session"] = (database, work) =>
    retried(async () => {
      const client = await connect({ ...base, database: database ?? home });
      try {
        return await work(asSession(client));
      } finally {
        await client.end().catch(() => undefined); // the work is done or has failed already
      }
    });
  return {
    database: home,
    user,
    superuser: textOf(config["superuser"] ?? "true") !== "false",
    session,
    transaction: (database, work) =>
      session(database, async (inner) => {
        await inner.run("BEGIN");
        const result = await work(inner); // an error ends the session, and with it the transaction
        await inner.run("COMMIT");
        return result;
      }),
  };
};

/** Keeps two changes of one role, and of its members, apart. */
export const lockRole = async (session: Session, role: string): Promise<void> => {
  await session.run("SET LOCAL statement_timeout = 0");
  await session.rows("SELECT pg_advisory_xact_lock(oid::bigint) FROM pg_roles WHERE rolname = $1", [role]);
  await session.rows(
    "SELECT pg_advisory_xact_lock(member::bigint) FROM pg_auth_members JOIN pg_roles ON roleid = pg_roles.oid WHERE rolname = $1",
    [role],
  );
};

/** An administrator that is no superuser needs to be a member of the roles whose objects it handles. */
export const withRoles = async <T>(
  session: Session,
  roles: readonly string[],
  work: () => Promise<T>,
): Promise<T> => {
  const [me] = await session.rows<{ name: string; super: boolean }>(
    "SELECT rolname AS name, rolsuper AS super FROM pg_roles WHERE rolname = current_user",
  );
  if (me === undefined || me.super) return work();
  const needed = await session.rows<{ rolname: string }>(
    `SELECT rolname FROM pg_roles r WHERE rolname = ANY($1) AND NOT rolsuper AND rolname <> current_user
       AND NOT EXISTS (SELECT FROM pg_auth_members WHERE roleid = r.oid AND member = (SELECT oid FROM pg_roles WHERE rolname = current_user))`,
    [roles],
  );
  for (const { rolname } of needed)
    await session.run(`GRANT ${identifier(rolname)} TO ${identifier(me.name)}`);
  const result = await work();
  for (const { rolname } of needed)
    await session.run(`REVOKE ${identifier(rolname)} FROM ${identifier(me.name)}`);
  return result;
};

export const exists = async (
  session: Session,
  what: "role" | "database" | "schema",
  name: string,
): Promise<boolean> => {
  const queries = {
    role: "SELECT FROM pg_roles WHERE rolname = $1",
    database: "SELECT FROM pg_database WHERE datname = $1",
    schema: "SELECT FROM pg_namespace WHERE nspname = $1",
  };
  return (await session.rows(queries[what], [name])).length > 0;
};
