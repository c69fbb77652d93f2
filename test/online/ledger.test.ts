import { randomInt } from "node:crypto";
import { followMove, move, prove, type Endpoint } from "@rehome/migration";
import { Client } from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startServer, type TestServer } from "../support/servers";
import { contents, makeWorld, reversed, until, type World } from "../migration/dataset";

let a: TestServer;
let b: TestServer;
beforeAll(async () => {
  [a, b] = await Promise.all([startServer(), startServer()]);
});
afterAll(() => Promise.all([a.stop(), b.stop()]));

const ACCOUNTS = 50;
const SERVICE = `
CREATE TABLE accounts (id int PRIMARY KEY, balance bigint NOT NULL);
CREATE TABLE ledger (id text, account int REFERENCES accounts, amount bigint);
CREATE TABLE drafts (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, text text);
INSERT INTO accounts SELECT i, 0 FROM generate_series(1, ${ACCOUNTS}) i`;

/** Clients that keep a book of their own on what their server has acknowledged. */
class Writers {
  readonly acknowledged = new Set<string>();
  /** Committed or not: the answer was lost. */
  readonly unknown = new Set<string>();
  private stopped = false;
  private readonly all: Promise<void>[];

  constructor(
    count: number,
    private readonly world: World,
    public home: Endpoint,
  ) {
    this.all = Array.from({ length: count }, (_, writer) => this.write(writer));
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await Promise.all(this.all);
  }

  private async write(writer: number): Promise<void> {
    for (let n = 0; !this.stopped;) {
      const { server, database, schema } = this.home;
      const { host, port } = server;
      const client = new Client({ host, port, database, ...this.world.login });
      client.on("error", () => undefined);
      try {
        await client.connect();
        await client.query(`SET search_path = ${schema}`);
        while (!this.stopped) await this.pay(client, `${writer}-${(n += 1)}`);
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 20)); // fenced, or ended: by the handed-out connection, then
      } finally {
        await client.end().catch(() => undefined);
      }
    }
  }

  /** One amount from one account to another, in several statements; every third strictly serializable. */
  private async pay(client: Client, id: string): Promise<void> {
    const [from, to, amount] = [1 + randomInt(ACCOUNTS), 1 + randomInt(ACCOUNTS), 1 + randomInt(100)];
    await client.query(id.endsWith("3") ? "BEGIN ISOLATION LEVEL SERIALIZABLE" : "BEGIN");
    try {
      for (const [account, sum] of [
        [Math.min(from, to), -amount],
        [Math.max(from, to), amount],
      ] as const) {
        await client.query("UPDATE accounts SET balance = balance + $2 WHERE id = $1", [account, sum]);
        await client.query("INSERT INTO ledger VALUES ($1, $2, $3)", [id, account, sum]);
      }
      await client.query("INSERT INTO drafts (text) VALUES ($1)", [id]);
      await client.query("DELETE FROM drafts WHERE text = $1", [id]);
    } catch (error) {
      await client.query("ROLLBACK");
      if (!/serialize|deadlock/.test(String(error))) throw error;
      return;
    }
    this.unknown.add(id);
    try {
      await client.query("COMMIT");
      this.acknowledged.add(id);
      this.unknown.delete(id);
    } catch (error) {
      // Refused at its end, it has not happened.
      if (/serialize|deadlock|fenced/.test(String(error))) this.unknown.delete(id);
      else throw error;
    }
  }
}

it("loses, doubles and changes no acknowledged write, there and back and there again", async () => {
  const world = await makeWorld(a, b, "bank", SERVICE, { to: "core", options: { mode: "online" } });
  const { request } = world;
  const writers = new Writers(6, world, request.from);
  const more = async (): Promise<void> => {
    const enough = writers.acknowledged.size + 300;
    await until(() => Promise.resolve(writers.acknowledged.size > enough), 60);
  };
  try {
    await more();
    await followMove(request);
    for (const step of [request, reversed(request), request]) {
      await more();
      await move(step);
      writers.home = step.to;
      await more();
      expect(await prove(step)).toBe(true);
    }
  } finally {
    await writers.stop();
  }

  const rows = await b.sql<{ id: string; lines: number; sum: string }>(
    "bank",
    "SELECT id, count(*)::int AS lines, sum(amount)::text AS sum FROM core.ledger GROUP BY id",
  );
  const found = new Set(rows.map(({ id }) => id));
  expect(rows.filter(({ lines, sum }) => lines !== 2 || sum !== "0")).toEqual([]);
  expect([...writers.acknowledged].filter((id) => !found.has(id))).toEqual([]);
  expect([...found].filter((id) => !writers.acknowledged.has(id) && !writers.unknown.has(id))).toEqual([]);
  const [wrong] = await b.sql<{ n: number }>(
    "bank",
    `SELECT count(*)::int AS n FROM core.accounts a WHERE balance <> (SELECT coalesce(sum(amount), 0) FROM core.ledger l WHERE l.account = a.id)`,
  );
  expect(wrong?.n).toBe(0);
  const there = await contents(b, request.to);
  await until(async () => JSON.stringify(await contents(a, request.from)) === JSON.stringify(there));
});
