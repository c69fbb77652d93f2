import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openPair } from "../../migration/src/copy/copy-tables";
import { openStream } from "../../migration/src/share/claim";
import type { Terms } from "../../migration/src/share/share";
import { open } from "../../migration/src/sql/connect";
import type { Run } from "../../migration/src/stages/run";
import { compareTables } from "../../migration/src/verify/compare-tables";
import { narrowed, openSide } from "../../migration/src/verify/narrow";
import { startServer, type TestServer } from "../support/servers";
import { leftovers, makeWorld, until, type World } from "./dataset";

let a: TestServer;
let b: TestServer;
let world: World;
beforeAll(async () => {
  [a, b] = await Promise.all([startServer(), startServer()]);
  world = await makeWorld(a, b, "left", "CREATE TABLE t (id int PRIMARY KEY)");
});
afterAll(() => Promise.all([a.stop(), b.stop()]));

const GONE = "00000003-0000001B-1"; // a snapshot whose session has ended

describe("two sessions of which one cannot begin", () => {
  let run: Run;
  beforeEach(async () => {
    const { request } = world;
    const target = await open(request.to.server, request.to.database);
    await target.query("SET application_name = 'the test''s own'");
    const relation = { name: "t", kind: "r", bytes: 1, columns: ["id"], sorted: [], hashed: [] };
    const inspection = { extensions: [], relations: [relation], text: { encoding: "UTF8" } };
    const progress = { enter: () => undefined };
    run = { request, target, inspection, progress, jobs: 1 } as unknown as Run;
    return () => target.end();
  });

  const terms: Terms = { from: { path: "public" }, to: { path: "public; nonsense" } };
  const unequal = {
    table: "t",
    sourceRows: "1",
    targetRows: "2",
    sourceHash: "",
    targetHash: "",
    equal: false,
  };
  const ways: [what: string, begin: () => Promise<unknown>][] = [
    [
      "a worker's stream",
      () => {
        const { from, to } = world.request;
        return openStream({ from, to, terms, migration: "0", token: "0", worker: "one" });
      },
    ],
    [
      "a copy",
      () => {
        const { from, to } = world.request;
        return openPair(from, { ...to, schema: "none\0such" }, []);
      },
    ],
    ["a copy from a snapshot", () => openPair(world.request.from, world.request.to, [], GONE)],
    ["one side of a comparison", () => openSide(run, world.request.to, GONE)],
    ["both sides of a comparison", () => compareTables(run, GONE)],
    ["the search for rows that differ", () => narrowed(run, GONE, [unequal])],
  ];
  it.each(ways)("are both ended: %s", async (_, begin) => {
    await expect(begin()).rejects.toThrow();
    const { from, to } = world.request;
    await until(async () => (await leftovers(a, from)).length + (await leftovers(b, to)).length === 0, 5);
  });
});
