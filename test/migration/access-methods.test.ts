import { move, planMove, type MoveRequest } from "@rehome/migration";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServer, type TestServer } from "../support/servers";
import { contents, leftovers, makeWorld, reversed } from "./dataset";

let a: TestServer;
let b: TestServer;
beforeAll(async () => {
  [a, b] = await Promise.all([startServer(), startServer()]);
});
afterAll(() => Promise.all([a.stop(), b.stop()]));

const METHOD = `CREATE ACCESS METHOD "Heap 2" TYPE TABLE HANDLER heap_tableam_handler`;
const TABLES = `
CREATE TABLE first (id int PRIMARY KEY);
CREATE TABLE other (id serial PRIMARY KEY, v text) USING "Heap 2";
CREATE TABLE parts (at date, v text) PARTITION BY RANGE (at);
CREATE TABLE parts_old PARTITION OF parts FOR VALUES FROM ('2020-01-01') TO ('2021-01-01') USING "Heap 2";
CREATE TABLE parts_rest PARTITION OF parts DEFAULT;
CREATE TABLE zuletzt (id int REFERENCES other, v text);
CREATE MATERIALIZED VIEW counted USING "Heap 2" AS SELECT v, count(*) FROM other GROUP BY v;
CREATE MATERIALIZED VIEW late USING "Heap 2" AS SELECT id, v, count(*) FROM other GROUP BY id;
INSERT INTO other (v) SELECT 'v' || i FROM generate_series(1, 100) i;
INSERT INTO parts SELECT '2020-05-01'::date + i, 'p' FROM generate_series(1, 400) i;
INSERT INTO zuletzt SELECT i, 'z' FROM generate_series(1, 100) i;
REFRESH MATERIALIZED VIEW counted; REFRESH MATERIALIZED VIEW late`;

const methods = async (server: TestServer, { database, schema }: MoveRequest["to"]) =>
  await server.sql(
    database,
    `SELECT relname, amname FROM pg_class c JOIN pg_am m ON m.oid = relam
     WHERE relnamespace = '${schema}'::regnamespace AND relkind IN ('r', 'm') ORDER BY 1`,
  );

describe("tables that are kept by another access method", () => {
  it.each([
    ["under another name", "renamed", "core", "moved"],
    ["under their own", "same", "core", "core"],
  ])("are so in the new home too, %s", async (_, name, from, to) => {
    const { request } = await makeWorld(a, b, name, TABLES, { from, to, before: METHOD });
    await b.sql(name, METHOD);
    const [before, kept] = [await contents(a, request.from), await methods(a, request.from)];
    expect(new Set(kept.map(({ amname }) => amname))).toEqual(new Set(["heap", "Heap 2"]));
    expect(await move(request)).toMatchObject({ clean: true });
    expect(await methods(b, request.to)).toEqual(kept);
    expect(await contents(b, request.to)).toEqual(before);
    expect(await leftovers(b, request.to)).toEqual([]);
    await move(reversed(request));
    expect(await methods(a, request.from)).toEqual(kept);
  });

  it("move as a part of a schema", async () => {
    const { request } = await makeWorld(a, b, "part", TABLES, { from: "core", before: METHOD });
    await b.sql("part", METHOD);
    const kept = await methods(a, request.from);
    await move({ ...request, tables: ["first", "parts*"] });
    const names = ["first", "parts_old", "parts_rest"];
    expect(await methods(b, request.to)).toEqual(
      kept.filter(({ relname }) => names.includes(String(relname))),
    );
  });

  it("are refused before anything is touched where the new home has no such method", async () => {
    const { request } = await makeWorld(a, b, "lacking", TABLES, { before: METHOD });
    const { findings } = await planMove(request);
    expect(findings).toMatchObject([
      {
        code: "access-method-missing",
        level: "blocker",
        message: expect.stringContaining("other by Heap 2; parts_old by Heap 2") as string,
      },
    ]);
    await expect(move(request)).rejects.toMatchObject({ code: "blocked" });
  });

  it("and those that are not are no other's, whatever the new server's default is", async () => {
    const { request } = await makeWorld(a, b, "defaults", "CREATE TABLE t (id int)");
    await b.sql("defaults", `${METHOD}; ALTER DATABASE defaults SET default_table_access_method = "Heap 2"`);
    expect(await move(request)).toMatchObject({ clean: true });
    expect(await methods(b, request.to)).toEqual([{ relname: "t", amname: "heap" }]);
  });
});
