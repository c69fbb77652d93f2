import { move, release } from "@rehome/migration";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServer, type TestServer } from "../support/servers";
import { contents, leftovers, makeWorld, until, value, type World } from "./dataset";
import { meanwhileBy, moveWith, type Meanwhile } from "./meanwhile";

const SMALL = `
CREATE TABLE things (id serial PRIMARY KEY, v text);
CREATE SEQUENCE numbers;
INSERT INTO things (v) SELECT 'v' || i FROM generate_series(1, 100) i;`;

let a: TestServer;
let b: TestServer;
let meanwhile: Meanwhile;
beforeAll(async () => {
  meanwhile = await meanwhileBy();
  // Commits that nobody waits for: what must last has to ask for it.
  const parameters = { synchronous_commit: "off", wal_writer_delay: "10s", max_prepared_transactions: "4" };
  [a, b] = await Promise.all([startServer({ parameters }), startServer({ parameters })]);
});
afterAll(() => Promise.all([a.stop(), b.stop()]));

/** Kills a server and waits, without letting the engine go on, until it is gone. */
const die = (server: TestServer): void => {
  const pid = server.pid();
  const clock = new Int32Array(new SharedArrayBuffer(4));
  process.kill(pid, "SIGQUIT");
  try {
    for (let waits = 0; waits < 500; waits += 1) {
      process.kill(pid, 0);
      Atomics.wait(clock, 0, 0, 10);
    }
  } catch {
    // gone
  }
};
/** A server that is just dying is found running: it is up again when it answers. */
const revive = (server: TestServer): Promise<void> => {
  const answers = async (): Promise<boolean> => {
    await server.start();
    return (await value(server, "postgres", "SELECT 1")) === 1;
  };
  return until(() => answers().catch(() => false));
};

const isReleased = async ({ request }: World): Promise<boolean> =>
  (await release({ dataset: request.dataset, old: request.from, home: request.to })).released;

describe("what the fence does not hold back", () => {
  it("numbers given out by sequences in mid-move are not given out again", async () => {
    const world = await makeWorld(a, b, "numbers", SMALL);
    const { request, login } = world;
    const drawn: number[] = [];
    await move(request, ({ stage }) => {
      drawn.push(Number(meanwhile(a, "numbers", "SELECT nextval('public.numbers')", login)));
      if (stage === "switch") meanwhile(a, "numbers", "SELECT nextval('public.things_id_seq')", login);
    });
    expect(drawn.length).toBeGreaterThanOrEqual(7);
    expect(await value(b, "numbers", "SELECT nextval('new_home.numbers')::int", login)).toBe(
      drawn.length + 1,
    );
    expect(await value(b, "numbers", "SELECT nextval('new_home.things_id_seq')::int", login)).toBe(102);
  });

  it("a table that is created after the last look at the catalog breaks the seal, and comes along next time", async () => {
    const world = await makeWorld(a, b, "late", SMALL);
    const { request, login } = world;
    const create = "CREATE TABLE public.late (v text); INSERT INTO public.late VALUES ('acknowledged')";
    const act = (): void => void meanwhile(a, "late", create, login);
    await expect(moveWith(request, "switch", act)).rejects.toMatchObject({
      code: "catalog-changed",
      message: expect.stringContaining("relation late: added") as string,
    });
    await a.sql(
      "late",
      "INSERT INTO public.things (v) VALUES ('after'); INSERT INTO public.late VALUES ('after')",
      login,
    );
    expect(await isReleased(world)).toBe(false);
    expect(await leftovers(a, request.from)).toEqual([]);
    const before = await contents(a, request.from);
    await move(request);
    expect(await contents(b, request.to)).toEqual(before);
  });

  it.each(["copy", "set-schema"])(
    "a table that is promised, but not committed, is waited for: %s",
    async (strategy) => {
      const name = `promised_${strategy.slice(0, 3)}`;
      const world = await makeWorld(a, strategy === "copy" ? b : a, name, SMALL);
      const { request, login } = world;
      const promise = `BEGIN; CREATE TABLE public.late (v text); INSERT INTO public.late VALUES ('x'); PREPARE TRANSACTION '${name}'`;
      await moveWith(request, "fence", () => void meanwhile(a, name, promise, login)).then(
        () => expect.unreachable(),
        (error: unknown) =>
          expect(error).toMatchObject({
            code: "catalog-changed",
            message: expect.stringContaining(`prepared transaction '${name}'`) as string,
          }),
      );
      await a.sql(name, `COMMIT PREPARED '${name}'`, login);
      await a.sql(name, "INSERT INTO public.late VALUES ('after')", login);
      const before = await contents(a, request.from);
      expect(await move(request)).toMatchObject({ strategy });
      expect(await contents(world.b, request.to)).toEqual(before);
    },
  );

  it("a table that is created while the schema's own are moved by name follows them", async () => {
    const world = await makeWorld(a, a, "latecomer", SMALL);
    const { request, login } = world;
    const giveUp = (): never => {
      throw new Error("not yet");
    };
    await expect(moveWith(request, "fence", giveUp)).rejects.toThrow("not yet"); // the journal is there now
    const clerk = await a.connect("latecomer");
    await clerk.query("BEGIN; LOCK TABLE rehome.fence IN SHARE MODE");
    const moving = move(request);
    const waits =
      "SELECT count(*)::int FROM pg_locks WHERE NOT granted AND relation = 'rehome.fence'::regclass";
    await until(async () => (await value(a, "latecomer", waits)) === 1);
    await a.sql(
      "latecomer",
      "CREATE TABLE public.late (v text); INSERT INTO public.late VALUES ('acknowledged')",
      login,
    );
    await clerk.end();
    await moving;
    expect(await value<string>(a, "latecomer", "SELECT v FROM new_home.late", login)).toBe("acknowledged");
    expect(Object.keys(await contents(a, request.from))).toEqual([]);
  });

  it("is looked at again by the run after one that died between the seal and the journal's last word", async () => {
    const world = await makeWorld(a, b, "between", SMALL);
    const { request, login } = world;
    await move(request);
    // As the engine leaves it that dies there, with DDL and a number drawn at the last moment.
    await b.sql("between", "UPDATE rehome.migration SET state = 'running', clean = NULL, switched_at = NULL");
    await a.sql("between", "SELECT nextval('public.numbers')");
    expect(await move(request)).toMatchObject({ clean: true, rows: 100 });
    expect(await value(b, "between", "SELECT nextval('new_home.numbers')::int", login)).toBe(2);

    await b.sql("between", "UPDATE rehome.migration SET state = 'running', clean = NULL, switched_at = NULL");
    await a.sql("between", "ALTER TABLE public.things ADD COLUMN late int DEFAULT 5");
    await move(request);
    expect(await value(b, "between", "SELECT sum(late)::int FROM new_home.things", login)).toBe(500);
    await expect(a.sql("between", "DELETE FROM public.things")).rejects.toMatchObject({ code: "25006" });
  });
});

describe("a switch", () => {
  it("that could not be recorded is told as one, and the next run records it", async () => {
    const world = await makeWorld(a, b, "unrecorded", SMALL);
    const end =
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'rehome' AND datname = 'unrecorded'";
    const act = (): void => void meanwhile(b, "unrecorded", end);
    await expect(moveWith(world.request, "switch", act)).rejects.toMatchObject({
      code: "switch-unrecorded",
      retryable: true,
      message: expect.stringMatching(/has moved from old\/unrecorded.public .* run it again/is) as string,
    });
    await expect(a.sql("unrecorded", "DELETE FROM public.things")).rejects.toMatchObject({ code: "25006" });
    expect(await isReleased(world)).toBe(false);
    expect(await move(world.request)).toMatchObject({ clean: true, rows: 100 });
    expect(await isReleased(world)).toBe(true);
  });

  it("whose server is lost with its answer is told as one that may have happened", async () => {
    const world = await makeWorld(a, b, "unknown", SMALL);
    const act = (): void => die(a);
    await expect(moveWith(world.request, "switch", act)).rejects.toMatchObject({
      code: "switch-unknown",
      retryable: true,
      message: expect.not.stringContaining("goes on where it was") as string,
    });
    await revive(a);
    await a.sql("unknown", "INSERT INTO public.things (v) VALUES ('still here')", world.login);
    expect(await move(world.request)).toMatchObject({ clean: true, rows: 101 });
  });

  it("outlives both servers, whatever their commits wait for", async () => {
    const world = await makeWorld(a, b, "lasting", SMALL);
    await move(world.request);
    for (const server of [a, b]) process.kill(server.pid(), "SIGQUIT");
    for (const server of [a, b]) await revive(server);
    await expect(a.sql("lasting", "DELETE FROM public.things")).rejects.toMatchObject({ code: "25006" });
    expect(await value(b, "lasting", "SELECT count(*)::int FROM new_home.things", world.login)).toBe(100);
    expect(await isReleased(world)).toBe(true);
  });
});
