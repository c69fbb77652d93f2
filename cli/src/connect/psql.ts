import { spawn } from "node:child_process";
import { openLocalDoor, type ServerConnection } from "@rehome/migration";
import { findBinaries } from "@rehome/postgres";

/** Where psql is to go, and as whom. */
export interface Login {
  readonly server: ServerConnection;
  readonly database: string;
  /** Found first by names without a schema; absent: as the role's settings say. */
  readonly schema?: string;
}

/** An option's value as `PGOPTIONS` takes it: white space and backslashes escaped. */
const escaped = (value: string): string => value.replace(/[\\\s]/g, "\\$&");

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/**
 * What libpq reads of a login: the password goes by the environment of psql alone, never by its arguments. Other settings
 * of the caller's own that would lead elsewhere are left out. Pure.
 */
export const environmentOf = (
  { server, database, schema }: Login,
  inherited: Readonly<NodeJS.ProcessEnv>,
): NodeJS.ProcessEnv => {
  const { host, port, user, password, sslmode, sslrootcert } = server;
  const kept = Object.entries(inherited).filter(([name]) => !/^PG[A-Z]/.test(name) || name === "PGPASSFILE");
  return {
    ...Object.fromEntries(kept),
    ...{
      PGHOST: host,
      PGPORT: String(port),
      PGUSER: user,
      PGDATABASE: database,
      PGAPPNAME: "rehome connect",
    },
    ...(password === undefined ? {} : { PGPASSWORD: password }),
    ...(sslmode === undefined ? {} : { PGSSLMODE: sslmode }),
    ...(sslrootcert === undefined ? {} : { PGSSLROOTCERT: sslrootcert }),
    ...(schema === undefined ? {} : { PGOPTIONS: `-c search_path=${escaped(quoted(schema))}` }),
  };
};

/** Runs psql in the caller's terminal. @returns its exit code */
export const psql = async (login: Login, args: readonly string[]): Promise<number> => {
  const { path } = await findBinaries({ need: ["psql"] });
  const { connector } = login.server;
  const door = connector && (await openLocalDoor(connector));
  const server = door
    ? { ...login.server, host: door.host, port: door.port, sslmode: "disable" as const }
    : login.server;
  try {
    const child = spawn(path("psql"), args, {
      stdio: "inherit",
      env: environmentOf({ ...login, server }, process.env),
    });
    // Ctrl-C is psql's: it ends a query there, not the session.
    const ignore = (): void => undefined;
    process.on("SIGINT", ignore);
    return await new Promise<number>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code, signal) => resolve(code ?? (signal === null ? 1 : 128)));
    }).finally(() => process.off("SIGINT", ignore));
  } finally {
    await door?.close();
  }
};
