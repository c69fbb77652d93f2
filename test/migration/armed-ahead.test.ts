import { setTimeout as sleep } from "node:timers/promises";
import { move } from "@rehome/migration";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ensureJournal } from "../../migration/src/journal/journal";
import { startServer, type TestServer } from "../support/servers";
import { contents, makeWorld, value } from "./dataset";

let a: TestServer;
let b: TestServer;
beforeAll(async () => {
  [a, b] = await Promise.all([startServer(), startServer()]);
});
afterAll(() => Promise.all([a.stop(), b.stop()]));

const armed = (name: string): Promise<number> =>
  value(a, name, "SELECT count(*)::int AS n FROM pg_trigger WHERE tgname = 'rehome_fence'");

describe("while a new home is prepared", () => {
  it("the old one's triggers are made, and let everyone pass", async () => {
    const { request } = await makeWorld(a, b, "ahead", "CREATE TABLE t (id int); CREATE TABLE u (id int)");
    const held = new pg.Client({ ...b.connection, database: "ahead" });
    await held.connect();
    await ensureJournal(held);
    // What is prepared begins with what an earlier run has noted.
    await held.query("BEGIN; LOCK TABLE rehome.statement");
    const moving = move(request);
    try {
      for (let tries = 0; tries < 200 && (await armed("ahead")) < 2; tries += 1) await sleep(50);
      expect(await armed("ahead")).toBe(2);
      await a.sql("ahead", "INSERT INTO t VALUES (1)");
      expect(await b.sql("ahead", "SELECT relname FROM pg_class WHERE relname IN ('t', 'u')")).toEqual([]);
    } finally {
      await held.end();
    }
    expect(await moving).toMatchObject({ clean: true, tables: 2, rows: 1 });
    expect(await contents(b, request.to)).toEqual(await contents(a, request.from));
  });
});
