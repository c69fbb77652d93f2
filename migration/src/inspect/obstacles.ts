import type pg from "pg";
import { LOCK, runLockKey } from "../journal/locks";
import { placementName } from "../naming";
import { rows } from "../sql/connect";
import { NAMED_SCHEMA, ownRelation } from "./own-rows";
import type { Endpoint } from "../types";

/** What stands in the way of a move at one end, for as long as somebody lets it. */
export interface Obstacles {
  /** Whether another run moves this dataset at this end. */
  readonly running: boolean;
  /** Prepared transactions that hold locks on tables of the schema, with the tables. */
  readonly prepared: readonly PreparedTransaction[];
  /** Indexes that a failed CREATE INDEX CONCURRENTLY has left. */
  readonly invalidIndexes: readonly { readonly name: string; readonly table: string }[];
}

export interface PreparedTransaction {
  readonly gid: string;
  readonly owner: string;
  readonly tables: readonly string[];
  /** Whether it has only read them: writers and fences do not mind that. */
  readonly reading: boolean;
}

/** A transaction that was prepared has no process: its locks name none. Advisory locks of two keys have `objsubid` 2. */
const FACTS = `
  WITH ${ownRelation(NAMED_SCHEMA)}
  SELECT EXISTS (SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database WHERE l.locktype = 'advisory'
      AND d.datname = current_database() AND l.classid::int8 = $2::int8 AND l.objid::int8 = $3::int8 & 4294967295
      AND l.objsubid = 2 AND l.pid <> pg_backend_pid()) AS running,
    (SELECT coalesce(jsonb_agg(jsonb_build_object('gid', p.gid, 'owner', p.owner, 'tables', p.tables, 'reading', p.reading) ORDER BY p.gid), '[]')
     FROM (SELECT x.gid, x.owner, jsonb_agg(DISTINCT c.relname) AS tables, bool_and(l.mode = 'AccessShareLock') AS reading
       FROM pg_prepared_xacts x JOIN pg_locks own ON own.locktype = 'transactionid' AND own.transactionid = x.transaction AND own.pid IS NULL
       JOIN pg_locks l ON l.virtualtransaction = own.virtualtransaction AND l.pid IS NULL AND l.locktype = 'relation'
       JOIN pg_class c ON c.oid = l.relation JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE x.database = current_database() AND n.nspname = $1 AND c.relkind IN ('r', 'p') GROUP BY x.gid, x.owner) p) AS prepared,
    (SELECT coalesce(jsonb_agg(jsonb_build_object('name', c.relname, 'table', t.relname) ORDER BY c.relname), '[]')
     FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
     WHERE c.oid IN (SELECT oid FROM own_relation) AND c.relkind = 'i' AND NOT i.indisvalid) AS "invalidIndexes"`;

/** Reads what is in the way at one end. A fixed number of queries. */
export async function inspectObstacles(
  client: pg.Client,
  dataset: string,
  end: Endpoint,
): Promise<Obstacles> {
  const key = runLockKey(dataset, placementName(end));
  const [facts] = await rows<Obstacles>(client, FACTS, [end.schema, LOCK.run, key]);
  return facts ?? { running: false, prepared: [], invalidIndexes: [] };
}
