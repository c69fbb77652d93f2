import type { Endpoint } from "./endpoint";
import { authority, percent, query, serverOption, userinfo } from "./quoting";

/** `postgres://…`: libpq, node-postgres, psycopg and most others. */
export const url = (at: Endpoint): string =>
  `postgres://${userinfo(at)}${authority(at)}/${percent(at.database)}${query({
    sslmode: at.sslmode,
    sslrootcert: at.sslrootcert,
  })}`;

/** pgjdbc. User and password are given beside it, as Quarkus and Spring take them. */
export const jdbcUrl = (at: Endpoint): string =>
  `jdbc:postgresql://${authority(at)}/${percent(at.database)}${query({
    currentSchema: at.searchPath,
    sslmode: at.sslmode,
    sslrootcert: at.sslrootcert,
  })}`;

/** r2dbc-postgresql. User and password are given beside it. */
export const r2dbcUrl = (at: Endpoint): string =>
  `r2dbc:postgresql://${authority(at)}/${percent(at.database)}${query({
    schema: at.searchPath,
    sslMode: at.sslmode,
    sslRootCert: at.sslrootcert,
  })}`;

/** Vert.x's client, which Quarkus' reactive data sources use; it knows no `currentSchema`. User and password are given beside it. */
export const reactiveUrl = (at: Endpoint): string =>
  `postgresql://${authority(at)}/${percent(at.database)}${query({
    search_path: at.searchPath,
    sslmode: at.sslmode,
  })}`;

/** SQLAlchemy reads what stands in its path as it is: a database of another form goes to the driver as a parameter. */
const PLAIN_PATH = /^[A-Za-z0-9_.~-]+$/;

/** SQLAlchemy with psycopg. */
export const sqlalchemyUrl = (at: Endpoint): string => {
  const plain = PLAIN_PATH.test(at.database);
  return `postgresql+psycopg://${userinfo(at)}${authority(at)}/${plain ? at.database : ""}${query({
    dbname: plain ? undefined : at.database,
    options: serverOption("search_path", at.searchPath),
    sslmode: at.sslmode,
    sslrootcert: at.sslrootcert,
  })}`;
};

/** Go's pgx and lib/pq: parameters that they do not know are set in the session. */
export const goUrl = (at: Endpoint): string =>
  `postgres://${userinfo(at)}${authority(at)}/${percent(at.database)}${query({
    search_path: at.searchPath,
    sslmode: at.sslmode,
    sslrootcert: at.sslrootcert,
  })}`;
