import { move, planMove, type MoveRequest } from "@rehome/migration";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { contents, leftovers, makeWorld, reversed, value, type World } from "../migration/dataset";
import { EXTENSIONS, richSchema } from "../migration/rich-schema";
import { startServer, type TestServer } from "../support/servers";
import { skipVersions, useVersions } from "../support/versions";
import { FEATURES } from "./features";

const VERSIONS = [15, 16, 17, 18] as const;
const servers = new Map<number, TestServer>();
const on = (version: number): TestServer => {
  const server = servers.get(version);
  if (server === undefined) throw new Error(`no server of version ${version}`);
  return server;
};

/** A world whose old home is on one version and whose new one, in a database of its own, on another. */
const between = (
  from: number,
  to: number,
  name: string,
  definitions: string,
  before = EXTENSIONS,
): Promise<World> => {
  // Both ends on one server: the role is made once.
  const here = on(from);
  const there = from === to ? { ...here, sql: ignoringRoles(here) } : on(to);
  return makeWorld(here, there, name, definitions, { into: `${name}_now`, before });
};
const ignoringRoles =
  (server: TestServer): TestServer["sql"] =>
  async (database, text, login) =>
    text.startsWith("CREATE ROLE") ? [] : await server.sql(database, text, login);

const codes = async (request: MoveRequest): Promise<string[]> =>
  (await planMove(request)).findings.map((finding) => `${finding.level} ${finding.code}`);

if (skipVersions !== false) process.stderr.write(`skipped: ${skipVersions}\n`);

describe.skipIf(skipVersions !== false)("between PostgreSQL versions", () => {
  beforeAll(async () => {
    useVersions();
    for (const version of VERSIONS) servers.set(version, await startServer({ version }));
  });
  afterAll(() => Promise.all([...servers.values()].map((server) => server.stop())));

  it.each([
    [16, 16],
    [17, 17],
    [18, 18],
    [15, 18],
    [18, 15],
  ])("a rich schema moves from %i to %i, and back with what was written since", async (from, to) => {
    const world = await between(from, to, `rich_${from}_${to}`, richSchema("public"));
    const { request } = world;
    const before = await contents(on(from), request.from);
    expect(await move(request)).toMatchObject({ clean: true });
    expect(await contents(on(to), request.to)).toEqual(before);
    await on(to).sql(
      request.to.database,
      "SET search_path = new_home, public; INSERT INTO people (mail) VALUES ('since@x'); REFRESH MATERIALIZED VIEW totals",
    );
    const now = await contents(on(to), request.to);
    expect(now).not.toEqual(before);
    expect(await move(reversed(request))).toMatchObject({ clean: true });
    expect(await contents(on(from), request.from)).toEqual(now);
    expect(await leftovers(on(from), request.from)).toEqual([]);
    expect(
      await value(on(from), request.from.database, "SELECT count(*)::int FROM people", world.login),
    ).toBe(201);
  });

  it("step by step from 15 to 18, and the last step back", async () => {
    const name = "stairs";
    const { request } = await between(15, 16, name, richSchema("public"));
    const before = await contents(on(15), request.from);
    const up = [request];
    for (const version of [17, 18]) {
      await on(version).sql("postgres", `CREATE ROLE "${request.to.owner}" LOGIN`);
      await on(version).sql("postgres", `CREATE DATABASE ${name}`);
      const from = (up.at(-1) as MoveRequest).to;
      up.push({
        ...request,
        from,
        to: { ...request.to, host: `host ${version}`, server: on(version).connection, database: name },
      });
    }
    for (const step of up) await move(step);
    const last = up.at(-1) as MoveRequest;
    expect(await contents(on(18), last.to)).toEqual(before);
    await move(reversed(last));
    expect(await contents(on(17), last.from)).toEqual(before);
  });

  it.each([
    [16, 16],
    [16, 18],
    [17, 17],
    [17, 18],
    [18, 18],
  ])("what %i brought moves to %i", async (from, to) => {
    const { before = "", definitions = "" } = FEATURES[from] ?? {};
    const { request } = await between(from, to, `new_${from}_${to}`, definitions, before);
    const rows = await contents(on(from), request.from);
    expect(await move(request)).toMatchObject({ clean: true });
    expect(await contents(on(to), request.to)).toEqual(rows);
    expect(await codes(reversed(request))).toEqual(from === to ? [] : ["warning version-downward"]);
    expect(await move(reversed(request))).toMatchObject({ clean: true });
  });

  it("names of NOT NULL constraints stay what they are", async () => {
    const { request } = await between(
      18,
      18,
      "named",
      "CREATE TABLE t (a int CONSTRAINT must NOT NULL, b int NOT NULL); ALTER TABLE t RENAME TO u; INSERT INTO u VALUES (1, 2)",
      "",
    );
    await move(request);
    const sql =
      "SELECT string_agg(conname, ' ' ORDER BY conname) FROM pg_constraint WHERE contype = 'n' AND conrelid = 'new_home.u'::regclass";
    expect(await value<string>(on(18), request.to.database, sql)).toBe("must t_b_not_null");
  });

  it.each([
    [18, 17, /virtual generated columns \(chambers\.twice\)/],
    [18, 15, /temporal constraints.*\(chambers\.rooms_pkey; stays\.stays_room_at_fkey\)/],
    [
      18,
      16,
      /NOT NULL .* not valid, or not inherited \(chambers\.noted; parents\.own\).*not enforced \(chambers\.soft; stays\.unheld\)/,
    ],
    [17, 16, /identity columns of partitioned tables \(parted_a\.id; parted_rest\.id\)/],
    [17, 15, /collations of the provider builtin \(plain\)/],
    [16, 15, /collations with rules \(swapped\)/],
  ])("what %i brought is refused by %i in the plan: %s", async (from, to, says) => {
    const { before = "", definitions = "" } = FEATURES[from] ?? {};
    const name = `older_${from}_${to}`;
    const { request } = await between(from, to, name, definitions, before);
    const { findings } = await planMove(request);
    const found = findings.find((finding) => finding.code === "version-older");
    expect(found).toMatchObject({ level: "blocker", message: expect.stringMatching(says) as string });
    await expect(move(request)).rejects.toMatchObject({ code: "blocked" });
    expect(
      await on(to).sql(request.to.database, "SELECT FROM pg_namespace WHERE nspname = 'rehome'"),
    ).toEqual([]);
  });

  it("what no catalog tells of is refused by the older server before the fence", async () => {
    const { request } = await between(
      16,
      15,
      "grammar",
      "CREATE TABLE t (v int); INSERT INTO t VALUES (1); CREATE VIEW v AS SELECT JSON_ARRAY(v, 2) AS a FROM t",
      "",
    );
    expect(await codes(request)).toEqual(["warning version-downward"]);
    await expect(move(request)).rejects.toMatchObject({
      code: "definition-refused",
      message: expect.stringMatching(
        /server refuses "CREATE VIEW public\.v.*Nothing has been fenced/s,
      ) as string,
    });
    expect(await leftovers(on(16), request.from)).toEqual([]);
    expect(await leftovers(on(15), request.to)).toEqual([]);
    await on(16).sql(request.from.database, "INSERT INTO public.t VALUES (2)");
  });

  it("maintenance that ignores the session's path finds what functions call without a schema", async () => {
    const { request, login } = await between(
      15,
      17,
      "paths",
      `CREATE FUNCTION inner_one(t text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN lower(t); END $$;
       CREATE FUNCTION outer_one(t text) RETURNS text LANGUAGE plpgsql IMMUTABLE SET work_mem = '5MB' AS $$ BEGIN RETURN inner_one(t); END $$;
       CREATE TABLE t (v text); INSERT INTO t SELECT 'V' || i FROM generate_series(1, 500) i;
       CREATE INDEX t_one ON t (outer_one(v)); CREATE INDEX t_two ON t (inner_one(v), outer_one(v));
       CREATE MATERIALIZED VIEW m AS SELECT outer_one(v) AS o FROM t; CREATE UNIQUE INDEX m_o ON m (o)`,
      "",
    );
    const before = await contents(on(15), request.from);
    await move(request);
    expect(await contents(on(17), request.to)).toEqual(before);
    const settings = await on(17).sql<{ proconfig: string[] | null }>(
      request.to.database,
      "SELECT proconfig FROM pg_proc WHERE pronamespace = 'new_home'::regnamespace ORDER BY proname",
    );
    expect(settings.map((row) => row.proconfig)).toEqual([null, ["work_mem=5MB"]]);
    expect(
      await value(
        on(17),
        request.to.database,
        "SET search_path = new_home; SET enable_seqscan = off; SELECT count(*)::int FROM t WHERE outer_one(v) = 'v7'",
        login,
      ),
    ).toBe(1);
  });
});
