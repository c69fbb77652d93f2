import { abandonAt, cancelMove, followMove, move, prove, release, retire } from "@rehome/migration";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { takeRunLock } from "../../migration/src/journal/locks";
import { leftovers, makeWorld, until, value, type World, type WorldOptions } from "../migration/dataset";
import { killedIn } from "../migration/killed-in";
import { startServer, type TestServer } from "../support/servers";

let a: TestServer;
let b: TestServer;
beforeAll(async () => {
  [a, b] = await Promise.all([startServer(), startServer()]);
});
beforeEach(() => b.start());
afterAll(() => Promise.all([a.stop(), b.stop()]));

const WRITE = "INSERT INTO core.notes VALUES (2, 'written')";
const world = (name: string, given: WorldOptions): Promise<World> =>
  makeWorld(a, b, name, "CREATE TABLE notes (id int PRIMARY KEY, note text); INSERT INTO notes VALUES (1)", {
    from: "core",
    ...given,
  });
const SLOTS = "SELECT count(*)::int FROM pg_replication_slots WHERE database = current_database()";
const endsAlone = async ({ request, login }: World): Promise<void> => {
  await b.halt("immediate");
  await expect(abandonAt(request.dataset, request.to, request.from)).rejects.toMatchObject({
    code: "unreachable",
  });
  expect(await abandonAt(request.dataset, request.from, request.to)).toBe(false);
  await a.sql(request.dataset, WRITE, login);
};

it("an end whose other is gone keeps no slot for it", async () => {
  const made = await world("followed", { options: { mode: "online" } });
  await followMove(made.request);
  expect(await value(a, "followed", SLOTS)).toBe(1);
  await endsAlone(made);
  expect(await value(a, "followed", SLOTS)).toBe(0);
  expect(await value(a, "followed", "SELECT count(*)::int FROM pg_publication")).toBe(0);
});

it("nor a fence that a killed move has left", async () => {
  const made = await world("fenced", { options: { mode: "offline" } });
  expect(await killedIn("copy", made.request)).toBe("SIGKILL");
  expect(await leftovers(a, made.request.from)).not.toEqual([]);
  await endsAlone(made);
  expect(await leftovers(a, made.request.from)).toEqual([]);
});

it("an old home stays fenced, and says so: its data were handed out", async () => {
  const made = await world("handed", { options: { mode: "offline" } });
  await move(made.request);
  await b.halt("immediate");
  expect(await abandonAt(made.request.dataset, made.request.from, made.request.to)).toBe(true);
  await expect(a.sql("handed", WRITE, made.login)).rejects.toThrow();
});

it("a move whose new home is gone is cancelled at the old one alone, but for one that has switched or is at work", async () => {
  const made = await world("cancelled", { options: { mode: "online" } });
  const { request, login } = made;
  await followMove(request);
  await b.halt("immediate");
  // A run that reaches the new home, as this process does not: it has its lock here too.
  const elsewhere = await a.connect("cancelled");
  await takeRunLock(elsewhere, request.dataset, "old/cancelled.core");
  await expect(cancelMove(request)).rejects.toMatchObject({ code: "already-running" });
  await elsewhere.end();
  await until(() =>
    cancelMove(request).then(
      (given) => given === "home",
      () => false,
    ),
  );
  expect(await value(a, "cancelled", SLOTS)).toBe(0);
  await a.sql("cancelled", WRITE, login);

  await b.start();
  await move({ ...request, options: { ...request.options, mode: "offline" } });
  await b.halt("immediate");
  await expect(cancelMove(request)).rejects.toMatchObject({ code: "unreachable" });
  await expect(a.sql("cancelled", WRITE, login)).rejects.toThrow();
});

it("an old home that was switched off is retired all the same, unless it is to be dropped; its successor keeps no slot", async () => {
  const { request } = await makeWorld(b, a, "retired", "CREATE TABLE notes (id int PRIMARY KEY, note text)", {
    ...{ from: "core", to: "core", options: { mode: "online" } },
  });
  await followMove(request);
  await move(request);
  const query = { dataset: "retired", old: request.from, home: request.to };
  await b.halt("immediate");
  await expect(retire({ ...query, drop: "nothing" })).rejects.toMatchObject({ code: "unreachable" }); // not proved yet
  await b.start();
  expect(await prove(request)).toBe(true);
  expect(await value(a, "retired", SLOTS)).toBe(1);
  await b.halt("immediate");
  expect(await release(query)).toMatchObject({ released: true, silent: true });
  await expect(retire({ ...query, drop: "database" })).rejects.toMatchObject({ code: "unreachable" });
  await retire({ ...query, drop: "nothing" });
  expect(await value(a, "retired", SLOTS)).toBe(0);
  expect(await value(a, "retired", "SELECT state FROM rehome.migration")).toBe("retired");
});
