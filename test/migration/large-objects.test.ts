import { abandon, move, planMove, retire, type Endpoint } from "@rehome/migration";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServer, type TestServer } from "../support/servers";
import { makeWorld, reversed, value, type World } from "./dataset";

let a: TestServer;
let b: TestServer;
beforeAll(async () => {
  [a, b] = await Promise.all([startServer(), startServer()]);
});
afterAll(() => Promise.all([a.stop(), b.stop()]));

const KB = 1024;
/** Objects of every length at which a piece ends, a sparse one, an empty one. */
const OBJECTS = `CREATE TABLE doc (id int PRIMARY KEY, body oid, other lo);
  INSERT INTO doc SELECT i, lo_from_bytea(70000 + i, convert_to(repeat(chr(64 + i::int), n), 'UTF8'))
    FROM unnest(ARRAY[1, ${64 * KB} - 1, ${64 * KB}, ${64 * KB} + 1, ${64 * KB} + ${1024 * KB}, ${3000 * KB}]) WITH ORDINALITY AS x(n, i);
  INSERT INTO doc VALUES (10, lo_create(70010), lo_from_bytea(80000, '\\x00ff5c27')), (11, 4294967290, NULL), (12, NULL, NULL);
  INSERT INTO doc SELECT 13, o FROM lo_from_bytea(70013, 'start') o, lo_put(70013, 5000000, 'end');
  SELECT lo_from_bytea(90001, 'owned, and named nowhere');
  COMMENT ON LARGE OBJECT 70001 IS 'it''s said';`;

interface Shown {
  readonly oid: string;
  readonly owner: string;
}
/** Every large object of a database, read by nothing of the engine. */
const shown = async (server: TestServer, { database }: Endpoint): Promise<Shown[]> =>
  await server.sql<Shown>(
    database,
    `SELECT oid::int8::text AS oid, pg_get_userbyid(lomowner)::text AS owner, length(lo_get(oid)) AS bytes, md5(lo_get(oid)) AS content,
       obj_description(oid, 'pg_largeobject') AS comment FROM pg_largeobject_metadata ORDER BY 1`,
  );

const world = async (name: string, given: Parameters<typeof makeWorld>[4] = {}): Promise<World> =>
  await makeWorld(a, b, name, OBJECTS, {
    before: "CREATE EXTENSION lo SCHEMA public",
    from: "core",
    ...given,
  });

describe("large objects", () => {
  let one: World;
  let before: Shown[];

  it("move with what names them: same OIDs, content, comment, for the new home's owner", async () => {
    one = await world("moved");
    await a.sql("moved", "SELECT lo_from_bytea(99, 'of somebody else')");
    before = (await shown(a, one.request.from)).filter(({ oid }) => oid !== "99");
    expect(before).toHaveLength(10);
    const plan = await planMove(one.request);
    expect(plan.findings.map(({ code, level }) => [code, level])).toEqual([
      ["large-objects-left", "warning"],
    ]);
    expect(plan.objects["large object"]).toBe(10);
    const result = await move(one.request);
    expect(result).toMatchObject({ strategy: "copy", clean: true, rows: 10 });
    expect(await shown(b, one.request.to)).toEqual(before);
    expect(
      await value(
        b,
        "moved",
        "SELECT count(*)::int FROM rehome.verified_table WHERE table_name LIKE 'large objects,%' AND equal AND source_rows = 10",
      ),
    ).toBe(1);
  });

  it("are closed in the old home, to the owner and to others, and open in the new one", async () => {
    await expect(a.sql("moved", "SELECT lo_put(70001, 0, 'x')", one.login)).rejects.toThrow(
      /permission denied/,
    );
    await expect(a.sql("moved", "SELECT lo_unlink(90001)", one.login)).rejects.toThrow(/must be owner/);
    await expect(a.sql("moved", "SELECT lo_put(99, 0, 'x')")).resolves.toBeDefined();
    await b.sql(
      "moved",
      "SELECT lo_put(70001, 0, 'changed'); SELECT lo_unlink(70002); UPDATE new_home.doc SET body = lo_from_bytea(70099, 'new') WHERE id = 12",
      one.login,
    );
  });

  it("come back with what was written since", async () => {
    const now = await shown(b, one.request.to);
    await move(reversed(one.request));
    const back = await shown(a, one.request.from);
    expect(back.filter(({ oid }) => oid !== "99")).toEqual(now);
    expect(back.find(({ oid }) => oid === "99")?.owner).toBe("postgres");
    await a.sql("moved", "SELECT lo_put(70099, 0, 'again')", one.login);
  });

  it("and go once more, and are gone from the old home when that is retired", async () => {
    const { from: old, to: home } = one.request;
    const now = (await shown(a, old)).filter(({ oid }) => oid !== "99");
    await move(one.request);
    expect(await shown(b, home)).toEqual(now);
    await retire({ dataset: one.request.dataset, old, home, drop: "objects" });
    expect((await shown(a, old)).map(({ oid }) => oid)).toEqual(["99"]);
    expect(await shown(b, home)).toEqual(now);
  });
});

describe("large objects under a move", () => {
  it("of the same OIDs in the new home's database are refused in the preview", async () => {
    const { request } = await world("clash");
    await b.sql("clash", "SELECT lo_from_bytea(70003, 'other')");
    const { findings } = await planMove(request);
    expect(findings.map(({ code }) => code)).toEqual(["large-objects-clash"]);
    expect(findings[0]?.message).toMatch(/1 of clash: 70003\.$/);
    await expect(move(request)).rejects.toMatchObject({ code: "blocked" });
    expect(await value<string>(b, "clash", "SELECT convert_from(lo_get(70003), 'UTF8')")).toBe("other");
  });

  it("take what is written to them while tables are fenced: what was acknowledged is in the new home", async () => {
    const { request, login } = await world("written");
    const acknowledged: number[] = [];
    const writes: Promise<unknown>[] = [];
    const write = async (n: number): Promise<void> => {
      await a.sql("written", `SELECT lo_put(70001, ${n}, 'w')`, login);
      acknowledged.push(n);
    };
    await move(request, () => {
      const n = writes.length + 10;
      writes.push(write(n).catch(() => undefined));
    });
    await Promise.all(writes);
    expect(acknowledged.length).toBeGreaterThan(0);
    const content = await value<Buffer>(b, "written", "SELECT lo_get(70001)");
    for (const n of acknowledged) expect(content.subarray(n, n + 1).toString()).toBe("w");
    expect(content.equals(await value<Buffer>(a, "written", "SELECT lo_get(70001)"))).toBe(true);
  });

  it("that a transaction has opened for writing are closed with its session", async () => {
    const { request, login } = await world("opened");
    let writer: Awaited<ReturnType<TestServer["connect"]>> | undefined;
    const opening: Promise<void>[] = [];
    await move(request, ({ stage }) => {
      if (stage !== "verify" || opening.length > 0) return;
      opening.push(
        a.connect("opened", login).then(async (client) => {
          writer = client;
          await client.query("BEGIN; SELECT lo_open(70003, 131072)");
        }),
      );
    });
    await Promise.allSettled(opening);
    await expect(writer?.query("SELECT lowrite(0, 'late'); COMMIT")).rejects.toThrow();
    expect(await value<string>(b, "opened", "SELECT left(convert_from(lo_get(70003), 'UTF8'), 4)")).toBe(
      "CCCC",
    );
    expect(await value<string>(a, "opened", "SELECT left(convert_from(lo_get(70003), 'UTF8'), 4)")).toBe(
      "CCCC",
    );
  });

  it("are settled by the next run when one dies between the seal and its journal", async () => {
    const { request } = await world("died");
    await move(request);
    await b.sql("died", "UPDATE rehome.migration SET state = 'running', switched_at = NULL");
    await a.sql(
      "died",
      "SELECT lo_put(70001, 0, 'late'); SELECT lo_unlink(70002); SELECT lo_put(70006, 2500000, 'late')",
    );
    expect(await move(request)).toMatchObject({ clean: true });
    expect(await value<string>(b, "died", "SELECT convert_from(lo_get(70001), 'UTF8')")).toBe("late");
    expect(await value<string>(b, "died", "SELECT convert_from(lo_get(70006, 2500000, 5), 'UTF8')")).toBe(
      "lateF",
    );
    expect(
      await value(b, "died", "SELECT count(*)::int FROM pg_largeobject_metadata WHERE oid = 70002"),
    ).toBe(0);
  });

  it("stay the service's own when a move fails, and leave nothing when it is given up", async () => {
    const { request, login } = await world("failed", { options: { verify: "checksum" } });
    await b.sql(
      "failed",
      `CREATE FUNCTION refuse() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no index here'; END $$;
       CREATE EVENT TRIGGER refuse ON ddl_command_start WHEN TAG IN ('ALTER TABLE') EXECUTE FUNCTION refuse()`,
    );
    await expect(move(request)).rejects.toThrow(/SQLSTATE P0001/);
    await a.sql("failed", "SELECT lo_put(70001, 0, 'goes on')", login);
    const ends = { dataset: "failed", old: request.to, home: request.from };
    await b.sql("failed", "DROP EVENT TRIGGER refuse; SELECT lo_from_bytea(5, 'other')");
    await abandon(ends);
    expect((await shown(b, request.to)).map(({ oid }) => oid)).toEqual(["5"]);
    await move(request);
    expect(await value<string>(b, "failed", "SELECT convert_from(lo_get(70001), 'UTF8')")).toBe("goes on");
  });

  it("stay where they are inside one database, and go along with the files of one", async () => {
    const inside = await makeWorld(a, a, "lo_inside", OBJECTS, {
      before: "CREATE EXTENSION lo SCHEMA public",
      from: "core",
      into: "lo_inside",
    });
    const before = await shown(a, inside.request.from);
    expect(await move(inside.request)).toMatchObject({ strategy: "set-schema" });
    expect(await shown(a, inside.request.to)).toEqual(before);
    const files = await makeWorld(a, a, "lo_files", OBJECTS, {
      before: "CREATE EXTENSION lo SCHEMA public",
      from: "core",
      into: "lo_files_new",
    });
    const there = await shown(a, files.request.from);
    expect(await move(files.request)).toMatchObject({ strategy: "template" });
    expect(await shown(a, files.request.to)).toEqual(there);
    await expect(a.sql("lo_files", "SELECT lo_put(70001, 0, 'x')", files.login)).rejects.toThrow(
      /permission denied/,
    );
    await a.sql("lo_files_new", "SELECT lo_put(70001, 0, 'new')", files.login);
    await move(reversed(files.request));
    expect(
      await value<string>(a, "lo_files", "SELECT convert_from(lo_get(70001), 'UTF8')", files.login),
    ).toBe("new");
    await a.sql("lo_files", "SELECT lo_put(70001, 0, 'x')", files.login);
  });
});
