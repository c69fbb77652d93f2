import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { move, type MoveRequest, type Stage } from "@rehome/migration";
import { serverSeconds } from "../cpu";
import { OWNER, type Pair, type Server } from "../server";

/** What one move took, of which so many processes shared the copy. */
export interface Measured {
  readonly streams: number;
  /** Bytes of rows that passed, and seconds from the first share's beginning to the last one's end. */
  readonly copied: number;
  readonly seconds: number;
  /** Shares of each process, the leader's first. */
  readonly shares: readonly number[];
  /** Seconds of CPU while rows were copied: of the processes that copied, of both servers. */
  readonly cpu: { readonly engine: number; readonly source: number; readonly target: number };
  /** Bytes of WAL that the new home's server wrote, from beginning to end. */
  readonly wal: number;
  readonly stages: Readonly<Partial<Record<Stage, number>>>;
}

const PROGRAM = join(require.resolve("@rehome/migration/package.json"), "../bin/rehome-worker");
/** Makes the data that every measurement copies: one big table with two indexes, and small ones beside it. */
export async function makeData(source: Server, bytes: number): Promise<void> {
  const rows = Math.ceil((bytes * 0.9) / 260);
  const small = Array.from(
    { length: 10 },
    (_, at) =>
      `CREATE TABLE side_${at} AS SELECT i AS id, repeat(md5(i::text), 6) AS v FROM generate_series(1, ${Math.ceil(rows / 100)}) i;`,
  );
  await source.sql("postgres", "CREATE DATABASE data");
  await source.sql(
    "data",
    `CREATE SCHEMA app AUTHORIZATION ${OWNER}; SET ROLE ${OWNER}; SET search_path = app;
     CREATE TABLE entries (id bigint, at timestamptz, amount numeric(12, 2), note text);
     INSERT INTO entries SELECT i, '2026-01-01'::timestamptz + i * interval '1 second', i % 100000, repeat(md5(i::text), 6)
       FROM generate_series(1, ${rows}) i;
     ALTER TABLE entries ADD PRIMARY KEY (id); CREATE INDEX ON entries (at); ${small.join("\n")}
     RESET ROLE; ANALYZE`,
  );
}

/** Moves a fresh copy of the data, with so many streams: the leader has one, each worker another. */
export async function measure(pair: Pair, name: string, streams: number): Promise<Measured> {
  const { source, target } = pair;
  await source.sql("postgres", `CREATE DATABASE ${name} TEMPLATE data`);
  await target.sql("postgres", `CREATE DATABASE ${name}`);
  const [size] = await source.sql<{ bytes: number }>(
    name,
    "SELECT sum(pg_table_size(oid))::float8 AS bytes FROM pg_class WHERE relnamespace = 'app'::regnamespace AND relkind = 'r'",
  );
  const end = ({ host, port, user, password }: Server, label: string, schema: string) => ({
    ...{ host: label, database: name, schema, owner: OWNER, server: { host, port, user, password } },
  });
  const request: MoveRequest = {
    ...{ dataset: name, from: end(source, "old", "app"), to: end(target, "new", "app") },
    options: {
      ...{ mode: "offline", verify: "checksum", strategy: "copy", jobs: 1 },
      workers: { count: streams - 1, shareBytes: Math.ceil((size?.bytes ?? 0) / 40) },
    },
  };
  const folder = await mkdtemp(join(tmpdir(), "rehome-scale-"));
  const before = await walOf(target);
  try {
    await chmod(folder, 0o700);
    const file = join(folder, "move.json");
    const { dataset, from, to } = request;
    await writeFile(file, JSON.stringify({ dataset, from, to }), { mode: 0o600 });
    const workers = Array.from({ length: streams - 1 }, (_, at) => startWorker(file, `worker ${at + 1}`));
    const { stages, cpu } = await moveWatched(request, pair, workers);
    return { streams, ...(await copiedBy(target, name)), cpu, stages, wal: (await walOf(target)) - before };
  } finally {
    await rm(folder, { recursive: true });
    for (const server of [source, target]) await server.sql("postgres", `DROP DATABASE ${name} WITH (FORCE)`);
  }
}

const startWorker = (file: string, name: string): ChildProcess =>
  spawn(process.execPath, [PROGRAM, file, "--name", name], { stdio: ["ignore", "ignore", "inherit"] });

/** The stages' seconds, and the CPU that went while rows were copied. */
async function moveWatched(
  request: MoveRequest,
  { source, target }: Pair,
  workers: readonly ChildProcess[],
): Promise<Pick<Measured, "stages" | "cpu">> {
  const stages: Partial<Record<Stage, number>> = {};
  const used = () => {
    const own = process.cpuUsage();
    const theirs = workers.reduce((sum, { pid }) => sum + serverSeconds(pid ?? 0), 0);
    const engine = (own.user + own.system) / 1e6 + theirs;
    return { engine, source: source.cpu(), target: target.cpu() };
  };
  let at: { stage: Stage; since: number } | undefined;
  let begun = used();
  let done = begun;
  const enter = (stage: Stage | undefined): void => {
    if (at?.stage === stage) return;
    const now = performance.now();
    if (at !== undefined) stages[at.stage] = (stages[at.stage] ?? 0) + (now - at.since) / 1000;
    if (stage === "copy") begun = used();
    if (at?.stage === "copy") done = used();
    at = stage === undefined ? undefined : { stage, since: now };
  };
  const ended = Promise.all(workers.map((worker) => once(worker, "exit")));
  await move(request, ({ stage }) => enter(stage));
  enter(undefined);
  await ended;
  return {
    stages,
    cpu: {
      engine: done.engine - begun.engine,
      source: done.source - begun.source,
      target: done.target - begun.target,
    },
  };
}

async function copiedBy(
  target: Server,
  name: string,
): Promise<Pick<Measured, "copied" | "seconds" | "shares">> {
  const [all] = await target.sql<{ copied: number; seconds: number }>(
    name,
    `SELECT sum(copied_bytes)::float8 AS copied,
       extract(epoch FROM max(done_at) - min(done_at - seconds * interval '1 second'))::float8 AS seconds FROM rehome.work`,
  );
  const by = await target.sql<{ shares: number }>(
    name,
    "SELECT count(*)::int AS shares FROM rehome.work GROUP BY worker ORDER BY worker",
  );
  return { copied: all?.copied ?? 0, seconds: all?.seconds ?? 0, shares: by.map(({ shares }) => shares) };
}

async function walOf(server: Server): Promise<number> {
  const [row] = await server.sql<{ bytes: number }>(
    "postgres",
    "SELECT (pg_current_wal_lsn() - '0/0')::float8 AS bytes",
  );
  return row?.bytes ?? 0;
}
