import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { RehomeError } from "../../migration/src/errors";
import { inspectServer } from "../../migration/src/inspect/server";
import { rows, withSession } from "../../migration/src/sql/connect";
import { reusingSessions, withKept } from "../../migration/src/sql/kept-sessions";
import { startServer, type TestServer } from "../support/servers";

let server: TestServer;
/** The server's process that a session talks to. */
const pid = (): Promise<number> =>
  withSession(server.connection, "postgres", async (client) => {
    const [row] = await rows<{ pid: number }>(client, "SELECT pg_backend_pid() AS pid");
    return row?.pid ?? 0;
  });
const sessions = async (): Promise<number> => {
  const [row] = await server.sql<{ n: number }>(
    "postgres",
    "SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = 'rehome'",
  );
  return row?.n ?? 0;
};
const gone = (): Promise<void> => vi.waitFor(async () => expect(await sessions()).toBe(0), 10_000);

beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

describe("a session", () => {
  it("is somebody's own, and ended, where nobody reuses any", async () => {
    expect(await pid()).not.toBe(await pid());
    await gone();
  });

  it("is left to who comes next, for a moment, and never to two at once", async () => {
    const first = await reusingSessions(pid);
    expect(await reusingSessions(pid)).toBe(first);
    expect(await pid()).not.toBe(first);
    const both = await reusingSessions(() => Promise.all([pid(), pid()]));
    expect(new Set(both).size).toBe(2);
    await gone();
  });

  it("is not gone on with after an error in it, nor where its server has ended it", async () => {
    const first = await reusingSessions(pid);
    await expect(
      reusingSessions(() =>
        withSession(server.connection, "postgres", () => Promise.reject(new Error("Stop."))),
      ),
    ).rejects.toThrow("Stop.");
    const second = await reusingSessions(pid);
    expect(second).not.toBe(first);
    await server.sql("postgres", `SELECT pg_terminate_backend(${second}, 5000)`);
    expect(await reusingSessions(pid)).not.toBe(second);
    await gone();
  });

  it("is one of few that wait", async () => {
    const eight = (): Promise<number[]> => reusingSessions(() => Promise.all(Array.from({ length: 8 }, pid)));
    const first = await eight();
    const second = await eight();
    expect(second.filter((one) => first.includes(one)).length).toBeLessThanOrEqual(4);
    await gone();
  });

  it("does not count among those that are taken while it waits", async () => {
    await server.sql("postgres", "CREATE ROLE limited LOGIN PASSWORD 'x' CONNECTION LIMIT 5");
    const limited = { ...server.connection, user: "limited", password: "x" };
    const free = (database: string): Promise<unknown> =>
      reusingSessions(() =>
        withSession(limited, database, async (client) => (await inspectServer(client, false)).freeSessions),
      );
    const all = { 'the connection limit of role "limited"': 5 };
    expect(await free("postgres")).toMatchObject(all);
    expect(await free("template1")).toMatchObject(all);
    await gone();
  });

  it("makes room for another where its role may have no more", async () => {
    await server.sql("postgres", "CREATE ROLE single LOGIN PASSWORD 'x' CONNECTION LIMIT 1");
    const single = { ...server.connection, user: "single", password: "x" };
    const backend = (database: string): Promise<unknown> =>
      withSession(single, database, (client) => rows(client, "SELECT pg_backend_pid()"));
    await reusingSessions(() => backend("postgres"));
    expect(await sessions()).toBe(1);
    await backend("template1");
    const held = withSession(single, "postgres", () => backend("template1"));
    await expect(held).rejects.toMatchObject({ code: "connections-too-few" });
    await gone();
  });

  it("asks once for what is wrong in any", async () => {
    let asked = 0;
    const refuse = () =>
      withSession(server.connection, "postgres", () => {
        asked += 1;
        return Promise.reject(new RehomeError("rights-missing", "No."));
      });
    await reusingSessions(pid);
    await expect(reusingSessions(refuse)).rejects.toThrow("No.");
    expect(asked).toBe(1);
    await gone();
  });

  it("is not gone on with where what it has planned has changed", async () => {
    await server.sql("postgres", "CREATE TABLE told (id int); INSERT INTO told VALUES (1)");
    const read = () =>
      withSession(server.connection, "postgres", (client) =>
        rows(client, "SELECT * FROM public.told WHERE id = $1", [1]),
      );
    expect(await reusingSessions(read)).toEqual([{ id: 1 }]);
    await server.sql("postgres", "ALTER TABLE told ADD more int");
    expect(await reusingSessions(read)).toEqual([{ id: 1, more: null }]);
    await gone();
  });
});

describe("a server that does not answer", () => {
  const away = { ...{ host: "192.0.2.1", port: 5432, user: "nobody" }, sslmode: "disable" } as const;
  let [clock, asked] = [0, 0];
  const waiting = (seconds: number) => async (): Promise<never> => {
    await Promise.resolve();
    asked += 1;
    clock += seconds * 1000;
    throw new RehomeError("unreachable", `no answer to question ${asked}`);
  };
  const ask = (seconds: number): Promise<unknown> =>
    withKept([away, "postgres"], waiting(seconds), () => Promise.resolve()).catch((error: unknown) =>
      String(error),
    );
  beforeEach(() => {
    [clock, asked] = [clock + 1e6, 0];
    vi.spyOn(performance, "now").mockImplementation(() => clock);
  });
  afterEach(() => void vi.restoreAllMocks());

  it("keeps one plan waiting, and is asked again after half a minute", async () => {
    const first = await reusingSessions(() => ask(15));
    expect(await reusingSessions(() => Promise.all([ask(15), ask(15)]))).toEqual([first, first]);
    expect(asked).toBe(1);
    clock += 31_000;
    expect(await reusingSessions(() => ask(15))).not.toBe(first);
    expect(asked).toBe(2);
  });

  it("is asked each time where it has said no at once, or whoever asks is no plan", async () => {
    await reusingSessions(async () => void (await ask(0.1)));
    await reusingSessions(async () => void (await ask(15)));
    await ask(15);
    await ask(15);
    expect(asked).toBe(4);
  });
});
