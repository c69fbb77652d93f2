import { removeBare, standing, type Claim } from "@rehome/migration";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServer, type TestServer } from "../support/servers";

let server: TestServer;
const database = (name: string): Claim => ({ kind: "database", name });
const role = (name: string): Claim => ({ kind: "role", name });
const found = (claim: Claim) => standing(server.connection, claim);

beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

describe("a database", () => {
  it("that was just made is bare, and goes", async () => {
    expect(await found(database(`sh"op`))).toBe("absent");
    await server.sql("postgres", `CREATE DATABASE "sh""op"`);
    expect(await found(database(`sh"op`))).toBe("bare");
    expect(await removeBare(server.connection, database(`sh"op`))).toBe(true);
    expect(await found(database(`sh"op`))).toBe("absent");
    expect(await removeBare(server.connection, database(`sh"op`))).toBe(false);
  });

  it.each([
    ["a schema", "CREATE SCHEMA app"],
    ["a table", "CREATE TABLE kept (id int)"],
    ["a function", "CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1'"],
    ["a large object", "SELECT lo_create(0)"],
    ["an extension", "CREATE EXTENSION pg_trgm"],
    ["a domain", "CREATE DOMAIN sku AS text"],
    ["a right that was taken", "REVOKE CONNECT ON DATABASE held FROM public"],
    ["no way in", "ALTER DATABASE held ALLOW_CONNECTIONS false"],
  ])("with %s in it stays", async (_what, sql) => {
    await server.sql("postgres", "CREATE DATABASE held");
    await server.sql(sql.includes("DATABASE") ? "postgres" : "held", sql);
    expect(await found(database("held"))).toBe("used");
    expect(await removeBare(server.connection, database("held"))).toBe(false);
    await server.sql("postgres", "DROP DATABASE held");
  });

  it("whose deletion was cut short goes", async () => {
    await server.sql("postgres", "CREATE DATABASE cut");
    await server.sql("postgres", "UPDATE pg_database SET datconnlimit = -2 WHERE datname = 'cut'");
    expect(await found(database("cut"))).toBe("bare");
    expect(await removeBare(server.connection, database("cut"))).toBe(true);
    expect(await found(database("cut"))).toBe("absent");
  });

  it("that is another's stays, for an administrator with fewer rights, as do roles that it did not make", async () => {
    await server.sql("postgres", "CREATE ROLE maker LOGIN CREATEDB CREATEROLE PASSWORD 'x'");
    await server.sql("postgres", "CREATE DATABASE theirs");
    await server.sql("postgres", "CREATE ROLE above LOGIN SUPERUSER");
    const maker = { ...server.connection, user: "maker", password: "x" };
    expect(await standing(maker, database("theirs"))).toBe("bare");
    expect(await removeBare(maker, database("theirs"))).toBe(false);
    expect(await removeBare(maker, role("above"))).toBe(false);
    const own = await server.connect("postgres", { user: "maker", password: "x" });
    await own.query("CREATE DATABASE ours");
    await own.query("CREATE ROLE made LOGIN");
    await own.end();
    expect(await removeBare(maker, database("ours"))).toBe(true);
    expect(await removeBare(maker, role("made"))).toBe(true);
  });

  it("that somebody is in, or that came with the server, stays", async () => {
    await server.sql("postgres", "CREATE DATABASE busy");
    const guest = await server.connect("busy");
    expect(await removeBare(server.connection, database("busy"))).toBe(false);
    await guest.end();
    expect(await found(database("postgres"))).toBe("bare");
    expect(await removeBare(server.connection, database("postgres"))).toBe(false);
  });
});

describe("a role", () => {
  it("that was just made is bare, and goes", async () => {
    expect(await found(role(`us"er`))).toBe("absent");
    await server.sql("postgres", `CREATE ROLE "us""er" LOGIN`);
    expect(await found(role(`us"er`))).toBe("bare");
    expect(await removeBare(server.connection, role(`us"er`))).toBe(true);
    expect(await found(role(`us"er`))).toBe("absent");
  });

  it.each([
    [
      "a right",
      "GRANT CONNECT ON DATABASE postgres TO held",
      "REVOKE CONNECT ON DATABASE postgres FROM held",
    ],
    ["something of its own", "CREATE SCHEMA own AUTHORIZATION held", "DROP SCHEMA own"],
    ["a setting", "ALTER ROLE held SET work_mem = '8MB'", "ALTER ROLE held RESET ALL"],
    ["a group", "GRANT pg_monitor TO held", "REVOKE pg_monitor FROM held"],
    ["members", "CREATE ROLE member; GRANT held TO member", "DROP ROLE member"],
    ["all rights", "ALTER ROLE held SUPERUSER", "ALTER ROLE held NOSUPERUSER"],
  ])("that has %s stays", async (_what, give, take) => {
    await server.sql("postgres", `CREATE ROLE held LOGIN; ${give}`);
    expect(await found(role("held"))).toBe("used");
    expect(await removeBare(server.connection, role("held"))).toBe(false);
    await server.sql("postgres", `${take}; DROP ROLE held`);
  });
});
