import type pg from "pg";
import { SQLSTATE, codeOf } from "../errors";
import { journalHas } from "../journal/journal-has";
import { LOCK, runLockKey } from "../journal/locks";
import { placementName } from "../naming";
import { rows, transaction } from "../sql/connect";
import type { Endpoint } from "../types";
import { sessionName } from "./claim";

/** What whoever shares in a copy has to know of it, besides both ends. */
export interface Terms {
  /** What unqualified names are looked up in. */
  readonly from: { readonly path: string };
  readonly to: { readonly path: string };
  /** The snapshot that rows are read from; absent: the fence keeps them as they are. */
  readonly snapshot?: string;
  /** Bytes per second of one stream at most. */
  readonly rate?: number;
}

/** A copy as those see it who would share in it. */
export interface Opened {
  readonly migration: string;
  readonly state: string;
  readonly token: string | null;
  readonly terms: Terms;
  readonly held: boolean;
  readonly finished: boolean;
  /** Whether the process that leads is there. */
  readonly led: boolean;
}

/** How long sessions that were ended may take to be gone. */
const END_MS = 5_000;
const CLOSE_TRIES = 12;

/**
 * Closes a copy to all who share in it. Once this has returned, nothing that they have read can be committed any more.
 * @param client a session in the new home's database
 */
export async function closeShare(client: pg.Client, migration: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await endSessions(client, migration);
      await transaction(client, async () => {
        await client.query("SET LOCAL lock_timeout = 2000");
        await client.query("UPDATE rehome.share SET token = NULL, finished_at = NULL WHERE migration = $1", [
          migration,
        ]);
      });
      return;
    } catch (error) {
      // One has begun another share between the two.
      if (codeOf(error) !== SQLSTATE.lockNotAvailable || attempt === CLOSE_TRIES) throw error;
    }
  }
}

/** Ends the sessions that write shares of a migration. */
async function endSessions(client: pg.Client, migration: string): Promise<void> {
  await client.query(
    `SELECT pg_catalog.pg_terminate_backend(pid, ${END_MS}) FROM pg_catalog.pg_stat_activity
     WHERE datname = pg_catalog.current_database() AND application_name = $1 AND pid <> pg_catalog.pg_backend_pid()`,
    [sessionName(migration)],
  );
}

/** Opens a copy to all who would share in it. To be called in a transaction that leaves its work in the journal. */
export async function openShare(
  client: pg.Client,
  { migration, token, terms }: Pick<Opened, "migration" | "terms"> & { readonly token: string },
): Promise<void> {
  await client.query(
    `INSERT INTO rehome.share (migration, token, terms) VALUES ($1, $2, $3)
     ON CONFLICT (migration) DO UPDATE SET token = excluded.token, terms = excluded.terms, held = false, finished_at = NULL`,
    [migration, token, JSON.stringify(terms)],
  );
}

/** Says that all is copied: nobody else is needed. */
export async function finishShare(client: pg.Client, migration: string): Promise<void> {
  await client.query(
    "UPDATE rehome.share SET token = NULL, finished_at = clock_timestamp() WHERE migration = $1",
    [migration],
  );
}

/** The advisory lock of the process that leads, as `pg_locks` shows it: `$1` its key. */
const LED = `EXISTS (SELECT FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_database d ON d.oid = l.database
  WHERE d.datname = pg_catalog.current_database() AND l.locktype = 'advisory' AND l.granted AND l.classid = ${LOCK.run}
    AND l.objid = ($1::int8 & 4294967295)::oid)`;

/** The copy of a dataset between two placements, as the new home's journal has it; undefined while there is none. */
export async function findShare(
  client: pg.Client,
  { dataset, from, to }: { readonly dataset: string; readonly from: Endpoint; readonly to: Endpoint },
): Promise<Opened | undefined> {
  if (!(await journalHas(client, "share"))) return undefined;
  const [source, target] = [from, to].map(placementName);
  const [found] = await rows<Opened>(
    client,
    `SELECT m.id AS migration, m.state, s.token, s.terms, coalesce(s.held, false) AS held,
       s.finished_at IS NOT NULL AS finished, ${LED} AS led
     FROM rehome.migration m LEFT JOIN rehome.share s ON s.migration = m.id
     WHERE m.dataset = $2 AND m.source = $3 AND m.target = $4 ORDER BY m.started_at DESC LIMIT 1`,
    [runLockKey(dataset, target ?? ""), dataset, source, target],
  );
  return found;
}

/** Has a copy's streams wait, or go on. */
export async function holdShare(client: pg.Client, migration: string, held: boolean): Promise<void> {
  await client.query("UPDATE rehome.share SET held = $2 WHERE migration = $1 AND held <> $2", [
    migration,
    held,
  ]);
}
