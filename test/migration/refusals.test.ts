import { checkConnection, move, planMove, release, type MoveRequest } from "@rehome/migration";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServer, type TestServer } from "../support/servers";
import { contents, makeWorld, value, type World } from "./dataset";

const TABLES = "CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t VALUES (1, 'a')";

let a: TestServer;
let b: TestServer;
beforeAll(async () => {
  [a, b] = await Promise.all([startServer(), startServer()]);
});
afterAll(() => Promise.all([a.stop(), b.stop()]));

/** Nothing of Rehome's is on either side, the service writes, and the new home is as it was. */
const untouched = async ({ request, login }: World, there = 0): Promise<void> => {
  for (const [server, { database }] of [[a, request.from] as const, [b, request.to] as const]) {
    const query =
      "SELECT (SELECT count(*) FROM pg_namespace WHERE nspname = 'rehome')::int + (SELECT count(*) FROM pg_database WHERE datname LIKE 'rehome%')::int";
    expect(await value(server, database, query)).toBe(0);
  }
  expect(Object.keys(await contents(b, request.to))).toHaveLength(there);
  await a.sql(request.from.database, "INSERT INTO t VALUES (2, 'still')", login);
};

const blockers: [code: string, where: "a" | "b", spoil: string, says: RegExp, there?: number][] = [
  [
    "references-outward",
    "a",
    "CREATE SCHEMA x; CREATE FUNCTION x.f() RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE VIEW public.v AS SELECT x.f()",
    /x\.f\(\)/,
  ],
  [
    "references-outward",
    "a",
    "CREATE SCHEMA x; CREATE TYPE x.e AS ENUM ('a'); ALTER TABLE public.t ADD e x.e",
    /type x\.e/,
  ],
  ["references-inward", "a", "CREATE SCHEMA x; CREATE TABLE x.u (id int REFERENCES public.t)", /x\.u/],
  [
    "references-inward",
    "a",
    "CREATE SCHEMA x; CREATE FUNCTION x.f(public.t) RETURNS int LANGUAGE sql AS 'SELECT 1'",
    /x\.f/,
  ],
  [
    "foreign-tables",
    "a",
    "CREATE EXTENSION postgres_fdw; CREATE SERVER s FOREIGN DATA WRAPPER postgres_fdw; CREATE FOREIGN TABLE public.far (id int) SERVER s",
    /far/,
  ],
  [
    "target-not-empty",
    "b",
    "CREATE FUNCTION new_home.f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    /1 objects/,
  ],
  ["target-not-empty", "b", "CREATE TYPE new_home.e AS ENUM ('a')", /1 objects/],
  ["target-not-empty", "b", "CREATE TABLE new_home.theirs (id int)", /1 objects/, 1],
];

describe("a move that cannot be is refused before anything is touched", () => {
  it.each(blockers)("%s in %s: %s", async (code, where, spoil, says, there = 0) => {
    const at = blockers.findIndex((other) => other[2] === spoil);
    const world = await makeWorld(a, b, `blocked_${at}`, TABLES);
    await (where === "a" ? a : b).sql(`blocked_${at}`, spoil);
    const plan = await planMove(world.request);
    expect(plan.findings.map((finding) => finding.code)).toEqual([code]);
    expect(plan.findings[0]?.message).toMatch(says);
    await expect(move(world.request)).rejects.toMatchObject({
      code: "blocked",
      retryable: false,
      message: expect.stringContaining(`${plan.findings[0]?.remedy} [${code}]`) as string,
    });
    await untouched(world, there);
  });

  it("what does not depend is no reference: fences, triggers of keys, extensions, the catalog", async () => {
    const world = await makeWorld(
      a,
      b,
      "unrelated",
      `${TABLES}; CREATE TABLE u (id int REFERENCES t, h hstore)`,
      {
        before:
          "CREATE SCHEMA ext; CREATE EXTENSION hstore; CREATE EXTENSION pgcrypto SCHEMA ext; CREATE SCHEMA x; CREATE TABLE x.t (id int)",
      },
    );
    expect((await planMove(world.request)).findings).toEqual([]);
    await move(world.request);
    expect(
      await value<string>(
        b,
        "unrelated",
        "SELECT extnamespace::regnamespace::text FROM pg_extension WHERE extname = 'pgcrypto'",
      ),
    ).toBe("ext");
  });

  it("an extension that the new server does not have", async () => {
    const world = await makeWorld(a, b, "unknown", TABLES);
    // As a server without the extension's files says it: it is not among what can be installed.
    await a.sql(
      "unknown",
      "CREATE EXTENSION cube; UPDATE pg_extension SET extname = 'nobody_has' WHERE extname = 'cube'",
    );
    const { findings } = await planMove(world.request);
    expect(findings).toMatchObject([{ code: "extension-missing", level: "blocker" }]);
    expect(findings[0]?.message).toContain("nobody_has");
    await expect(move(world.request)).rejects.toMatchObject({ code: "blocked" });
    await untouched(world);
  });

  it("an empty schema is no obstacle", async () => {
    const world = await makeWorld(a, b, "empty", "SELECT 1");
    expect(await planMove(world.request)).toMatchObject({ tables: 0, rows: 0, findings: [] });
    expect(await move(world.request)).toMatchObject({ tables: 0, rows: 0, clean: true });
  });
});

describe("what cannot be reached", () => {
  const changed = (request: MoveRequest, end: "from" | "to", change: object): MoveRequest => ({
    ...request,
    [end]: { ...request[end], ...change },
  });
  it.each([
    [
      "unreachable",
      { server: { host: "127.0.0.1", port: 1, user: "postgres" } },
      /127\.0\.0\.1:1 cannot be reached/,
    ],
    ["authentication-failed", { password: "wr0ng-secret" }, /refused user "postgres"/],
    ["authentication-failed", { user: "nobody" }, /refused user "nobody"/],
  ])("%s on either end: %o", async (code, change, says) => {
    const name = `end_${code.replace("-", "_")}_${"user" in change ? "user" : ""}`;
    const world = await makeWorld(a, b, name, TABLES);
    for (const end of ["from", "to"] as const) {
      const own = world.request[end].server;
      const request = changed(
        world.request,
        end,
        "server" in change ? change : { server: { ...own, ...change } },
      );
      for (const attempt of [planMove, move]) {
        await expect(attempt(request)).rejects.toMatchObject({
          code,
          message: expect.stringMatching(says) as string,
        });
        await expect(attempt(request)).rejects.not.toThrow(/wr0ng-secret/);
      }
      expect(await checkConnection(request[end])).toMatchObject({ code, level: "blocker" });
      await expect(release({ dataset: name, old: request.from, home: request.to })).rejects.toMatchObject({
        code,
      });
    }
    expect(await checkConnection(world.request.to)).toBeUndefined();
    await untouched(world);
  });

  it("a database, schema or role that is not there", async () => {
    const world = await makeWorld(a, b, "gone", TABLES);
    const { request } = world;
    const cases: [MoveRequest, object][] = [
      [
        changed(request, "from", { database: "nowhere" }),
        { code: "database-missing", message: expect.stringContaining('no database "nowhere"') as string },
      ],
      [changed(request, "to", { database: "nowhere" }), { code: "database-missing" }],
      [
        changed(request, "from", { schema: "nowhere" }),
        {
          code: "schema-missing",
          message: expect.stringContaining('host "old" has no schema "nowhere"') as string,
        },
      ],
      [
        changed(request, "to", { owner: "nobody" }),
        {
          code: "blocked",
          message: expect.stringMatching(/host "new" has no role "nobody".*\[owner-missing\]/) as string,
        },
      ],
    ];
    for (const [spoilt, error] of cases) {
      await expect(move(spoilt)).rejects.toMatchObject(error);
      await untouched({ ...world });
      await a.sql("gone", "DELETE FROM public.t WHERE id = 2");
    }
    // In a preview the stack's own database may be still to come.
    expect(await planMove(changed(request, "to", { database: "nowhere" }))).toMatchObject({
      findings: [],
      tables: 1,
    });
    expect(await checkConnection({ ...request.to, database: "nowhere" })).toBeUndefined();
  });
});
