import { move, planMove, retire, type MoveRequest } from "@rehome/migration";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServer, type TestServer } from "../support/servers";
import { contents, leftovers, makeWorld, reversed, value, type World } from "./dataset";
import { makePlainWorld } from "./plain-admin";

let a: TestServer;
let b: TestServer;
beforeAll(async () => {
  [a, b] = await Promise.all([
    startServer({ parameters: { max_prepared_transactions: "4" } }),
    startServer(),
  ]);
});
afterAll(() => Promise.all([a.stop(), b.stop()]));

/** A part with what dumps of one schema forget, or what is of a database, beside a neighbour that has the like. */
const PARTS = String.raw`
CREATE TYPE grade AS ENUM ('low', 'high');
CREATE TYPE colour AS ENUM ('red', 'blue');
CREATE TYPE span AS RANGE (subtype = numeric);
CREATE FUNCTION grade_of(n integer) RETURNS grade LANGUAGE sql IMMUTABLE AS $$ SELECT CASE WHEN n > 1 THEN 'high'::grade ELSE 'low'::grade END $$;
CREATE FUNCTION colour_of(n integer) RETURNS colour LANGUAGE sql IMMUTABLE AS $$ SELECT CASE WHEN n > 1 THEN 'red'::colour ELSE 'blue'::colour END $$;
CREATE CAST (integer AS grade) WITH FUNCTION grade_of(integer) AS ASSIGNMENT;
CREATE CAST (integer AS colour) WITH FUNCTION colour_of(integer) AS ASSIGNMENT;
CREATE DOMAIN title AS text COLLATE "C" DEFAULT 'none';
CREATE TABLE our_docs (id int PRIMARY KEY, grade grade NOT NULL, body oid, title title, over span, note text COMPRESSION pglz);
CREATE VIEW our_high AS SELECT id FROM our_docs WHERE grade = 2::grade;
CREATE STATISTICS our_stats ON grade, (id + 1) FROM our_docs;
ALTER TABLE our_docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY mine ON our_docs TO CURRENT_USER USING (true);
CREATE TABLE their_docs (id int PRIMARY KEY, colour colour, body oid, name text COLLATE "C");
INSERT INTO our_docs SELECT i, i, lo_from_bytea(60000 + i, convert_to('ours ' || i, 'UTF8')), 't', '[1,2]', 'n' FROM generate_series(1, 3) i;
INSERT INTO their_docs SELECT i, i, lo_from_bytea(61000 + i, convert_to('theirs ' || i, 'UTF8')) FROM generate_series(1, 2) i;
SELECT lo_from_bytea(62000, 'named by nobody')`;

const OURS = ["our_*"];
const objects = (server: TestServer, database: string): Promise<number[]> =>
  value<number[]>(
    server,
    database,
    "SELECT coalesce(array_agg(oid::int8::int ORDER BY oid), '{}') FROM pg_largeobject_metadata",
  );
const casts = (server: TestServer, database: string): Promise<string[]> =>
  value<string[]>(
    server,
    database,
    `SELECT coalesce(array_agg(c.castsource::regtype || ' as ' || t.typname ORDER BY t.typname), '{}')
     FROM pg_cast c JOIN pg_type t ON t.oid = c.casttarget WHERE c.oid >= 16384 AND c.castmethod = 'f' AND t.typtype = 'e'`,
  );

describe("a part of a schema", () => {
  let world: World;
  let request: MoveRequest;

  it("takes its casts, its large objects and what belongs to its tables, and nobody else's", async () => {
    world = await makeWorld(a, b, "parts", PARTS, { from: "shared" });
    request = {
      ...world.request,
      tables: OURS,
      to: { ...world.request.to, owner: "other_user" },
    };
    for (const server of [a, b]) await server.sql("postgres", "CREATE ROLE other_user LOGIN PASSWORD 'pw'");
    await b.sql("parts", "ALTER SCHEMA new_home OWNER TO other_user");
    const plan = await planMove(request);
    expect(plan.findings.map(({ code, level }) => [code, level])).toEqual([
      ["large-objects-left", "warning"],
    ]);
    const { our_docs: docs } = await contents(a, request.from);
    expect(await move(request)).toMatchObject({ strategy: "copy", clean: true, rows: 3 });
    expect(await contents(b, request.to)).toEqual({ our_docs: docs });
    expect(await objects(b, "parts")).toEqual([60001, 60002, 60003]);
    expect(await casts(b, "parts")).toEqual(["integer as grade"]);
    expect(await leftovers(b, request.to)).toEqual([]);
    expect(await value(b, "parts", "SET search_path = new_home; SELECT count(*)::int FROM our_high")).toBe(2);
    expect(await value<string>(b, "parts", "SELECT array_to_string(roles, ',') FROM pg_policies")).toBe(
      "other_user",
    );
  });

  it("leaves its neighbour's objects open, and closes its own", async () => {
    await a.sql("parts", "SELECT lo_put(61001, 0, 'on'), lo_put(62000, 0, 'on')", world.login);
    await expect(a.sql("parts", "SELECT lo_put(60001, 0, 'x')", world.login)).rejects.toThrow(
      /permission denied/,
    );
  });

  it("comes back, goes again, and is gone from the old home with all that was its own", async () => {
    await b.sql(
      "parts",
      `SELECT lo_put(60001, 0, 'later'); SELECT lo_unlink(60002); UPDATE new_home.our_docs SET body = NULL WHERE id = 2`,
      { user: "other_user", password: "pw" },
    );
    const now = await contents(b, request.to);
    expect((await planMove(reversed(request))).findings.map(({ code }) => code)).toEqual([]);
    expect(await move(reversed(request))).toMatchObject({ clean: true });
    expect((await contents(a, request.from))["our_docs"]).toEqual(now["our_docs"]);
    expect(await objects(a, "parts")).toEqual([60001, 60003, 61001, 61002, 62000]);
    expect(await value<string>(a, "parts", "SELECT convert_from(lo_get(60001), 'UTF8')", world.login)).toBe(
      "later1",
    );
    expect(await casts(a, "parts")).toEqual(["integer as colour", "integer as grade"]);
    expect(await move(request)).toMatchObject({ clean: true });
    await retire({ dataset: "parts", old: request.from, home: request.to, tables: OURS, drop: "objects" });
    expect(Object.keys(await contents(a, request.from))).toEqual(["their_docs"]);
    expect(await objects(a, "parts")).toEqual([61001, 61002, 62000]);
    expect(await casts(a, "parts")).toEqual(["integer as colour"]);
    expect(await value<string>(b, "parts", "SELECT convert_from(lo_get(60001), 'UTF8')")).toBe("later1");
  });

  it("is refused while a large object is named on both sides", async () => {
    const { request: both } = await makeWorld(a, b, "both_sides", PARTS, { from: "shared" });
    await a.sql("both_sides", "UPDATE shared.their_docs SET body = 60002 WHERE id = 1");
    const { findings } = await planMove({ ...both, tables: OURS });
    expect(findings.map(({ code }) => code)).toEqual(["large-objects-shared", "large-objects-left"]);
    expect(findings[0]?.message).toMatch(/: 60002\.$/);
  });

  it("minds a prepared transaction on its own tables alone", async () => {
    const { request: alone, login } = await makeWorld(a, b, "in_doubt", PARTS, { from: "shared" });
    const part = { ...alone, tables: OURS };
    const codes = async (): Promise<string[]> => (await planMove(part)).findings.map(({ code }) => code);
    const hold = (sql: string): Promise<unknown> =>
      a.sql("in_doubt", `BEGIN; ${sql}; PREPARE TRANSACTION 'doubt'`, login);
    await hold("UPDATE our_docs SET title = 'x'");
    expect(await codes()).toEqual(["large-objects-left", "prepared-transactions"]);
    await a.sql("in_doubt", "ROLLBACK PREPARED 'doubt'");
    await hold("UPDATE their_docs SET id = id + 10; CREATE TABLE their_new (id int)");
    expect(await codes()).toEqual(["large-objects-left"]);
    await expect(move(part)).rejects.toMatchObject({
      code: "catalog-changed",
      message: expect.stringContaining("'doubt'") as string,
    });
    await a.sql("in_doubt", "COMMIT PREPARED 'doubt'");
    expect(await move(part)).toMatchObject({ clean: true });
    expect(Object.keys(await contents(b, part.to))).toEqual(["our_docs"]);
  });

  it("needs the right to dump what its neighbours own, and not to read it", async () => {
    const plain = await makePlainWorld(
      a,
      b,
      "plain_part",
      "CREATE TYPE grade AS ENUM ('low'); CREATE TABLE our_docs (id int PRIMARY KEY, grade grade); INSERT INTO our_docs VALUES (1, 'low'); CREATE TABLE their_docs (id int)",
      { attributes: "CREATEROLE CREATEDB" },
    );
    const part = { ...plain, tables: OURS };
    await a.sql(
      "plain_part",
      `CREATE ROLE neighbour SUPERUSER; ALTER TABLE core.their_docs OWNER TO neighbour;
       ALTER TABLE core.their_docs ENABLE ROW LEVEL SECURITY; ALTER TABLE core.their_docs FORCE ROW LEVEL SECURITY`,
    );
    const { findings } = await planMove(part);
    const blockers = findings.filter(({ level }) => level === "blocker");
    expect(blockers.map(({ code }) => code)).toEqual(["rights-missing"]);
    expect(blockers[0]?.message).toMatch(/acting as "neighbour"/);
    await a.sql("plain_part", "ALTER ROLE neighbour NOSUPERUSER; GRANT neighbour TO plain_part_admin");
    const { our_docs: docs } = await contents(a, part.from);
    expect(await move(part)).toMatchObject({ clean: true });
    expect(await contents(b, part.to)).toEqual({ our_docs: docs });
  });
});
