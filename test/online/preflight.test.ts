import { examineHost, followMove, move, planMove, type MoveRequest } from "@rehome/migration";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServer, type TestServer } from "../support/servers";
import { makeWorld, reversed, until, value } from "../migration/dataset";

let a: TestServer;
let b: TestServer;
/** A server on which nothing can be followed, and nothing can follow. */
let poor: TestServer;
beforeAll(async () => {
  [a, b, poor] = await Promise.all([
    startServer({ parameters: { max_prepared_transactions: "2", max_slot_wal_keep_size: "1GB" } }),
    startServer(),
    startServer({
      parameters: {
        ...{ wal_level: "replica", max_replication_slots: "0", max_wal_senders: "0" },
        max_logical_replication_workers: "0",
      },
    }),
  ]);
});
afterAll(() => Promise.all([a.stop(), b.stop(), poor.stop()]));

const SERVICE = `
CREATE TABLE orders (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, total numeric);
CREATE TABLE notes (note text);
CREATE UNLOGGED TABLE cache (k text);
CREATE TABLE documents (doc json);
CREATE TABLE pictures (data oid);
INSERT INTO notes SELECT repeat('n', 100) FROM generate_series(1, 20000);
INSERT INTO pictures VALUES (lo_create(0))`;

const codes = async (request: MoveRequest): Promise<string[]> =>
  (await planMove(request)).findings.map(({ code, level }) => `${level} ${code}`);

describe("the plan of a move that goes online", () => {
  it("names what is not followed, and what following asks of the service", async () => {
    const { request } = await makeWorld(a, b, "told", SERVICE, { to: "core", options: { mode: "online" } });
    const plan = await planMove(request);
    expect(plan.strategy).toBe("follow");
    expect(plan.findings.map(({ code, level }) => `${level} ${code}`)).toEqual([
      "warning slot-wal-limited",
      "warning not-followed",
      "warning large-objects-compared",
      "warning followed-without-key",
      "warning definitions-held",
    ]);
    const said = plan.findings[1]?.message ?? "";
    expect(said).toMatch(/cache \(it is unlogged; [\d.]+ kB\)/);
    expect(said).toMatch(
      /documents \(it has no primary key, and values of its column doc cannot be compared; [\d.]+ kB\)/,
    );
    expect(said).not.toMatch(/orders|notes/);
  });

  it("asks for what both servers lack, and touches nothing", async () => {
    const { request } = await makeWorld(a, poor, "lacking", "CREATE TABLE t (id int PRIMARY KEY)", {
      ...{ from: "core", to: "core", options: { mode: "online" } },
    });
    const lacking = ["wal-level", "slots-too-few", "senders-too-few", "workers-too-few"];
    const blockers = async (asked: MoveRequest): Promise<string[]> =>
      (await codes(asked)).filter((code) => code.startsWith("blocker"));
    expect(await blockers(request)).toEqual(lacking.map((code) => `blocker ${code}`));
    await expect(followMove(request)).rejects.toMatchObject({ code: "blocked" });
    await expect(move(request)).rejects.toMatchObject({ code: "blocked" });
    expect(await blockers(reversed(request))).toEqual([
      ...lacking.map((code) => `blocker ${code}`),
      "blocker target-not-empty",
    ]);
    for (const server of [a, poor])
      expect(
        await value(server, "lacking", "SELECT count(*)::int FROM pg_namespace WHERE nspname = 'rehome'"),
      ).toBe(0);
    expect(await codes({ ...request, options: { ...request.options, mode: "offline" } })).toEqual([]);
  });

  it("asks that a server which names its output plugins names pgoutput", async (test) => {
    const KNOWN =
      "SELECT count(*)::int FROM pg_settings WHERE name = 'output_plugin_libraries' AND setting LIKE '%pgoutput%'";
    test.skip((await value(b, "postgres", KNOWN)) === 0, "servers before 15.19 let all of them");
    const { request } = await makeWorld(a, b, "plugins", "CREATE TABLE t (id int PRIMARY KEY)", {
      ...{ from: "core", to: "core", options: { mode: "online" } },
    });
    const blockers = async (): Promise<string[]> =>
      (await codes(request)).filter((code) => code.startsWith("blocker"));
    expect(await blockers()).toEqual([]);
    await b.sql("postgres", "ALTER SYSTEM SET output_plugin_libraries = 'test_decoding, \"other\"'");
    await b.sql("postgres", "SELECT pg_reload_conf()");
    await until(async () => (await value(b, "postgres", KNOWN)) === 0);
    expect(await blockers()).toEqual(["blocker output-plugin"]);
    const use = { server: b.connection, database: "plugins", online: true, managed: true, extensions: [] };
    expect((await examineHost(use)).map(({ code }) => code)).toContain("output-plugin");
    await b.sql("postgres", "ALTER SYSTEM RESET output_plugin_libraries");
    await b.sql("postgres", "SELECT pg_reload_conf()");
    await until(async () => (await blockers()).length === 0);
  });

  it("counts what its own links have taken as free", async () => {
    const { request } = await makeWorld(b, a, "counted", "CREATE TABLE t (id int PRIMARY KEY)", {
      ...{ from: "core", to: "core", options: { mode: "online" } },
    });
    await followMove(request);
    const used = await value(b, "counted", "SELECT count(*)::int FROM pg_replication_slots");
    const most = 10;
    for (let i = used; i < most; i += 1)
      await b.sql("counted", `SELECT pg_create_physical_replication_slot('filler_${i}')`);
    expect((await codes(request)).filter((code) => code.includes("too-few"))).toEqual([]);
    const other = await makeWorld(b, a, "uncounted", "CREATE TABLE t (id int PRIMARY KEY)", {
      ...{ from: "core", to: "core", options: { mode: "online" } },
    });
    expect((await codes(other.request)).filter((code) => code.includes("too-few"))).toEqual([
      "blocker slots-too-few",
    ]);
    await b.sql(
      "counted",
      "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_type = 'physical'",
    );
    await move(request);
    expect(await codes(reversed(request))).not.toContain("blocker source-fenced");
  });

  it("refuses where facades would have to stand under a name that is taken", async () => {
    const { request } = await makeWorld(a, b, "taken", "CREATE TABLE t (id int PRIMARY KEY)", {
      ...{ to: "core", options: { mode: "online" }, before: "CREATE SCHEMA core" },
    });
    expect(await codes(request)).toContain("blocker facade-name-taken");
    await a.sql("taken", "DROP SCHEMA core");
    expect(await codes(request)).not.toContain("blocker facade-name-taken");
  });

  it("names prepared transactions of any database, which keep a slot from beginning", async () => {
    const { request } = await makeWorld(a, b, "elsewhere", "CREATE TABLE t (id int PRIMARY KEY)", {
      ...{ from: "core", to: "core", options: { mode: "online" } },
    });
    await a.sql(
      "postgres",
      "CREATE TABLE p (); BEGIN; INSERT INTO p DEFAULT VALUES; PREPARE TRANSACTION 'left'",
    );
    const found = await planMove(request);
    expect(found.findings[0]).toMatchObject({
      code: "prepared-transactions",
      message: expect.stringContaining("'left' in database postgres") as string,
    });
    await a.sql("postgres", "ROLLBACK PREPARED 'left'");
    expect(await codes(request)).toEqual(["warning slot-wal-limited"]);
  });

  it("asks for what an administrator that is no superuser lacks", async () => {
    const { request } = await makeWorld(a, b, "plain", "CREATE UNLOGGED TABLE t (id int PRIMARY KEY)", {
      ...{ from: "core", to: "core", options: { mode: "online" } },
    });
    await a.sql(
      "postgres",
      "CREATE ROLE plain_admin LOGIN CREATEROLE CREATEDB REPLICATION BYPASSRLS PASSWORD 'x'; GRANT pg_signal_backend TO plain_admin; ALTER DATABASE plain OWNER TO plain_admin; GRANT plain_user TO plain_admin",
    );
    const server = { ...request.from.server, user: "plain_admin", password: "x" };
    const missing = async (): Promise<string[]> =>
      (await planMove({ ...request, from: { ...request.from, server } })).findings
        .filter(({ code }) => code === "rights-missing")
        .map(({ message }) => message);
    expect(await missing()).toEqual([
      expect.stringContaining("a role that reads the changes"),
      expect.stringContaining("a subscription"),
      expect.stringContaining("what a replica does"),
    ]);
    await a.sql("postgres", "GRANT SET ON PARAMETER session_replication_role TO plain_admin");
    expect(await missing()).toHaveLength(2);
  });
});
