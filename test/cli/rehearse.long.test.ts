import type { RehearseDocument } from "@rehome/cli";
import { removeCluster } from "@rehome/postgres";
import { existsSync } from "node:fs";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { at, BILLING, ONLINE, openShop, ORDERS, ROWS, type Ran, type Shop } from "./shop";

const SAMPLE = 100;

let shop: Shop;
let printed = "";
const rehome = async (...args: string[]): Promise<Ran> => {
  const ran = await shop.rehome(args, { PGPASSWORD: shop.legacy.password });
  printed += ran.out + ran.err;
  return ran;
};
const servers = (): string => join(shop.folder, ".rehome", "shop", "dev-rehearsal");

beforeAll(async () => {
  shop = await openShop();
  await shop.edit({ billing: BILLING, orders: { ...ORDERS, ...ONLINE } });
  // Refers to a row that no sample has.
  await shop.legacy.sql("shop", `INSERT INTO billing.payments VALUES (11, ${ROWS.invoices})`);
});
afterAll(async () => {
  for (const host of existsSync(servers()) ? await readdir(servers()) : [])
    await removeCluster(join(servers(), host));
  for (const secret of shop.secrets) expect(printed).not.toContain(secret);
  await shop.end();
});

it("moves a sample of the real data between servers of this machine", async () => {
  const url = `postgres://postgres@127.0.0.1:${shop.legacy.port}`;
  const { code, out, err } = await rehome("rehearse", "--from", url, "--sample", String(SAMPLE), "--json");
  expect(code, err).toBe(0);
  const { rehearsal, samples, datasets } = JSON.parse(out) as RehearseDocument;
  expect(rehearsal).toBe("dev-rehearsal");
  expect(samples).toEqual([
    { placement: "legacy/shop.billing", tables: 2, rows: SAMPLE + 10 }, // not the payment without its invoice
    { placement: "legacy/shop.orders", tables: 1, rows: SAMPLE },
  ]);
  expect(datasets).toMatchObject([
    {
      dataset: "billing",
      state: "moved",
      verification: "verified",
      migration: { proof: { rows: SAMPLE + 10 } },
    },
    { dataset: "orders", state: "preparing", replication: { broken: null } },
  ]);
  expect(err).toMatch(/billing: legacy\/shop\.billing → main\/billing\.public/); // the plan, before it is carried out
});

it("leaves what is real as it was", async () => {
  const traces =
    "SELECT nspname FROM pg_namespace WHERE nspname = 'rehome' UNION ALL SELECT slot_name FROM pg_replication_slots";
  expect(await shop.legacy.sql("shop", traces)).toEqual([]);
  expect(
    await shop.main.sql("postgres", "SELECT datname FROM pg_database WHERE datname IN ('billing', 'orders')"),
  ).toEqual([]);
  expect((await rehome("status")).code).toBe(6); // the stack itself has no state
});

it("is looked at by the same commands, and goes on where it is", async () => {
  const query = await rehome(
    "connect",
    "billing",
    "--stack",
    "dev-rehearsal",
    "--",
    "-XAtc",
    "SELECT count(*) FROM invoices",
  );
  expect(query.out).toBe(`${SAMPLE}\n`);
  const again = await rehome("rehearse");
  expect(again).toMatchObject({
    code: 0,
    err: expect.stringContaining("going on with dev-rehearsal") as string,
  });
});

it("deletes all of it when told to", async () => {
  expect(await rehome("rehearse", "--clean")).toMatchObject({
    code: 2,
    err: expect.stringContaining("--yes") as string,
  });
  expect(await rehome("rehearse", "--clean", "--yes")).toMatchObject({ code: 0 });
  expect(existsSync(servers()) ? await readdir(servers()) : []).toEqual([]);
});

it("needs no account where the stack moves to a cloud, and reads the journal there", async () => {
  const hosts = {
    legacy: {
      platform: "existing",
      url: "postgres://postgres@db.invalid/postgres",
      password: { env: "NONE" },
    },
    cloud: { platform: "cloudsql", tier: "db-f1-micro" },
  };
  const services = { billing: { home: at("cloud", "billing", "public"), formerly: BILLING.formerly } };
  const config = { "gcp:project": "shop", "gcp:region": "here", "rehome:topology": { hosts, services } };
  await writeFile(join(shop.folder, "Pulumi.cloud.yaml"), JSON.stringify({ config }));
  const { code, out, err } = await rehome("rehearse", "--stack", "cloud", "--json");
  expect(code, err).toBe(0);
  const { datasets } = JSON.parse(out) as RehearseDocument;
  expect(datasets).toMatchObject([{ dataset: "billing", state: "moved", verification: "verified" }]);
  expect(await rehome("rehearse", "--stack", "cloud", "--clean", "--yes")).toMatchObject({ code: 0 });
});
