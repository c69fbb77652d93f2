import type { Socket } from "node:net";
import pg from "pg";
import { RehomeError } from "../errors";
import { clientConfig } from "../sql/client-config";
import { connectionError, setUp } from "../sql/connect";
import { streamOf, watch } from "../sql/watch";
import type { Endpoint, ServerConnection } from "../types";
import type { Pace } from "./pace";
import { Reads } from "./reads";

/** Message types of PostgreSQL's protocol 3.0 that a copy meets (manual, "Message Formats"). */
const TYPE = {
  copyData: 0x64, // d
  copyDone: 0x63, // c
  commandComplete: 0x43, // C
  dataRow: 0x44, // D
  error: 0x45, // E
  readyForQuery: 0x5a, // Z
} as const;

const HEADER = 5;

/** A frame whose content matters; CopyData frames are never taken apart. */
interface Frame {
  readonly type: number;
  readonly body: Buffer;
}

function message(type: string, body: Buffer = Buffer.alloc(0)): Buffer {
  const header = Buffer.alloc(HEADER);
  header.write(type, 0, "latin1");
  header.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([header, body]);
}

/** The fields of an ErrorResponse that hold no row: SQLSTATE, primary message, and the server's routine that raised it. */
function serverError(body: Buffer): Error {
  const fields = new Map<string, string>();
  for (const field of body.toString("utf8").split("\0")) {
    if (field.length > 0) fields.set(field[0] ?? "", field.slice(1));
  }
  const error = new Error(fields.get("M") ?? "the server reported an error without a message");
  return Object.assign(error, { code: fields.get("C") ?? "XX000", routine: fields.get("R") });
}

/** The fields of a DataRow. */
function fieldsOf(body: Buffer): (string | null)[] {
  let at = 2;
  return Array.from({ length: body.readInt16BE(0) }, () => {
    const length = body.readInt32BE(at);
    at += 4;
    if (length < 0) return null;
    at += length;
    return body.toString("utf8", at - length, at);
  });
}

/**
 * A session that speaks the protocol's frames itself, so that rows pass from socket to socket unparsed.
 * `pg` opens it (TLS, SCRAM); then its parser is detached. After any error it is to be closed, not used again.
 */
export class Wire {
  private pending = Buffer.alloc(0);
  private frames: Frame[] = [];
  private wake: (() => void) | undefined;
  private failure: Error | undefined;
  /** Takes bytes that are to be forwarded, and says when they have left. */
  private sink: ((bytes: Buffer, left: () => void) => void) | undefined;
  private skip = 0;
  /** Whether statements are under way. */
  private busy = false;
  /** Bytes that have gone to the sink, and how many there were at the end of each copy. */
  private forwarded = 0;
  private ends: number[] = [];
  /** Told of a server's refusal at once, while rows are still being sent to it. */
  private refuse: ((error: Error) => void) | undefined;

  private constructor(
    readonly socket: Socket,
    reads: Reads | undefined,
  ) {
    socket.removeAllListeners("data");
    if (reads === undefined) socket.on("data", (bytes: Buffer) => this.receive(bytes, () => undefined));
    else reads.take((bytes, done) => this.receive(bytes, done));
    socket.on("error", (error: Error) => this.fail(error));
    socket.on("close", () =>
      this.fail(
        new RehomeError("connection-lost", "the server closed a copy's connection", { retryable: true }),
      ),
    );
  }

  /** Opens a session with the engine's settings. Its errors are those of `open`. */
  static async open(server: ServerConnection, database: string): Promise<Wire> {
    const config = await clientConfig(server, database);
    const reads = config.ssl === false && config.stream === undefined ? new Reads() : undefined;
    const client = new pg.Client(reads === undefined ? config : { ...config, stream: () => reads.socket });
    client.on("error", () => undefined);
    try {
      await client.connect();
      const known = watch(server, client);
      known(await setUp(client));
    } catch (error) {
      await client.end().catch(() => undefined);
      throw connectionError(server, database, error);
    }
    return new Wire(streamOf(client), reads);
  }

  /** Runs statements whose rows nobody needs; returns the commands' tags, such as `COPY 12`. */
  async run(sql: string): Promise<string[]> {
    this.send(sql);
    return await this.untilReady();
  }

  /** The rows of one statement, as text. For few and short ones: what a copy is about, not what it copies. */
  async rows(sql: string): Promise<(string | null)[][]> {
    this.send(sql);
    const found: (string | null)[][] = [];
    await this.untilReady((row) => found.push(row));
    return found;
  }

  /** Begins statements without waiting for them. What `COPY … FROM STDIN` is sent before its turn waits for it. */
  send(sql: string): void {
    this.busy = true;
    this.socket.write(message("Q", Buffer.from(`${sql}\0`, "utf8")));
  }

  /** Waits for the end of the statements under way; throws their error once the server is ready again. */
  async untilReady(onRow?: (row: (string | null)[]) => void): Promise<string[]> {
    const tags: string[] = [];
    let error: Error | undefined;
    for (;;) {
      const frame = await this.next();
      if (frame.type === TYPE.commandComplete) tags.push(frame.body.toString("utf8").replace(/\0$/, ""));
      else if (frame.type === TYPE.dataRow) onRow?.(fieldsOf(frame.body));
      else if (frame.type === TYPE.error) error = serverError(frame.body);
      else if (frame.type === TYPE.readyForQuery) {
        if (error !== undefined) throw error;
        return tags;
      }
    }
  }

  /**
   * Runs statements that are all `COPY … TO STDOUT`, and forwards their CopyData and CopyDone frames to `target` as they
   * come.
   * @returns the bytes of each
   */
  async forwardTo(
    target: Wire,
    sql: string,
    onBytes: (bytes: number) => void,
    pace?: Pace,
  ): Promise<readonly number[]> {
    let waiting = 0;
    const pauseFor = (what: Promise<unknown>): void => {
      waiting += 1;
      this.socket.pause();
      void what.then(() => {
        waiting -= 1;
        if (waiting === 0) this.socket.resume();
      });
    };
    const ends: number[] = [];
    this.ends = ends;
    this.forwarded = 0;
    this.sink = (bytes, left) => {
      onBytes(bytes.length);
      const drains = !target.socket.write(bytes, left); // only then is there a "drain"
      // What the system took at once is not waited for, however much it was.
      if (drains && target.socket.writableLength > 0)
        pauseFor(new Promise((resolve) => target.socket.once("drain", resolve)));
      const slower = pace?.wait(bytes.length);
      if (slower !== undefined) pauseFor(slower);
    };
    const refused = new Promise<never>((_, reject) => (target.refuse = reject));
    this.send(sql);
    try {
      await Promise.race([this.untilReady(), refused]);
    } finally {
      this.sink = undefined;
      target.refuse = undefined;
    }
    return ends.map((end, at) => end - (ends[at - 1] ?? 0));
  }

  /** Ends the session. Whoever waits for statements under way hears at once that it is lost; their server soon after. */
  close(): void {
    if (this.busy) return void this.socket.destroy();
    if (this.socket.writable) this.socket.end(message("X"));
    this.socket.destroySoon();
  }

  private fail(error: Error): void {
    this.failure ??= error;
    this.refuse?.(error);
    this.wake?.();
  }

  private async next(): Promise<Frame> {
    for (;;) {
      const frame = this.frames.shift();
      if (frame !== undefined) return frame;
      if (this.failure !== undefined) throw this.failure;
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }

  /**
   * Splits what arrives: runs of CopyData and CopyDone go to the sink whole, every other frame to the queue.
   * @param done called once nothing needs the bytes any more
   */
  private receive(bytes: Buffer, done: () => void): void {
    const data = this.pending.length === 0 ? bytes : Buffer.concat([this.pending, bytes]);
    let at = 0;
    let from = 0;
    let uses = 1;
    const left = (): void => {
      uses -= 1;
      if (uses === 0) done();
    };
    const flush = (to: number): void => {
      if (to > from && this.sink !== undefined) {
        uses += 1;
        this.sink(data.subarray(from, to), left);
      }
      this.forwarded += to - from;
      from = to;
    };
    if (this.skip > 0) {
      at = Math.min(this.skip, data.length);
      this.skip -= at;
    }
    while (at + HEADER <= data.length) {
      const end = at + 1 + data.readInt32BE(at + 1);
      const type = data[at];
      if (type === TYPE.copyData) {
        if (end > data.length) {
          this.skip = end - data.length;
          at = data.length;
        } else at = end;
        continue;
      }
      if (type === TYPE.copyDone) {
        at = end;
        this.ends.push(this.forwarded + at - from);
        continue;
      }
      if (end > data.length) break;
      flush(at);
      const body = Buffer.from(data.subarray(at + HEADER, end));
      this.frames.push({ type: type ?? 0, body });
      if (type === TYPE.readyForQuery) this.busy = false;
      if (type === TYPE.error) this.refuse?.(serverError(body));
      from = at = end;
    }
    flush(at);
    this.pending = at < data.length ? Buffer.from(data.subarray(at)) : Buffer.alloc(0);
    left();
    if (this.frames.length > 0) this.wake?.();
  }
}

/** A session that rows leave by, and one that they arrive by. */
export interface Pair {
  readonly source: Wire;
  readonly target: Wire;
}

/**
 * Opens a session in each of two homes, and has it run what it begins with. Where one fails, neither stays open. Its
 * errors are those of `open`.
 */
export async function openWires(
  from: Endpoint,
  to: Endpoint,
  begin: { readonly source: readonly string[]; readonly target: readonly string[] },
): Promise<Pair> {
  const opened: Wire[] = [];
  const begun = async ({ server, database }: Endpoint, statements: readonly string[]): Promise<Wire> => {
    const wire = await Wire.open(server, database);
    opened.push(wire);
    for (const sql of statements) await wire.run(sql);
    return wire;
  };
  try {
    return { source: await begun(from, begin.source), target: await begun(to, begin.target) };
  } catch (error) {
    for (const wire of opened) wire.close();
    throw error;
  }
}

export function closeWires({ source, target }: Pair): void {
  source.close();
  target.close();
}

/** What one session sends and another takes: as many copies on either side, in the same order. */
export interface CopyCommands {
  /** `COPY … TO STDOUT` each. */
  readonly out: readonly string[];
  /** `COPY … FROM STDIN` each; other statements may stand between them. */
  readonly into: readonly string[];
}

/** What became of one copy. */
export interface Copied {
  readonly rows: number;
  readonly bytes: number;
}

/**
 * Copies from one session to another, frame by frame: all the copies in one round trip. Both must be closed after an error.
 * @returns of each copy, in order
 */
export async function copyBetween(
  source: Wire,
  target: Wire,
  { out, into }: CopyCommands,
  onBytes: (bytes: number) => void,
  pace?: Pace,
): Promise<Copied[]> {
  target.send(into.join("; "));
  const bytes = await source.forwardTo(target, out.join("; "), onBytes, pace);
  const tags = await target.untilReady();
  const counts = tags.filter((tag) => tag.startsWith("COPY ")).map((tag) => Number(tag.slice(5)));
  return counts.map((rows, at) => ({ rows, bytes: bytes[at] ?? 0 }));
}
