import { followMove, move, planMove, prove } from "@rehome/migration";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { contents, makeWorld, reversed, until, value } from "../migration/dataset";
import { startServer, type TestServer } from "../support/servers";

let a: TestServer;
let b: TestServer;
beforeAll(async () => {
  [a, b] = await Promise.all([startServer(), startServer()]);
});
afterAll(() => Promise.all([a.stop(), b.stop()]));

/** What runs where a change is applied, and there finds nothing but what is qualified, or PostgreSQL's own. */
const SERVICE = `
CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE FUNCTION least_len() RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';
CREATE FUNCTION calls(t text) RETURNS bool LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN length(t) >= least_len(); END $$;
CREATE FUNCTION casts(t text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT CASE cast(t AS mood) WHEN 'sad'::mood THEN 's' ELSE 'h' END $$;
CREATE FUNCTION bound(t text) RETURNS bool LANGUAGE sql IMMUTABLE BEGIN ATOMIC SELECT calls(t); END;
CREATE FUNCTION qualified(t text) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT core.calls(t)';
CREATE DOMAIN word AS text CHECK (calls(VALUE));
CREATE TABLE checked (id int PRIMARY KEY, t text CHECK (calls(t)));
CREATE TABLE indexed (id int PRIMARY KEY, t text);
CREATE INDEX ON indexed (casts(t));
CREATE TABLE partial (id int PRIMARY KEY, t text);
CREATE INDEX ON partial (id) WHERE bound(t);
CREATE TABLE generated (id int PRIMARY KEY, t text, g text GENERATED ALWAYS AS (casts(t)) STORED);
CREATE TABLE typed (id int PRIMARY KEY, t word[]);
CREATE TABLE parted (id int PRIMARY KEY, t text) PARTITION BY RANGE (id);
CREATE TABLE parted_1 PARTITION OF parted DEFAULT;
ALTER TABLE parted_1 ADD CHECK (qualified(t));
CREATE FUNCTION settled(t text) RETURNS bool LANGUAGE sql IMMUTABLE SET search_path FROM CURRENT AS 'SELECT calls(t)';
CREATE FUNCTION pure(mood text) RETURNS bool LANGUAGE plpgsql IMMUTABLE AS $$
  DECLARE len int := length(mood); BEGIN RETURN len > 0 AND mood <> 'least_len()'; -- calls(mood)
  END $$;
CREATE FUNCTION in_full(t text) RETURNS bool LANGUAGE sql IMMUTABLE AS $$ SELECT core.least_len() > 0 AND t::core.mood IS NOT NULL $$;
CREATE FUNCTION body(t text) RETURNS bool LANGUAGE sql IMMUTABLE BEGIN ATOMIC SELECT least_len() > 0 AND t::mood IS NOT NULL; END;
CREATE TABLE safe (id int PRIMARY KEY, t text CHECK (settled(t)), CHECK (pure(t)), CHECK (in_full(t)), CHECK (body(t)));
CREATE INDEX ON safe (pure(t)) WHERE settled(t)`;
const FRAIL = ["checked", "generated", "indexed", "partial", "parted", "typed"];
const write = (id: number, sql = ""): string =>
  `SET search_path = core; ${["checked", "indexed", "partial", "generated", "parted", "safe"]
    .map((table) => `INSERT INTO ${table} (id, t) VALUES (${id}, 'sad')`)
    .join("; ")}; INSERT INTO typed VALUES (${id}, '{sad,happy}'); ${sql}`;

describe("functions that a change runs into, and that find nothing without their caller's path", () => {
  it("have their tables copied under the fence, and the plan says what lets them be followed", async () => {
    const { request, login } = await makeWorld(a, b, "paths", SERVICE, {
      ...{ from: "core", to: "core", options: { mode: "online" } },
    });
    const { findings } = await planMove(request);
    expect(findings.map(({ code }) => code)).toEqual(["not-followed"]);
    const { message = "", remedy = "" } = findings[0] ?? {};
    for (const table of FRAIL.slice(0, 5))
      expect(message).toMatch(
        new RegExp(`${table} \\(what a change of it calls relies on its caller's search_path: core\\.`),
      );
    expect(message).not.toContain("safe");
    expect(remedy).toContain('ALTER FUNCTION core.calls(t text) SET search_path = "core"');
    await followMove(request);
    await a.sql("paths", write(1), login);
    expect(await followMove(request)).toMatchObject({ broken: null, errors: 0 });
    await a.sql("paths", write(2), login);
    const before = await contents(a, request.from);
    await move(request);
    expect(await contents(b, request.to)).toEqual(before);
    await b.sql("paths", write(3), login);
    expect(await prove(request)).toBe(true);
    await b.sql("paths", write(4), login);
    const there = await contents(b, request.to);
    await move(reversed(request));
    expect(await contents(a, request.from)).toEqual(there);
  });

  it("are followed once they have a path of their own", async () => {
    const { request, login } = await makeWorld(a, b, "settled", SERVICE, {
      ...{ from: "core", to: "core", options: { mode: "online" } },
    });
    const [finding] = (await planMove(request)).findings;
    const statements = /what relies on a path: (.*)\), or leave/.exec(finding?.remedy ?? "")?.[1] ?? "";
    await a.sql("settled", statements);
    expect((await planMove(request)).findings).toEqual([]);
    await followMove(request);
    await a.sql("settled", write(1), login);
    expect(await followMove(request)).toMatchObject({ broken: null, errors: 0 });
    await until(async () => (await value(b, "settled", "SELECT count(*)::int FROM core.typed")) === 1);
  });
});
