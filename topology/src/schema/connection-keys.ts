/** What a service's Secret holds of its connection, by key: its parts, and all of it in each driver's form. */
export const CONNECTION_KEYS = [
  "host",
  "port",
  "database",
  "schema",
  "search-path",
  "username",
  "password",
  "sslmode",
  "url",
  "libpq",
  "jdbc-url",
  "r2dbc-url",
  "reactive-url",
  "npgsql",
  "sqlalchemy-url",
  "go-url",
] as const;
/** One of `CONNECTION_KEYS`: what a `workload.connection` may name. */
export type ConnectionKey = (typeof CONNECTION_KEYS)[number];

/** What a service's ConfigMap holds of its pool, by key. */
export const POOL_KEYS = ["pool-max", "pool-idle", "pool-idle-timeout"] as const;
/** One of `POOL_KEYS`. `pool-idle-timeout` is in seconds. */
export type PoolKey = (typeof POOL_KEYS)[number];
