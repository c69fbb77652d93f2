import type pg from "pg";
import type { MigrationState } from "../journal/journal";
import { journalHas } from "../journal/journal-has";
import type { Finding, Passage, Stage, TableVerification } from "../types";

/** A migration with all that its journal holds of it: plain data. Times are ISO 8601, UTC. */
export interface MigrationHistory {
  readonly id: string;
  readonly dataset: string;
  /** Both ends as `placementName` writes them. */
  readonly from: string;
  readonly to: string;
  readonly strategy: Passage;
  /** Why this strategy, or why the home after it was held to be lost; absent in journals of before this was noted. */
  readonly because?: string;
  readonly state: MigrationState;
  readonly stage: Stage;
  readonly attempt: number;
  /** What stopped the last attempt. */
  readonly error?: string;
  readonly startedAt: string;
  readonly fencedAt?: string;
  readonly switchedAt?: string;
  readonly endedAt?: string;
  readonly clean?: boolean;
  readonly tables: number;
  readonly bytes: number;
  /** Stages as they began; stage `stopped`: an error ended the attempt. */
  readonly events: readonly { readonly at: string; readonly stage: string; readonly message: string }[];
  readonly samples: readonly SampleRecord[];
  readonly copied: readonly CopyRecord[];
  readonly verified: readonly (TableVerification & { readonly at: string })[];
  readonly sequences: readonly SequenceRecord[];
  readonly findings: readonly Finding[];
}

/** How far a stage was: bytes and tables since it began, bytes of WAL behind. */
export interface SampleRecord {
  readonly at: string;
  readonly stage: string;
  readonly bytes?: number;
  readonly tables?: number;
  readonly lag?: number;
}

export interface CopyRecord {
  readonly table: string;
  readonly rows: number;
  readonly bytes: number;
  readonly seconds: number;
  readonly at: string;
}

/** Where a sequence stood in both homes, in decimal; null where it was missing. */
export interface SequenceRecord {
  readonly name: string;
  readonly source: string;
  readonly target: string | null;
  readonly equal: boolean;
}

/** A time as ISO 8601, whatever the session prints. */
const iso = (column: string): string =>
  `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/** What the migrations' rows hold, and what belongs to each in the tables beside. Columns are named as the fields are. */
const PARTS = {
  events: `SELECT migration, ${iso("at")} AS at, stage, message FROM rehome.event WHERE migration = ANY ($1) ORDER BY event.at`,
  samples: `SELECT migration, ${iso("at")} AS at, stage, bytes::float8, tables, lag::float8 FROM rehome.sample WHERE migration = ANY ($1) ORDER BY sample.at`,
  copied: `SELECT migration, table_name AS table, rows::float8, bytes::float8, seconds, ${iso("copied_at")} AS at
    FROM rehome.copied_table WHERE migration = ANY ($1) ORDER BY table_name`,
  verified: `SELECT migration, table_name AS table, source_rows::text AS "sourceRows", target_rows::text AS "targetRows",
      source_hash AS "sourceHash", target_hash AS "targetHash", equal, ${iso("verified_at")} AS at
    FROM rehome.verified_table WHERE migration = ANY ($1) ORDER BY table_name`,
  sequences: `SELECT migration, sequence_name AS name, source_value::text AS source, target_value::text AS target, equal
    FROM rehome.verified_sequence WHERE migration = ANY ($1) ORDER BY sequence_name`,
  findings: `SELECT migration, code, level, message, remedy FROM rehome.finding WHERE migration = ANY ($1) ORDER BY ordinal`,
} as const;
type Part = keyof typeof PARTS;

/** Tables that journals have only since a later version. */
const LATER: Readonly<Partial<Record<Part, string>>> = {
  samples: "sample",
  sequences: "verified_sequence",
  findings: "finding",
};

const MIGRATIONS = `
  SELECT id, dataset, source AS from, target AS to, strategy, state, stage, attempt, error, clean, tables, bytes::float8,
    ${iso("started_at")} AS "startedAt", ${iso("fenced_at")} AS "fencedAt", ${iso("switched_at")} AS "switchedAt",
    ${iso("ended_at")} AS "endedAt"
  FROM rehome.migration WHERE dataset = ANY ($1) ORDER BY started_at, id`;

type Row = Record<string, unknown>;

/** Null is what is not there; but a proof without a count says so. */
const KEPT = new Set(["sourceRows", "targetRows", "target"]);
const present = (row: Row): Row =>
  Object.fromEntries(Object.entries(row).filter(([name, value]) => value !== null || KEPT.has(name)));

/**
 * What the journal of a session's database holds of these datasets' migrations, the oldest first: a fixed number of queries.
 * The session must be in a transaction that sees one state.
 */
export async function readHistory(
  client: pg.Client,
  datasets: readonly string[],
): Promise<MigrationHistory[]> {
  const { rows: found } = await client.query<Row>(MIGRATIONS, [datasets]);
  const ids = found.map(({ id }) => id);
  const parts = new Map<Part, Map<unknown, Row[]>>();
  for (const part of Object.keys(PARTS) as Part[]) parts.set(part, await readPart(client, part, ids));
  return found.map((row) => {
    const own = Object.fromEntries([...parts].map(([part, rows]) => [part, rows.get(row["id"]) ?? []]));
    const because = own["events"]?.find(({ stage }) => stage === "inspect")?.["message"];
    const all = { ...present(row), ...own, ...(because === undefined ? {} : { because }) };
    return all as unknown as MigrationHistory;
  });
}

/** The rows of one table, by migration. */
async function readPart(
  client: pg.Client,
  part: Part,
  ids: readonly unknown[],
): Promise<Map<unknown, Row[]>> {
  const byMigration = new Map<unknown, Row[]>();
  const later = LATER[part];
  if (later !== undefined && !(await journalHas(client, later))) return byMigration;
  const { rows: found } = await client.query<Row>(PARTS[part], [ids]);
  for (const { migration, ...row } of found) {
    const rows = byMigration.get(migration);
    if (rows === undefined) byMigration.set(migration, [present(row)]);
    else rows.push(present(row));
  }
  return byMigration;
}
