import type { Pooler } from "@rehome/topology";
import type { Endpoint } from "../connection-formats";

/** PgBouncer's port. */
export const POOLER_PORT = 6432;
/** Where its container finds its configuration. */
export const POOLER_FOLDER = "/etc/pgbouncer";

/** Users: within double quotes, doubled inside. */
const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
/** Values of a connection: within single quotes, doubled inside. */
const value = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** The names that its `[databases]` can hold; any other is passed on, and the role is let into its own alone. */
const PLAIN = /^[A-Za-z0-9_.-]+$/;

/** Drivers send these when they connect. A pooled connection cannot have them; the role's own `search_path` holds. */
const IGNORED = ["extra_float_digits", "search_path", "options"];

/** A service's PgBouncer. */
export interface PoolerConfig {
  readonly at: Endpoint;
  readonly mode: Pooler["mode"];
  readonly connections: number;
  readonly clients: number;
  /** What the server keeps of the role's password, or where Rehome does not know that, the password. */
  readonly secret: string;
  /** Where its files are. Default: `POOLER_FOLDER`. */
  readonly folder?: string;
  /** Default: `POOLER_PORT`. */
  readonly port?: number;
}

/** PgBouncer's files, by name. Throws where a name cannot be written in them. */
export const poolerFiles = (config: PoolerConfig): Readonly<Record<string, string>> => {
  const { at, mode, connections, clients, secret, folder = POOLER_FOLDER, port = POOLER_PORT } = config;
  if ([at.user, secret].some((text) => /[\r\n]/.test(text)))
    throw new Error("PgBouncer cannot hold a role or password with a line break; delete pool.mode.");
  const database = PLAIN.test(at.database) ? at.database : "*";
  const target = `${database} = host=${value(at.host)} port=${at.port}`;
  const settings = {
    listen_addr: "*",
    listen_port: String(port),
    unix_socket_dir: "",
    auth_type: "scram-sha-256",
    auth_file: `${folder}/userlist.txt`,
    pool_mode: mode,
    default_pool_size: String(connections),
    max_client_conn: String(clients),
    ignore_startup_parameters: IGNORED.join(","),
    server_tls_sslmode: at.sslmode,
    ...(at.sslrootcert === undefined ? {} : { server_tls_ca_file: at.sslrootcert }),
  };
  const lines = Object.entries(settings).map(([key, text]) => `${key} = ${text}`);
  return {
    "pgbouncer.ini": ["[databases]", target, "", "[pgbouncer]", ...lines, ""].join("\n"),
    "userlist.txt": `${quoted(at.user)} ${quoted(secret)}\n`,
  };
};
