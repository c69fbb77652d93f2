import type pg from "pg";
import { dumpVersion } from "../ddl/dump";
import { availableExtensions, inspectExtensions } from "../inspect/extensions";
import { inspectDisk } from "../inspect/disk";
import { inspectReplicationLimits, type ReplicationLimits } from "../inspect/replication";
import { inspectServer, type ServerInspection } from "../inspect/server";
import { rows } from "../sql/connect";
import type { ServerConnection } from "../types";

/** A replication slot that nobody reads. */
export interface UnreadSlot {
  readonly name: string;
  /** Bytes of WAL that the server keeps for it. */
  readonly retained: number;
}

/** What a server is and allows, whatever is to be moved. Bytes are bytes. */
export interface HostFacts {
  /** The major version, and the server's own word for it. */
  readonly version: number;
  readonly versionText: string;
  readonly dumpVersion: number;
  readonly server: ServerInspection;
  readonly encrypted: boolean;
  readonly createDatabases: boolean;
  readonly createRoles: boolean;
  readonly signalSessions: boolean;
  readonly replication: ReplicationLimits | undefined;
  readonly maxConnections: number;
  readonly sessions: number;
  /** Of all databases that may be read. */
  readonly databaseBytes: number;
  readonly diskFree: number | undefined;
  readonly available: ReadonlySet<string>;
  /** Open transactions of more than ten minutes, in words. */
  readonly longTransactions: readonly string[];
  readonly unreadSlots: readonly UnreadSlot[];
  readonly fsync: boolean;
}

const FACTS = `
  SELECT current_setting('server_version') AS "versionText", current_setting('server_version_num')::int / 10000 AS version,
    coalesce((SELECT ssl FROM pg_catalog.pg_stat_ssl WHERE pid = pg_catalog.pg_backend_pid()), false) AS encrypted,
    r.rolsuper OR r.rolcreatedb AS "createDatabases", r.rolsuper OR r.rolcreaterole AS "createRoles",
    pg_catalog.pg_has_role('pg_signal_backend', 'USAGE') AS "signalSessions",
    current_setting('max_connections')::int AS "maxConnections", current_setting('fsync')::bool AS fsync,
    (SELECT count(*)::int FROM pg_catalog.pg_stat_activity WHERE datid IS NOT NULL AND usesysid IS NOT NULL) AS sessions,
    (SELECT coalesce(sum(pg_catalog.pg_database_size(oid)), 0)::text FROM pg_catalog.pg_database
     WHERE NOT datistemplate AND pg_catalog.has_database_privilege(oid, 'CONNECT')) AS "databaseBytes"
  FROM pg_catalog.pg_roles r WHERE r.rolname = current_user`;

const LONG = `
  SELECT pg_catalog.format('process %s in database %s, for %s min', pid, datname,
    (extract(epoch FROM pg_catalog.clock_timestamp() - xact_start) / 60)::int) AS said
  FROM pg_catalog.pg_stat_activity
  WHERE backend_type = 'client backend' AND xact_start < pg_catalog.clock_timestamp() - interval '10 min' ORDER BY xact_start`;

const SLOTS = `
  SELECT slot_name::text AS name,
    coalesce(pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_lsn(), restart_lsn), 0)::text AS retained
  FROM pg_catalog.pg_replication_slots WHERE NOT active ORDER BY 1`;

interface Row extends Pick<
  HostFacts,
  | "versionText"
  | "version"
  | "encrypted"
  | "createDatabases"
  | "createRoles"
  | "signalSessions"
  | "maxConnections"
  | "fsync"
  | "sessions"
> {
  readonly databaseBytes: string;
}

/** Reads a server from a session in any of its databases: a fixed number of queries. */
export async function readHostFacts(client: pg.Client, connection: ServerConnection): Promise<HostFacts> {
  const [row] = await rows<Row>(client, FACTS);
  if (row === undefined) throw new Error("pg_roles does not list the session's own role");
  const server = await inspectServer(client, false);
  const slots = server.standby ? [] : await rows<{ name: string; retained: string }>(client, SLOTS);
  const long = await rows<{ said: string }>(client, LONG);
  return {
    ...row,
    server,
    dumpVersion: await dumpVersion(),
    databaseBytes: Number(row.databaseBytes),
    replication: await inspectReplicationLimits(client, []),
    diskFree: (await inspectDisk(connection, server.files))?.data,
    available: new Set((await availableExtensions(client)).keys()),
    longTransactions: long.map(({ said }) => said),
    unreadSlots: slots.map(({ name, retained }) => ({ name, retained: Number(retained) })),
  };
}

/** Names of the extensions that a database has. */
export async function extensionsIn(client: pg.Client): Promise<string[]> {
  return (await inspectExtensions(client)).map(({ name }) => name);
}
