import { followMove, move, type MoveRequest, type Stage } from "@rehome/migration";
import type { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServer, type TestServer } from "../support/servers";
import { meanwhileBy, moveWith, type Meanwhile } from "../migration/meanwhile";
import { contents, makeWorld, value, type World, type WorldOptions } from "../migration/dataset";

let a: TestServer;
let b: TestServer;
let meanwhile: Meanwhile;
beforeAll(async () => {
  meanwhile = await meanwhileBy();
  [a, b] = await Promise.all([startServer(), startServer()]);
});
afterAll(() => Promise.all([a.stop(), b.stop()]));

const SERVICE = `
CREATE TABLE orders (id bigserial PRIMARY KEY, total numeric);
CREATE UNLOGGED TABLE cache (k text PRIMARY KEY, v text);
INSERT INTO orders (total) SELECT i FROM generate_series(1, 500) i;
INSERT INTO cache SELECT i::text, 'first' FROM generate_series(1, 50) i`;

const online = (name: string, given: WorldOptions = {}): Promise<World> =>
  makeWorld(a, b, name, SERVICE, { to: "core", ...given, options: { mode: "online" } });
const offline = (request: MoveRequest): MoveRequest => ({
  ...request,
  options: { ...request.options, mode: "offline" },
});
const giveUp = (): never => {
  throw new Error("not now");
};

/** Somebody reads a table for so long that the fence's triggers cannot be taken off it. */
async function whileRead(database: string, work: () => Promise<void>): Promise<void> {
  const reader: Client = await a.connect(database);
  await reader.query("BEGIN; SELECT count(*) FROM public.orders");
  await work();
  await reader.query("COMMIT");
  await reader.end();
}
const failsIn = (request: MoveRequest, stage: Stage): Promise<void> =>
  expect(moveWith(request, stage, giveUp)).rejects.toThrow("not now");
const isArmed = (database: string): Promise<boolean> =>
  value<boolean>(
    a,
    database,
    "SELECT EXISTS (SELECT FROM pg_trigger WHERE tgname = 'rehome_fence') AS armed",
  );

describe("what a run left that could not take its fence away", () => {
  it("is no copy for another strategy to go on with", async () => {
    const { request, login } = await online("prepared");
    await followMove(request);
    await a.sql("prepared", "UPDATE cache SET v = 'second'", login);
    await whileRead("prepared", () => failsIn(request, "drain"));
    expect(await isArmed("prepared")).toBe(true);
    const before = await contents(a, request.from);
    expect(await move(offline(request))).toMatchObject({ strategy: "copy", clean: true });
    expect(await contents(b, request.to)).toEqual(before);
  });

  it("is not gone on with once it was found wrong", async () => {
    const { request } = await makeWorld(a, b, "wrong", SERVICE, { to: "core" });
    await whileRead("wrong", async () => {
      const spoil = (): void => void meanwhile(b, "wrong", "UPDATE core.orders SET total = 0 WHERE id = 7");
      await expect(moveWith(request, "verify", spoil)).rejects.toMatchObject({ code: "verification-failed" });
    });
    expect(await isArmed("wrong")).toBe(true);
    const before = await contents(a, request.from);
    expect(await move(request)).toMatchObject({ strategy: "copy", clean: true });
    expect(await contents(b, request.to)).toEqual(before);
  });
});

describe("a switch that fails while somebody reads", () => {
  it("leaves the next home following, and no way back", async () => {
    const { request, login } = await online("goeson");
    await followMove(request);
    const slots = async (server: TestServer): Promise<number> =>
      value(server, "goeson", "SELECT count(*)::int FROM pg_replication_slots");
    const enabled = (): Promise<boolean> =>
      value<boolean>(
        b,
        "goeson",
        `SELECT subenabled FROM pg_subscription s JOIN pg_database d ON d.oid = subdbid
         WHERE datname = current_database()`,
      );
    const before = [await slots(a), await slots(b)];
    await whileRead("goeson", async () => {
      await failsIn(request, "switch");
      expect(await isArmed("goeson")).toBe(true);
      expect(await enabled()).toBe(true);
      expect([await slots(a), await slots(b)]).toEqual(before);
    });
    await a.sql("goeson", "INSERT INTO orders (total) VALUES (7)", login);
    const rows = await contents(a, request.from);
    expect(await move(request)).toMatchObject({ strategy: "follow" });
    expect(await contents(b, request.to)).toEqual(rows);
  });
});
