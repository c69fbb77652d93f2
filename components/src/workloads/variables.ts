import { POOL_KEYS, type ConnectionKey, type Pool, type PoolKey } from "@rehome/topology";
import { TRUSTED } from "./trust";

type Key = ConnectionKey | PoolKey;

/** libpq reads the certificates to trust from here; without it, from the home of the user that it runs as. */
const ROOT_CERTIFICATE = "PGSSLROOTCERT";

/** libpq's own variables, for programs that need no more. */
export const LIBPQ: Readonly<Record<string, Key>> = {
  PGHOST: "host",
  PGPORT: "port",
  PGDATABASE: "database",
  PGUSER: "username",
  PGPASSWORD: "password",
  PGSSLMODE: "sslmode",
};

/** What a workload has that names none. */
export const DEFAULT_VARIABLES: Readonly<Record<string, Key>> = { DATABASE_URL: "url", ...LIBPQ };

const isPoolKey = (key: Key): key is PoolKey => (POOL_KEYS as readonly string[]).includes(key);

/** What a service's ConfigMap holds of its pool; seconds and numbers of connections. */
export const poolSettings = ({
  max,
  idle,
  idleTimeout,
}: Pool): Readonly<Partial<Record<PoolKey, string>>> => ({
  "pool-max": String(max),
  "pool-idle": String(idle),
  ...(idleTimeout === undefined ? {} : { "pool-idle-timeout": String(idleTimeout) }),
});

/**
 * The environment variables that a container has of a connection, by reference to its Secret and ConfigMap. Among libpq's
 * own is the file with the certificates to trust, where the Secret has one: other drivers refuse a file that is not there.
 */
export const connectionVariables = <Name>(
  variables: Readonly<Record<string, Key>>,
  secret: Name,
  config: Name | undefined,
) => {
  const named = Object.entries(variables).map(([name, key]) => ({
    name,
    valueFrom:
      isPoolKey(key) && config !== undefined
        ? { configMapKeyRef: { name: config, key } }
        : { secretKeyRef: { name: secret, key } },
  }));
  if (!("PGSSLMODE" in variables) || ROOT_CERTIFICATE in variables) return named;
  const trusted = { secretKeyRef: { name: secret, key: TRUSTED, optional: true } };
  return [...named, { name: ROOT_CERTIFICATE, valueFrom: trusted }];
};
