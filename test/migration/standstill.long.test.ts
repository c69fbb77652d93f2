import { spawn, type ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { move, type MoveRequest } from "@rehome/migration";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServer, type TestServer } from "../support/servers";
import { contents, makeWorld, until, value, type World } from "./dataset";

let a: TestServer;
let b: TestServer;
beforeAll(async () => {
  [a, b] = await Promise.all([startServer(), startServer()]);
});
afterAll(() => Promise.all([a.stop(), b.stop()]));

const SMALL = "CREATE TABLE things (id serial PRIMARY KEY, v text); INSERT INTO things (v) VALUES ('here')";

/** A move in a process of its own, which stops itself, as a shell's Ctrl-Z does, when `stage` begins. */
const SCRIPT = `
  const { move } = require(${JSON.stringify(resolve("migration"))});
  const { request, stage } = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
  let stopped = false;
  move(request, (progress) => {
    if (progress.stage !== stage || stopped) return;
    stopped = true;
    process.kill(process.pid, "SIGSTOP");
  }).then(
    () => process.exit(0),
    ({ code }) => { console.log(code); process.exit(1); });`;

const engine = (request: MoveRequest, stage = "none"): { child: ChildProcess; said: Promise<string> } => {
  const child = spawn(process.execPath, ["-e", SCRIPT], { stdio: ["pipe", "pipe", "inherit"] });
  child.stdin.end(JSON.stringify({ request, stage }));
  let text = "";
  child.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()));
  return { child, said: new Promise((done) => child.once("exit", () => done(text.trim()))) };
};

/** The service writes while the engine still stands; then that one finds itself out, and the next run takes all along. */
const outlives = async (world: World, { child, said }: ReturnType<typeof engine>): Promise<void> => {
  const { request, login } = world;
  const { database, schema } = request.from;
  const write = async (): Promise<boolean> => {
    await world.a.sql(database, `INSERT INTO ${schema}.things (v) VALUES ('meanwhile')`, login);
    return true;
  };
  await until(() => write().catch(() => false), 100);
  child.kill("SIGCONT");
  expect(await said).toMatch(/^(fence|connection)-lost$/);
  const before = await contents(world.a, request.from);
  await move(request);
  expect(await contents(world.b, request.to)).toEqual(before);
};

const stopped = ({ pid }: ChildProcess): Promise<void> =>
  until(async () => / T /.test(readFileSync(`/proc/${pid}/stat`, "utf8")));

describe("an engine that stands still", () => {
  it.concurrent("gives the service back: under the fence", async () => {
    const world = await makeWorld(a, b, "rows", SMALL);
    const run = engine(world.request, "copy");
    await stopped(run.child);
    await outlives(world, run);
  });

  it.concurrent("gives the service back: in the one transaction of a move inside a database", async () => {
    const world = await makeWorld(a, a, "inside", SMALL, { from: "old_home" });
    const giveUp = ({ stage }: { stage: string }): void => {
      if (stage === "fence") throw new Error("not yet");
    };
    await expect(move(world.request, giveUp)).rejects.toThrow("not yet"); // the journal is there now
    // Stopped while it waits for the last lock that it takes.
    const clerk = await a.connect("inside");
    await clerk.query("BEGIN; LOCK TABLE rehome.fence IN SHARE MODE");
    const run = engine(world.request);
    const waits = `SELECT count(*)::int FROM pg_locks WHERE NOT granted AND relation = 'rehome.fence'::regclass`;
    await until(async () => (await value(a, "inside", waits)) === 1);
    run.child.kill("SIGSTOP");
    await stopped(run.child);
    await clerk.end();
    await expect(
      a.sql("inside", "SET lock_timeout = '100ms'; SELECT FROM old_home.things", world.login),
    ).rejects.toMatchObject({ code: "55P03" });
    await outlives(world, run);
  });
});
