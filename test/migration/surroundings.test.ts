import { move } from "@rehome/migration";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServer, type TestServer } from "../support/servers";
import { makeWorld, reversed, value } from "./dataset";
import { findingsOf } from "./findings";

let a: TestServer;
let b: TestServer;
beforeAll(async () => {
  [a, b] = await Promise.all([startServer(), startServer()]);
});
afterAll(() => Promise.all([a.stop(), b.stop()]));

describe("what stands around a schema is named in the preview", () => {
  it("says nothing of a schema that stands alone", async () => {
    const world = await makeWorld(
      a,
      b,
      "alone",
      "CREATE TABLE t (id int PRIMARY KEY); CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
      {
        from: "core",
      },
    );
    expect(await findingsOf(world)).toEqual({});
  });

  it("event triggers, publications, rights, settings, tablespaces, rows of extensions, versions", async () => {
    const world = await makeWorld(
      a,
      b,
      "around",
      `CREATE TABLE t (id int PRIMARY KEY, v text, w text); CREATE TABLE u (id int); CREATE SEQUENCE s; CREATE TYPE mood AS ENUM ('ok');
       CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT 1'; REVOKE EXECUTE ON FUNCTION f(int) FROM PUBLIC;
       GRANT SELECT ON t TO report; GRANT UPDATE (v) ON t TO clerk WITH GRANT OPTION; GRANT USAGE ON SCHEMA core TO report; GRANT SELECT ON u TO PUBLIC;
       GRANT USAGE ON SEQUENCE s TO clerk; GRANT USAGE ON TYPE mood TO clerk; GRANT EXECUTE ON FUNCTION f(int) TO report;
       ALTER DEFAULT PRIVILEGES IN SCHEMA core GRANT SELECT ON TABLES TO later`,
      {
        from: "core",
        before: `CREATE ROLE report; CREATE ROLE clerk; CREATE ROLE later; CREATE ROLE passer;
          ALTER ROLE report SET search_path = core, public; ALTER ROLE passer SET search_path = score, "CORE";
          ALTER DATABASE around SET search_path = "core"; CREATE EXTENSION citext VERSION '1.4'`,
      },
    );
    await a.sql("around", "ALTER ROLE passer IN DATABASE postgres SET search_path = core");
    await a.sql(
      "around",
      `CREATE FUNCTION noted() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$;
       CREATE EVENT TRIGGER audit ON ddl_command_end EXECUTE FUNCTION noted(); ALTER EVENT TRIGGER audit DISABLE;
       CREATE PUBLICATION of_table FOR TABLE core.t; CREATE PUBLICATION of_schema FOR TABLES IN SCHEMA core;
       CREATE PUBLICATION of_all FOR ALL TABLES; CREATE PUBLICATION empty`,
    );
    const found = await findingsOf(world);
    expect(Object.keys(found).sort()).toEqual(
      [
        "event-triggers",
        "extension-version",
        "publications",
        "rights-not-carried",
        "rights-widened",
        "search-path-elsewhere",
      ].map((code) => `warning ${code}`),
    );
    expect(found["warning event-triggers"]).toMatch(/: audit\.$/);
    expect(found["warning publications"]).toMatch(/: of_all; of_schema; of_table\.$/);
    expect(found["warning rights-not-carried"]).toMatch(
      /: PUBLIC \(u\); clerk \(.*s.*\); later \(what is created in the schema\); report \(.*t.*\)\.$/,
    );
    expect(found["warning rights-widened"]).toMatch(/core\.f\(integer\)/);
    expect(found["warning search-path-elsewhere"]).toMatch(/: database around; role report\.$/);
    expect(found["warning extension-version"]).toMatch(/1\.4 .* 1\.6/);
    expect(await move(world.request)).toMatchObject({ clean: true });
    expect(await value(b, "around", "SELECT count(*)::int FROM pg_event_trigger")).toBe(0);
    expect(
      await value(b, "around", "SELECT has_table_privilege('around_user', 'new_home.t', 'UPDATE')"),
    ).toBe(true);
  });
});

describe("policies", () => {
  const SECRET = `CREATE TABLE secret (id int, tenant text); INSERT INTO secret VALUES (1, 'a'), (2, 'b');
    ALTER TABLE secret ENABLE ROW LEVEL SECURITY; ALTER TABLE secret FORCE ROW LEVEL SECURITY;
    CREATE POLICY mine ON secret TO CURRENT_USER USING (tenant = 'a');`;

  it("for a role that the new home's server does not have are refused, with their names", async () => {
    const world = await makeWorld(
      a,
      b,
      "stranger",
      `${SECRET} CREATE POLICY seen ON secret FOR SELECT TO auditor USING (true)`,
      {
        before: "CREATE ROLE auditor",
      },
    );
    const found = await findingsOf(world);
    expect(found["blocker policy-role-missing"]).toMatch(/: seen on secret names auditor\.$/);
    await expect(move(world.request)).rejects.toMatchObject({ code: "blocked" });
    await b.sql("postgres", "CREATE ROLE auditor");
    await move(world.request);
    expect(
      await value(
        b,
        "stranger",
        "SELECT count(*)::int FROM pg_policy WHERE polroles = ARRAY['auditor'::regrole::oid]",
      ),
    ).toBe(1);
  });

  it("for the old home's owner are for the new one's, there and back", async () => {
    const world = await makeWorld(
      a,
      b,
      "given",
      `${SECRET} CREATE POLICY two ON secret AS RESTRICTIVE FOR SELECT TO helper, CURRENT_USER USING (id < 5)`,
      {
        before: "CREATE ROLE helper",
      },
    );
    await b.sql(
      "given",
      `CREATE ROLE "TO new" LOGIN PASSWORD 'x'; CREATE ROLE helper; ALTER SCHEMA new_home OWNER TO "TO new"; DROP OWNED BY given_user; DROP ROLE given_user`,
    );
    const request = { ...world.request, to: { ...world.request.to, owner: "TO new" } };
    await move(request);
    const login = { user: "TO new", password: "x" };
    expect(await value(b, "given", "SELECT count(*)::int FROM new_home.secret", login)).toBe(1);
    await move(reversed(request));
    expect(await value(a, "given", "SELECT count(*)::int FROM secret", world.login)).toBe(1);
    expect(
      await value<string>(
        a,
        "given",
        "SELECT string_agg(r::regrole::text, ' ' ORDER BY r::regrole::text) FROM pg_policy, unnest(polroles) r WHERE polname = 'two'",
      ),
    ).toBe("given_user helper");
  });
});
