import type pg from "pg";
import { fenceKey } from "../fence/fence";
import { GIVEN_UP, inJournal, type MigrationRow } from "../journal/journal";
import { LOCK, runLockKey } from "../journal/locks";
import { placementName } from "../naming";
import { rows } from "../sql/connect";
import type { Endpoint } from "../types";
import {
  pace,
  type EventRecord,
  type FenceRecord,
  type JournalReading,
  type MigrationRecord,
} from "./records";

/** The database whose journal is read, and its host's name in the stack file. */
export type JournalPlace = Pick<Endpoint, "host" | "server" | "database">;

interface Row extends MigrationRow {
  readonly attempt: number;
  readonly error: string | null;
  readonly ended_at: Date | null;
  readonly stage_at: Date | null;
  readonly copied_tables: number;
  readonly copied_bytes: string;
  readonly new_bytes: string;
  readonly copy_seconds: number | null;
  readonly done: number;
  readonly total: number;
  readonly proof: { tables: number; different: number; rows: string; at: string } | null;
}

const MIGRATIONS = `
  SELECT m.*, copied.*, following.*, began.stage_at, to_jsonb(proof) AS proof,
    CASE WHEN m.state = 'running' THEN extract(epoch FROM clock_timestamp() - began.copy_at)::float8 END AS copy_seconds
  FROM rehome.migration m
  CROSS JOIN LATERAL (SELECT max(e.at) FILTER (WHERE e.stage = m.stage) AS stage_at,
      max(e.at) FILTER (WHERE e.stage = 'copy') AS copy_at
    FROM rehome.event e WHERE e.migration = m.id) began
  CROSS JOIN LATERAL (SELECT count(*)::int AS copied_tables, coalesce(sum(c.bytes), 0)::text AS copied_bytes,
      coalesce(sum(c.bytes) FILTER (WHERE c.copied_at >= began.copy_at), 0)::text AS new_bytes
    FROM rehome.copied_table c WHERE c.migration = m.id) copied
  CROSS JOIN LATERAL (SELECT count(s.done_at)::int AS done, count(*)::int AS total
    FROM rehome.statement s WHERE s.migration = m.id) following
  LEFT JOIN LATERAL (SELECT count(*)::int AS tables, (count(*) FILTER (WHERE NOT v.equal))::int AS different,
      coalesce(sum(v.target_rows), 0)::text AS rows, max(v.verified_at) AS at
    FROM rehome.verified_table v WHERE v.migration = m.id HAVING count(*) > 0) proof ON true
  ORDER BY m.started_at DESC, m.id`;

/** Advisory locks of runs and fences that sessions of this database hold; halves of a key are signed here. */
const LOCKS = `
  SELECT l.classid::int8::int AS class, l.objid::int8::text AS key FROM pg_catalog.pg_locks l
  WHERE l.locktype = 'advisory' AND l.granted AND l.classid IN (${LOCK.run}, ${LOCK.fence})
    AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())`;

/** A table that its own transaction has just made is not to be seen yet: then it has no name. */
const COPIES = `
  SELECT n.nspname::text AS schema, c.relname::text AS table, p.bytes_processed::text AS bytes
  FROM pg_catalog.pg_stat_progress_copy p LEFT JOIN pg_catalog.pg_class c ON c.oid = p.relid
  LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE p.command = 'COPY FROM' AND p.datname = pg_catalog.current_database() ORDER BY 3 DESC`;

interface Copy {
  readonly schema: string | null;
  readonly table: string | null;
  readonly bytes: string;
}

/** What a session sees of its database beside the journal's tables. */
interface Live {
  readonly locks: ReadonlySet<string>;
  readonly copies: readonly Copy[];
  readonly schemas: readonly string[];
}

const lockName = (lockClass: number, key: number): string => `${lockClass}/${key >>> 0}`;

async function readLive(client: pg.Client): Promise<Live> {
  const locks = await rows<{ class: number; key: string }>(client, LOCKS);
  const schemas = await rows<{ name: string }>(
    client,
    "SELECT nspname::text AS name FROM pg_catalog.pg_namespace",
  );
  return {
    locks: new Set(locks.map((lock) => lockName(lock.class, Number(lock.key)))),
    copies: await rows<Copy>(client, COPIES),
    schemas: schemas.map(({ name }) => name),
  };
}

const iso = (time: Date | null): string | null => time?.toISOString() ?? null;

/** Copies without a name are those of the only migration under way, if there is but one. */
function copiesOf(
  row: Row,
  place: JournalPlace,
  { copies }: Live,
  running: number,
): MigrationRecord["copying"] {
  if (row.state !== "running") return [];
  const ours = copies.filter(({ schema }) =>
    schema === null ? running === 1 : placementName({ ...place, schema }) === row.target,
  );
  return ours.map(({ table, bytes }) => ({ table, bytes: Number(bytes) }));
}

function recordOf(row: Row, place: JournalPlace, live: Live, running: number): MigrationRecord {
  const copying = copiesOf(row, place, live, running);
  const arriving = copying.reduce((sum, { bytes }) => sum + bytes, 0);
  const done = Number(row.copied_bytes) + arriving;
  const bytes = { done, total: Math.max(done, Number(row.bytes)) };
  const alive =
    row.state === "running" && live.locks.has(lockName(LOCK.run, runLockKey(row.dataset, row.target)));
  const copies = alive && (row.stage === "copy" || copying.length > 0);
  const { rate, secondsLeft } = copies
    ? pace({ bytes, sinceBegin: Number(row.new_bytes) + arriving, seconds: row.copy_seconds ?? 0 })
    : { rate: null, secondsLeft: null };
  const { id, dataset, source, target, strategy, state, stage, attempt, clean, proof } = row;
  const givenUp = row.state === "running" && row.error === GIVEN_UP;
  return {
    ...{ id, dataset, source, target, strategy, state, stage, attempt, clean, alive, givenUp },
    error: givenUp ? null : row.error,
    targetExists: live.schemas.some((schema) => placementName({ ...place, schema }) === target),
    tables: { done: row.copied_tables, total: Math.max(row.copied_tables, row.tables) },
    bytes,
    statements: { done: row.done, total: row.total },
    copying,
    rate,
    secondsLeft,
    proof: proof && { ...proof, rows: Number(proof.rows), at: new Date(proof.at).toISOString() },
    startedAt: row.started_at.toISOString(),
    stageAt: iso(row.stage_at) ?? row.started_at.toISOString(),
    fencedAt: iso(row.fenced_at),
    switchedAt: iso(row.switched_at),
    endedAt: iso(row.ended_at),
  };
}

interface Fence {
  readonly dataset: string;
  readonly schema_name: string;
  readonly migration: string;
  readonly target: string;
  readonly sealed: boolean;
  readonly fenced_at: Date;
}

async function readFences(client: pg.Client, { locks }: Live): Promise<FenceRecord[]> {
  const found = await rows<Fence>(client, "SELECT * FROM rehome.fence ORDER BY dataset, schema_name");
  return found.map(({ dataset, schema_name: schema, migration, target, sealed, fenced_at }) => {
    const held = locks.has(lockName(LOCK.fence, fenceKey(dataset, schema)));
    const state = sealed ? "sealed" : held ? "closed" : "armed";
    return { dataset, schema, migration, target, state, since: fenced_at.toISOString() };
  });
}

/**
 * What a database's journal says of the migrations into it and of the fences in it, with what its server shows of them
 * now. Reads only, in a fixed number of queries.
 * @returns undefined where there is no journal, or no such database
 * @throws RehomeError `unreachable`, `authentication-failed`, ...
 */
export async function readJournal(place: JournalPlace): Promise<JournalReading | undefined> {
  return await inJournal(place, async (client) => {
    const live = await readLive(client);
    const found = await rows<Row>(client, MIGRATIONS);
    const running = found.filter(({ state }) => state === "running").length;
    const [clock] = await rows<{ now: Date }>(client, "SELECT pg_catalog.clock_timestamp() AS now");
    return {
      at: (clock?.now ?? new Date()).toISOString(),
      migrations: found.map((row) => recordOf(row, place, live, running)),
      fences: await readFences(client, live),
    };
  });
}

/**
 * The stages that migrations into a database have entered, in their order. Reads only.
 * @throws RehomeError `unreachable`, `authentication-failed`, ...
 */
export async function readEvents(place: JournalPlace): Promise<EventRecord[]> {
  const found = await inJournal(place, (client) =>
    rows<Omit<EventRecord, "at"> & { at: Date }>(
      client,
      "SELECT migration, at, stage, message FROM rehome.event ORDER BY at",
    ),
  );
  return (found ?? []).map((event) => ({ ...event, at: event.at.toISOString() }));
}
