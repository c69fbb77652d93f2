import { beginLoad, ensureCluster, startIfStopped, stopCluster } from "@rehome/postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServer, type TestServer } from "../support/servers";

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const setting = async (name: string): Promise<string | undefined> =>
  (await server.sql<{ value: string }>("postgres", `SELECT current_setting('${name}') AS value`))[0]?.value;
const startedAt = async (): Promise<string | undefined> =>
  (await server.sql<{ at: string }>("postgres", "SELECT pg_postmaster_start_time()::text AS at"))[0]?.at;
const OWN = { wal_level: "logical", autovacuum: "on" };
const LOADING = { wal_level: "minimal", autovacuum: "off" };
const settings = async () => ({
  wal_level: await setting("wal_level"),
  autovacuum: await setting("autovacuum"),
});
/** As when the process that loads dies. */
const abandon = () =>
  server.sql(
    "postgres",
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'rehome: load'",
  );

describe("a server that runs for a load", () => {
  it("logs little, and has its own parameters again when the load has ended", async () => {
    const load = await beginLoad(server.directory);
    expect(await settings()).toEqual(LOADING);
    await server.sql("postgres", "CREATE TABLE kept AS SELECT 42 AS answer");
    await load?.end();
    expect(await settings()).toEqual(OWN);
    expect(await server.sql("postgres", "SELECT answer FROM kept")).toEqual([{ answer: 42 }]);
  });

  it("is left alone while its process lives, and restarted by whoever wants it when that has died", async () => {
    await beginLoad(server.directory);
    const since = await startedAt();
    await startIfStopped(server.directory);
    expect(await startedAt()).toBe(since);
    await abandon();
    await startIfStopped(server.directory);
    expect(await settings()).toEqual(OWN);
  });

  it("gets its own parameters from who declares it anew", async () => {
    await beginLoad(server.directory);
    await abandon();
    const { directory, password } = server;
    await ensureCluster({ directory, password, parameters: { wal_level: "logical", fsync: "off" } });
    expect(await settings()).toEqual(OWN);
  });

  it("gets its own parameters by any start after a crash or a halt", async () => {
    await beginLoad(server.directory);
    await server.sql("postgres", "CREATE TABLE crashed AS SELECT 42 AS answer");
    process.kill(server.pid(), "SIGKILL");
    await expect.poll(() => startedAt().catch(() => "down")).toBe("down");
    await server.start();
    expect(await settings()).toEqual(OWN);
    expect(await server.sql("postgres", "SELECT answer FROM crashed")).toEqual([{ answer: 42 }]);
    await beginLoad(server.directory);
    await stopCluster(server.directory);
    await server.start();
    expect(await settings()).toEqual(OWN);
  });

  it("is not restarted by the end of a load that somebody's restart has ended", async () => {
    const load = await beginLoad(server.directory);
    await stopCluster(server.directory);
    await server.start();
    const since = await startedAt();
    await load?.end();
    expect(await startedAt()).toBe(since);
  });

  it("is started where it was down when the load ended", async () => {
    const load = await beginLoad(server.directory);
    await stopCluster(server.directory, "immediate");
    await load?.end();
    expect(await settings()).toEqual(OWN);
  });

  it("goes on as it was where it does not start so, and where there is none", async () => {
    await server.sql("postgres", "SELECT pg_create_physical_replication_slot('somebody', true)");
    expect(await beginLoad(server.directory)).toBeUndefined();
    expect(await settings()).toEqual(OWN);
    await server.sql("postgres", "SELECT pg_drop_replication_slot('somebody')");
    expect(await beginLoad(`${server.directory}-not-there`)).toBeUndefined();
    await stopCluster(server.directory);
    expect(await beginLoad(server.directory)).toBeUndefined();
    await server.start();
  });
});
