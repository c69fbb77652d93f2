import { applyRoleSettings, move, readRoleSettings } from "@rehome/migration";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServer, type TestServer } from "../support/servers";
import { leftovers, makeWorld, value, type World } from "./dataset";

const SERVICE = `
CREATE TABLE users (id serial PRIMARY KEY, mail citext UNIQUE);
INSERT INTO users (mail) SELECT 'u' || i || '@x' FROM generate_series(1, 50) i;
CREATE FUNCTION everyone() RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = public AS
  'SELECT count(*) FROM public.users';
CREATE VIEW mails AS SELECT mail FROM users;
CREATE TYPE kind AS ENUM ('a');`;

let a: TestServer;
let b: TestServer;
let core: World;
let crm: World;
beforeAll(async () => {
  [a, b] = await Promise.all([startServer(), startServer()]);
  const before = "CREATE EXTENSION citext";
  core = await makeWorld(a, b, "core", SERVICE, { to: "core_schema", into: "shared", before });
  crm = await makeWorld(a, b, "crm", SERVICE, { to: "crm_schema", into: "shared", before });
  // At once, as a stack does: same names of tables, types and an extension, one database.
  await Promise.all([move(core.request), move(crm.request)]);
  for (const { request } of [core, crm]) {
    const settings = { search_path: `${request.to.schema}, public` };
    const { server, database, owner: role } = request.to;
    await applyRoleSettings({ server, database, role, settings });
  }
});
afterAll(() => Promise.all([a.stop(), b.stop()]));

it("a role's settings are what was written: lists with their names, an empty one too, in whatever case", async () => {
  const { server } = core.request.to;
  const [database, role] = ["shared", "settled"];
  await b.sql("postgres", `CREATE ROLE ${role}`);
  const query = { server, database, role };
  const list = 'core_schema, "My Schema", "$user"';
  await applyRoleSettings({
    ...query,
    settings: { Search_Path: list, DateStyle: "ISO", temp_tablespaces: "" },
  });
  expect(await readRoleSettings(query)).toEqual({
    search_path: list,
    datestyle: "ISO",
    temp_tablespaces: "",
  });
  const kept = await value<string[]>(
    b,
    database,
    `SELECT setconfig FROM pg_db_role_setting WHERE setrole = '${role}'::regrole`,
  );
  expect(kept.sort()).toEqual(["DateStyle=ISO", `search_path=${list}`, 'temp_tablespaces=""']);
  await applyRoleSettings({ ...query, settings: {} });
  expect(await readRoleSettings(query)).toEqual({});
});

const denied = { code: "42501" };

describe("two services in one database", () => {
  it("each works with its own, by unqualified names", async () => {
    for (const { login } of [core, crm]) {
      expect(await value(b, "shared", "INSERT INTO users (mail) VALUES ('new@x') RETURNING id", login)).toBe(
        51,
      );
      expect(await value(b, "shared", "SELECT everyone()::int", login)).toBe(51);
      expect(await value(b, "shared", "SELECT count(*)::int FROM mails WHERE mail = 'NEW@X'", login)).toBe(1);
    }
  });

  it.each([
    "SELECT FROM crm_schema.users",
    "INSERT INTO crm_schema.users (mail) VALUES ('x')",
    "SELECT FROM crm_schema.mails",
    "SELECT crm_schema.everyone()",
    "SELECT nextval('crm_schema.users_id_seq')",
    "SELECT 'a'::crm_schema.kind",
    "CREATE TABLE crm_schema.mine ()",
    "CREATE TABLE public.mine ()",
    "CREATE SCHEMA mine",
    "DROP TABLE crm_schema.users",
    "SELECT FROM rehome.migration",
    "CREATE TABLE rehome.mine ()",
    "CREATE EXTENSION pgcrypto",
  ])("neither can do this to the other: %s", async (sql) => {
    await expect(b.sql("shared", sql, core.login)).rejects.toMatchObject(denied);
    const mirrored = sql.replaceAll("crm_schema", "core_schema");
    await expect(b.sql("shared", mirrored, crm.login)).rejects.toMatchObject(denied);
  });

  it("functions that run as their owner run as the service, not as who moved them", async () => {
    const owners = await value<string[]>(
      b,
      "shared",
      `SELECT array_agg(n.nspname || ' ' || pg_get_userbyid(p.proowner) ORDER BY n.nspname) FROM pg_proc p
       JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname ~ '_schema$' AND n.nspname !~ 'information'`,
    );
    expect(owners).toEqual(["core_schema core_user", "crm_schema crm_user"]);
  });

  it("the journal tells both, and nothing else is left", async () => {
    expect(
      await value<string[]>(
        b,
        "shared",
        "SELECT array_agg(dataset || ' ' || state || ' ' || clean ORDER BY dataset) FROM rehome.migration",
      ),
    ).toEqual(["core switched true", "crm switched true"]);
    for (const { request } of [core, crm]) expect(await leftovers(b, request.to)).toEqual([]);
  });

  it("one goes back alone", async () => {
    const { request, login } = core;
    await move({ ...request, from: request.to, to: request.from });
    expect(await value(a, "core", "SELECT count(*)::int FROM users", login)).toBe(51);
    await expect(b.sql("shared", "SELECT FROM users", login)).rejects.toThrow();
    expect(await value(b, "shared", "SELECT everyone()::int", crm.login)).toBe(51);
    await b.sql("shared", "INSERT INTO users (mail) VALUES ('later@x')", crm.login);
  });
});
