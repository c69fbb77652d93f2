import { move, planMove } from "@rehome/migration";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServer, type TestServer } from "../support/servers";
import { makeWorld, value } from "./dataset";
import { findingsOf } from "./findings";

let a: TestServer;
let b: TestServer;
beforeAll(async () => {
  [a, b] = await Promise.all([startServer(), startServer()]);
});
afterAll(() => Promise.all([a.stop(), b.stop()]));

describe("rows that arrive through a subscription", () => {
  it("keep their table where it is, whatever the strategy, until nothing arrives any more", async () => {
    const world = await makeWorld(
      a,
      b,
      "fed",
      "CREATE TABLE t (id int PRIMARY KEY); CREATE TABLE u (id int)",
      {
        before: "CREATE PUBLICATION unrelated",
      },
    );
    await a.sql(
      "fed",
      "CREATE SUBSCRIPTION feed CONNECTION 'dbname=nowhere' PUBLICATION p WITH (connect = false)",
    );
    expect(await findingsOf(world)).toEqual({});
    await a.sql(
      "fed",
      "INSERT INTO pg_subscription_rel SELECT oid, 'public.t'::regclass, 'r', NULL FROM pg_subscription WHERE subname = 'feed'",
    );
    expect(await findingsOf(world)).toEqual({
      "blocker subscriptions": expect.stringMatching(/: feed into t\.$/) as string,
    });
    await expect(move(world.request)).rejects.toMatchObject({ code: "blocked" });
    await a.sql("fed", "ALTER SUBSCRIPTION feed SET (slot_name = NONE); DROP SUBSCRIPTION feed");
    expect(await move(world.request)).toMatchObject({ clean: true });
  });
});

describe("what the service's role gains and loses by owning it all", () => {
  const FOREIGN = `CREATE TABLE core.secret (id int, tenant text); INSERT INTO core.secret VALUES (1, 'a'), (2, 'b');
    ALTER TABLE core.secret ENABLE ROW LEVEL SECURITY; CREATE POLICY mine ON core.secret USING (tenant = 'a');
    CREATE FUNCTION core.f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';`;

  it("row security that bound it is not lifted in silence, and rights of a definer are named", async () => {
    const world = await makeWorld(a, b, "bound", "CREATE TABLE t (id int)", { from: "core" });
    await a.sql("bound", `${FOREIGN} GRANT SELECT ON core.secret TO bound_user`);
    const seen = (server: TestServer, schema: string): Promise<number> =>
      value(server, "bound", `SELECT count(*)::int FROM ${schema}.secret`, world.login);
    expect(await seen(a, "core")).toBe(1);
    expect(await findingsOf(world)).toEqual({
      "blocker row-security-lifted": expect.stringMatching(/binds "bound_user".*: secret\.$/) as string,
      "warning definer-changed": expect.stringMatching(/: core\.f\(\) as postgres\.$/) as string,
    });
    await expect(move(world.request)).rejects.toMatchObject({ code: "blocked" });
    await a.sql("bound", "ALTER TABLE core.secret FORCE ROW LEVEL SECURITY");
    expect(await move(world.request)).toMatchObject({ clean: true });
    expect(await seen(b, "new_home")).toBe(1);
  });

  it.each([
    ["a member of the owner's role", "GRANT postgres TO free_member"],
    ["one who bypasses it", "ALTER ROLE free_bypass BYPASSRLS"],
  ])("of %s nothing is lifted", async (_, sql) => {
    const name = /free_\w+/.exec(sql)?.[0] ?? "";
    const world = await makeWorld(a, b, name, "CREATE TABLE t (id int)", { from: "core" });
    await a.sql(name, `${FOREIGN} ${sql.replace(name, `${name}_user`)}`);
    expect(Object.keys(await findingsOf(world))).not.toContain("blocker row-security-lifted");
  });
});

describe("settings of the service's role and of its database", () => {
  it("are named where the stack does not declare them, without their values", async () => {
    const world = await makeWorld(a, b, "set", "CREATE TABLE t (id int)", { from: "core" });
    const said = async (settings?: readonly string[]): Promise<string | undefined> => {
      const { findings } = await planMove({ ...world.request, ...(settings && { settings }) });
      return findings.find(({ code }) => code === "settings-not-carried")?.message;
    };
    // As it is made, the role has a path to the schema and to `public`.
    expect(await said([])).toBeUndefined();
    await a.sql(
      "set",
      `ALTER ROLE set_user IN DATABASE set SET search_path = core, extensions; ALTER ROLE set_user SET work_mem = '8MB';
       ALTER DATABASE set SET "app.secret" = 'hidden=hidden'; ALTER ROLE postgres IN DATABASE set SET lock_timeout = '9s'`,
    );
    expect(await said([])).toMatch(
      /: search_path of role set_user; app\.secret of the database; work_mem of role set_user\.$/,
    );
    expect(await said(["work_mem", "search_path", "app.secret"])).toBeUndefined();
    expect(await said()).toBeUndefined();
    const beside = {
      ...world.request,
      to: { ...world.request.to, server: a.connection, database: "postgres" },
    };
    const { findings } = await planMove({ ...beside, settings: [] });
    const found = findings.find(({ code }) => code === "settings-not-carried");
    expect(found?.message).toMatch(/: search_path of role set_user; app\.secret of the database\.$/);
    // The server keeps this name as `TimeZone`.
    await a.sql("set", "ALTER ROLE set_user IN DATABASE set SET timezone = 'UTC'");
    expect(await said(["work_mem", "search_path", "app.secret", "timezone"])).toBeUndefined();
    expect(await said(["work_mem", "search_path", "app.secret"])).toMatch(/: TimeZone of role set_user\.$/);
  });
});
