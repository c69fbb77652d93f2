import { followMove, move, type MoveOptions } from "@rehome/migration";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cases } from "../support/long";
import { startServer, type TestServer } from "../support/servers";
import { contents, makeWorld, value, type World } from "./dataset";
import { killedIn } from "./killed-in";
import { meanwhileBy, moveWith, type Meanwhile } from "./meanwhile";

let a: TestServer;
let b: TestServer;
let meanwhile: Meanwhile;
beforeAll(async () => {
  meanwhile = await meanwhileBy();
  [a, b] = await Promise.all([startServer(), startServer()]);
});
afterAll(() => Promise.all([a.stop(), b.stop()]));

const PLAIN = "CREATE TABLE public.plain (v text, w text DEFAULT 'new')";
const SERVICE = `${PLAIN}; INSERT INTO plain SELECT 'v' || i, 'old' FROM generate_series(1, 10) i;
  CREATE TABLE things (id int PRIMARY KEY); INSERT INTO things SELECT generate_series(1, 10);
  CREATE SEQUENCE numbers`;

/** What its service may do to a table so that no trigger sees it, and its definition is what it was. */
const UNSEEN: Readonly<Record<string, string>> = {
  "made anew": `BEGIN; DROP TABLE public.plain; ${PLAIN}; INSERT INTO public.plain SELECT 'acknowledged' FROM generate_series(1, 10); COMMIT`,
  "written with its triggers off": `ALTER TABLE public.plain DISABLE TRIGGER USER; UPDATE public.plain SET v = 'acknowledged';
    ALTER TABLE public.plain ENABLE TRIGGER USER`,
  "written with the fence's off": `ALTER TABLE public.plain DISABLE TRIGGER rehome_fence; UPDATE public.plain SET v = 'acknowledged';
    ALTER TABLE public.plain ENABLE ALWAYS TRIGGER rehome_fence`,
  rewritten: "ALTER TABLE public.plain ALTER v TYPE text USING 'acknowledged'",
  "given another column":
    "ALTER TABLE public.plain DROP w; ALTER TABLE public.plain ADD w text DEFAULT 'new'",
};
const acts = Object.keys(UNSEEN);

const worldOf = (what: string, at: string, options: Partial<MoveOptions> = {}): Promise<World> =>
  makeWorld(a, b, `${what} ${at}`.replace(/\W+/g, "_"), SERVICE, { options });

const refused = { code: "catalog-changed", retryable: true };

describe("a table in which rows came past the closed fence", () => {
  const all = (["verify", "switch"] as const).flatMap((stage) => acts.map((what) => [stage, what] as const));
  it.each(cases(all, ([stage]) => stage === "switch"))("keeps its home, in %s: %s", async (stage, what) => {
    const { request, login } = await worldOf(what, stage);
    const act = (): void => void meanwhile(a, request.dataset, UNSEEN[what] ?? "", login);
    await expect(moveWith(request, stage, act)).rejects.toMatchObject(refused);

    // At once its service writes where it was, and the next run takes everything along.
    await a.sql(request.dataset, "INSERT INTO public.plain VALUES ('after')", login);
    const before = await contents(a, request.from);
    expect(await move(request)).toMatchObject({ clean: true });
    expect(await contents(b, request.to)).toEqual(before);
  });
});

describe("a write that is made after an engine died, by a transaction older than the fence", () => {
  it("is copied, though what it sees says that its table is noted already", async () => {
    const { request } = await worldOf("older than", "the fence", { verify: "count" });
    expect(await killedIn("verify", request)).toBe("SIGKILL");
    await a.sql(request.dataset, "UPDATE public.plain SET v = 'noted'");
    // A superuser's: no move ends its session.
    const job = await a.connect(request.dataset);
    try {
      await job.query("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT FROM pg_namespace");
      expect(await killedIn("verify", request)).toBe("SIGKILL");
      await expect
        .poll(() => a.sql(request.dataset, "SELECT FROM pg_locks WHERE locktype = 'advisory'"))
        .toEqual([]);
      await job.query("UPDATE public.plain SET v = 'acknowledged'; COMMIT");
    } finally {
      await job.end();
    }
    const before = await contents(a, request.from);
    expect(await move(request)).toMatchObject({ clean: true });
    expect(await contents(b, request.to)).toEqual(before);
  });
});

describe("what is no longer there while it is copied", () => {
  it.each([
    ["copy", "a table", "DROP TABLE public.plain", "column plain.v: missing; column plain.w: missing"],
    [
      "copy",
      "a column",
      "ALTER TABLE public.plain RENAME v TO vv",
      "column plain.v: missing; column plain.vv: added",
    ],
    ["index", "a sequence", "DROP SEQUENCE public.numbers", "sequence numbers: missing"],
  ] as const)("is named, in %s: %s", async (stage, what, sql, differs) => {
    const { request, login } = await worldOf(`gone ${what}`, stage);
    const act = (): void => void meanwhile(a, request.dataset, sql, login);
    await expect(moveWith(request, stage, act)).rejects.toMatchObject({
      ...refused,
      message: expect.stringContaining(`was altered during the move: ${differs}`) as string,
    });
    expect(await move(request)).toMatchObject({ clean: true });
  });
});

describe("a table in which rows came while no engine lived, and its trigger was not there to note it", () => {
  it.each(cases(acts, (_, at) => at % 2 === 0))("is copied again: %s", async (what) => {
    // Of as many rows as before, counts say nothing.
    const { request, login } = await worldOf(what, "between", { verify: "count" });
    expect(await killedIn("verify", request)).toBe("SIGKILL");
    await expect
      .poll(() => a.sql(request.dataset, UNSEEN[what] ?? "", login).then(() => "done", String))
      .toBe("done");
    const before = await contents(a, request.from);
    expect(await move(request)).toMatchObject({ clean: true });
    expect(await contents(b, request.to)).toEqual(before);
  });
});

describe("a table that is made anew after it was compared", () => {
  it("is not handed out, for nobody follows it", async () => {
    const { request, login } = await worldOf("followed", "online", { mode: "online" });
    await followMove(request);
    const act = (): void => void meanwhile(a, request.dataset, UNSEEN["made anew"] ?? "", login);
    await expect(moveWith(request, "fence", act)).rejects.toMatchObject(refused);
    await a.sql(request.dataset, "INSERT INTO public.plain VALUES ('after')", login);
    const count = "SELECT count(*)::int FROM public.plain WHERE v IN ('acknowledged', 'after')";
    expect(await value(a, request.dataset, count)).toBe(11);
  });
});
