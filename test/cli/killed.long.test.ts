import type { PlanDocument, StatusDocument } from "@rehome/cli";
import { afterAll, beforeAll, expect, it } from "vitest";
import { at, BILLING, firstCopying, ONLINE, openShop, ORDERS, slowly, type Shop } from "./shop";

let shop: Shop;
const billing = async () => {
  const { out } = await shop.rehome(["status", "billing", "--json"]);
  return (JSON.parse(out) as StatusDocument).datasets[0];
};

/** What a fence and replication leave in a home. */
const TRACES = `
  SELECT 'slot ' || slot_name AS trace FROM pg_replication_slots UNION ALL SELECT 'publication ' || pubname FROM pg_publication
  UNION ALL SELECT 'trigger on ' || tgrelid::regclass FROM pg_trigger WHERE tgname LIKE 'rehome%'
  UNION ALL SELECT 'role ' || rolname FROM pg_roles WHERE rolname LIKE 'rehome%'`;

beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.end());

it("tells a run that was killed from one at work", async () => {
  await shop.edit({ billing: { ...BILLING, ...slowly(50_000) }, orders: { ...ORDERS, ...ONLINE } });
  const run = shop.startUp();
  const ended = new Promise((done) => run.once("exit", done));
  const seen = await firstCopying(shop, run);
  const refused = await shop.rehome(["cancel", "billing", "--yes"]);
  process.kill(-(run.pid ?? 0), "SIGKILL");
  await ended;
  expect(seen).toMatchObject({ state: "moving" });
  expect(refused).toMatchObject({ code: 1, err: expect.stringContaining("[at-work]") as string });
  await expect.poll(billing, { timeout: 20_000 }).toMatchObject({ state: "interrupted" });
  const { out } = await shop.rehome(["status", "--watch", "--wait"]);
  expect(out).toMatch(/billing: interrupted, legacy\/shop\.billing → main\/billing\.public/);
});

it("gives it up without a trace in the home that its service stays in", async () => {
  expect((await shop.legacy.sql("shop", TRACES)).length).toBeGreaterThan(0);
  for (const dataset of ["billing", "orders"]) {
    const { code, err } = await shop.rehome(["cancel", dataset, "--yes"]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
  }
  expect(await shop.legacy.sql("shop", TRACES)).toEqual([]);
  expect(await billing()).toMatchObject({ state: "steady", home: "legacy/shop.billing" });
  await shop.legacy.sql("shop", "UPDATE billing.payments SET invoice = 2 WHERE id = 1"); // after the cancel, before the run
});

it("begins anew where the stack file still asks for it, with what was written meanwhile", async () => {
  await shop.edit({ billing: BILLING, orders: { ...ORDERS, ...ONLINE } });
  await shop.up();
  expect(await billing()).toMatchObject({
    state: "moved",
    verification: "verified",
    migration: { clean: true },
  });
  const moved = "SELECT invoice::int FROM payments WHERE id = 1";
  expect(await shop.main.sql("billing", moved)).toEqual([{ invoice: 2 }]);
});

it("deletes what a cancelled preparation has made once the stack file is put back", async () => {
  expect(await shop.rehome(["cancel", "orders", "--yes"])).toMatchObject({ code: 0 });
  await shop.edit({ billing: BILLING, orders: { home: ORDERS.home, ...ONLINE } });
  await shop.up();
  const { out } = await shop.rehome(["status", "orders", "--json"]);
  const [orders] = (JSON.parse(out) as StatusDocument).datasets;
  expect(orders).toMatchObject({ state: "steady", home: "legacy/shop.orders", next_steps: [] });
  const made = "SELECT datname FROM pg_database WHERE datname = 'orders'";
  expect(await shop.main.sql("postgres", made)).toEqual([]);
});

it("says what forbids a plan, for programs", async () => {
  const elsewhere = { home: at("main", "orders", "elsewhere"), ...ONLINE };
  await shop.edit({ billing: BILLING, orders: elsewhere });
  const { code, out } = await shop.rehome(["plan", "orders", "--json"]);
  expect(code).toBe(1);
  const plan = JSON.parse(out) as PlanDocument;
  expect(plan).toMatchObject({ blocked: true, steps: [{ dataset: "orders", step: "refused" }] });
  expect(plan.steps[0]?.refused.join()).toMatch(/^home changed, /);
});
