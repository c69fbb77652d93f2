import type { Stage } from "@rehome/migration";
import type { Pair } from "../server";

/** The database that is copied, and its name on the other server. */
export const DATABASE = "bench";

/** Rehome's name, and the beginning of it where more is said. */
export const REHOME = "Rehome";

/** Whether a contender is Rehome, whosever the new home's server is. */
export const isRehome = (name: string): boolean => name.startsWith(REHOME);

/** Seconds after which a copy is given up. */
export const LIMIT = 240;

/** What one copy took. */
export interface Took {
  /** Wall time: schema, rows, indexes, constraints, sequences and statistics; without a verification. */
  readonly seconds: number;
  /** Wall time of the verification, where there is one. */
  readonly verify?: number;
  /** Seconds of CPU of the programs that copy, servers excluded. */
  readonly clientCpu: number;
  /** Peak resident memory of the program, in bytes, where it is one. */
  readonly resident?: number;
  readonly stages?: Readonly<Partial<Record<Stage, number>>>;
}

/** A way to copy a database from one server to another. */
export interface Contender {
  readonly name: string;
  /** Its version; undefined where it is not installed. */
  readonly version: () => Promise<string | undefined>;
  readonly copy: (pair: Pair) => Promise<Took>;
}
