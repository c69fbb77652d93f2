import type { MigrationState } from "../journal/journal";
import type { Passage, Stage } from "../types";

/** So much of so much. */
export interface Share {
  readonly done: number;
  readonly total: number;
}

/** What the proof of a migration counted. */
export interface ProofRecord {
  readonly tables: number;
  /** Tables that were not equal. */
  readonly different: number;
  /** Rows counted in the new home; 0 where none had to be. */
  readonly rows: number;
  /** ISO 8601, UTC: when it was recorded. */
  readonly at: string;
}

/** One migration as its journal has it, and what the server shows of it at this moment. Times are ISO 8601, UTC. */
export interface MigrationRecord {
  /** The journal's key. */
  readonly id: string;
  readonly dataset: string;
  /** Both ends as `placementName` writes them. */
  readonly source: string;
  readonly target: string;
  readonly strategy: Passage;
  readonly state: MigrationState;
  /** The stage that was entered last. */
  readonly stage: Stage;
  readonly attempt: number;
  /** Why the last attempt failed; null when it has not. */
  readonly error: string | null;
  /** Whether it was given up and not begun again. */
  readonly givenUp: boolean;
  /** Whether the proof found both sides equal; null when there is none. */
  readonly clean: boolean | null;
  /** Whether a run is at work on it. */
  readonly alive: boolean;
  /** Whether the schema that it goes to exists: one that was given up has been deleted. */
  readonly targetExists: boolean;
  readonly tables: Share;
  /** Bytes of rows, as the wire has them; the total is what the tables take on the disk, so it is an estimate. */
  readonly bytes: Share;
  /** Indexes, constraints and the like, which follow the rows. */
  readonly statements: Share;
  /** Tables that are being filled, and how many bytes have arrived. */
  readonly copying: readonly { readonly table: string | null; readonly bytes: number }[];
  /** Bytes per second since copying began; null while nothing is copied. */
  readonly rate: number | null;
  /** Seconds until the rows are copied; null while that cannot be told. */
  readonly secondsLeft: number | null;
  readonly proof: ProofRecord | null;
  readonly startedAt: string;
  readonly stageAt: string;
  readonly fencedAt: string | null;
  readonly switchedAt: string | null;
  readonly endedAt: string | null;
}

/**
 * A fence in a database that a dataset leaves: `armed` lets writers pass, `closed` holds them back while a run lives,
 * `sealed` is for good.
 */
export interface FenceRecord {
  readonly dataset: string;
  readonly schema: string;
  readonly migration: string;
  readonly target: string;
  readonly state: "armed" | "closed" | "sealed";
  /** ISO 8601, UTC. */
  readonly since: string;
}

/** What one database's journal says. */
export interface JournalReading {
  /** The server's clock. ISO 8601, UTC. */
  readonly at: string;
  /** The latest first. */
  readonly migrations: readonly MigrationRecord[];
  readonly fences: readonly FenceRecord[];
}

/** Something that happened in a migration. */
export interface EventRecord {
  readonly migration: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly stage: string;
  readonly message: string;
}

/** What is known of a copy under way. */
export interface CopyFigures {
  readonly bytes: Share;
  /** Bytes that have arrived since this run began to copy. */
  readonly sinceBegin: number;
  /** Seconds since then. */
  readonly seconds: number;
}

/** How fast a copy goes, and how long it has to go on. Pure. */
export function pace({ bytes, sinceBegin, seconds }: CopyFigures): {
  rate: number | null;
  secondsLeft: number | null;
} {
  if (seconds <= 0 || sinceBegin <= 0) return { rate: null, secondsLeft: null };
  const rate = sinceBegin / seconds;
  return { rate, secondsLeft: Math.max(0, bytes.total - bytes.done) / rate };
}
