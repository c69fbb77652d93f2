import { move, type MoveRequest } from "@rehome/migration";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServer, type TestServer } from "../support/servers";
import { contents, leftovers, makeWorld, until, value, type World, type WorldOptions } from "./dataset";

let a: TestServer;
let b: TestServer;
beforeAll(async () => {
  [a, b] = await Promise.all([startServer(), startServer()]);
});
afterAll(() => Promise.all([a.stop(), b.stop()]));

const RATE = 200_000;
/** How long the longest that is under way would take, at least. */
const LONG_S = 25;
/** How soon the service writes again once a run is doomed. */
const SOON_MS = 10_000;

const table = (name: string, bytes: number): string =>
  `CREATE TABLE ${name} (id serial PRIMARY KEY, v text);
   INSERT INTO ${name} (v) SELECT repeat('x', 1000) FROM generate_series(1, ${bytes / 1000}) i;`;
/** What takes long, or fails, in the new home alone. */
const indexed = (there: string): string =>
  `CREATE FUNCTION slow(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$
   BEGIN IF current_setting('port')::int = ${b.port} THEN ${there}; END IF; RETURN $1; END $$;
   CREATE TABLE small (id int PRIMARY KEY);
   INSERT INTO small SELECT generate_series(1, 100);
   CREATE INDEX small_slow ON small (slow(id));`;

const paced = (options: WorldOptions["options"] = {}): WorldOptions => ({
  options: { copyRate: RATE, ...options },
});
const unpaced = ({ copyRate: _, ...options }: MoveRequest["options"]): MoveRequest["options"] => options;
const activity = (name: string, query: string): string =>
  `FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = '${name}' AND state = 'active' AND query LIKE '%${query}%'`;
/** Waits until the new home is at it. */
const begun = (name: string, query: string): Promise<void> =>
  until(() => value<boolean>(b, name, `SELECT EXISTS (SELECT ${activity(name, query)}) AS found`));
const end = (name: string, query: string): Promise<unknown> =>
  b.sql(name, `SELECT pg_terminate_backend(pid) ${activity(name, query)}`);

/** The service writes soon after the run is doomed; and the next run does all that is to be done. */
async function endsSoon(world: World, doom: () => Promise<unknown>): Promise<unknown> {
  const { request, login } = world;
  const { database } = request.from;
  const moving = move(request).catch((error: unknown) => error);
  await doom();
  const doomed = Date.now();
  const write = "INSERT INTO big (v) VALUES ('after')";
  await until(() =>
    a.sql(database, write, login).then(
      () => true,
      () => false,
    ),
  );
  const error = await moving;
  expect(Date.now() - doomed).toBeLessThan(SOON_MS);
  expect(error).toBeInstanceOf(Error);
  await until(async () => (await leftovers(a, request.from)).length === 0);
  await until(async () => (await leftovers(b, request.to)).length === 0);
  return error;
}

async function finishes({ request }: World): Promise<void> {
  const before = await contents(a, request.from);
  expect(await move({ ...request, options: unpaced(request.options) })).toMatchObject({ clean: true });
  expect(await contents(b, request.to)).toEqual(before);
}

describe("a run that is doomed gives the old home back at once", () => {
  it.each([
    { name: "streams", options: {} },
    { name: "shares", options: { workers: { count: 0, shareBytes: 3_000_000 } } },
  ])("while other tables are copied: $name", async ({ name, options }) => {
    const definitions = `${table("big", RATE * LONG_S)} ${table("other", 2_000_000)}`;
    const world = await makeWorld(a, b, name, definitions, paced(options));
    await endsSoon(world, async () => {
      await begun(name, "COPY%big%");
      await begun(name, "COPY%other%");
      await end(name, "COPY%other%");
    });
    await finishes(world);
  });

  it("while an index is built", async () => {
    const definitions = `${table("big", RATE * LONG_S)} ${indexed("PERFORM pg_sleep(0.3)")}`;
    const world = await makeWorld(a, b, "built", definitions, paced());
    await endsSoon(world, async () => {
      await begun("built", "CREATE INDEX small_slow");
      await end("built", "COPY%big%");
    });
    await a.sql("built", "DROP INDEX small_slow", world.login);
    await finishes(world);
  });

  it("when an index cannot be built, while tables are copied", async () => {
    const definitions = `${table("big", RATE * LONG_S)} ${indexed("PERFORM pg_sleep(1); RAISE 'not here'")}`;
    const world = await makeWorld(a, b, "unbuilt", definitions, paced());
    const error = await endsSoon(world, () => begun("unbuilt", "COPY%big%"));
    expect(error).toMatchObject({ code: "definition-refused" });
    await a.sql("unbuilt", "DROP INDEX small_slow", world.login);
    await finishes(world);
  });
});
