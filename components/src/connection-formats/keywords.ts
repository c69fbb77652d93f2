import type { Endpoint } from "./endpoint";
import { adoValue, keywordValue, serverOption } from "./quoting";

const joined = (
  values: Readonly<Record<string, string | undefined>>,
  write: (value: string) => string,
  separator: string,
): string =>
  Object.entries(values)
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${write(value)}`]))
    .join(separator);

/** libpq's `keyword='value' …`, which psql, psycopg, pgx and many others read. */
export const libpq = (at: Endpoint): string =>
  joined(
    {
      host: at.host,
      port: String(at.port),
      dbname: at.database,
      user: at.user,
      password: at.password,
      sslmode: at.sslmode,
      sslrootcert: at.sslrootcert,
      options: serverOption("search_path", at.searchPath),
    },
    keywordValue,
    " ",
  );

/** libpq's words for TLS, in Npgsql's. */
const SSL_MODE: Readonly<Record<string, string>> = {
  disable: "Disable",
  allow: "Allow",
  prefer: "Prefer",
  require: "Require",
  "verify-ca": "VerifyCA",
  "verify-full": "VerifyFull",
};

/** Npgsql's pool stands in its connection string. */
export interface NpgsqlPool {
  readonly max: number;
  readonly idle: number;
  /** Seconds. */
  readonly idleTimeout?: number;
}

/** Npgsql, .NET's driver. */
export const npgsql = (at: Endpoint, pool?: NpgsqlPool): string =>
  joined(
    {
      Host: at.host,
      Port: String(at.port),
      Database: at.database,
      Username: at.user,
      Password: at.password,
      "Search Path": at.searchPath,
      "SSL Mode": SSL_MODE[at.sslmode] ?? at.sslmode,
      "Root Certificate": at.sslrootcert,
      "Maximum Pool Size": pool && String(pool.max),
      "Minimum Pool Size": pool && String(pool.idle),
      "Connection Idle Lifetime": pool?.idleTimeout === undefined ? undefined : String(pool.idleTimeout),
    },
    adoValue,
    ";",
  );
