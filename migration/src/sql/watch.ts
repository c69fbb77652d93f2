import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import type { ServerConnection } from "../types";
import { address, clientConfig } from "./client-config";
import { PATIENCE } from "./patience";

/** A session that is watched. */
interface Watched {
  readonly stream: Socket;
  /** The server's process; undefined: not known yet. */
  pid: number | undefined;
  /** Bytes that had come from the server at the last look. */
  heard: number;
  /** Looks in a row at which there was no sign of it. */
  missed: number;
}

/** What a server says to one who asks: the processes of its sessions, or something else, or nothing. */
type Answer = ReadonlySet<number> | "something" | "nothing";

/** Sessions of this process, by the server that they are with. */
const watched = new Map<string, Set<Watched>>();

/** The stream that a client's session goes through. */
export const streamOf = (client: pg.Client): Socket =>
  (client as unknown as { connection: { stream: Socket } }).connection.stream;

/**
 * Watches a connected session to its end. TCP waits a quarter of an hour for what it has sent and nobody acknowledges,
 * and a fence may be closed meanwhile. So a session that nothing comes from is ended, with `ETIMEDOUT`, when for a minute
 * its server has said nothing to anybody who asks, or that it has no such session. Of one that is merely slow it says that
 * it is there: that one is waited for.
 * @returns to be told the server's process, once that is known
 */
export function watch(server: ServerConnection, client: pg.Client): (pid: number | undefined) => void {
  const key = JSON.stringify([server.host, server.port, server.user, server.connector]);
  const sessions = watched.get(key) ?? new Set();
  const stream = streamOf(client);
  const session: Watched = { stream, pid: undefined, heard: stream.bytesRead, missed: 0 };
  sessions.add(session);
  stream.once("close", () => sessions.delete(session));
  if (!watched.has(key)) {
    watched.set(key, sessions);
    void lookAfter(server, sessions, () => watched.delete(key));
  }
  return (pid) => (session.pid = pid);
}

/** @param over called in the moment in which nobody looks any more */
async function lookAfter(
  server: ServerConnection,
  sessions: ReadonlySet<Watched>,
  over: () => void,
): Promise<void> {
  do {
    await sleep(PATIENCE.look, undefined, { ref: false });
    await look(server, sessions);
  } while (sessions.size > 0);
  over();
}

/** Counts looks, not time: an engine that has stood still itself has not waited for anybody. */
async function look(server: ServerConnection, sessions: ReadonlySet<Watched>): Promise<void> {
  const silent = [...sessions].filter((session) => !hasSpoken(session));
  if (silent.length === 0) return;
  // What refuses at once may be there in a moment; and who answers is not asked all the time.
  const [answer] = await Promise.all([ask(server), sleep(PATIENCE.ask, undefined, { ref: false })]);
  for (const session of silent) {
    if (hasSpoken(session)) continue;
    session.missed = knows(answer, session) ? 0 : session.missed + 1;
    if (session.missed >= PATIENCE.looks) session.stream.destroy(lost(server, answer));
  }
}

/** Whether anything has come from the server since the last look. */
function hasSpoken(session: Watched): boolean {
  const before = session.heard;
  session.heard = session.stream.bytesRead;
  if (session.heard === before) return false;
  session.missed = 0;
  return true;
}

function knows(answer: Answer, { pid }: Watched): boolean {
  if (answer === "nothing") return false;
  return answer === "something" || pid === undefined || answer.has(pid);
}

/**
 * Asks in a session of its own, in the database that comes with the server: into one that is being copied nobody is let.
 * Whatever comes back is a sign of life: that there are too many sessions, that it is starting, that nobody is let in.
 */
async function ask(server: ServerConnection): Promise<Answer> {
  const config = await clientConfig(server, "postgres").catch(() => undefined);
  if (config === undefined) return "something"; // the server was not asked: nothing is known of it
  const client = new pg.Client(config);
  client.on("error", () => undefined);
  const late = setTimeout(() => streamOf(client).destroy(), PATIENCE.ask);
  try {
    await client.connect();
    const { rows } = await client.query<{ pid: number }>("SELECT pid FROM pg_catalog.pg_stat_activity");
    return new Set(rows.map(({ pid }) => pid));
  } catch {
    return streamOf(client).bytesRead > 0 ? "something" : "nothing";
  } finally {
    await client.end().catch(() => undefined);
    clearTimeout(late);
  }
}

function lost(server: ServerConnection, answer: Answer): Error {
  const seconds = (PATIENCE.looks * (PATIENCE.look + PATIENCE.ask)) / 1000;
  const what =
    answer === "nothing"
      ? `has said nothing for ${seconds} s`
      : "has no such session any more, and did not say so";
  return Object.assign(new Error(`PostgreSQL at ${address(server)} ${what}`), { code: "ETIMEDOUT" });
}
