import type pg from "pg";
import { findFacades, isFree } from "../follow/facades";
import { linkOf, pairOf } from "../follow/link";
import { journalHas } from "../journal/journal-has";
import { rows, serverVersion } from "../sql/connect";
import { amongCatalogs } from "../sql/search-path";
import type { Endpoint } from "../types";

/** What one end's server allows a home that follows, or is followed. Bytes are bytes. */
export interface ReplicationFacts {
  readonly walLevel: string;
  /** Whether `pgoutput` may read the server's changes: servers since 15.19 name those that may (to who may read their settings). */
  readonly mayDecode: boolean;
  /** Replication slots, WAL senders and workers that apply changes, that are not in use; those of this dataset's links count as free. */
  readonly freeSlots: number;
  readonly freeSenders: number;
  readonly freeWorkers: number;
  /** `max_slot_wal_keep_size`; null where a slot may keep as much WAL as the disk holds. */
  readonly slotWalLimit: number | null;
  /** Prepared transactions anywhere on the server: a slot begins only after they have ended. */
  readonly prepared: readonly string[];
  /** Whether the administrator may create a role for replication, a subscription, and act as a replica does. */
  readonly mayReplicate: boolean;
  readonly maySubscribe: boolean;
  readonly mayActAsReplica: boolean;
  /** Whether facades may stand here under the other end's schema name, or do. True where the name stays. */
  readonly facadesFree: boolean;
  /** Whether they stand here already. */
  readonly facadesStand: boolean;
}

/** What a server allows any dataset's link. */
export type ReplicationLimits = Omit<ReplicationFacts, "facadesFree" | "facadesStand">;

interface Facts extends Omit<ReplicationLimits, "slotWalLimit"> {
  readonly slotWalLimit: string | null;
}

/** Roles that clouds give their customers in a superuser's place may do all of this there. */
const MANAGED = `EXISTS (SELECT FROM pg_roles m WHERE m.rolname IN ('cloudsqlsuperuser', 'rds_superuser', 'azure_pg_admin', 'alloydbsuperuser')
  AND pg_has_role(m.oid, 'MEMBER'))`;

/** By version: what a role may grant or be granted came with 15 and 16. `$1` are the names of the dataset's own links. */
const facts = (version: number): string => `
  WITH free AS (
    SELECT (SELECT count(*) FROM pg_replication_slots WHERE slot_name <> ALL ($1)) AS slots,
      (SELECT count(*) FROM pg_stat_replication r WHERE NOT EXISTS
        (SELECT FROM pg_replication_slots s WHERE s.active_pid = r.pid AND s.slot_name = ANY ($1))) AS senders,
      (SELECT count(*) FROM pg_subscription WHERE subenabled AND subname <> ALL ($1)) AS workers)
  SELECT current_setting('wal_level') AS "walLevel",
    NOT EXISTS (SELECT FROM pg_settings WHERE name = 'output_plugin_libraries' AND 'pgoutput' <> ALL (
      SELECT btrim(library, E' \\t\\r\\n"') FROM unnest(string_to_array(setting, ',')) library)) AS "mayDecode",
    (current_setting('max_replication_slots')::int - free.slots)::int AS "freeSlots",
    (current_setting('max_wal_senders')::int - free.senders)::int AS "freeSenders",
    (least(current_setting('max_logical_replication_workers')::int, current_setting('max_worker_processes')::int - 1) - free.workers)::int AS "freeWorkers",
    (SELECT CASE WHEN setting::int8 >= 0 THEN (setting::int8 * 1048576)::text END FROM pg_settings WHERE name = 'max_slot_wal_keep_size') AS "slotWalLimit",
    ARRAY(SELECT format('%L in database %I', gid, database) FROM pg_prepared_xacts ORDER BY 1) AS prepared,
    r.rolsuper OR managed OR ${version >= 16 ? "(r.rolcreaterole AND r.rolreplication)" : "false"} AS "mayReplicate",
    r.rolsuper OR managed OR ${version >= 16 ? "(pg_has_role('pg_create_subscription', 'USAGE') AND has_database_privilege(current_database(), 'CREATE'))" : "false"} AS "maySubscribe",
    r.rolsuper OR managed OR ${version >= 15 ? "has_parameter_privilege('session_replication_role', 'SET')" : "false"} AS "mayActAsReplica"
  FROM pg_roles r, free, (SELECT ${MANAGED} AS managed) m WHERE r.rolname = current_user`;

/**
 * Reads what a server allows links.
 * @param links names of those that count as free
 */
export async function inspectReplicationLimits(
  client: pg.Client,
  links: readonly string[],
): Promise<ReplicationLimits | undefined> {
  const version = await serverVersion(client);
  const [row] = await amongCatalogs(client, () => rows<Facts>(client, facts(version), [links]));
  return row && { ...row, slotWalLimit: row.slotWalLimit === null ? null : Number(row.slotWalLimit) };
}

/** Reads what an end allows. A fixed number of queries. */
export async function inspectReplication(
  client: pg.Client,
  dataset: string,
  here: Endpoint,
  there: Pick<Endpoint, "host" | "database" | "schema">,
): Promise<ReplicationFacts | undefined> {
  const other = { ...here, ...there };
  const links = [linkOf(dataset, here, other).name, linkOf(dataset, other, here).name];
  const limits = await inspectReplicationLimits(client, links);
  if (limits === undefined) return undefined;
  const facadesFree =
    here.schema === there.schema || (await isFree(client, { real: here.schema, facade: there.schema }));
  const facadesStand =
    (await journalHas(client, "facade")) &&
    (await findFacades(client, here.schema, pairOf(dataset, here, other))).length > 0;
  return { ...limits, facadesFree, facadesStand };
}
