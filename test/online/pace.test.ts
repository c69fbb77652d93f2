import { execFile } from "node:child_process";
import { readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { followMove, move } from "@rehome/migration";
import { findBinaries } from "@rehome/postgres";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Pace } from "../../migration/src/copy/pace";
import { standbyLag } from "../../migration/src/copy/standbys";
import { startServer, type TestServer } from "../support/servers";
import { contents, makeWorld, until, value } from "../migration/dataset";
import { throwawayDirectory } from "../support/throwaway";

const run = promisify(execFile);

describe("the pace of a copy", () => {
  it("is that of all streams together", () => {
    let now = 0;
    const pace = new Pace(1000, () => now);
    expect([pace.after(500), pace.after(500), pace.after(1000)]).toEqual([500, 1000, 2000]);
    now = 1500;
    expect(pace.after(100)).toBe(600);
    now = 60_000; // what was not used is not made up for
    expect(pace.after(100)).toBe(100);
  });

  it("is none without a limit", () => {
    const pace = new Pace();
    expect(pace.after(1e12)).toBe(0);
    expect(pace.wait(1e12)).toBeUndefined();
  });

  it("stands still while it is held", async () => {
    const pace = new Pace();
    pace.hold(true);
    let passed = false;
    const waiting = pace.wait(1)?.then(() => (passed = true));
    await Promise.resolve();
    expect([pace.isHeld, passed]).toEqual([true, false]);
    pace.hold(false);
    await waiting;
    expect([pace.isHeld, passed, pace.wait(1)]).toEqual([false, true, undefined]);
  });
});

/** A streaming standby of a server, which replays nothing while it is told to wait. */
async function startStandby(primary: TestServer): Promise<{ client: Client; stop: () => Promise<void> }> {
  const { uid, gid } = await stat(primary.directory);
  const parent = await throwawayDirectory("standby");
  const directory = join(parent, "data");
  const { path } = await findBinaries();
  const { host, port, user, password } = primary.connection;
  const env = { ...process.env, PGPASSWORD: password };
  await run("chown", [`${uid}:${gid}`, parent]);
  const flags = [
    "-h",
    host,
    "-p",
    String(port),
    "-U",
    user,
    "-D",
    directory,
    "-R",
    "-X",
    "stream",
    "-c",
    "fast",
  ];
  await run(path("pg_basebackup"), flags, { env, uid, gid, cwd: parent });
  const own = port === 65_535 ? port - 1 : port + 1;
  const settings = `port = ${own}\nunix_socket_directories = '${parent}'\nhot_standby = on\n`;
  const file = join(directory, "postgresql.auto.conf");
  await writeFile(file, (await readFile(file, "utf8")) + settings);
  const control = (...what: string[]): Promise<unknown> =>
    run(path("pg_ctl"), ["-D", directory, "-w", ...what], { uid, gid, cwd: parent });
  await control("start", "-l", join(parent, "log"));
  const client = new Client({ host, port: own, user, password, database: "postgres" });
  client.on("error", () => undefined);
  await client.connect();
  return {
    client,
    stop: async () => {
      await client.end();
      await control("stop", "-m", "immediate");
      await rm(parent, { recursive: true, force: true });
    },
  };
}

describe("a copy", () => {
  let a: TestServer;
  let b: TestServer;
  beforeAll(async () => {
    [a, b] = await Promise.all([startServer(), startServer()]);
  });
  afterAll(() => Promise.all([a.stop(), b.stop()]));
  const SERVICE =
    "CREATE TABLE orders (id int PRIMARY KEY, note text); INSERT INTO orders SELECT i, repeat('x', 100) FROM generate_series(1, 2000) i";

  it("that is slowed down is the same copy", async () => {
    const options = { copyRate: 400_000, jobs: 2 };
    const { request } = await makeWorld(a, b, "slow", SERVICE, { to: "core", options });
    const before = await contents(a, request.from);
    await move(request);
    expect(await contents(b, request.to)).toEqual(before);
  });

  it("waits for the old home's own standbys, and for nobody who follows by a slot of its kind", async () => {
    const options = { mode: "online", maxStandbyLag: 100_000 } as const;
    const { request, login } = await makeWorld(a, b, "heeds", SERVICE, { to: "core", options });
    const standby = await startStandby(a);
    const watcher = await a.connect("heeds");
    try {
      await standby.client.query("SELECT pg_wal_replay_pause()");
      await a.sql("heeds", "UPDATE orders SET note = note || 'y'", login);
      await until(async () => (await standbyLag(watcher)) > 100_000);
      const following = followMove(request);
      const copying =
        "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = 'heeds' AND query LIKE 'COPY %')";
      await until(() => value<boolean>(a, "heeds", copying));
      await standby.client.query("SELECT pg_wal_replay_resume()");
      const [resumed] = await a.sql<{ at: Date }>("heeds", "SELECT clock_timestamp() AS at");
      expect(await following).toMatchObject({ broken: null });
      expect(
        await value(
          b,
          "heeds",
          `SELECT bool_and(copied_at > '${resumed?.at.toISOString()}'::timestamptz - interval '0.1 s') FROM rehome.copied_table`,
        ),
      ).toBe(true);
      await until(async () => (await standbyLag(watcher)) === 0);
    } finally {
      await watcher.end();
      await standby.stop();
    }
  });
});
