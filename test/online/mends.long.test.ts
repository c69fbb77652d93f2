import { followHealth, followMove, move, prove, retire } from "@rehome/migration";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServer, type TestServer } from "../support/servers";
import { contents, makeWorld, reversed, until, value, type World } from "../migration/dataset";

let a: TestServer;
let b: TestServer;
beforeAll(async () => {
  const parameters = { max_slot_wal_keep_size: "32MB", max_wal_size: "64MB" };
  [a, b] = await Promise.all([startServer({ parameters }), startServer()]);
});
afterAll(() => Promise.all([a.stop(), b.stop()]));

const SERVICE = `
CREATE TABLE orders (id bigserial PRIMARY KEY, total numeric);
CREATE TABLE notes (note text);
INSERT INTO orders (total) SELECT i FROM generate_series(1, 500) i;
INSERT INTO notes SELECT 'n' || i FROM generate_series(1, 50) i`;
const WRITE = "INSERT INTO orders (total) VALUES (7); UPDATE notes SET note = note || '!'";

const prepared = async (name: string): Promise<World> => {
  const world = await makeWorld(a, b, name, SERVICE, { to: "core", options: { mode: "online" } });
  expect(await followMove(world.request)).toMatchObject({ broken: null, ready: true, lost: false });
  return world;
};
const subscriptionOf = (server: TestServer, database: string): Promise<string> =>
  value<string>(
    server,
    database,
    "SELECT subname::text FROM pg_subscription s JOIN pg_database d ON d.oid = subdbid WHERE datname = current_database()",
  );
const slotOf = (database: string): Promise<string> =>
  value<string>(
    a,
    database,
    "SELECT slot_name::text FROM pg_replication_slots WHERE database = current_database()",
  );
const copies = (database: string): Promise<number> =>
  value(
    b,
    database,
    "SELECT count(*)::int FROM rehome.event WHERE stage = 'prepare' AND message LIKE 'a fresh copy%'",
  );
const mended = async ({ request, login }: World, fresh: number): Promise<void> => {
  expect(await followMove(request)).toMatchObject({ broken: null, lost: false });
  expect(await copies(request.dataset)).toBe(fresh);
  await a.sql(request.dataset, WRITE, login);
  const here = await contents(a, request.from);
  await until(async () => JSON.stringify(await contents(b, request.to)) === JSON.stringify(here));
  const old = { dataset: request.dataset, old: request.from, home: request.to };
  await move(request);
  await prove(request);
  await retire({ ...old, drop: "objects" });
};

describe("what is broken is told, and mended by the next run", () => {
  it("a subscription that was disabled goes on", async () => {
    const world = await prepared("disabled");
    await b.sql("disabled", `ALTER SUBSCRIPTION ${await subscriptionOf(b, "disabled")} DISABLE`);
    await a.sql("disabled", WRITE, world.login);
    const health = { broken: "its subscription is disabled", lost: false, ready: false };
    expect(await followHealth(world.request)).toMatchObject(health);
    await until(async () => ((await followHealth(world.request))?.lag ?? 0) > 0);
    await mended(world, 1);
  });

  it("a slot that was dropped takes a fresh copy", async () => {
    const world = await prepared("dropped");
    const slot = await slotOf("dropped");
    await b.sql("dropped", `ALTER SUBSCRIPTION ${await subscriptionOf(b, "dropped")} DISABLE`);
    await until(() =>
      a.sql("dropped", `SELECT pg_drop_replication_slot('${slot}')`).then(
        () => true,
        () => false,
      ),
    );
    await a.sql("dropped", WRITE, world.login);
    expect(await followHealth(world.request)).toMatchObject({
      broken: "its replication slot is gone",
      lost: true,
    });
    await mended(world, 2);
  });

  it("a slot whose WAL was not kept takes a fresh copy", async () => {
    const world = await prepared("overrun");
    await b.sql("overrun", `ALTER SUBSCRIPTION ${await subscriptionOf(b, "overrun")} DISABLE`);
    const slot = await slotOf("overrun");
    await until(async () => {
      await a.sql(
        "overrun",
        "SELECT pg_logical_emit_message(false, 'fill', repeat('x', 20000000)); SELECT pg_switch_wal(); CHECKPOINT",
      );
      return (
        (await value<string>(
          a,
          "overrun",
          `SELECT wal_status FROM pg_replication_slots WHERE slot_name = '${slot}'`,
        )) === "lost"
      );
    });
    expect(await followHealth(world.request)).toMatchObject({
      broken: expect.stringContaining("too much WAL") as string,
      lost: true,
    });
    await mended(world, 2);
  });

  it("a subscription that was dropped takes a fresh copy", async () => {
    const world = await prepared("unsubscribed");
    const name = await subscriptionOf(b, "unsubscribed");
    await b.sql(
      "unsubscribed",
      `ALTER SUBSCRIPTION ${name} DISABLE; ALTER SUBSCRIPTION ${name} SET (slot_name = NONE); DROP SUBSCRIPTION ${name}`,
    );
    expect(await followHealth(world.request)).toMatchObject({
      broken: "its subscription is gone",
      lost: true,
    });
    await mended(world, 2);
  });

  it("a change that cannot be applied takes a fresh copy", async () => {
    const world = await prepared("conflict");
    const next = await value<string>(a, "conflict", "SELECT (last_value + 1)::text FROM orders_id_seq");
    await b.sql("conflict", `INSERT INTO core.orders VALUES (${next}, 0)`);
    await a.sql("conflict", WRITE, world.login);
    await until(async () => /cannot apply a change/.test((await followHealth(world.request))?.broken ?? ""));
    await mended(world, 2);
  });

  it("rows that were changed in the next home are found before the fence, and take a fresh copy", async () => {
    const world = await prepared("tampered");
    await b.sql(
      "tampered",
      "UPDATE core.orders SET total = 0 WHERE id = 77; DELETE FROM core.notes WHERE note = 'n7'",
    );
    await expect(move(world.request)).rejects.toMatchObject({
      code: "verification-failed",
      message: expect.stringMatching(
        /table notes: 1 rows\n.*table orders: rows with the keys \(77\)/s,
      ) as string,
    });
    await a.sql("tampered", WRITE, world.login);
    await mended(world, 2);
  });
});

describe("the way back", () => {
  it("is open before the proof, and nothing that was written is lost", async () => {
    const world = await prepared("unproved");
    const { request } = world;
    await move(request);
    await b.sql("unproved", `SET search_path = core; ${WRITE}`, world.login);
    const there = await contents(b, request.to);
    await move(reversed(request));
    expect(await contents(a, request.from)).toEqual(there);
    await prove(reversed(request));
    await retire({ dataset: "unproved", old: request.to, home: request.from, drop: "objects" });
  });

  it("stays open when the proof finds a difference, which is told", async () => {
    const world = await prepared("unclean");
    const { request } = world;
    await move(request);
    await b.sql("unclean", `SET search_path = core; ${WRITE}`, world.login);
    // Nobody can do this to a fenced home but its administrator.
    await a.sql(
      "unclean",
      "ALTER TABLE orders DISABLE TRIGGER rehome_fence; UPDATE orders SET total = 0 WHERE id = 5; ALTER TABLE orders ENABLE ALWAYS TRIGGER rehome_fence",
    );
    await expect(prove(request)).rejects.toMatchObject({
      code: "verification-failed",
      message: expect.stringMatching(
        /table orders: rows with the keys \(5\) \(500 rows there, 500 here\)/,
      ) as string,
    });
    await expect(
      retire({ dataset: "unclean", old: request.from, home: request.to, drop: "objects" }),
    ).rejects.toMatchObject({ code: "not-released" });
    await move(reversed(request));
    expect(await value(a, "unclean", "SELECT count(*)::int FROM orders WHERE total = 7")).toBe(2);
    await a.sql("unclean", WRITE, world.login);
  });

  it("is not paved over with a fresh copy of what was never proved", async () => {
    const world = await prepared("unpaved");
    const { request } = world;
    await move(request);
    const slot = await value<string>(
      b,
      "unpaved",
      "SELECT slot_name::text FROM pg_replication_slots WHERE database = current_database()",
    );
    await b.sql("unpaved", `SELECT pg_drop_replication_slot('${slot}')`);
    await expect(move(reversed(request))).rejects.toMatchObject({ code: "not-released" });
    await b.sql("unpaved", `SET search_path = core; ${WRITE}`, world.login);
    expect(await prove(request)).toBe(true);
    const there = await contents(b, request.to);
    await move(reversed(request));
    expect(await contents(a, request.from)).toEqual(there);
  });

  it("is a fresh copy when the service has altered its tables in the new home", async () => {
    const world = await prepared("altered");
    const { request, login } = world;
    await move(request);
    expect(await prove(request)).toBe(true);
    await b.sql(
      "altered",
      `SET search_path = core; ALTER TABLE orders ADD note text; ${WRITE}; UPDATE orders SET note = 'new' WHERE id < 9`,
      login,
    );
    await until(async () => (await followHealth(reversed(request)))?.broken !== null);
    const there = await contents(b, request.to);
    await move(reversed(request));
    expect(await contents(a, request.from)).toEqual(there);
    expect(await prove(reversed(request))).toBe(true);
  });

  it("is a fresh copy where the stack file asks for a stop, and no link is left", async () => {
    const world = await prepared("offline");
    const { request, login } = world;
    await a.sql("offline", WRITE, login);
    const before = await contents(a, request.from);
    const stopped = { ...request, options: { ...request.options, mode: "offline" as const } };
    expect(await move(stopped)).toMatchObject({ strategy: "copy", clean: true });
    expect(await contents(b, request.to)).toEqual(before);
    for (const [server, kind] of [
      [a, "pg_publication"],
      [b, "pg_subscription"],
    ] as const)
      expect(
        await value(
          server,
          "offline",
          `SELECT count(*)::int FROM ${kind} x WHERE to_jsonb(x)->>'subdbid' IS NULL OR to_jsonb(x)->>'subdbid' = (SELECT oid::text FROM pg_database WHERE datname = current_database())`,
        ),
      ).toBe(0);
    await b.sql("offline", `SET search_path = core; ${WRITE}`, login);
    const there = await contents(b, request.to);
    await move(reversed(request));
    expect(await contents(a, request.from)).toEqual(there);
    expect(await prove(reversed(request))).toBe(true);
  });
});
