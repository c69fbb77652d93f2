import { checkConnection, move, planMove, type MoveRequest } from "@rehome/migration";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasPgBouncer, startPool, type Pool } from "../support/pool";
import { startServer, type TestServer } from "../support/servers";
import { contents, makeWorld } from "./dataset";
import { everything } from "./everything";

const TABLES = "CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t VALUES (1, 'a'), (2, 'b')";

let a: TestServer;
let b: TestServer;
let pool: Pool | undefined;
beforeAll(async () => {
  [a, b] = await Promise.all([startServer(), startServer()]);
});
afterAll(async () => {
  await pool?.stop();
  await Promise.all([a.stop(), b.stop()]);
});

const through = (request: MoveRequest, end: "from" | "to", port: number): MoveRequest => ({
  ...request,
  [end]: { ...request[end], server: { ...request[end].server, port } },
});

describe.skipIf(!hasPgBouncer)("a connection pool before a server", () => {
  it("is refused when it lends its sessions by the transaction, before anything is set in one", async () => {
    const { request } = await makeWorld(a, b, "by_transaction", TABLES);
    pool = await startPool(a, "transaction");
    const before = [await everything(a), await everything(b)];
    for (const [end, pooled] of [
      ["from", through(request, "from", pool.port)],
      ["to", through({ ...request, from: request.to, to: request.from }, "to", pool.port)],
    ] as const) {
      const refusal = {
        code: "pooled-connection",
        message: expect.stringContaining(
          `127.0.0.1:${pool.port} is reached through a connection pool`,
        ) as string,
      };
      await expect(planMove(pooled)).rejects.toMatchObject(refusal);
      await expect(move(pooled)).rejects.toMatchObject(refusal);
      const finding = await checkConnection(pooled[end]);
      expect(finding).toMatchObject({ code: "pooled-connection", level: "blocker" });
    }
    const kept = await a.sql<{ search_path: string }>("by_transaction", "SHOW search_path");
    const client = new Client({
      host: "127.0.0.1",
      port: pool.port,
      user: a.user,
      database: "by_transaction",
    });
    await client.connect();
    expect((await client.query("SHOW search_path")).rows).toEqual(kept);
    await client.end();
    expect([await everything(a), await everything(b)]).toEqual(before);
    await pool.stop();
    pool = undefined;
    expect((await planMove(request)).findings).toEqual([]);
  });

  it("is as good as none when it lends whole sessions", async () => {
    const { request } = await makeWorld(a, b, "by_session", TABLES);
    pool = await startPool(a, "session");
    const rows = await contents(a, request.from);
    await move(through(request, "from", pool.port));
    expect(await contents(b, request.to)).toEqual(rows);
    await pool.stop();
    pool = undefined;
  });
});
