import { followMove, move, prove } from "@rehome/migration";
import { afterAll, beforeAll, expect, it } from "vitest";
import { contents, makeWorld, until } from "../migration/dataset";
import { startServer, type TestServer } from "../support/servers";

let a: TestServer;
let b: TestServer;
beforeAll(async () => {
  [a, b] = await Promise.all([startServer(), startServer()]);
});
afterAll(() => Promise.all([a.stop(), b.stop()]));

it("sends the old home nothing that came from it, though the new home's server crashed right after the switch", async () => {
  const { request, login } = await makeWorld(a, b, "crashed", "CREATE TABLE notes (note text)", {
    from: "core",
    to: "core",
    options: { mode: "online" },
  });
  await followMove(request);
  const service = await a.connect("crashed", login);
  let count = 0;
  // Up to the fence: what comes between the way back's slot and the hand-out is what it must not send.
  const writing = (async () => {
    for (;;) await service.query("INSERT INTO core.notes VALUES ($1)", [count++]);
  })().catch((error: unknown) => String(error));
  await move(request);
  expect(await writing).toMatch(/fenced|terminating connection/);
  await service.end();
  await b.halt("immediate");
  await b.start();
  expect(await prove(request)).toBe(true);
  await b.sql("crashed", "INSERT INTO core.notes VALUES ('after')", login);
  const { notes } = await contents(b, request.to);
  await until(async () => (await contents(a, request.from))["notes"] === notes);
});
