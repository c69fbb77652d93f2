import { move, release, retire, unreadableTables } from "@rehome/migration";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServer, type TestServer } from "../support/servers";
import { contents, makeWorld, reversed, type World } from "./dataset";

let a: TestServer;
let b: TestServer;
beforeAll(async () => {
  [a, b] = await Promise.all([startServer(), startServer()]);
});
afterAll(() => Promise.all([a.stop(), b.stop()]));

const SERVICE = `CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1);
  CREATE TABLE "Others' own" (id int); INSERT INTO "Others' own" VALUES (1)`;
const queryOf = ({ request }: World) => ({ dataset: request.dataset, old: request.from, home: request.to });

describe("an old home in which there is what never moved", () => {
  it("is kept when only a part of it has moved, and all of it is to be retired", async () => {
    const world = await makeWorld(a, b, "part", SERVICE);
    const { request } = world;
    await move({ ...request, tables: ["t"] });
    const query = queryOf(world);
    expect(await release(query)).toEqual({
      released: false,
      reason: expect.stringMatching(
        /^old\/part\.public is not deleted: Others' own there never moved to/,
      ) as string,
    });
    await expect(retire({ ...query, drop: "database" })).rejects.toMatchObject({ code: "not-released" });
    expect(Object.keys(await contents(a, request.from))).toEqual(["Others' own", "t"]);
    expect(await release({ ...query, tables: ["t"] })).toMatchObject({ released: true });
    await retire({ ...query, drop: "database", tables: ["t"] });
    expect(Object.keys(await contents(a, request.from))).toEqual(["Others' own"]);
  });

  it("is kept when somebody made a table there after the move, until it is gone", async () => {
    const world = await makeWorld(a, b, "since", SERVICE);
    const { request } = world;
    await move(request);
    const query = queryOf(world);
    expect(await release(query)).toMatchObject({ released: true });
    await a.sql("since", "CREATE TABLE public.since (id int)");
    await expect(retire({ ...query, drop: "objects" })).rejects.toThrow(/since there never moved/);
    await a.sql("since", "DROP TABLE public.since");
    await retire({ ...query, drop: "objects" });
    expect(await contents(a, request.from)).toEqual({});
  });

  it("is not mistaken for that when its tables were dropped or renamed in the new home since", async () => {
    const world = await makeWorld(a, b, "changed", SERVICE);
    const { request, login } = world;
    await move(request);
    await b.sql("changed", `DROP TABLE new_home.t; ALTER TABLE new_home."Others' own" RENAME TO ours`, login);
    expect(await release(queryOf(world))).toMatchObject({ released: true });
    await move(reversed(request));
    expect(await contents(a, request.from)).toHaveProperty("ours");
    const back = { dataset: "changed", old: request.to, home: request.from };
    await retire({ ...back, drop: "objects" });
    expect(await contents(b, request.to)).toEqual({});
  });
});

describe("tables that a role may not read", () => {
  it("are named with their owners, for one that is still to be created too", async () => {
    const { request } = await makeWorld(a, b, "owned", SERVICE);
    expect(await unreadableTables(request.from, "owned_user")).toEqual([]);
    const strangers = [
      { table: "Others' own", owner: "owned_user" },
      { table: "t", owner: "owned_user" },
    ];
    expect(await unreadableTables(request.from, "to come")).toEqual(strangers);
    await a.sql("owned", `CREATE ROLE "to come"; GRANT SELECT ON public.t TO "to come"`);
    expect(await unreadableTables(request.from, "to come")).toEqual(strangers.slice(0, 1));
    expect(await unreadableTables({ ...request.from, database: "nowhere" }, "to come")).toEqual([]);
    expect(await unreadableTables({ ...request.from, schema: "nowhere" }, "to come")).toEqual([]);
  });
});
