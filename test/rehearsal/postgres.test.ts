import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServer, type TestServer } from "../support/servers";
import { sandbox, stepsOf, type Sandbox } from "./support";

let server: TestServer;
let world: Sandbox;
const config = (more: Record<string, number | object> = {}) => ({
  port: server.port,
  password: { secret: server.password },
  ...more,
});

beforeAll(async () => {
  server = await startServer();
  await server.sql("postgres", "CREATE ROLE auditor");
  world = await sandbox("postgres");
});
afterAll(async () => {
  await world.remove();
  await server.stop();
});

describe("PostgreSQL resources", () => {
  it("exist as they were declared", async () => {
    const result = await world.run("up", config());
    expect(result.text).not.toContain("error");
    expect(result.exitCode).toBe(0);
    const { user, password } = result.outputs["login"] as { user: string; password: string };
    expect(user).toBe('own"er');
    await server.sql("shop", "CREATE TABLE goods (id int PRIMARY KEY)", { user, password });
    const [role] = await server.sql(
      "postgres",
      `SELECT rolconnlimit, rolcanlogin, rolsuper, rolconfig FROM pg_roles WHERE rolname = 'own"er'`,
    );
    expect(role).toEqual({
      rolconnlimit: 5,
      rolcanlogin: true,
      rolsuper: false,
      rolconfig: ["search_path=app, public", "statement_timeout=30000"],
    });
    const [rights] = await server.sql(
      "shop",
      `SELECT has_table_privilege('analyst', 'app.goods', 'SELECT') AS "read",
         has_table_privilege('analyst', 'app.goods', 'INSERT') AS "write",
         pg_has_role('auditor', 'readers', 'MEMBER') AS "member",
         has_schema_privilege('analyst', 'app', 'USAGE') AS "usage",
         has_database_privilege('analyst', 'shop', 'CONNECT') AS "connect",
         (SELECT pg_get_userbyid(nspowner) FROM pg_namespace WHERE nspname = 'app') AS "owner",
         EXISTS (SELECT FROM pg_extension WHERE extname = 'pgcrypto') AS "extension",
         NOT EXISTS (SELECT FROM pg_database d, aclexplode(datacl) a WHERE datname = 'shop' AND a.grantee = 0) AS "closed"`,
    );
    expect(rights).toEqual({
      read: true,
      write: false,
      member: true,
      usage: true,
      connect: true,
      owner: 'own"er',
      extension: true,
      closed: true,
    });
  });

  it("are unchanged the second time, and a refresh finds no drift", async () => {
    expect(stepsOf(await world.run("up", config()))).toEqual([]);
    const refreshed = await world.run("refresh", config());
    expect(refreshed.exitCode).toBe(0);
    expect(stepsOf(refreshed)).toEqual([]);
    expect(stepsOf(await world.run("preview", config()))).toEqual([]);
  });

  it("are updated in place where they can be, without ever losing a privilege in between", async () => {
    const result = await world.run("up", config({ limit: 7, usage: ["USAGE", "CREATE"] }));
    expect(stepsOf(result).sort()).toEqual(["update owner", "update readers-usage"]);
    const [row] = await server.sql(
      "shop",
      `SELECT has_schema_privilege('readers', 'app', 'CREATE') AS create, rolconnlimit FROM pg_roles WHERE rolname = 'own"er'`,
    );
    expect(row).toEqual({ create: true, rolconnlimit: 7 });
    await world.run("up", config());
  });

  it("show drift in a refresh, and the next up puts it right", async () => {
    await server.sql(
      "shop",
      `ALTER ROLE "own""er" CONNECTION LIMIT 99; REVOKE USAGE ON SCHEMA app FROM readers`,
    );
    const refreshed = await world.run("refresh", config());
    expect(stepsOf(refreshed).sort()).toEqual(["update owner", "update readers-usage"]);
    expect(refreshed.text).toContain("differs from the state: connectionLimit");
    expect(stepsOf(await world.run("up", config())).sort()).toEqual(["update owner", "update readers-usage"]);
    const [row] = await server.sql("shop", "SELECT has_schema_privilege('readers', 'app', 'USAGE') AS usage");
    expect(row).toEqual({ usage: true });
  });

  it("that are gone are created again after a refresh", async () => {
    await server.sql("shop", "DROP EXTENSION pgcrypto");
    expect(stepsOf(await world.run("refresh", config()))).toEqual(["delete pgcrypto"]);
    expect(stepsOf(await world.run("up", config()))).toEqual(["create pgcrypto"]);
  });

  it("never let a password into text or state", async () => {
    const result = await world.run("up", config({ limit: 9 }));
    const { password } = result.outputs["login"] as { password: string };
    const state = await world.state();
    for (const secret of [password, server.password]) {
      expect(state).not.toContain(secret);
      expect(result.text).not.toContain(secret);
    }
  });

  it("fail with the server's own words", async () => {
    await server.sql("postgres", "CREATE DATABASE elsewhere");
    const taken = await sandbox("postgres");
    const result = await taken.run("up", config());
    expect(result.exitCode).toBe(1);
    expect(result.text).toMatch(/role ".*" already exists/);
    await taken.remove();
  });

  it("are all gone after a destroy", async () => {
    const destroyed = await world.run("destroy", config());
    expect(destroyed.text).not.toContain("error");
    expect(destroyed.exitCode).toBe(0);
    const left = await server.sql(
      "postgres",
      `SELECT FROM pg_roles WHERE rolname IN ('own"er', 'readers', 'analyst') UNION ALL SELECT FROM pg_database WHERE datname = 'shop'`,
    );
    expect(left).toHaveLength(0);
  });
});
