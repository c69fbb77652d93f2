import { followMove, move, planMove, prove, retire } from "@rehome/migration";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { contents, makeWorld, reversed, until, value } from "../migration/dataset";
import { makePlainWorld } from "../migration/plain-admin";
import { startServer, type TestServer } from "../support/servers";
import { skipVersions, useVersions } from "../support/versions";

const SERVICE = `
CREATE TABLE people (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, mail text UNIQUE, shout text GENERATED ALWAYS AS (upper(mail)) STORED);
CREATE TABLE orders (id bigserial PRIMARY KEY, person int REFERENCES people ON DELETE CASCADE, total numeric);
CREATE TABLE notes (note text);
CREATE TABLE log (day date, line text) PARTITION BY RANGE (day);
CREATE TABLE log_new PARTITION OF log DEFAULT;
CREATE UNLOGGED TABLE cache (k text);
INSERT INTO people (mail) SELECT 'p' || i FROM generate_series(1, 200) i;
INSERT INTO orders (person, total) SELECT i, i FROM generate_series(1, 200) i;
INSERT INTO notes SELECT 'n' || i FROM generate_series(1, 50) i;
INSERT INTO log SELECT '2026-01-01'::date + i, 'l' FROM generate_series(1, 50) i`;
const WRITE = `INSERT INTO people (mail) VALUES ('x' || random()); UPDATE notes SET note = note || '!'; DELETE FROM people WHERE id % 50 = 3;
  UPDATE log SET line = 'm' WHERE day < '2026-01-10'; TRUNCATE cache; INSERT INTO cache VALUES ('c')`;

/** What an owner's rights do not reach, and what no server of 18 updates while it is published. */
const BOUND = `
CREATE TABLE secrets (id int PRIMARY KEY, tenant text); ALTER TABLE secrets ENABLE ROW LEVEL SECURITY;
ALTER TABLE secrets FORCE ROW LEVEL SECURITY; CREATE POLICY own ON secrets USING (true);
CREATE TABLE doubled (n int, twice int GENERATED ALWAYS AS (n * 2) STORED); INSERT INTO doubled VALUES (1)`;
const WRITE_BOUND = "INSERT INTO secrets SELECT count(*), 't' FROM secrets; UPDATE doubled SET n = n + 1";

describe.skipIf(skipVersions !== false).each([
  { from: 15, to: 18 },
  { from: 18, to: 17 },
  { from: 16, to: 16 },
])("a service moves online from PostgreSQL $from to $to", (versions) => {
  let a: TestServer;
  let b: TestServer;
  beforeAll(async () => {
    useVersions();
    [a, b] = [await startServer({ version: versions.from }), await startServer({ version: versions.to })];
  });
  afterAll(() => Promise.all([a.stop(), b.stop()]));

  it.each([
    { name: "out", from: "public", to: "core" },
    { name: "back", from: "core", to: "public" },
    { name: "same", from: "core", to: "core" },
  ])("from $from to $to, back, and again", async ({ name, from, to }) => {
    const world = await makeWorld(a, b, name, `${SERVICE}; ${BOUND}`, {
      ...{ from, to, options: { mode: "online" } },
      before: `CREATE EXTENSION pg_trgm SCHEMA ${from}`,
    });
    const { request, login } = world;
    await followMove(request);
    for (const step of [request, reversed(request), request]) {
      const [here, there] = step === request ? [a, b] : [b, a];
      await here.sql(name, `SET search_path = ${step.from.schema}; ${WRITE}; ${WRITE_BOUND}`, login);
      const before = await contents(here, step.from);
      // By replication, and by no fresh copy.
      await until(async () => (await contents(there, step.to))["secrets"] === before["secrets"]);
      await move(step);
      expect(await contents(there, step.to)).toEqual(before);
      expect(await prove(step)).toBe(true);
    }
    await retire({ dataset: name, old: request.from, home: request.to, drop: "objects" });
    await b.sql(name, `SET search_path = ${to}; ${WRITE}`, login);
    expect(await value(b, name, "SELECT count(*)::int FROM pg_publication")).toBe(0);
  });
});

describe.skipIf(skipVersions !== false)("administrators that are no superusers, online", () => {
  let a: TestServer;
  let b: TestServer;
  beforeAll(async () => {
    useVersions();
    [a, b] = [await startServer({ version: 16 }), await startServer({ version: 18 })];
  });
  afterAll(() => Promise.all([a.stop(), b.stop()]));

  it("are told what they lack, and move with it", async () => {
    const made = await makePlainWorld(a, b, "plain", SERVICE, { from: "core", to: "core" });
    const request = { ...made, options: { ...made.options, mode: "online" as const } };
    const lacking = (await planMove(request)).findings.filter(({ level }) => level === "blocker");
    expect(new Set(lacking.map(({ code }) => code))).toEqual(new Set(["rights-missing"]));
    for (const server of [a, b])
      await server.sql(
        "postgres",
        "ALTER ROLE plain_admin REPLICATION; GRANT pg_create_subscription TO plain_admin; GRANT SET ON PARAMETER session_replication_role TO plain_admin",
      );
    for (const step of [request, reversed(request)]) {
      const [here, there] = step === request ? [a, b] : [b, a];
      await here.sql("plain", `SET search_path = core; ${WRITE}`);
      const before = await contents(here, step.from);
      await move(step);
      expect(await contents(there, step.to)).toEqual(before);
      expect(await prove(step)).toBe(true);
    }
  });
});
