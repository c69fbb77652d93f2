import { move, prove } from "@rehome/migration";
import { afterAll, beforeAll, expect, it } from "vitest";
import { contents, makeWorld, reversed, until, type World } from "../migration/dataset";
import { killedIn } from "../migration/killed-in";
import { startServer, type TestServer } from "../support/servers";

let a: TestServer;
let b: TestServer;
beforeAll(async () => {
  [a, b] = await Promise.all([startServer(), startServer()]);
});
afterAll(() => Promise.all([a.stop(), b.stop()]));

const world = (name: string): Promise<World> =>
  makeWorld(
    a,
    b,
    name,
    "CREATE TABLE notes (id serial PRIMARY KEY, note text); CREATE MATERIALIZED VIEW counted AS SELECT count(*) FROM notes",
    {
      // Where extensions live, a seal takes tables from their owner.
      before: "CREATE EXTENSION pg_trgm SCHEMA core",
      ...{ from: "core", to: "core", options: { mode: "online" } },
    },
  );
const WRITE =
  "INSERT INTO core.notes (note) VALUES ('n'); UPDATE core.notes SET note = note || '!'; REFRESH MATERIALIZED VIEW core.counted";
const converged = async ({ request }: World): Promise<void> => {
  const { notes } = await contents(b, request.to);
  await until(async () => (await contents(a, request.from))["notes"] === notes);
};

it("goes there, back and there again without a proof, and loses nothing", async () => {
  const made = await world("unproved");
  const { request, login } = made;
  for (const step of [request, reversed(request), request]) {
    const [here, there] = step === request ? [a, b] : [b, a];
    await here.sql("unproved", WRITE, login);
    const before = await contents(here, step.from);
    await move(step);
    expect(await contents(there, step.to)).toEqual(before);
  }
  await b.sql("unproved", WRITE, login);
  expect(await prove(request)).toBe(true);
  await converged(made);
});

it("holds every writer off a home that was not gone back to after all", async () => {
  const made = await world("undecided");
  const { request, login } = made;
  await move(request);
  expect(await prove(request)).toBe(true);
  expect(await killedIn("switch", reversed(request))).toBe("SIGKILL");
  await until(() =>
    b.sql("undecided", WRITE, login).then(
      () => true,
      () => false,
    ),
  );
  expect(await prove(request)).toBe(true);
  // A superuser, whom no right is taken from.
  await expect(a.sql("undecided", WRITE)).rejects.toThrow(/fenced/);
  await converged(made);
});
