import { followMove, move, prove, retire } from "@rehome/migration";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeWorld, value, type World } from "../migration/dataset";
import { startServer, type TestServer } from "../support/servers";

let a: TestServer;
let b: TestServer;
beforeAll(async () => {
  [a, b] = await Promise.all([startServer(), startServer()]);
});
afterAll(() => Promise.all([a.stop(), b.stop()]));

const SERVICE = `CREATE TABLE orders (id int PRIMARY KEY, total int); INSERT INTO orders SELECT i, i FROM generate_series(1, 50) i;
  CREATE TABLE notes (id int PRIMARY KEY, note text); INSERT INTO notes SELECT i, 'n' FROM generate_series(1, 20) i`;

/** A dataset that is switched, and not proved yet; then its service does something to it. */
async function switched(name: string, sql: string): Promise<World> {
  const world = await makeWorld(a, b, name, SERVICE, { to: "core", options: { mode: "online" } });
  await followMove(world.request);
  await move(world.request);
  await b.sql(name, `SET search_path = core; ${sql}`, world.login);
  return world;
}
const retired = ({ request }: World): Promise<void> =>
  retire({ dataset: request.dataset, old: request.from, home: request.to, drop: "objects" });
const proven = (database: string): Promise<string> =>
  value<string>(
    b,
    database,
    "SELECT string_agg(table_name, ' ' ORDER BY table_name) FROM rehome.verified_table",
  );

describe("a proof of tables that the service has altered since it has them", () => {
  it.each([
    ["truncated", "TRUNCATE notes; INSERT INTO notes VALUES (1, 'new')"],
    ["given other types", "ALTER TABLE notes ALTER id TYPE bigint"],
    ["without a column", "ALTER TABLE notes DROP note; INSERT INTO notes VALUES (21)"],
  ])("leaves them out, and says so: %s", async (what, sql) => {
    const world = await switched(`altered_${what.replace(/\W/g, "_")}`, sql);
    const told: string[] = [];
    expect(await prove(world.request, ({ message }) => void told.push(message ?? ""))).toBe(true);
    expect(told.filter(Boolean)).toEqual([expect.stringMatching(/^left out: notes: altered in new\//)]);
    expect(await proven(world.request.dataset)).toBe("orders");
    await retired(world);
  });

  it("keeps the old home of what was dropped meanwhile", async () => {
    const world = await switched("altered_dropped", "DROP TABLE notes");
    expect(await prove(world.request)).toBe(true);
    await expect(retired(world)).rejects.toMatchObject({
      code: "not-released",
      message: expect.stringContaining("notes there never moved to") as string,
    });
  });

  it("does prove what has only more columns, or moved to another file", async () => {
    const sql = "ALTER TABLE notes ADD more text; CREATE TABLE fresh (id int PRIMARY KEY)";
    const world = await switched("altered_more", sql);
    await b.sql("altered_more", "VACUUM FULL core.orders");
    expect(await prove(world.request)).toBe(true);
    expect(await proven("altered_more")).toBe("notes orders");
  });

  it("still finds what differs", async () => {
    const world = await switched("altered_differs", "TRUNCATE notes");
    await a.sql(
      "altered_differs",
      "ALTER TABLE orders DISABLE TRIGGER rehome_fence; UPDATE orders SET total = 0 WHERE id = 5; ALTER TABLE orders ENABLE ALWAYS TRIGGER rehome_fence",
    );
    await expect(prove(world.request)).rejects.toMatchObject({
      code: "verification-failed",
      message: expect.stringMatching(
        /:\n {2}table orders: rows with the keys \(5\).*\nThe old home/,
      ) as string,
    });
  });

  it("says why the old home cannot follow a table of another name", async () => {
    const world = await switched("altered_name", "ALTER TABLE notes RENAME TO remarks");
    await expect(prove(world.request)).rejects.toMatchObject({
      code: "link-broken",
      message: expect.stringMatching(
        /is proved in .*"core.remarks" does not exist.*give it its name back/,
      ) as string,
    });
    await b.sql("altered_name", "ALTER TABLE core.remarks RENAME TO notes", world.login);
    expect(await prove(world.request)).toBe(true);
  });
});
