import type { ConnectionKey } from "@rehome/topology";
import type { Endpoint } from "./endpoint";
import { libpq, npgsql, type NpgsqlPool } from "./keywords";
import { goUrl, jdbcUrl, r2dbcUrl, reactiveUrl, sqlalchemyUrl, url } from "./urls";

export type { Endpoint } from "./endpoint";
export type { NpgsqlPool } from "./keywords";

/** A connection's parts, and all of it as each driver reads it. Holds the password. */
export type ConnectionFormats = Readonly<Record<ConnectionKey, string>>;

/**
 * Every form of a connection, by the key that it has in a service's Secret. `pool` goes where a driver reads it there.
 *
 * @example
 * ```ts
 * const { connections } = Topology.fromConfig();
 * export const jdbcUrl = connections.apply(({ billing }) => billing && connectionFormats(billing)["jdbc-url"]);
 * ```
 */
export const connectionFormats = (
  at: Endpoint & { readonly schema: string },
  pool?: NpgsqlPool,
): ConnectionFormats => ({
  host: at.host,
  port: String(at.port),
  database: at.database,
  schema: at.schema,
  "search-path": at.searchPath,
  username: at.user,
  password: at.password ?? "",
  sslmode: at.sslmode,
  url: url(at),
  libpq: libpq(at),
  "jdbc-url": jdbcUrl(at),
  "r2dbc-url": r2dbcUrl(at),
  "reactive-url": reactiveUrl(at),
  npgsql: npgsql(at, pool),
  "sqlalchemy-url": sqlalchemyUrl(at),
  "go-url": goUrl(at),
});
