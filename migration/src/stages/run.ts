import type pg from "pg";
import { all } from "../all";
import { RehomeError } from "../errors";
import { takeRunLock } from "../journal/locks";
import type { MigrationRow } from "../journal/journal";
import type { SchemaInspection } from "../inspect/schema";
import type { Fence } from "../fence/fence";
import { placementName } from "../naming";
import { open } from "../sql/connect";
import type { DumpAhead } from "./dump-ahead";
import type { MoveRequest, Progress, Report, Stage } from "../types";

/** The two sessions that a move holds from its start to its end. Losing either ends the run. */
export interface Sessions {
  /** In the old home: holds the run lock and, later, the fence. */
  readonly source: pg.Client;
  /** In the new home: holds the run lock and writes the journal. Another one once the database has been replaced. */
  target: pg.Client;
}

/** What every stage gets. */
export interface Run extends Sessions {
  readonly request: MoveRequest;
  readonly migration: MigrationRow;
  readonly fence: Fence;
  readonly inspection: SchemaInspection;
  readonly jobs: number;
  /** Absent: nothing was dumped before the old home had been inspected. */
  readonly ahead?: DumpAhead;
  /** The snapshot that rows are copied from, as `SET TRANSACTION SNAPSHOT` takes it. Absent: the fence keeps them. */
  readonly snapshot?: string;
  readonly progress: Tracker;
}

/** Opens both sessions and takes the locks that keep a second run away. */
export async function openSessions(request: MoveRequest): Promise<Sessions> {
  const { dataset, from, to } = request;
  const opening = [open(to.server, to.database), open(from.server, from.database)] as const;
  try {
    const [target, source] = await all(opening);
    // One after the other: of two runs that begin at once, one has both.
    await takeRunLock(target, dataset, placementName(to));
    await takeRunLock(source, dataset, placementName(from));
    return { source, target };
  } catch (error) {
    const opened = (await Promise.allSettled(opening)).flatMap((each) =>
      each.status === "fulfilled" ? [each.value] : [],
    );
    await Promise.all(opened.map((client) => client.end().catch(() => undefined)));
    throw error;
  }
}

export async function closeSessions({ source, target }: Sessions): Promise<void> {
  await Promise.all([source.end().catch(() => undefined), target.end().catch(() => undefined)]);
}

/** Keeps the figures of the stage under way and tells them, at most four times a second. */
export class Tracker {
  private stage: Stage = "inspect";
  private started = Date.now();
  private told = 0;
  private bytes = 0;
  private tables = 0;
  private totals = { bytes: 0, tables: 0 };
  private workers = 0;

  /** Is told too, as often as `report` is. */
  sampler: ((done: { bytes: number; tables: number }) => void) | undefined;

  constructor(
    private readonly dataset: string,
    private readonly report: Report,
  ) {}

  /** What is done of the stage. */
  get done(): { bytes: number; tables: number } {
    return { bytes: this.bytes, tables: this.tables };
  }

  /** Seconds since the stage under way began. */
  get seconds(): number {
    return (Date.now() - this.started) / 1000;
  }

  /** The stage under way. */
  get at(): Stage {
    return this.stage;
  }

  enter(stage: Stage, totals: { bytes: number; tables: number }, message?: string): void {
    Object.assign(this, { stage, totals, started: Date.now(), bytes: 0, tables: 0, workers: 0 });
    this.tell(true, message);
  }

  add(bytes: number): void {
    this.bytes += bytes;
    this.tell(false);
  }

  tablesDone(count: number): void {
    this.tables += count;
    this.tell(false);
  }

  /** Others share the stage's work: so many at the moment. */
  share(workers: number): void {
    this.workers = workers;
  }

  private tell(always: boolean, message?: string): void {
    const now = Date.now();
    if (!always && now - this.told < 250) return;
    this.told = now;
    const seconds = (now - this.started) / 1000;
    const rate = seconds > 0 ? this.bytes / seconds : 0;
    const done = Math.min(this.bytes, this.totals.bytes);
    const progress: Progress = {
      dataset: this.dataset,
      stage: this.stage,
      tablesDone: this.tables,
      tablesTotal: this.totals.tables,
      bytesDone: done,
      bytesTotal: this.totals.bytes,
      rate,
      ...(rate > 0 ? { secondsLeft: (this.totals.bytes - done) / rate } : {}),
      ...(this.workers > 0 ? { workers: this.workers } : {}),
      ...(message === undefined ? {} : { message }),
    };
    this.report(progress);
    this.sampler?.(this.done);
  }
}

/**
 * Runs `work` on every item with `jobs` workers; each worker has a resource of its own. The first error stops all: what
 * the others are at may take hours, so it is not waited for but ended with its resource.
 * @param close called once for every resource, after an error in the middle of its work; that is to end then
 * @param signal stops all with its reason
 */
export async function inParallel<Item, Resource>(
  items: readonly Item[],
  jobs: number,
  openOne: () => Promise<Resource>,
  close: (resource: Resource) => Promise<void> | void,
  work: (resource: Resource, item: Item) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  const queue = [...items];
  const opened = new Set<Resource>();
  const closing = new Map<Resource, Promise<void>>();
  let failed: { error: unknown } | undefined;
  const end = (resource: Resource): Promise<void> => {
    const ended = closing.get(resource) ?? Promise.resolve(close(resource));
    closing.set(resource, ended);
    return ended;
  };
  const fail = (error: unknown): void => {
    if (failed !== undefined) return;
    failed = { error };
    // Its worker waits for each of them, and hears what becomes of it.
    for (const resource of opened) void end(resource).catch(() => undefined);
  };
  const worker = async (): Promise<void> => {
    if (queue.length === 0 || failed !== undefined) return;
    const resource = await openOne();
    opened.add(resource);
    try {
      for (let item = queue.shift(); item !== undefined && failed === undefined; item = queue.shift()) {
        await work(resource, item);
      }
    } finally {
      await end(resource);
    }
  };
  const stop = (): void => fail(signal?.reason);
  signal?.addEventListener("abort", stop);
  if (signal?.aborted === true) stop();
  await Promise.all(Array.from({ length: Math.min(jobs, items.length) }, () => worker().catch(fail)));
  signal?.removeEventListener("abort", stop);
  if (failed !== undefined) throw failed.error;
}

/** The error of a run whose fence session was lost: what was read since is worth nothing. */
export function fenceLost(cause: unknown): RehomeError {
  return new RehomeError(
    "fence-lost",
    "the session that held the fence was lost before the switch; the service goes on where it was. Run it again.",
    { cause, retryable: true },
  );
}
