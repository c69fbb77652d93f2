import { move, planMove, release, retire } from "@rehome/migration";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServer, type TestServer } from "../support/servers";
import { back, digest, prepareWorld, service } from "./worlds";

let a: TestServer;
let b: TestServer;
beforeAll(async () => {
  [a, b] = await Promise.all([startServer(), startServer()]);
});
afterAll(() => Promise.all([a.stop(), b.stop()]));

const count = async (server: TestServer, database: string, sql: string): Promise<number> =>
  (await server.sql<{ n: number }>(database, sql))[0]?.n ?? -1;

describe("a move by copying", () => {
  it("takes every row and definition along, renamed, and leaves the old home complete and fenced", async () => {
    const request = await prepareWorld(a, b, "whole");
    const before = await digest(a, request.from);
    const result = await move(request);
    expect(result).toMatchObject({ dataset: "whole", strategy: "copy", clean: true, tables: 7 });
    expect(await digest(b, request.to)).toBe(before);
    expect(await digest(a, request.from)).toBe(before);

    const me = service(request);
    const [mine] = await b.sql<{ spent: string; next: string; id: number; relabelled: string }>(
      "whole",
      `INSERT INTO people (mail) VALUES ('new@x');
       SELECT spent_by('p7@x') AS spent, next_order()::text AS next, (SELECT max(id) FROM people) AS id, (SELECT label FROM spenders WHERE mail = 'NEW@X') AS relabelled`,
      me,
    );
    expect(mine).toMatchObject({ next: "60001", id: 501, relabelled: "-!" });
    expect(Number(mine?.spent)).toBeGreaterThan(0);
    // citext compares without case: the trigger's condition still means that, so nothing has changed here
    await b.sql("whole", "UPDATE people SET mail = 'NEW@x' WHERE mail = 'new@x'", me);
    expect(await count(b, "whole", "SELECT changed AS n FROM new_home.people WHERE id = 501")).toBe(0);
    expect(await count(b, "whole", "SELECT nextval('new_home.countdown')::int AS n")).toBe(100);

    for (const login of [me, undefined]) {
      await expect(a.sql("whole", "INSERT INTO public.nothing DEFAULT VALUES", login)).rejects.toThrow(
        /fenced|permission denied/,
      );
    }
    await expect(a.sql("whole", "SELECT FROM people", me)).rejects.toThrow();
    await expect(
      a.sql("whole", "SET session_replication_role = replica; TRUNCATE public.cache"),
    ).rejects.toThrow(/fenced/);
  });

  it("leaves nothing else behind, and a second call does nothing", async () => {
    const request = await prepareWorld(a, b, "traces");
    const first = await move(request);
    const xmin = `SELECT xmin::text::int AS n FROM pg_class WHERE oid = 'new_home.people'::regclass`;
    const stamp = await count(b, "traces", xmin);
    expect(await move(request)).toEqual(first);
    expect(await count(b, "traces", xmin)).toBe(stamp);
    expect(
      await count(b, "traces", "SELECT count(*)::int AS n FROM pg_database WHERE datname ~ '^rehome_'"),
    ).toBe(0);
    expect(
      await count(b, "traces", "SELECT count(*)::int AS n FROM pg_trigger WHERE tgname = 'rehome_fence'"),
    ).toBe(0);
    for (const server of [a, b]) {
      expect(
        await count(
          server,
          "traces",
          "SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name ~ '^rehome'",
        ),
      ).toBe(0);
    }
    const old = `SELECT count(*)::int AS n FROM pg_proc WHERE prosrc ~ 'public\\.' AND pronamespace = 'new_home'::regnamespace`;
    expect(await count(b, "traces", old)).toBe(0);
  });

  it("stops a transaction whose snapshot is older than the seal", async () => {
    const request = await prepareWorld(a, b, "snapshot");
    const old = await a.connect("snapshot");
    await old.query("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM public.nothing");
    await move(request);
    await expect(old.query("INSERT INTO public.people (mail) VALUES ('late@x')")).rejects.toMatchObject({
      code: "25006",
    });
    await old.end();
  });

  it("goes back and forth with what was written in between; only a proven way is released", async () => {
    const request = await prepareWorld(a, b, "return");
    const [me, to] = [service(request), { dataset: "return", old: request.from, home: request.to }];
    expect((await release(to)).released).toBe(false);
    await move(request);
    expect((await release(to)).released).toBe(true);
    expect((await release({ dataset: "return", old: request.to, home: request.from })).released).toBe(false);
    for (const round of [1, 2]) {
      await b.sql("return", `INSERT INTO people (mail) VALUES ('b${round}@x')`, me);
      await move(back(request));
      expect((await release(to)).released).toBe(false);
      await a.sql("return", `INSERT INTO people (mail) VALUES ('a${round}@x')`, me);
      await expect(b.sql("return", "INSERT INTO new_home.nothing DEFAULT VALUES")).rejects.toThrow(/fenced/);
      await move(request);
    }
    const written = await b.sql<{ mail: string }>(
      "return",
      "SELECT mail::text FROM people WHERE id > 500 ORDER BY id",
      me,
    );
    expect(written.map((row) => row.mail)).toEqual(["b1@x", "a1@x", "b2@x", "a2@x"]);
    await retire({ ...to, drop: "database" });
    expect(
      await count(a, "postgres", "SELECT count(*)::int AS n FROM pg_database WHERE datname = 'return'"),
    ).toBe(0);
    await retire({ ...to, drop: "database" });
  });

  it("is planned without a trace", async () => {
    const request = await prepareWorld(a, b, "planned");
    const plan = await planMove(request);
    expect(plan).toMatchObject({
      strategy: "copy",
      tables: 7,
      findings: [],
      from: "old/planned.public",
      to: "new/planned.new_home",
    });
    for (const server of [a, b]) {
      expect(
        await count(
          server,
          "planned",
          "SELECT count(*)::int AS n FROM pg_namespace WHERE nspname = 'rehome'",
        ),
      ).toBe(0);
    }
    const { host, database, schema, owner } = request.to;
    expect(await planMove({ ...request, to: { host, database, schema, owner } })).toMatchObject({
      tables: 7,
      findings: [],
    });
  });
});
