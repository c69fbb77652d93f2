import type pg from "pg";
import { rows } from "../sql/connect";
import { idleBeside } from "../sql/kept-sessions";

/** What a server allows its administrator's sessions, and what they would use up. Bytes are bytes. */
export interface ServerInspection {
  /**
   * Equal for one server by whatever address and role, and for no two: when it was started, since when it counts, and its own
   * port. Two servers that are started at once may well be so in the same microsecond.
   */
  readonly identity: string;
  readonly standby: boolean;
  /** `default_transaction_read_only` of the administrator's sessions. */
  readonly readOnly: boolean;
  /** Where that is set: `database`, `user`, `configuration file`, ... */
  readonly readOnlyFrom: string;
  readonly user: string;
  readonly superuser: boolean;
  /** Sessions that may still be opened, by what limits them; a limit that does not hold for the administrator is left out. */
  readonly freeSessions: Readonly<Record<string, number>>;
  /** Locks that all sessions together have room for. */
  readonly lockCapacity: number;
  /** The size of the database, where it was asked for: to add up the files of thousands of tables takes long. */
  readonly databaseBytes?: number;
  /** WAL that the server keeps when nobody holds it back. */
  readonly walBytes: number;
  /** Replication slots and archiving keep WAL until somebody has read it. */
  readonly walHeld: boolean;
  /** What finds the server's files on its own machine; absent for an administrator who may not know. */
  readonly files?: ServerFiles;
}

/** Where a server's files are, and what its `postmaster.pid` must say for it to be this server. */
export interface ServerFiles {
  readonly directory: string;
  /** Where the database's tables go when no tablespace is named; null: below `directory`. */
  readonly tablespace: string | null;
  readonly port: number;
  /** Seconds since 1970. */
  readonly started: number;
}

interface Facts extends Omit<ServerInspection, "freeSessions" | "databaseBytes" | "walBytes" | "files"> {
  readonly slots: number;
  readonly roleSlots: number | null;
  readonly databaseSlots: number | null;
  readonly databaseBytes: string | null;
  readonly walBytes: string;
  readonly directory: string | null;
  readonly tablespace: string | null;
  readonly port: number;
  readonly started: string;
}

/**
 * The lock table's size is `NLOCKENTS` of the server's source: every process that may take a lock, not clients alone.
 * `superuser_reserved_connections` and, from 16 on, `reserved_connections` are not for everyone. What kind of process
 * another role's session is, only those may see who read all statistics. A dump, which may have begun already, is counted
 * among what a run needs.
 */
const FACTS = `
  WITH setting AS (SELECT name, setting, source FROM pg_settings),
  number AS (SELECT jsonb_object_agg(name, setting::int8) AS of FROM setting WHERE name IN (
    'max_connections', 'superuser_reserved_connections', 'reserved_connections', 'autovacuum_max_workers',
    'max_worker_processes', 'max_wal_senders', 'max_prepared_transactions', 'max_locks_per_transaction')),
  session AS (SELECT usesysid, datid FROM pg_stat_activity 
    WHERE usesysid IS NOT NULL AND datid IS NOT NULL AND coalesce(backend_type, 'client backend') = 'client backend' AND pid <> pg_backend_pid() AND pid <> ALL ($2::int[])
      AND application_name IS DISTINCT FROM 'rehome pg_dump')
  SELECT concat_ws(' ', extract(epoch FROM pg_postmaster_start_time()),
      (SELECT extract(epoch FROM stats_reset) FROM pg_stat_bgwriter), current_setting('port')) AS identity, pg_is_in_recovery() AS standby,
    current_setting('default_transaction_read_only')::bool AS "readOnly",
    (SELECT source FROM setting WHERE name = 'default_transaction_read_only') AS "readOnlyFrom",
    r.rolname::text AS "user", r.rolsuper AS superuser,
    ((n.of->>'max_connections')::int
      - CASE WHEN r.rolsuper THEN 0 ELSE (n.of->>'superuser_reserved_connections')::int + coalesce((n.of->>'reserved_connections')::int, 0) END
      - (SELECT count(*) FROM session))::int AS slots,
    CASE WHEN NOT r.rolsuper AND r.rolconnlimit >= 0
      THEN (r.rolconnlimit - (SELECT count(*) FROM session WHERE usesysid = r.oid))::int END AS "roleSlots",
    CASE WHEN NOT r.rolsuper AND d.datconnlimit >= 0
      THEN (d.datconnlimit - (SELECT count(*) FROM session WHERE datid = d.oid))::int END AS "databaseSlots",
    ((n.of->>'max_locks_per_transaction')::int * ((n.of->>'max_connections')::int + (n.of->>'autovacuum_max_workers')::int
      + (n.of->>'max_worker_processes')::int + (n.of->>'max_wal_senders')::int + 1
      + (n.of->>'max_prepared_transactions')::int))::int AS "lockCapacity",
    CASE WHEN $1::bool THEN pg_database_size(d.oid) END::text AS "databaseBytes",
    (pg_size_bytes(current_setting('max_wal_size')) + pg_size_bytes(current_setting('wal_keep_size')))::text AS "walBytes",
    (current_setting('archive_mode') <> 'off' OR EXISTS (SELECT FROM pg_replication_slots)) AS "walHeld",
    (SELECT setting FROM setting WHERE name = 'data_directory') AS directory,
    nullif(pg_tablespace_location(d.dattablespace), '') AS tablespace, current_setting('port')::int AS port,
    extract(epoch FROM pg_postmaster_start_time())::int8::text AS started
  FROM pg_roles r, pg_database d, number n
  WHERE r.rolname = current_user AND d.datname = current_database()`;

/**
 * Reads the server behind a session. One query. Of its sessions those do not count that only wait for the next plan.
 * @param withSize whether the database's size is wanted
 */
export async function inspectServer(client: pg.Client, withSize: boolean): Promise<ServerInspection> {
  const [facts] = await rows<Facts>(client, FACTS, [withSize, idleBeside(client)]);
  if (facts === undefined) throw new Error("pg_roles does not list the session's own role");
  const { slots, roleSlots, databaseSlots, databaseBytes, directory, tablespace, port, started, ...rest } =
    facts;
  return {
    ...rest,
    freeSessions: {
      "max_connections of the server": slots,
      ...(roleSlots === null ? {} : { [`the connection limit of role "${facts.user}"`]: roleSlots }),
      ...(databaseSlots === null ? {} : { "the connection limit of the database": databaseSlots }),
    },
    ...(databaseBytes === null ? {} : { databaseBytes: Number(databaseBytes) }),
    walBytes: Number(facts.walBytes),
    ...(directory === null ? {} : { files: { directory, tablespace, port, started: Number(started) } }),
  };
}
