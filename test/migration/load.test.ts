import { formatPlan, move, planMove, type MoveRequest } from "@rehome/migration";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServer, type TestServer } from "../support/servers";

/** A little more than what two restarts are worth. */
const BYTES = 210_000_000;

let source: TestServer;
let target: TestServer;
beforeAll(async () => {
  [source, target] = await Promise.all([startServer(), startServer()]);
  await source.sql("postgres", "CREATE ROLE shop");
  await source.sql("postgres", "CREATE DATABASE shop");
  await source.sql(
    "shop",
    `CREATE SCHEMA shop AUTHORIZATION shop; SET ROLE shop;
     CREATE TABLE shop.orders (id int PRIMARY KEY, text text); ALTER TABLE shop.orders ALTER text SET STORAGE external;
     INSERT INTO shop.orders SELECT n, repeat(md5(n::text), 250) FROM generate_series(1, ${Math.ceil(BYTES / 8000)}) n;
     CREATE TABLE shop.few AS SELECT 1 AS n`,
  );
  await target.sql("postgres", "CREATE ROLE shop");
});
afterAll(() => Promise.all([source.stop(), target.stop()]));

/** What of a request differs: a dataset of its own has a database of its own in the new home. */
const request = (dataset: string, more: Partial<MoveRequest> = {}): MoveRequest => ({
  dataset,
  from: { host: "old", server: source.connection, database: "shop", schema: "shop", owner: "shop" },
  to: {
    ...{ host: "new", server: target.connection, database: dataset, schema: "shop", owner: "shop" },
    cluster: target.directory,
  },
  options: { mode: "offline", verify: "checksum" },
  ...more,
});
const fresh = async (dataset: string): Promise<void> => {
  await source.sql(
    "shop",
    "DROP SCHEMA IF EXISTS rehome CASCADE; GRANT USAGE, CREATE ON SCHEMA shop TO shop",
  );
  for (const { name } of await target.sql<{ name: string }>(
    "postgres",
    "SELECT datname AS name FROM pg_database WHERE datname LIKE 'shop%'",
  ))
    await target.sql("postgres", `DROP DATABASE ${name}`);
  await target.sql("postgres", `CREATE DATABASE ${dataset}`);
};
const state = async () => {
  const [row] = await target.sql<{ wal_level: string; started: string; lsn: string }>(
    "postgres",
    `SELECT current_setting('wal_level') AS wal_level, pg_postmaster_start_time()::text AS started,
       (pg_current_wal_lsn() - '0/0')::text AS lsn`,
  );
  return { walLevel: row?.wal_level, started: row?.started, written: Number(row?.lsn) };
};

describe("the load of a server of Rehome's own", () => {
  it("is not logged, is said in the plan, and leaves the server as it is declared", async () => {
    await fresh("shop1");
    const before = await state();
    const plan = await planMove(request("shop1"));
    expect(plan.restarts).toBe(true);
    expect(formatPlan(plan)).toContain("restarts with wal_level = minimal for the load");
    const during: Promise<string | undefined>[] = [];
    const told: string[] = [];
    const result = await move(request("shop1"), ({ stage, message }) => {
      if (message !== undefined) told.push(message);
      if (stage === "copy" && during.length === 0) during.push(state().then(({ walLevel }) => walLevel));
    });
    expect(await Promise.all(during)).toEqual(["minimal"]);
    expect(told).toContain('host "new" restarts with wal_level = minimal for the load');
    expect(result).toMatchObject({ clean: true, strategy: "copy", tables: 2 });
    const after = await state();
    expect(after.walLevel).toBe("logical");
    expect(after.started).not.toBe(before.started);
    expect(after.written - before.written).toBeLessThan(BYTES / 4);
    const again = await move(request("shop1"));
    expect(again).toMatchObject({ migration: result.migration });
    expect((await state()).started, "what is done restarts nothing").toBe(after.started);
  });

  it("goes on after the server was killed in mid-copy, and loses nothing", async () => {
    await fresh("shop2");
    let killed = false;
    const run = move(request("shop2"), ({ stage, bytesDone }) => {
      if (stage !== "copy" || bytesDone === 0 || killed) return;
      killed = true;
      process.kill(target.pid(), "SIGKILL");
    });
    await expect(run).rejects.toMatchObject({ retryable: true });
    await expect
      .poll(() => state().catch(() => undefined), { timeout: 20_000 })
      .toMatchObject({
        walLevel: "logical",
      });
    expect(await move(request("shop2"))).toMatchObject({ clean: true });
    expect((await state()).walLevel).toBe("logical");
  });

  it.each([
    [
      "others are connected",
      async () => {
        const guest = await target.connect("postgres");
        return () => guest.end();
      },
    ],
    [
      "others have tables",
      async () => {
        await target.sql("postgres", "CREATE TABLE theirs ()");
        return () => target.sql("postgres", "DROP TABLE theirs");
      },
    ],
    [
      "somebody follows it",
      async () => {
        await target.sql("postgres", "SELECT pg_create_physical_replication_slot('theirs', true)");
        return () => target.sql("postgres", "SELECT pg_drop_replication_slot('theirs')");
      },
    ],
  ])("asks for no restart where %s", async (_, begin) => {
    await fresh("shop3");
    const { started } = await state();
    const end = await begin();
    expect(await move(request("shop3"))).toMatchObject({ clean: true });
    expect((await state()).started).toBe(started);
    await end();
  });

  it("asks for no restart where little or many small tables move, others copy too, or the server is not Rehome's alone", async () => {
    await fresh("shop4");
    const { cluster, ...shared } = request("shop4").to;
    expect(cluster).toBeDefined();
    const plans = [
      request("shop4", { tables: ["few"] }),
      request("shop4", { to: shared }),
      request("shop4", { options: { mode: "offline", verify: "checksum", workers: { count: 2 } } }),
      request("shop4", { options: { mode: "online", verify: "checksum" } }),
    ];
    for (const each of plans) expect((await planMove(each)).restarts).toBeUndefined();
    await source.sql(
      "shop",
      "DO $$BEGIN FOR n IN 1..100 LOOP EXECUTE format('CREATE TABLE shop.small%s ()', n); END LOOP; END$$",
    );
    expect(
      (await planMove(request("shop4"))).restarts,
      "each file is flushed as it restarts",
    ).toBeUndefined();
    await source.sql("shop", "TRUNCATE shop.orders");
    expect((await planMove(request("shop4"))).restarts).toBeUndefined();
  });
});
