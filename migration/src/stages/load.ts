import { beginLoad, type Load } from "@rehome/postgres";
import type pg from "pg";
import { RehomeError, messageOf } from "../errors";
import { takeRunLock } from "../journal/locks";
import { placementName } from "../naming";
import { restartsForLoad } from "../plan/strategy";
import { databases, holdsTables } from "../servers";
import { open, rows } from "../sql/connect";
import { ident } from "../sql/quote";
import type { MoveRequest, Report } from "../types";
import { closeSessions, type Sessions } from "./run";

/**
 * Carries out a move: where the new home's server is Rehome's own and has nothing else to do, it is restarted with the
 * parameters of a load before, and with its own after, before the new home is handed out.
 * @throws RehomeError `load-not-ended`: moved, but the server did not start again with its own parameters
 */
export async function underLoad<T>(
  request: MoveRequest,
  sessions: Sessions,
  report: Report,
  work: () => Promise<T>,
): Promise<T> {
  const load = await restarted(request, sessions, report);
  if (load === undefined) return await work();
  let result: T;
  try {
    result = await work();
  } catch (error) {
    await closeSessions(sessions);
    await load.end().catch(() => undefined); // whoever wants the server next ends it
    throw error;
  }
  await closeSessions(sessions);
  try {
    await load.end();
  } catch (error) {
    throw notEnded(request, error);
  }
  return result;
}

const notEnded = ({ dataset, to }: MoveRequest, cause: unknown): RehomeError =>
  new RehomeError(
    "load-not-ended",
    `${dataset} has moved to ${placementName(to)}, whole and verified, but its server did not start again with its own parameters: ${messageOf(cause)}. Run it again: it starts the server and hands out the new home.`,
    { cause, retryable: true },
  );

async function restarted(
  request: MoveRequest,
  sessions: Sessions,
  report: Report,
): Promise<Load | undefined> {
  const { from, to, dataset } = request;
  if (to.cluster === undefined) return undefined;
  if (!restartsForLoad(request, await extentOf(sessions.source, from.schema))) return undefined;
  if (!(await isIdle(sessions.target)) || (await holdsOthers(request))) return undefined;
  const nothing = { tablesDone: 0, tablesTotal: 0, bytesDone: 0, bytesTotal: 0, rate: 0 };
  const message = `host "${to.host}" restarts with wal_level = minimal for the load`;
  report({ dataset, stage: "inspect", ...nothing, message });
  await sessions.target.end();
  const load = await beginLoad(to.cluster);
  try {
    sessions.target = await open(to.server, to.database);
    await takeRunLock(sessions.target, dataset, placementName(to));
    return load;
  } catch (error) {
    await load?.end().catch(() => undefined);
    throw error;
  }
}

/** The schema's tables and the bytes of their rows, as the plan counts them. */
async function extentOf(source: pg.Client, schema: string): Promise<{ bytes: number; tables: number }> {
  const [row] = await rows<{ bytes: string; tables: number }>(
    source,
    `SELECT coalesce(sum(pg_catalog.pg_table_size(oid)), 0)::text AS bytes, count(*)::int AS tables
     FROM pg_catalog.pg_class WHERE relnamespace = pg_catalog.to_regnamespace($1) AND relkind = 'r'`,
    [ident(schema)],
  );
  return { bytes: Number(row?.bytes ?? 0), tables: row?.tables ?? 0 };
}

/** Whether this session is the server's only one, and nothing hangs on its log. Servers before 13 may lose what is not logged. */
async function isIdle(target: pg.Client): Promise<boolean> {
  const [row] = await rows<{ idle: boolean }>(
    target,
    `SELECT current_setting('server_version_num')::int >= 130000
       AND current_setting('archive_mode') = 'off'
       AND NOT EXISTS (SELECT FROM pg_catalog.pg_replication_slots)
       AND NOT EXISTS (SELECT FROM pg_catalog.pg_prepared_xacts)
       AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_activity
         WHERE pid <> pg_catalog.pg_backend_pid() AND backend_type IN ('client backend', 'walsender')) AS idle`,
  );
  return row?.idle === true;
}

/** Whether anything but the new home has tables on its server. */
async function holdsOthers({ to }: MoveRequest): Promise<boolean> {
  const names = await databases(to.server);
  const counts = await Promise.all(names.map((database) => holdsTables(to.server, database)));
  const own = await holdsTables(to.server, to.database, to.schema);
  return counts.reduce((sum, count) => sum + count, 0) > own;
}
