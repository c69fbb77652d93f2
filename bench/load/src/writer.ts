import type pg from "pg";
import { Book, GONE } from "./book";
import { anyAccount, connect, type Home } from "./service";

/** Entries that one INSERT makes: each is a write of its own. */
const BATCH = 10;
/** Milliseconds until a client that was refused asks for its connection again. */
const AGAIN = 10;

/** A client that writes without pause by the connection that is handed out now, and keeps a book of what it was told. */
export class Writer {
  readonly book = new Book();
  /** Transfers that were acknowledged. */
  transfers = 0;
  /** Transfers of which no answer came. */
  doubted = 0;
  /** Milliseconds from the last acknowledged write in one home to the first in the next, of each switch. */
  readonly pauses: number[] = [];
  /** Milliseconds of the longest time between two acknowledged writes in the same home. */
  longestWait = 0;
  private last = performance.now();
  private wroteIn: Home | undefined;
  private stopped = false;
  private readonly done: Promise<void>;

  constructor(
    readonly id: number,
    private readonly handedOut: () => Home,
  ) {
    this.done = this.run();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.done;
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      const home = this.handedOut();
      const client = await connect(home).catch(() => undefined);
      try {
        if (client !== undefined)
          while (!this.stopped && home === this.handedOut()) await this.write(client, home);
      } catch {
        // Refused, or ended: by the connection that is handed out next, then.
      } finally {
        await client?.end().catch(() => undefined);
      }
      if (!this.stopped) await new Promise((resolve) => setTimeout(resolve, AGAIN));
    }
  }

  private async write(client: pg.Client, home: Home): Promise<void> {
    const kind = Math.random();
    if (kind < 0.5) await this.insert(client);
    else if (kind < 0.7) await this.update(client);
    else if (kind < 0.8) await this.remove(client);
    else await this.transfer(client, kind < 0.85 ? "BEGIN ISOLATION LEVEL SERIALIZABLE" : "BEGIN");
    const now = performance.now();
    const wait = now - this.last;
    if (this.wroteIn !== undefined && this.wroteIn !== home) this.pauses.push(wait);
    else this.longestWait = Math.max(this.longestWait, wait);
    this.last = now;
    this.wroteIn = home;
  }

  /** Notes what the server says of some entries: told, refused (as they were), or in doubt. */
  private async noting(
    entries: readonly (readonly [n: number, version: number])[],
    work: Promise<unknown>,
  ): Promise<void> {
    try {
      await work;
      for (const [n, version] of entries) this.book.tell(n, version);
    } catch (error) {
      if (isUnknown(error)) for (const [n, version] of entries) this.book.doubt(n, version);
      throw error;
    }
  }

  private insert(client: pg.Client): Promise<void> {
    const first = this.book.length;
    const entries = Array.from({ length: BATCH }, (_, at) => [first + at, 0] as const);
    return this.noting(
      entries,
      client.query(
        "INSERT INTO entries (writer, n, body) SELECT $1::int, n, 'entry ' || n FROM generate_series($2::bigint, $3::bigint) n",
        [this.id, first, first + BATCH - 1],
      ),
    );
  }

  private async update(client: pg.Client): Promise<void> {
    const entry = this.book.any();
    if (entry === undefined) return;
    const [n, version] = entry;
    const values = [this.id, n, version + 1];
    await this.noting(
      [[n, version + 1]],
      client.query(
        "UPDATE entries SET version = $3, body = body || '.' WHERE writer = $1 AND n = $2",
        values,
      ),
    );
  }

  private async remove(client: pg.Client): Promise<void> {
    const n = this.book.any()?.[0];
    if (n === undefined) return;
    await this.noting(
      [[n, GONE]],
      client.query("DELETE FROM entries WHERE writer = $1 AND n = $2", [this.id, n]),
    );
  }

  private async transfer(client: pg.Client, begin: string): Promise<void> {
    const [one, other] = [anyAccount(), anyAccount()];
    if (one === other) return;
    const [source, target] = [Math.min(one, other), Math.max(one, other)];
    const amount = 1 + Math.floor(Math.random() * 100);
    let committing = false;
    try {
      await client.query(begin);
      await client.query("UPDATE accounts SET balance = balance - $2 WHERE id = $1", [source, amount]);
      await client.query("UPDATE accounts SET balance = balance + $2 WHERE id = $1", [target, amount]);
      await client.query("INSERT INTO transfers (source, target, amount) VALUES ($1, $2, $3)", [
        source,
        target,
        amount,
      ]);
      committing = true;
      await client.query("COMMIT");
      this.transfers += 1;
    } catch (error) {
      if (committing && isUnknown(error)) this.doubted += 1;
      if (!/^40/.test((error as { code?: string }).code ?? "")) throw error;
      await client.query("ROLLBACK"); // two that cannot both be: the client's to try again
    }
  }
}

/** Whether an error leaves it open if the statement took effect: no answer came, or the session's end for one. */
function isUnknown(error: unknown): boolean {
  const code = (error as { code?: unknown }).code;
  return typeof code !== "string" || !/^[0-9A-Z]{5}$/.test(code) || /^(57|08)/.test(code);
}
