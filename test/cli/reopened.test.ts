import type { ConnectDocument, ReopenDocument, StatusDocument } from "@rehome/cli";
import { afterAll, beforeAll, expect, it } from "vitest";
import { until } from "../migration/dataset";
import { at, BILLING, ONLINE, openShop, ROWS, type Ran, type Shop } from "./shop";

const ORDERS = { home: at("main", "orders", "orders"), formerly: at("legacy", "shop", "orders"), ...ONLINE };
let shop: Shop;
let printed = "";
const rehome = async (...args: string[]): Promise<Ran> => {
  const ran = await shop.rehome(args);
  printed += ran.out + ran.err;
  return ran;
};
const json = async <Document>(...args: string[]): Promise<Document> =>
  JSON.parse((await rehome(...args, "--json")).out) as Document;
const states = async (): Promise<(readonly [string, string])[]> =>
  (await json<StatusDocument>("status")).datasets.map(({ dataset, state }) => [dataset, state] as const);

beforeAll(async () => {
  shop = await openShop();
  await shop.edit({ billing: BILLING, orders: ORDERS });
  await shop.up();
  await shop.main.sql("orders", "INSERT INTO orders.orders VALUES (1001, 'since')");
  const arrived = "SELECT FROM orders.orders WHERE id = 1001";
  await until(async () => (await shop.legacy.sql("shop", arrived)).length === 1);
});
afterAll(async () => {
  for (const secret of shop.secrets) expect(printed).not.toContain(secret);
  await shop.end();
});

it("has nothing to open for a host that nobody knows, nothing has left for, or that is there", async () => {
  expect(await rehome("reopen", "--lost", "nowhere")).toMatchObject({
    code: 1,
    err: expect.stringContaining('does not say how host "nowhere" is reached') as string,
  });
  expect(await rehome("reopen", "--lost", "legacy", "--yes")).toMatchObject({
    code: 0,
    out: "nothing to open again: no home stands fenced that was left for legacy.\n",
  });
  expect(await rehome("reopen", "--lost", "main", "--yes")).toMatchObject({
    code: 1,
    err: expect.stringMatching(/main\/[.a-z]+ is there.*swap home and formerly.*\[not-lost\]/) as string,
  });
  expect((await rehome("reopen")).code).toBe(2);
});

it("says what it comes to before it asks, and changes nothing until it is told to", async () => {
  await shop.main.halt("immediate");
  const { code, err } = await rehome("reopen", "--lost", "main");
  expect(code).toBe(2);
  expect(err).toMatch(
    /^billing: legacy\/shop\.billing is opened again\n {2}lost {2}main\/billing\.public: connect ECONNREFUSED/,
  );
  expect(err).toMatch(/nothing follows main\/billing\.public: it is as it was at the hand-out of \d{4}-/);
  expect(err).toContain(
    "it has followed; what was written in main/orders.orders and had not arrived is lost\n",
  );
  expect(err).toMatch(/Is host main gone for good.*\[yes-missing\]/);
  const fences = await shop.legacy.sql("shop", "SELECT FROM rehome.fence WHERE sealed");
  expect(fences).toHaveLength(2);
});

it("opens what was left, one dataset or all", async () => {
  const one = await json<ReopenDocument>("reopen", "orders", "--lost", "main", "--yes");
  expect(one.datasets).toMatchObject([
    { dataset: "orders", home: "legacy/shop.orders", reopened: true, followed: true, error: null },
  ]);
  expect(await states()).toEqual([
    ["billing", "moved"],
    ["orders", "switched"],
  ]);
  const { code, out } = await rehome("reopen", "--lost", "main", "--yes");
  expect(code).toBe(0);
  expect(out).toMatch(
    /1 home of 1 opened again\.\nNext: write what `formerly` says as `home` of billing in the stack file/,
  );
  const login = { user: "orders_user", password: shop.secrets[2] ?? "" };
  await shop.legacy.sql("shop", "INSERT INTO orders.orders VALUES (1002, 'written again')", login);
  const [row] = await shop.legacy.sql<{ n: number }>(
    "shop",
    "SELECT count(*)::int AS n FROM orders.orders",
    login,
  );
  expect(row?.n).toBe(ROWS.orders + 2);
});

it("the stack then hands it out, and asks nothing of the lost home but what it has there", async () => {
  await shop.edit({ billing: { home: BILLING.formerly }, orders: { home: ORDERS.formerly, ...ONLINE } });
  const { code, out } = await rehome("plan");
  expect(code).toBe(0);
  expect(out).toContain(
    "main/billing.public is lost; legacy/shop.billing was opened again, and is handed out",
  );

  // Its rights and databases there cannot be deleted any more: they are taken out of the state.
  const ended = await shop.up().then(
    () => "",
    (error: unknown) => (error as Error).message,
  );
  const failed = [...ended.matchAll(/^ - {2}(\S+) (\S+) \*\*deleting failed/gm)];
  expect(failed.length).toBeGreaterThan(0);
  for (const [, , name] of failed) expect(name).toContain("main");
  expect(ended).not.toMatch(/(creating|updating) failed/);
  const connection = await json<ConnectDocument>("connect", "orders");
  expect(connection.port).toBe(shop.legacy.connection.port);
  expect(await states()).toEqual([
    ["billing", "steady"],
    ["orders", "steady"],
  ]);
});
