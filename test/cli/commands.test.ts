import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { HistoryDocument, PlanDocument, SizesDocument, StatusDocument } from "@rehome/cli";
import { readStack } from "@rehome/rehearsal";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openShop, ROWS, type Ran, type Shop } from "./shop";

const at = (host: string, database: string, schema: string) => ({ host, database, schema });
const BILLING = { home: at("main", "billing", "public"), formerly: at("legacy", "shop", "billing") };
const SLOW = { migration: { copyRate: 700_000 } };
const ORDERS = { home: at("legacy", "shop", "orders"), next: at("main", "orders", "public") };
const ONLINE = { migration: { mode: "online" } };

let shop: Shop;
/** Everything that any command has printed. */
let printed = "";
const rehome = async (...args: string[]): Promise<Ran> => {
  const ran = await shop.rehome(args);
  printed += ran.out + ran.err;
  return ran;
};
const json = async <Document>(...args: string[]): Promise<Document> => {
  const { out, err } = await rehome(...args, "--json");
  expect(err).toBe("");
  return JSON.parse(out) as Document;
};
const billing = async () => {
  const { datasets } = await json<StatusDocument>("status", "billing");
  return datasets[0];
};

beforeAll(async () => {
  shop = await openShop();
});
afterAll(async () => {
  for (const secret of shop.secrets) expect(printed).not.toContain(secret);
  await shop.end();
});

it("says that there is no stack before the first up", async () => {
  await shop.edit({ billing: { ...BILLING, ...SLOW }, orders: { ...ORDERS, ...ONLINE } });
  const { code, err } = await rehome("status");
  expect(code).toBe(6);
  expect(err).toMatch(/^error: stack "dev" has no state: .* npx rehearse up .*\[no-stack\]\n$/);
});

it("shows a move under way, and one whose run was killed", async () => {
  const run = shop.startUp();
  const ended = new Promise((done) => run.once("exit", done));
  let seen: StatusDocument["datasets"][number] | undefined;
  while (seen?.migration?.rate == null && run.exitCode === null) {
    const { code, out } = await rehome("status", "--json");
    if (code === 0)
      seen = (JSON.parse(out) as StatusDocument).datasets.find(({ dataset }) => dataset === "billing");
  }
  process.kill(-(run.pid ?? 0), "SIGKILL");
  expect(seen).toMatchObject({
    state: "moving",
    migration: { stage: "copy", alive: true, tables: { total: 2 }, state: "running" },
    fence: { placement: "legacy/shop.billing", state: "closed" },
    verification: "not verified",
  });
  const { bytes, rate, secondsLeft } = seen?.migration ?? {};
  expect(bytes?.done).toBeGreaterThan(0);
  expect(bytes?.done).toBeLessThan(bytes?.total ?? 0);
  expect(rate).toBeGreaterThan(0);
  expect(secondsLeft).toBeGreaterThan(0);
  await ended;
  await expect.poll(billing, { timeout: 20_000 }).toMatchObject({ state: "interrupted" });
  const { out } = await rehome("status", "--watch", "--wait");
  expect(out).toMatch(
    /billing: interrupted, legacy\/shop\.billing → main\/billing\.public, copy, \d of 2 tables/,
  );
});

it("shows where each dataset is, what proves it and what to do next", async () => {
  await shop.edit({ billing: BILLING, orders: { ...ORDERS, ...ONLINE } });
  await shop.up();
  const { datasets, unread } = await json<StatusDocument>("status");
  expect(unread).toEqual([]);
  expect(datasets).toMatchObject([
    {
      ...{ dataset: "billing", state: "moved", home: "main/billing.public", formerly: "legacy/shop.billing" },
      ...{ verification: "verified", fence: { placement: "legacy/shop.billing", state: "sealed" } },
      migration: { attempt: 2, clean: true, proof: { tables: 2, different: 0, rows: ROWS.invoices + 10 } },
    },
    {
      ...{ dataset: "orders", state: "preparing", home: "legacy/shop.orders", next: "main/orders.public" },
      replication: { broken: null, ready: true },
    },
  ]);
  const { code, out } = await rehome("status");
  expect(code).toBe(0);
  expect(out).toMatch(
    /^DATASET +STATE +WHERE +PROGRESS +FENCE +PROOF\nbilling +moved .* sealed +verified\norders +preparing /,
  );
  expect(out).toMatch(/\nNext\n {2}billing {2}to finish: delete `formerly`/);
  expect(out).not.toContain("\u001b");
});

it("prints what happened, and when", async () => {
  const { out } = await rehome("history", "billing");
  expect(out).toMatch(
    /^billing: legacy\/shop\.billing → main\/billing\.public\n {2}copy, switched, 2 tables, 4,010 rows, /,
  );
  expect(out).toMatch(/fence[^]*copy[^]*verify[^]*switched/);
  const { migrations } = await json<HistoryDocument>("history");
  expect(migrations.map(({ dataset }) => dataset).sort()).toEqual(["billing", "orders"]);
  expect(migrations.flatMap(({ events }) => events.map(({ stage }) => stage))).toContain("follow");
});

it("prints what each schema takes", async () => {
  const { schemas } = await json<SizesDocument>("sizes");
  expect(schemas.map(({ placement, use, tables }) => [placement, use, tables])).toEqual(
    expect.arrayContaining([
      ["main/billing.public", "home", 2],
      ["legacy/shop.billing", "formerly", 2],
      ["legacy/shop.orders", "home", 1],
      ["main/orders.public", "next", 1],
    ]),
  );
  for (const { tableBytes, indexBytes } of schemas)
    expect(Math.min(tableBytes, indexBytes)).toBeGreaterThan(0);
  expect((await rehome("sizes", "orders")).out).toMatch(
    /^DATASET +SCHEMA +USE +TABLES +ROWS +DATA +INDEXES +SESSIONS/,
  );
});

it("connects as the service, and as the administrator", async () => {
  const args = ["--", "-XAtc", "SELECT current_user, count(*) FROM invoices"];
  const service = await rehome("connect", "billing", ...args);
  expect(service).toMatchObject({ code: 0, out: `billing_user|${ROWS.invoices}\n` });
  const admin = await rehome("connect", "billing", "--admin", ...args);
  expect(admin).toMatchObject({ code: 0, out: `postgres|${ROWS.invoices}\n` });
  const failed = await rehome("connect", "billing", "--", "-Xc", "SELECT nonsense");
  expect(failed.code).toBe(1);
  const where = await json<object>("connect", "billing");
  expect(where).toMatchObject({ database: "billing", user: "billing_user", port: shop.main.port });
});

it("plans what the stack file asks for", async () => {
  const back = { home: BILLING.formerly, formerly: BILLING.home };
  await shop.edit({ billing: back, orders: { ...ORDERS, ...ONLINE } });
  const { code, out } = await rehome("plan");
  expect(code).toBe(0);
  expect(out).toMatch(/^billing: main\/billing\.public → legacy\/shop\.billing\n {2}strategy {2}copy: /);
  expect(out).toContain("orders: legacy/shop.orders → main/orders.public, goes on being prepared");
});

it("says what forbids it", async () => {
  const elsewhere = { home: at("main", "orders", "elsewhere") };
  await shop.edit({ billing: BILLING, orders: { ...elsewhere, ...ONLINE } });
  const { code, out } = await rehome("plan", "orders", "--json");
  expect(code).toBe(1);
  const plan = JSON.parse(out) as PlanDocument;
  expect(plan).toMatchObject({ blocked: true, steps: [{ dataset: "orders", step: "refused" }] });
  expect(plan.steps[0]?.refused.join()).toMatch(/home changed to another place than the one being prepared/);
});

it("reads the state from Pulumi where that knows the stack", async () => {
  const { exported } = await readStack({ cwd: shop.folder, stack: "dev" });
  const path = join(shop.folder, "path");
  await mkdir(path);
  await writeFile(join(path, "state.json"), exported(true));
  await writeFile(join(path, "pulumi"), `#!/bin/sh\necho "$@" > ${path}/asked\ncat ${path}/state.json\n`);
  await chmod(join(path, "pulumi"), 0o755);
  const env = { PATH: `${path}:${process.env["PATH"]}` };
  const { code, out } = await shop.rehome(["status", "--stack", "prod", "--json"], env);
  expect(code).toBe(0);
  expect((JSON.parse(out) as StatusDocument).datasets).toHaveLength(2);
  expect(await readFile(join(path, "asked"), "utf8")).toMatch(
    /^stack export --show-secrets .* --stack prod\n$/,
  );
});

it("refuses a command line that makes no sense, with what it should be", async () => {
  expect(await rehome("statsu")).toMatchObject({
    code: 2,
    err: expect.stringContaining("Did you mean status?") as string,
  });
  expect((await rehome("status", "--bogus")).code).toBe(2);
  expect(await rehome("status", "nobody")).toMatchObject({
    code: 6,
    err: 'error: the stack has no service or dataset "nobody"; it has: billing, orders. [no-service]\n',
  });
  const { code, out } = await rehome("sizes", "nobody", "--json");
  expect(code).toBe(6);
  expect(JSON.parse(out)).toMatchObject({ error: { code: "no-service" } });
});

it("says what cannot be reached, and all the rest", async () => {
  await shop.main.halt("fast");
  const { code, out } = await rehome("status");
  expect(code).toBe(1);
  expect(out).toMatch(/main\/\w+ is not known: .*127\.0\.0\.1:\d+.*\[unreachable\]/);
  expect(out).toMatch(/^orders /m);
});
