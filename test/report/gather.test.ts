import { followMove, gatherReport, move, prove, type MoveRequest, type MoveResult } from "@rehome/migration";
import { renderReport, renderTopology, type StackReport } from "@rehome/report";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeWorld, value } from "../migration/dataset";
import { startServer, type TestServer } from "../support/servers";
import { parseXml } from "./xml";

let a: TestServer;
let b: TestServer;
let shop: MoveRequest;
let moved: MoveResult;
beforeAll(async () => {
  [a, b] = await Promise.all([startServer(), startServer()]);
  const { request } = await makeWorld(a, b, "shop", DEFINITIONS);
  shop = request;
  await b.sql("shop", "CREATE ROLE analyst; GRANT USAGE ON SCHEMA new_home TO analyst");
  moved = await move(shop);
  await b.sql("shop", "GRANT SELECT ON ALL TABLES IN SCHEMA new_home TO analyst");
});
afterAll(() => Promise.all([a.stop(), b.stop()]));

const DEFINITIONS = `
  CREATE TABLE orders (id bigserial PRIMARY KEY, note text NOT NULL);
  INSERT INTO orders (note) SELECT repeat('x', 200) FROM generate_series(1, 3000);
  CREATE TABLE lines (id int PRIMARY KEY, of bigint REFERENCES orders);
  INSERT INTO lines SELECT n, n FROM generate_series(1, 500) n`;

/** The report of a stack that holds this one dataset. */
const reportOf = (
  { dataset, from, to }: MoveRequest,
  state: "moved" | "prepared" = "moved",
): Promise<StackReport> => {
  const place = ({ host, database, schema }: MoveRequest["from"]) => ({ host, database, schema });
  const placed =
    state === "moved" ? { home: place(to), formerly: place(from) } : { home: place(from), next: place(to) };
  return gatherReport({
    stack: "shop/test",
    hosts: [
      { name: "old", platform: "local", server: a.connection },
      { name: "new", platform: "local", server: b.connection },
      { name: "planned", platform: "cloudsql" },
    ],
    datasets: [{ name: dataset, service: dataset, role: to.owner, ...placed }],
  });
};

describe("what the journals hold", () => {
  it("of a move by copying becomes its report", async () => {
    const report = await reportOf(shop);

    const version = await value(b, "postgres", "SELECT current_setting('server_version_num')::int / 10000");
    expect(report.hosts).toEqual([
      { name: "old", platform: "local", version },
      { name: "new", platform: "local", version },
      { name: "planned", platform: "cloudsql" },
    ]);
    expect(report.unread).toEqual([]);
    expect(report.rights).toEqual([
      {
        placement: "new/shop.new_home",
        owner: "shop_user",
        grants: [{ role: "analyst", schema: ["USAGE"], tables: { SELECT: 2 } }],
      },
    ]);
    const [migration] = report.migrations;
    expect(report.migrations).toHaveLength(1);
    expect(migration).toMatchObject({
      id: moved.migration,
      dataset: "shop",
      from: "old/shop.public",
      to: "new/shop.new_home",
      strategy: "copy",
      because: "to another server",
      state: "switched",
      clean: true,
      attempt: 1,
      switchedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/) as string,
      sequences: [{ name: "orders_id_seq", source: "3000", target: "3000", equal: true }],
    });
    expect(migration?.error).toBeUndefined();
    const stages = migration?.events.map(({ stage }) => stage);
    expect(stages).toEqual(["inspect", "prepare", "fence", "copy", "index", "verify", "switch"]);
    expect(migration?.copied.map(({ table, rows }) => [table, rows])).toEqual([
      ["lines", 500],
      ["orders", 3000],
    ]);
    expect(migration?.verified.map(({ table, sourceRows, equal }) => [table, sourceRows, equal])).toEqual([
      ["lines", "500", true],
      ["orders", "3000", true],
    ]);
    const copied = migration?.copied.reduce((sum, { bytes }) => sum + bytes, 0);
    expect(migration?.samples.at(-1)).toMatchObject({ stage: "copy", bytes: copied, tables: 2 });

    const page = renderReport(report);
    parseXml(page);
    expect(page).toContain("2 of 2");
    expect(page).toContain("SELECT on 2 tables");
    expect(page).not.toContain(a.password);
    expect(page).not.toContain(b.password);
    expect(renderTopology(report)).toContain("shop has moved from old/shop.public to new/shop.new_home.");
  });

  it("of an attempt that was stopped says at which stage, and why; the next one goes on", async () => {
    const { request } = await makeWorld(a, b, "halted", DEFINITIONS, { options: { fenceTimeout: 300 } });
    const holder = await a.connect("halted");
    await holder.query("BEGIN; UPDATE public.orders SET note = note WHERE id = 1");
    await expect(move(request)).rejects.toMatchObject({ code: "fence-timeout" });
    await holder.end();
    const [stopped] = (await reportOf(request)).migrations;
    expect(stopped).toMatchObject({ state: "running", stage: "fence", attempt: 1 });
    expect(stopped?.events.at(-1)).toMatchObject({ stage: "stopped", message: stopped?.error });
    expect(renderReport(await reportOf(request))).toContain("<h3>Go on</h3>");

    await move(request);
    const [done] = (await reportOf(request)).migrations;
    expect(done).toMatchObject({ state: "switched", attempt: 2, clean: true });
    expect(done?.error).toBeUndefined();
    expect(done?.events.filter(({ stage }) => stage === "inspect")).toHaveLength(2);
  });

  it("of a move that follows has its lag, and its proof after the hand-out", async () => {
    const { request } = await makeWorld(a, b, "lively", DEFINITIONS, { options: { mode: "online" } });
    await followMove(request);
    await followMove(request);
    const prepared = await reportOf(request, "prepared");
    // To look whether it still follows is no attempt.
    expect(prepared.migrations[0]?.events.filter(({ stage }) => stage === "inspect")).toHaveLength(1);
    expect(prepared.migrations[0]?.samples.filter(({ lag }) => lag !== undefined).length).toBeGreaterThan(1);
    expect(renderReport(prepared)).toContain("<h3>Hand the prepared homes out</h3>");

    await move(request);
    expect(renderReport(await reportOf(request))).toContain("<h3>Proof to come</h3>");
    await prove(request);
    const report = await reportOf(request);
    expect(report.migrations[0]).toMatchObject({ clean: true, strategy: "follow", state: "switched" });
    expect(report.migrations[0]?.events.at(-1)).toMatchObject({ stage: "prove" });
    expect(renderReport(report)).toContain("<h3>Finish</h3>");
  });

  it("is read from journals of before it was noted", async () => {
    await b.sql(
      "shop",
      "DROP TABLE rehome.sample, rehome.finding, rehome.verified_sequence; DELETE FROM rehome.event",
    );
    const [migration] = (await reportOf(shop)).migrations;
    expect(migration).toMatchObject({ samples: [], sequences: [], findings: [], events: [], clean: true });
    expect(migration?.because).toBeUndefined();
    expect(renderReport(await reportOf(shop))).toContain("The journal holds no stages of it.");
  });

  it("leaves out what cannot be read, and says so", async () => {
    const { datasets } = await reportOf(shop);
    const gone = { ...b.connection, password: "not the password" };
    const report = await gatherReport({
      stack: "shop/test",
      hosts: [
        { name: "old", platform: "local", server: a.connection },
        { name: "new", platform: "local", server: gone },
      ],
      datasets: [
        ...datasets,
        {
          ...datasets[0],
          name: "none",
          service: "none",
          role: "none",
          home: { host: "old", database: "not there", schema: "x" },
        },
      ],
    });
    expect(report.unread.map(({ place }) => place)).toEqual(["new/shop"]);
    const page = renderReport(report);
    expect(page).toContain("Not everything could be read.");
    expect(page).not.toContain("not the password");
  });
});
