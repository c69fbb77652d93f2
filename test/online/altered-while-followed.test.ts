import { followMove, move, prove, stopFollowing } from "@rehome/migration";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { contents, makeWorld, reversed, value, type World, type WorldOptions } from "../migration/dataset";
import { meanwhileBy, moveWith } from "../migration/meanwhile";
import { startServer, type TestServer } from "../support/servers";

let a: TestServer;
let b: TestServer;
beforeAll(async () => {
  [a, b] = await Promise.all([startServer(), startServer()]);
});
afterAll(() => Promise.all([a.stop(), b.stop()]));

const NOTES = "CREATE TABLE notes (id int PRIMARY KEY, note text)";
const followed = async (name: string, given: WorldOptions = {}): Promise<World> => {
  const world = await makeWorld(a, b, name, NOTES, { from: "core", ...given, options: { mode: "online" } });
  await followMove(world.request);
  return world;
};

describe("a table that is renamed under its facade", () => {
  it("in the old home takes a fresh copy, and can be given up", async () => {
    const { request, login } = await followed("renamed_old", { from: "public", to: "core" });
    await a.sql("renamed_old", "ALTER TABLE notes RENAME TO remarks; INSERT INTO remarks VALUES (1)", login);
    expect(await followMove(request)).toMatchObject({ broken: null });
    await a.sql("renamed_old", "ALTER TABLE remarks RENAME TO hints", login);
    await stopFollowing(request);
    await a.sql("renamed_old", "ALTER TABLE hints ADD more text; INSERT INTO hints VALUES (2)", login);
  });

  it("in the new home is gone back from", async () => {
    const { request, login } = await followed("renamed_new", { from: "billing", to: "core" });
    await move(request);
    expect(await prove(request)).toBe(true);
    await b.sql("renamed_new", "ALTER TABLE core.notes RENAME TO remarks", login);
    await b.sql("renamed_new", "INSERT INTO core.remarks VALUES (1)", login);
    const before = await contents(b, request.to);
    await move(reversed(request));
    expect(await contents(a, request.from)).toEqual(before);
  });
});

describe("what no replication carries", () => {
  const REWRITTEN = "ALTER TABLE core.notes ALTER note TYPE text USING 'acknowledged'";
  it.each([
    ["a table rewritten after it was compared", "", REWRITTEN],
    [
      "one made anew before, of as many rows",
      `DROP TABLE core.notes; SET search_path = core; ${NOTES}; INSERT INTO notes VALUES (1, 'old')`,
      "UPDATE core.notes SET note = 'acknowledged'",
    ],
  ])("arrives all the same: %s", async (what, before, act) => {
    const meanwhile = await meanwhileBy();
    const name = what.replace(/\W+/g, "_");
    const { request, login } = await followed(name, { to: "core" });
    await a.sql(name, `INSERT INTO core.notes VALUES (1, 'old'); ${before}`, login);
    await moveWith(request, "fence", () => void meanwhile(a, name, act, login));
    expect(await value<string>(b, name, "SELECT note FROM core.notes")).toBe("acknowledged");
    expect(await prove(request)).toBe(true);
  });
});
