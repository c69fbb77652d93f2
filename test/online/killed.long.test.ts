import { once } from "node:events";
import {
  followMove,
  move,
  prove,
  retire,
  stopFollowing,
  type Endpoint,
  type MoveRequest,
} from "@rehome/migration";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServer, type TestServer } from "../support/servers";
import { contents, leftovers, makeWorld, reversed, until, value, type World } from "../migration/dataset";
import { inProcess, killedIn } from "../migration/killed-in";

let a: TestServer;
let b: TestServer;
beforeAll(async () => {
  [a, b] = await Promise.all([startServer(), startServer()]);
});
afterAll(() => Promise.all([a.stop(), b.stop()]));

const SERVICE = `
CREATE TABLE orders (id bigserial PRIMARY KEY, total numeric);
CREATE TABLE notes (note text);
CREATE UNLOGGED TABLE cache (k text);
INSERT INTO orders (total) SELECT i FROM generate_series(1, 500) i;
INSERT INTO notes SELECT 'n' || i FROM generate_series(1, 50) i;
INSERT INTO cache VALUES ('a')`;
const WRITE =
  "INSERT INTO orders (total) VALUES (7); UPDATE notes SET note = note || '!'; INSERT INTO cache VALUES ('b')";

const world = (name: string): Promise<World> =>
  makeWorld(a, b, name, SERVICE, { to: "core", options: { mode: "online" } });
const writes = async (server: TestServer, { login, request }: World, schema: string): Promise<void> => {
  const sql = `SET search_path = ${schema}; ${WRITE}`;
  await until(() =>
    server.sql(request.dataset, sql, login).then(
      () => true,
      () => false,
    ),
  );
};
/** The move is finished, with every row, and proved; nothing of a run is left. */
const finishes = async (made: World): Promise<void> => {
  const { request } = made;
  const before = await contents(a, request.from);
  await move(request);
  expect(await contents(b, request.to)).toEqual(before);
  await writes(b, made, "core");
  await provedAndRetired(made);
};
const provedAndRetired = async ({ request }: World): Promise<void> => {
  expect(await prove(request)).toBe(true);
  expect((await leftovers(b, request.to)).filter((what) => what.startsWith("database"))).toEqual([]);
  // The way back carries what was written since; then it is given up, for a server has few workers for subscriptions.
  const orders = async (server: TestServer, end: Endpoint): Promise<unknown> =>
    (await contents(server, end))["orders"];
  await until(async () => (await orders(a, request.from)) === (await orders(b, request.to)));
  await retire({ dataset: request.dataset, old: request.from, home: request.to, drop: "objects" });
};

describe.each(["inspect", "prepare", "copy", "index", "follow", "compare", "fence", "drain", "switch"])(
  "an engine killed in %s",
  (stage) => {
    it("leaves the service working where it was, and the next run loses nothing", async () => {
      const made = await world(`killed_${stage}`);
      expect(await killedIn(stage, made.request)).toBe("SIGKILL");
      await writes(a, made, "public");
      await finishes(made);
    });
  },
);

describe("an engine killed", () => {
  it("while it prepares leaves nothing when the next home is given up", async () => {
    const made = await world("killed_given_up");
    expect(await killedIn("index", made.request, "followMove")).toBe("SIGKILL");
    await writes(a, made, "public");
    await stopFollowing(made.request);
    expect(
      await value(
        a,
        "killed_given_up",
        "SELECT count(*)::int FROM pg_replication_slots WHERE database = current_database()",
      ),
    ).toBe(0);
    expect(
      await value(
        a,
        "killed_given_up",
        "SELECT count(*)::int FROM pg_namespace WHERE nspname IN ('rehome', 'core')",
      ),
    ).toBe(0);
    await writes(a, made, "public");
  });

  it("after the seal has switched, and the next run hands out", async () => {
    const made = await world("killed_sealed");
    const { request } = made;
    await followMove(request);
    await writes(a, made, "public");
    const before = await contents(a, request.from);
    // Between the seal and the journal's last word.
    const held = await a.connect(request.dataset);
    await held.query("BEGIN; LOCK TABLE rehome.migration IN SHARE MODE");
    const child = inProcess(request);
    await until(() =>
      value<boolean>(a, request.dataset, "SELECT EXISTS (SELECT FROM rehome.fence WHERE sealed)"),
    );
    child.kill("SIGKILL");
    await once(child, "exit");
    await held.query("COMMIT");
    await held.end();
    await expect(a.sql(request.dataset, `SET search_path = public; ${WRITE}`)).rejects.toThrow(/fenced/);
    await expect(stopFollowing(request)).rejects.toMatchObject({ code: "not-released" });
    expect(await move(request)).toMatchObject({ strategy: "follow", clean: false });
    expect(await contents(b, request.to)).toEqual(before);
    await writes(b, made, "core");
    expect(await prove(request)).toBe(true);
    const there = await contents(b, request.to);
    await move(reversed(request));
    expect(await contents(a, request.from)).toEqual(there);
    await prove(reversed(request));
    await retire({ dataset: request.dataset, old: request.to, home: request.from, drop: "nothing" });
  });

  it("in its proof goes on to prove what it can: both homes as they converge", async () => {
    const made = await world("killed_proof");
    await move(made.request);
    await writes(b, made, "core");
    expect(await killedIn("prove", made.request, "prove")).toBe(null);
    expect(await prove(made.request)).toBe(true);
    expect(await move(made.request)).toMatchObject({ clean: true });
    await provedAndRetired(made);
  });
});

describe("a move that fails before the hand-out", () => {
  const works = async (made: World): Promise<void> => {
    await writes(a, made, "public");
    expect(
      await value(
        a,
        made.request.dataset,
        "SELECT count(*)::int FROM pg_trigger WHERE tgname = 'rehome_fence'",
      ),
    ).toBe(0);
  };

  it("by a drain that takes too long gives the old home back, and goes on following", async () => {
    const made = await world("failed_drain");
    const request: MoveRequest = { ...made.request, options: { ...made.request.options, drainTimeout: 300 } };
    await followMove(request);
    const [busy, writer] = [await b.connect(request.dataset), await a.connect(request.dataset, made.login)];
    await writer.query(`BEGIN; ${WRITE}`);
    let locked: Promise<unknown> | undefined;
    const moving = move(request, ({ stage }) => {
      if (stage !== "fence" || locked !== undefined) return;
      // The fence waits for the writer; what it has written meets the lock.
      locked = busy.query("BEGIN; LOCK TABLE core.orders IN SHARE MODE").then(() => writer.query("COMMIT"));
    });
    await expect(moving).rejects.toMatchObject({ code: "drain-timeout" });
    await locked;
    await busy.query("ROLLBACK");
    await Promise.all([busy.end(), writer.end()]);
    await works(made);
    expect(
      await value(
        b,
        request.dataset,
        "SELECT count(*)::int FROM pg_replication_slots WHERE database = current_database()",
      ),
    ).toBe(0);
    await finishes(made);
  });

  it("by a writer that does not end gives the old home back", async () => {
    const made = await world("failed_fence");
    const request: MoveRequest = { ...made.request, options: { ...made.request.options, fenceTimeout: 300 } };
    await followMove(request);
    const busy = await a.connect(request.dataset, made.login);
    await busy.query("BEGIN; INSERT INTO orders (total) VALUES (1)");
    await expect(move(request)).rejects.toMatchObject({ code: "fence-timeout" });
    await busy.query("COMMIT");
    await busy.end();
    await works(made);
    await finishes(made);
  });

  it("by a definition that changed is begun anew by the next run", async () => {
    const made = await world("failed_altered");
    const { request } = made;
    await followMove(request);
    let altered: Promise<unknown> | undefined;
    const moving = move(request, ({ stage }) => {
      if (stage === "compare")
        altered ??= a.sql(request.dataset, "CREATE TABLE added (id int PRIMARY KEY)", made.login);
    });
    await expect(moving.finally(() => altered)).rejects.toMatchObject({
      code: expect.stringMatching(/catalog-changed|verification-failed/) as string,
    });
    await works(made);
    await a.sql(request.dataset, "INSERT INTO added VALUES (1)", made.login);
    await finishes(made);
  });
});
