import { move, planMove, type Stage } from "@rehome/migration";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServer, type TestServer } from "../support/servers";
import { contents, leftovers, makeWorld, reversed, until, value, type World } from "./dataset";
import { meanwhileBy, moveWith, type Meanwhile } from "./meanwhile";

const TABLES = `
CREATE TABLE parents (id serial PRIMARY KEY, v text);
CREATE TABLE children (id serial PRIMARY KEY, parent int REFERENCES parents ON DELETE CASCADE, v text);
CREATE TABLE parts (at date, v text) PARTITION BY RANGE (at);
CREATE TABLE parts_rest PARTITION OF parts DEFAULT;
INSERT INTO parents (v) SELECT 'v' || i FROM generate_series(1, 200) i;
INSERT INTO children (parent, v) SELECT i % 200 + 1, 'c' FROM generate_series(1, 2000) i;
INSERT INTO parts SELECT '2024-01-01', 'p' FROM generate_series(1, 100);`;

let a: TestServer;
let b: TestServer;
let meanwhile: Meanwhile;
beforeAll(async () => {
  meanwhile = await meanwhileBy();
  [a, b] = await Promise.all([
    startServer({ parameters: { max_prepared_transactions: "4" } }),
    startServer(),
  ]);
});
afterAll(() => Promise.all([a.stop(), b.stop()]));

/** What must hold after any failure: the service works where it was, nothing is left, and the next move succeeds. */
const recovers = async ({ request, login }: World): Promise<void> => {
  const { database } = request.from;
  await a.sql(
    database,
    "INSERT INTO parents (v) VALUES ('after'); DELETE FROM parents WHERE id = 1; INSERT INTO parts VALUES ('2024-02-02', 'after')",
    login,
  );
  await until(
    async () => (await leftovers(a, request.from)).length + (await leftovers(b, request.to)).length === 0,
  );
  const before = await contents(a, request.from);
  await move(request);
  expect(await contents(b, request.to)).toEqual(before);
  await expect(a.sql(database, "DELETE FROM public.parts")).rejects.toMatchObject({ code: "25006" });
};

describe("what differs is told", () => {
  const spoils: [what: string, sql: string, says: RegExp][] = [
    [
      "one value",
      "UPDATE new_home.parents SET v = 'x' WHERE id = 7",
      /table parents: rows with the keys \D*7\D* \(200 rows there, 200 here\)/,
    ],
    [
      "a row too many",
      "INSERT INTO new_home.parts VALUES ('2024-01-01', 'p')",
      /table parts_rest: 1 rows? \(100 rows there, 101 here\)/,
    ],
    [
      "two rows swapped for one twice",
      "UPDATE new_home.children SET v = CASE WHEN id = 1 THEN 'd' ELSE 'e' END WHERE id < 3",
      /table children: rows with the keys \D*1\D+2\D* \(/,
    ],
    [
      "a sequence",
      "SELECT setval('new_home.parents_id_seq', 3)",
      /sequence parents_id_seq: at 200 there, at 3 here/,
    ],
    [
      "a definition",
      "ALTER TABLE new_home.parents ADD COLUMN extra int",
      /catalog: column parents\.extra: added/,
    ],
    [
      "a trigger's state",
      "ALTER TABLE new_home.children DISABLE TRIGGER ALL; ALTER TABLE new_home.children ALTER v SET NOT NULL",
      /catalog: column children\.v: different/,
    ],
    ["an owner", "ALTER VIEW new_home.v OWNER TO postgres", /v belongs to postgres, not to/],
  ];
  it.each(spoils)("%s", async (what, sql, says) => {
    const name = `differs_${spoils.findIndex(([other]) => other === what)}`;
    const world = await makeWorld(a, b, name, `${TABLES}; CREATE VIEW v AS SELECT 1 AS one`);
    const spoil = (): void => void meanwhile(b, name, sql);
    await expect(moveWith(world.request, "verify", spoil)).rejects.toMatchObject({
      code: "verification-failed",
      message: expect.stringMatching(says) as string,
    });
    expect(await value<string>(b, name, "SELECT error FROM rehome.migration")).toMatch(says);
    await recovers(world);
  });

  it("counts alone, where that is what was asked for, and what is in the rows is never said", async () => {
    const world = await makeWorld(a, b, "counted", TABLES, { options: { verify: "count" } });
    const spoil = (): void => void meanwhile(b, "counted", "DELETE FROM new_home.parents WHERE v = 'v99'");
    await expect(moveWith(world.request, "index", spoil)).rejects.toMatchObject({
      message: expect.not.stringContaining("v99") as string,
    });
    await recovers(world);
  });
});

describe("the service's own doings in mid-move", () => {
  it.each<[Stage, string, RegExp]>([
    ["prepare", "ALTER TABLE public.parents ADD COLUMN extra int", /column parents\.extra: added/],
    ["copy", "ALTER TABLE public.parents ALTER COLUMN v TYPE varchar(20)", /column parents\.v: different/],
    ["index", "DROP TABLE public.children", /relation "public\.children_id_seq" does not exist/],
    [
      "verify",
      "CREATE FUNCTION public.new() RETURNS int LANGUAGE sql AS 'SELECT 1'",
      /function new\(\): added/,
    ],
  ])("DDL in %s ends the move, and the next one takes it along", async (stage, sql, says) => {
    const world = await makeWorld(a, b, `ddl_${stage}`, TABLES);
    const act = (): void => void meanwhile(a, `ddl_${stage}`, sql);
    await expect(moveWith(world.request, stage, act)).rejects.toMatchObject({
      message: expect.stringMatching(says) as string,
    });
    await recovers(world);
  });

  it("writes before the fence are taken along; writes behind it are refused in words", async () => {
    const world = await makeWorld(a, b, "writes", TABLES);
    const { login, request } = world;
    const tried: string[] = [];
    const write = "INSERT INTO public.parents (v) VALUES ('in mid-move')";
    await move(request, ({ stage }) => {
      if (stage !== "prepare" && stage !== "copy" && stage !== "verify") return;
      try {
        meanwhile(a, "writes", `SET ROLE ${login.user}; ${write}`);
        tried.push(`${stage} written`);
      } catch (error) {
        tried.push(
          `${stage} ${/fenced: its data is moving/.test(String(error)) ? "refused" : String(error)}`,
        );
      }
    });
    expect([...new Set(tried)]).toEqual(["prepare written", "copy refused", "verify refused"]);
    expect(await value(b, "writes", "SELECT count(*)::int FROM new_home.parents")).toBe(201);
  });

  it("reading goes on until the switch", async () => {
    const world = await makeWorld(a, b, "reading", TABLES);
    let seen = "";
    await move(world.request, ({ stage }) => {
      if (stage === "verify")
        seen = meanwhile(a, "reading", `SET ROLE ${world.login.user}; SELECT count(*) FROM public.parents`);
    });
    expect(seen).toBe("200");
  });
});

describe("what is in the fence's way", () => {
  it("is named: a prepared transaction", async () => {
    const world = await makeWorld(a, b, "prepared", TABLES, { options: { fenceTimeout: 300 } });
    let left: string | undefined;
    const leave = "BEGIN; DELETE FROM public.children; PREPARE TRANSACTION 'left ''here'";
    const moving = move(world.request, ({ stage }) => {
      if (stage === "prepare") left ??= meanwhile(a, "prepared", leave); // one that was there before is in the plan
    });
    await expect(moving).rejects.toMatchObject({
      code: "fence-timeout",
      retryable: true,
      message: expect.stringContaining("prepared transaction 'left ''here'") as string,
    });
    await a.sql("prepared", "ROLLBACK PREPARED 'left ''here'");
    await recovers(world);
  });

  it("does not stop readers: theirs may last as long as they like until the switch", async () => {
    const world = await makeWorld(a, b, "readers", TABLES, { options: { fenceTimeout: 300 } });
    const reader = await a.connect("readers");
    await reader.query("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM public.parents");
    await move(world.request);
    expect((await reader.query("SELECT FROM public.parents")).rowCount).toBe(200);
    await expect(reader.query("DELETE FROM public.parents")).rejects.toMatchObject({ code: "25006" });
    await reader.end();
  });
});

describe("what breaks under it", () => {
  const ending = (which: string): string =>
    `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'rehome' AND ${which}`;
  it.each<[string, Stage]>([
    ["old", "inspect"],
    ["old", "fence"],
    ["old", "copy"],
    ["old", "verify"],
    ["old", "switch"],
    ["new", "inspect"],
    ["new", "prepare"],
    ["new", "copy"],
    ["new", "index"],
  ])("the %s home's sessions in %s", async (side, stage) => {
    const name = `broken_${side}_${stage}`;
    const world = await makeWorld(a, b, name, TABLES);
    const act = (): void => void meanwhile(side === "old" ? a : b, name, ending(`datname = '${name}'`));
    await expect(moveWith(world.request, stage, act)).rejects.toMatchObject({
      code: expect.stringMatching(/^(connection|fence)-lost$/) as string,
      retryable: true,
      message: expect.stringMatching(/service goes on where it was.*run it again/is) as string,
    });
    await recovers(world);
  });

  it("the fence's session in verify, and the service writes at once: that is no difference found", async () => {
    const world = await makeWorld(a, b, "broken_written", TABLES);
    const act = (): void => {
      meanwhile(a, "broken_written", ending("datname = 'broken_written'"));
      meanwhile(a, "broken_written", "INSERT INTO public.parents (v) VALUES ('at once')", world.login);
    };
    await expect(moveWith(world.request, "verify", act)).rejects.toMatchObject({ code: "fence-lost" });
    await recovers(world);
  });

  it("the new home's server, killed on the way back: nothing is lost either", async () => {
    const world = await makeWorld(a, b, "crash", TABLES);
    await move(world.request);
    await b.sql("crash", "INSERT INTO new_home.parents (v) VALUES ('on b')", world.login);
    const act = (): void => {
      process.kill(a.pid(), "SIGQUIT");
    };
    await expect(moveWith(reversed(world.request), "copy", act)).rejects.toThrow();
    // A server that is just dying is found running: it is up again when it answers.
    const answers = async (): Promise<boolean> => {
      await a.start();
      return (await value(a, "postgres", "SELECT 1")) === 1;
    };
    await until(() => answers().catch(() => false));
    await b.sql("crash", "INSERT INTO new_home.parents (v) VALUES ('on b again')", world.login);
    await move(reversed(world.request));
    expect(await value(a, "crash", "SELECT count(*)::int FROM parents WHERE v ~ 'on b'", world.login)).toBe(
      2,
    );
  });
});

describe("two runs at once", () => {
  it("the second is refused at every stage, and the first does not mind", async () => {
    const world = await makeWorld(a, b, "twice", TABLES);
    const seconds: Promise<unknown>[] = [];
    await move(world.request, ({ stage }) => {
      if (stage === "prepare" || stage === "verify")
        seconds.push(move(world.request).then(String, (error: { code: string }) => error.code));
    });
    const codes = await Promise.all(seconds);
    expect(codes.length).toBeGreaterThanOrEqual(2);
    // One that came late has found the move done, and says the same.
    expect(codes.filter((code) => code !== "already-running" && code !== "[object Object]")).toEqual([]);
    expect(codes[0]).toBe("already-running");
  });
});

describe("a plan", () => {
  let still: readonly [TestServer, TestServer];
  beforeAll(async () => {
    const parameters = { autovacuum: "off" };
    still = await Promise.all([startServer({ parameters }), startServer({ parameters })]);
  });
  afterAll(() => Promise.all(still.map((server) => server.stop())));

  it("reads only: no transaction of either server gets an id, and its catalog stays", async () => {
    const world = await makeWorld(...still, "planned", TABLES);
    const state = async (): Promise<unknown> =>
      await Promise.all(
        still.map((server) =>
          server.sql(
            "planned",
            `SELECT pg_snapshot_xmax(pg_current_snapshot())::text AS next,
               (SELECT count(*) FROM pg_class) AS classes, (SELECT sum(xmin::text::int8) FROM pg_class) AS stamps`,
          ),
        ),
      );
    const before = await state();
    const first = await planMove(world.request);
    // What is free on a disk is nobody's to hold still.
    expect({ ...(await planMove(world.request)), diskFree: 0 }).toEqual({ ...first, diskFree: 0 });
    expect(await state()).toEqual(before);
  });
});
