import { abandon, followHealth, followMove, move, prove, retire } from "@rehome/migration";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startServer, type TestServer } from "../support/servers";
import { contents, makeWorld, reversed, until, value, type World } from "../migration/dataset";

let a: TestServer;
let b: TestServer;
beforeAll(async () => {
  const parameters = { max_logical_replication_workers: "20", max_worker_processes: "30" };
  [a, b] = await Promise.all([startServer({ parameters }), startServer({ parameters })]);
});
afterAll(() => Promise.all([a.stop(), b.stop()]));

const SERVICE = `
CREATE TABLE orders (id bigserial PRIMARY KEY, total numeric);
CREATE TABLE notes (note text);
INSERT INTO orders (total) SELECT i FROM generate_series(1, 2000) i;
INSERT INTO notes SELECT 'n' || i FROM generate_series(1, 50) i`;
const WRITE = "INSERT INTO orders (total) VALUES (7); UPDATE notes SET note = note || '!'";

it("databases become schemas of one, each at its own pace; one that fails leaves the others alone", async () => {
  const names = ["billing", "catalog", "contact", "delivery"] as const;
  const worlds: World[] = [];
  for (const name of names)
    worlds.push(await makeWorld(a, b, name, SERVICE, { to: name, into: "erp", options: { mode: "online" } }));
  const [billing, catalog, contact, delivery] = worlds as [World, World, World, World];
  // One has nowhere to go.
  await b.sql("erp", "CREATE TABLE contact.theirs ()");
  const prepared = await Promise.allSettled(worlds.map(({ request }) => followMove(request)));
  expect(prepared.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected", "fulfilled"]);
  expect(await followHealth(contact.request)).toMatchObject({ lost: true });

  for (const { request, login } of worlds) await a.sql(request.dataset, WRITE, login);
  const state = async (world: World): Promise<unknown> => contents(a, world.request.from);
  const before = [await state(billing), await state(catalog)];
  await Promise.all([move(billing.request), move(catalog.request)]);
  expect([await contents(b, billing.request.to), await contents(b, catalog.request.to)]).toEqual(before);
  await a.sql("delivery", WRITE, delivery.login);
  await until(
    async () =>
      JSON.stringify(await contents(b, delivery.request.to)) ===
      JSON.stringify(await contents(a, delivery.request.from)),
  );

  expect(await Promise.all([prove(billing.request), prove(catalog.request)])).toEqual([true, true]);
  const ends = ({ request }: World) => ({ dataset: request.dataset, old: request.from, home: request.to });
  await retire({ ...ends(catalog), drop: "objects" });
  await b.sql("erp", `SET search_path = billing; ${WRITE}`, billing.login);
  const there = await contents(b, billing.request.to);
  await move(reversed(billing.request));
  expect(await contents(a, billing.request.from)).toEqual(there);
  await abandon({ dataset: "delivery", old: delivery.request.to, home: delivery.request.from });
  expect(await followHealth(delivery.request)).toMatchObject({ lost: true });
  await prove(reversed(billing.request));
  await retire({ dataset: "billing", old: billing.request.to, home: billing.request.from, drop: "objects" });
  for (const server of [a, b])
    expect(await value(server, "postgres", "SELECT count(*)::int FROM pg_replication_slots")).toBe(0);
  await a.sql("delivery", WRITE, delivery.login);
  await b.sql("erp", `SET search_path = catalog; ${WRITE}`, catalog.login);
});
