import type pg from "pg";
import type { Stage } from "../types";

/** How far a stage is. */
export interface Sample {
  /** Tables done since the stage began. */
  readonly tables?: number;
  /** Bytes since the stage began. */
  readonly bytes?: number;
  /** Bytes of WAL that the new home is behind. */
  readonly lag?: number;
}

const SHORTEST_MS = 500;
/** Between two samples lies at least this part of the time that has passed: an hour has some 350 of them, a day 540. */
const PART = 1 / 60;

/**
 * Notes in the journal how far a stage is, at so many moments that a curve can be drawn, however long it takes. It never
 * waits and never fails: a sample that cannot be written is left out.
 */
export class Sampler {
  private readonly started: number;
  private due = 0;
  private writing: Promise<unknown> | undefined;

  /**
   * @param journal a session that nobody else uses, and that is in no transaction, until `end` has returned
   * @param now milliseconds, of any clock that only goes forward
   */
  constructor(
    private readonly journal: Pick<pg.Client, "query">,
    private readonly at: { readonly migration: string; readonly stage: Stage },
    private readonly now: () => number = () => performance.now(),
  ) {
    this.started = now();
  }

  /** Writes a sample when one is due; to be called as often as is convenient. */
  tell(sample: Sample): void {
    const passed = this.now() - this.started;
    if (this.writing !== undefined || passed < this.due) return;
    this.due = passed + Math.max(SHORTEST_MS, passed * PART);
    this.write(sample);
  }

  /** Writes the last sample; from then on the session is free. */
  async end(sample?: Sample): Promise<void> {
    await this.writing;
    if (sample !== undefined) this.write(sample);
    await this.writing;
  }

  private write({ tables, bytes, lag }: Sample): void {
    const { migration, stage } = this.at;
    this.writing = this.journal
      .query(
        `INSERT INTO rehome.sample (migration, stage, tables, bytes, lag) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
        [migration, stage, tables ?? null, bytes ?? null, lag ?? null],
      )
      // No move fails for a curve: a session that is lost says so to whoever needs it next.
      .catch(() => undefined)
      .finally(() => (this.writing = undefined));
  }
}
