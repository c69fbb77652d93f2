import { setTimeout as sleep } from "node:timers/promises";
import { move, type MoveRequest, type Stage } from "@rehome/migration";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { PATIENCE } from "../../migration/src/sql/patience";
import { LONG } from "../support/long";
import { startServer, type TestServer } from "../support/servers";
import { openWay, type Way } from "../support/way";
import { contents, leftovers, makeWorld, until, value, type World } from "./dataset";

vi.mock("../../migration/src/sql/patience", () => ({ PATIENCE: { look: 100, ask: 700, looks: 3 } }));

let a: TestServer;
let b: TestServer;
let way: Way;
beforeAll(async () => {
  [a, b] = await Promise.all([startServer(), startServer()]);
});
afterAll(() => Promise.all([a.stop(), b.stop()]));
beforeEach(async () => void (way = await openWay(b.port)));
afterEach(() => way.close());

/** These wait for a quarter of a minute or more. */
const longIt = it.runIf(LONG);

/** Longer than the engine has patience with a server that says nothing. */
const LONG_MS = 1.5 * PATIENCE.looks * (PATIENCE.look + PATIENCE.ask);
const ROWS = 20_000;
const BIG = `CREATE TABLE big (id serial PRIMARY KEY, v text);
  INSERT INTO big (v) SELECT repeat('x', 1000) FROM generate_series(1, ${ROWS});`;
/** An index that takes long in the new home alone. */
const slowly = (): string =>
  `CREATE FUNCTION slow(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$
   BEGIN IF current_setting('port')::int = ${b.port} THEN PERFORM pg_sleep(${LONG_MS / 1000}); END IF; RETURN $1; END $$;
   CREATE TABLE small (id int PRIMARY KEY);
   INSERT INTO small VALUES (1);
   CREATE INDEX small_slow ON small (slow(id));`;

/** The request, with the new home at the other end of the way. */
const through = ({ to, ...request }: MoveRequest, options: MoveRequest["options"]): MoveRequest => ({
  ...request,
  options,
  to: { ...to, server: { ...to.server, host: "127.0.0.1", port: way.port } },
});

const backends = (name: string, query: string): Promise<number> =>
  value(
    b,
    name,
    `SELECT count(*)::int FROM pg_stat_activity WHERE query LIKE '${query}%' AND datname = '${name}'`,
  );

/** Moves, and does something once as rows are on their way. */
async function moving(world: World, meanwhile: () => void, stage: Stage = "copy"): Promise<unknown> {
  let done = false;
  return await move(through(world.request, { ...world.request.options, copyRate: 8_000_000 }), (progress) => {
    if (done || progress.stage !== stage || (stage === "copy" && progress.bytesDone < 2_000_000)) return;
    done = true;
    meanwhile();
  }).catch((error: unknown) => error);
}

/** The service writes where it was; and once there is a way again, the next run takes everything along. */
async function isAsBefore({ request, login }: World): Promise<void> {
  await a.sql(request.from.database, "INSERT INTO big (v) VALUES ('after')", login);
  expect(await leftovers(a, request.from)).toEqual([]);
  way.clear();
  await until(async () => (await leftovers(b, request.to)).every((what) => !/session|lock/.test(what)));
  const before = await contents(a, request.from);
  expect(await move(through(request, request.options))).toMatchObject({ clean: true });
  expect(await contents(b, request.to)).toEqual(before);
}

describe("a new home on the way to which everything is lost", () => {
  const lost = () => ({
    code: "connection-lost",
    retryable: true,
    message: expect.stringContaining(`PostgreSQL at 127.0.0.1:${way.port} has said nothing for`) as string,
  });

  const ways = [
    { name: "streams", options: {} },
    { name: "shares", options: { workers: { count: 0, shareBytes: 3_000_000 } } },
  ];
  it.each(ways.slice(0, LONG ? ways.length : 1))(
    "ends the copy, and the fence with it: $name",
    async ({ name, options }) => {
      const world = await makeWorld(a, b, name, BIG, { options });
      expect(await moving(world, () => way.block())).toMatchObject(lost());
      await isAsBefore(world);
    },
  );

  longIt("ends a build", async () => {
    const world = await makeWorld(a, b, "built", BIG + slowly());
    const ended = moving(world, () => undefined);
    await until(async () => (await backends("built", "SET LOCAL ROLE%CREATE INDEX small_slow")) > 0);
    way.block();
    expect(await ended).toMatchObject(lost());
    await isAsBefore(world);
  });
});

describe("a new home that answers", () => {
  it("is waited for where it is slow to take rows", async () => {
    const world = await makeWorld(a, b, "slow", BIG);
    const before = await contents(a, world.request.from);
    const ended = moving(world, () => {
      const rows = way.busiest();
      rows?.block();
      void sleep(LONG_MS).then(() => rows?.release());
    });
    expect(await ended).toMatchObject({ clean: true, rows: ROWS });
    expect(await contents(b, world.request.to)).toEqual(before);
  });

  longIt("is waited for where it is slow to build", async () => {
    const world = await makeWorld(a, b, "patient", BIG + slowly());
    expect(await moving(world, () => undefined)).toMatchObject({ clean: true });
  });

  it("is not waited for where it has none of the sessions any more", async () => {
    const world = await makeWorld(a, b, "replaced", BIG);
    const ended = moving(world, () => {
      for (const passage of way.passages) passage.block();
      void b.sql(
        "postgres",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'replaced' AND pid <> pg_backend_pid()",
      );
    });
    expect(await ended).toMatchObject({
      code: "connection-lost",
      message: expect.stringContaining("has no such session any more") as string,
    });
    await isAsBefore(world);
  });
});

describe("an old home on the way to which everything is lost", () => {
  longIt("ends the run", async () => {
    const world = await makeWorld(a, b, "old", BIG);
    const { request } = world;
    way.close();
    way = await openWay(a.port);
    const from = { ...request.from, server: { ...request.from.server, host: "127.0.0.1", port: way.port } };
    const options = { ...request.options, copyRate: 8_000_000 };
    const error: unknown = await move({ ...request, from, options }, ({ stage, bytesDone }) => {
      if (stage === "copy" && bytesDone > 2_000_000) way.block();
    }).catch((lost: unknown) => lost);
    expect(error).toMatchObject({
      code: expect.stringMatching(/^(fence|connection)-lost$/) as string,
      retryable: true,
    });
    way.clear();
    await until(async () => (await leftovers(a, request.from)).every((what) => !/session|lock/.test(what)));
    await a.sql("old", "INSERT INTO big (v) VALUES ('after')", world.login);
    const before = await contents(a, request.from);
    expect(await move(request)).toMatchObject({ clean: true });
    expect(await contents(b, request.to)).toEqual(before);
  });
});
