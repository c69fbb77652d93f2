import { AsyncLocalStorage } from "node:async_hooks";
import { createHash } from "node:crypto";
import type pg from "pg";
import { RehomeError, isSilence } from "../errors";
import type { ServerConnection } from "../types";
import { streamOf } from "./watch";

/** Milliseconds that a session waits for somebody to go on with it. */
const IDLE = 1_000;
/** Milliseconds after which a session is ended all the same: what is set for its role or database meanwhile holds for new ones. */
const AGE = 10_000;

/** Sessions that wait at most: each is one that its server has not for others. */
const MOST = 4;

/** Milliseconds of waiting for an answer that are not waited again, and how long not. */
const SLOW = 3_000;
const SILENCE = 30_000;

interface Kept {
  readonly client: pg.Client;
  readonly opened: number;
}
interface Idle extends Kept {
  /** Its server and database. */
  readonly key: string;
  /** Resolves when its server has it no more. */
  readonly end: () => Promise<void>;
  /** Has it wait no more. */
  readonly wake: () => void;
}

/** What is idle, the latest last. */
const idle = new Set<Idle>();
const reusing = new AsyncLocalStorage<true>();

/**
 * Within `work`, sessions are left to whoever comes next, here or in other such work: one that has the catalogs in its
 * memory reads them in two thirds of the time, and of a thousand plans each would open half a dozen. For reading alone.
 */
export async function reusingSessions<T>(work: () => Promise<T>): Promise<T> {
  return await reusing.run(true, work);
}

/** Servers that did not answer, by their address, with what was told then. */
const silent = new Map<string, { readonly error: unknown; readonly until: number }>();

/** Opens a session, unless its server has just kept somebody waiting in vain: of a thousand plans each would wait for it. */
async function openHeard(
  { host, port }: ServerConnection,
  open: () => Promise<pg.Client>,
): Promise<pg.Client> {
  const address = `${host}:${port}`;
  const began = performance.now();
  const known = silent.get(address);
  if (known !== undefined && began < known.until) throw known.error;
  silent.delete(address);
  try {
    return await open();
  } catch (error) {
    const now = performance.now();
    if (isSilence(error) && now - began >= SLOW) silent.set(address, { error, until: now + SILENCE });
    throw error;
  }
}

/** Sessions that are to be gone on with. */
const preparing = new WeakSet<pg.Client>();

/**
 * By what name a session's server keeps a query, to plan it once for all that come; undefined where a session serves but
 * one. For queries with parameters, whose text is the same each time.
 */
export const statementName = (client: pg.Client, text: string): string | undefined =>
  preparing.has(client) ? `rehome_${createHash("sha1").update(text).digest("hex")}` : undefined;

/** The server's processes of the sessions that wait, on the server of this one: they end as soon as nobody comes. */
export const idleBeside = ({ host, port }: pg.Client): number[] =>
  [...idle]
    .filter(({ client }) => client.host === host && client.port === port)
    .flatMap(({ client }) => (client as unknown as { processID: number | null }).processID ?? []);

/**
 * Ends the sessions that wait on a server, which has none left.
 * @returns how many they were; their places are free again
 */
export async function endIdle({ host, port }: ServerConnection): Promise<number> {
  const waiting = [...idle].filter(({ client }) => client.host === host && client.port === port);
  await Promise.all(waiting.map((one) => one.end()));
  return waiting.length;
}

/**
 * Runs `work` with a session, which is ended afterwards, or kept where sessions are reused. Where one that was kept fails,
 * `work` begins again with a new one: it may have been lost, or what it had planned may not be so any more. What `work`
 * itself finds wrong, a `RehomeError`, is so in any session. Where sessions are reused, a server that has kept somebody
 * waiting for an answer in vain is not asked again for half a minute.
 * @param open opens one
 */
export async function withKept<T>(
  [server, database]: readonly [ServerConnection, string],
  open: () => Promise<pg.Client>,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  if (reusing.getStore() !== true) return await ending(await open(), work);
  const key = JSON.stringify([server, database]);
  const found = take(key);
  if (found !== undefined) {
    try {
      return await keeping(key, found, work);
    } catch (error) {
      if (error instanceof RehomeError) throw error;
    }
  }
  return await keeping(key, { client: await openHeard(server, open), opened: performance.now() }, work);
}

async function ending<T>(client: pg.Client, work: (client: pg.Client) => Promise<T>): Promise<T> {
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function keeping<T>(key: string, session: Kept, work: (client: pg.Client) => Promise<T>): Promise<T> {
  preparing.add(session.client);
  if (performance.now() - session.opened >= AGE) return await ending(session.client, work);
  let result: T;
  try {
    result = await work(session.client);
  } catch (error) {
    await session.client.end().catch(() => undefined);
    throw error;
  }
  if (idle.size < MOST) keep(key, session);
  else await session.client.end().catch(() => undefined);
  return result;
}

function take(key: string): Kept | undefined {
  const found = [...idle].findLast((one) => one.key === key);
  found?.wake();
  return found;
}

/** Nobody waits for what is idle: neither this process with its end, nor whoever wants its server to stop. */
function keep(key: string, { client, opened }: Kept): void {
  const stream = streamOf(client);
  const end = (): Promise<void> => {
    waiting.wake();
    return client.end().catch(() => undefined);
  };
  const drop = (): void => void end();
  const timer = setTimeout(drop, IDLE).unref();
  const wake = (): void => {
    idle.delete(waiting);
    clearTimeout(timer);
    stream.off("close", drop);
    stream.ref();
  };
  const waiting: Idle = { key, client, opened, wake, end };
  idle.add(waiting);
  stream.unref();
  stream.once("close", drop);
}
