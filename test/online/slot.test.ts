import { afterAll, beforeAll, expect, it } from "vitest";
import type { Client } from "pg";
import { linkOf } from "../../migration/src/follow/link";
import { createSlot } from "../../migration/src/follow/slot";
import { startServer, type TestServer } from "../support/servers";

let server: TestServer;
/** A session with a transaction that has written, for which a slot has to wait. */
let writer: Client;
let pid: number;
beforeAll(async () => {
  server = await startServer({ parameters: { max_replication_slots: "1" } });
  writer = await server.connect("postgres");
  await writer.query("BEGIN; SELECT pg_current_xact_id()");
  const { rows } = await writer.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
  pid = rows[0]?.pid ?? 0;
});
afterAll(async () => {
  await writer.end();
  await server.stop();
});

const link = () => {
  const end = { database: "postgres", server: server.connection, owner: "postgres" };
  return linkOf("core", { ...end, host: "a", schema: "core" }, { ...end, host: "b", schema: "core" });
};
const slots = async (): Promise<string[]> =>
  (await server.sql<{ slot_name: string }>("postgres", "SELECT slot_name FROM pg_replication_slots")).map(
    ({ slot_name }) => slot_name,
  );

it("a slot that has to wait too long names who is in the way, and is taken away again", async () => {
  await expect(createSlot(link(), 300)).rejects.toMatchObject({
    code: "slot-timeout",
    message: expect.stringContaining(`pid ${pid} of postgres in postgres`) as string,
  });
  expect(await slots()).toEqual([]);
});

it("a slot that cannot be made for another reason blames no transaction", async () => {
  await server.sql("postgres", "SELECT pg_create_physical_replication_slot('taken')");
  await expect(createSlot(link(), 60_000)).rejects.toThrow("all replication slots are in use");
  expect(await slots()).toEqual(["taken"]);
});
