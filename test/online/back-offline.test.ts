import { followMove, move, prove, type MoveRequest } from "@rehome/migration";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServer, type TestServer } from "../support/servers";
import { contents, makeWorld, reversed, value } from "../migration/dataset";

let a: TestServer;
let b: TestServer;
beforeAll(async () => {
  [a, b] = await Promise.all([startServer(), startServer()]);
});
afterAll(() => Promise.all([a.stop(), b.stop()]));

const SERVICE = `
CREATE TABLE orders (id bigserial PRIMARY KEY, total numeric);
CREATE TABLE notes (note text);
INSERT INTO orders (total) SELECT i FROM generate_series(1, 500) i;
INSERT INTO notes SELECT 'n' || i FROM generate_series(1, 50) i`;

describe("going back with a stop from an online move under another name", () => {
  it("succeeds at once, though the new home's tables still have facades", async () => {
    const { request, login } = await makeWorld(a, b, "stopped", SERVICE, {
      ...{ from: "billing", to: "core" },
      options: { mode: "online" },
    });
    await followMove(request);
    await move(request);
    expect(await prove(request)).toBe(true);
    const facades = "SELECT count(*)::int FROM rehome.facade";
    expect(await value(b, "stopped", facades)).toBe(2);
    await b.sql(
      "stopped",
      "INSERT INTO core.orders (total) VALUES (7); UPDATE core.notes SET note = 'b'",
      login,
    );
    const before = await contents(b, request.to);
    const back: MoveRequest = reversed({ ...request, options: { ...request.options, mode: "offline" } });
    expect(await move(back)).toMatchObject({ strategy: "copy", clean: true });
    expect(await contents(a, request.from)).toEqual(before);
    expect(await value(b, "stopped", facades)).toBe(0);
  });
});
