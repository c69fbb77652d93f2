import { move, planMove, type MoveRequest } from "@rehome/migration";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServer, type TestServer } from "../support/servers";
import { digest, prepareWorld, service } from "./worlds";

let a: TestServer;
let b: TestServer;
beforeAll(async () => {
  [a, b] = await Promise.all([
    startServer({ parameters: { max_prepared_transactions: "4" } }),
    startServer(),
  ]);
});
afterAll(() => Promise.all([a.stop(), b.stop()]));

const untouched = async (request: MoveRequest): Promise<void> => {
  for (const [server, { database }] of [
    [a, request.from],
    [b, request.to],
  ] as const) {
    const found = await server
      .sql(database, "SELECT FROM pg_namespace WHERE nspname = 'rehome'")
      .catch(() => []);
    expect(found).toEqual([]);
  }
};

describe("before anything is touched", () => {
  const cases: readonly [code: string, spoil: string, where: "a" | "b", message: RegExp][] = [
    [
      "references-outward",
      "CREATE SCHEMA other; CREATE TABLE other.t (id int PRIMARY KEY); ALTER TABLE public.orders ADD FOREIGN KEY (id) REFERENCES other.t NOT VALID",
      "a",
      /other\.t/,
    ],
    [
      "references-inward",
      "CREATE SCHEMA other; CREATE VIEW other.v AS SELECT * FROM public.people",
      "a",
      /other\.v/,
    ],
    [
      "text-unclear",
      "ALTER TABLE public.people ALTER note SET DEFAULT lower('public.x')",
      "a",
      /column people\.note line 1: 'public\.x'/,
    ],
    [
      "code-unclear",
      "CREATE FUNCTION public.bad(t text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN\n EXECUTE 'DELETE FROM public.' || t; END $$",
      "a",
      /function bad.*line 2/s,
    ],
    ["target-not-empty", "CREATE TABLE new_home.someone_elses (id int)", "b", /1 objects/],
  ];
  it.each(cases)("%s is a blocker in the plan and in the move", async (code, spoil, where, message) => {
    const request = await prepareWorld(a, b, `refused_${code.replaceAll("-", "_")}`);
    await (where === "a" ? a : b).sql(request.from.database, spoil);
    const finding = (await planMove(request)).findings.find((found) => found.code === code);
    expect(finding).toMatchObject({ level: "blocker", message: expect.stringMatching(message) as string });
    expect(finding?.remedy.length).toBeGreaterThan(10);
    await expect(move(request)).rejects.toMatchObject({
      code: "blocked",
      message: expect.stringContaining(`[${code}]`) as string,
    });
    await untouched(request);
  });

  it("a server, database, schema or role that is not there is named", async () => {
    const request = await prepareWorld(a, b, "absent");
    const from = (change: object): MoveRequest => ({ ...request, from: { ...request.from, ...change } });
    const { server } = request.from;
    const unreachable = planMove(from({ server: { ...server, port: 1 } }));
    await expect(unreachable).rejects.toMatchObject({
      code: "unreachable",
      message: expect.stringContaining("127.0.0.1:1") as string,
    });
    const wrong = planMove(from({ server: { ...server, password: "not-the-password" } }));
    await expect(wrong).rejects.toMatchObject({
      code: "authentication-failed",
      message: expect.not.stringContaining("not-the-password") as string,
    });
    await expect(planMove(from({ database: "gone" }))).rejects.toMatchObject({ code: "database-missing" });
    await expect(planMove(from({ schema: "gone" }))).rejects.toMatchObject({ code: "schema-missing" });
    await expect(move({ ...request, to: { ...request.to, owner: "nobody_here" } })).rejects.toMatchObject({
      code: "blocked",
      message: expect.stringContaining("[owner-missing]") as string,
    });
    await untouched(request);
  });

  it("what this version cannot do is said", async () => {
    const request = await prepareWorld(a, b, "cannot");
    const plan = await planMove({
      ...request,
      tables: ["p*"],
      options: { ...request.options, mode: "online" },
    });
    expect(plan.findings.map((finding) => finding.code)).toContain("online-part");
  });
});

describe("a move that fails on its way", () => {
  const write = "INSERT INTO public.people (mail) VALUES ('still@x')";
  const works = async (request: MoveRequest): Promise<void> => {
    await a.sql(request.from.database, write, service(request));
    const [row] = await a.sql<{ n: number }>(
      request.from.database,
      "SELECT count(*)::int AS n FROM pg_trigger WHERE tgname = 'rehome_fence'",
    );
    expect(row?.n).toBe(0);
    const before = await digest(a, request.from);
    await move(request);
    expect(await digest(b, request.to)).toBe(before);
  };
  /** Does something once, from another session, when a stage begins. */
  const during = (request: MoveRequest, stage: string, act: () => Promise<unknown>): Promise<unknown> => {
    let acted: Promise<unknown> | undefined;
    const moving = move(request, (progress) => {
      if (progress.stage === stage) acted ??= act();
    });
    return moving.finally(() => acted);
  };

  it("says which tables differ when rows were changed under it", async () => {
    const request = await prepareWorld(a, b, "differing");
    const spoil = (): Promise<unknown> =>
      b.sql(
        "differing",
        "UPDATE new_home.orders SET total = total + 1 WHERE id = 77; DELETE FROM new_home.cache",
      );
    const moving = during(request, "index", spoil); // the rows are here, and nobody watches them yet
    await expect(moving).rejects.toMatchObject({
      code: "verification-failed",
      message: expect.stringMatching(
        /(?=.*table cache: .*\(1 rows there, 0 here\)).*table orders: rows with the keys \D*77\D* \(/s,
      ) as string,
    });
    await works(request);
  });

  it("notices a schema migration of the service", async () => {
    const request = await prepareWorld(a, b, "altered");
    const moving = during(request, "copy", () => a.sql("altered", "CREATE TABLE public.added (id int)"));
    await expect(moving).rejects.toMatchObject({
      code: "catalog-changed",
      message: expect.stringContaining("added") as string,
    });
    await works(request);
  });

  it("names a transaction that is in the fence's way", async () => {
    const request = await prepareWorld(a, b, "waiting");
    const busy = await a.connect("waiting");
    await busy.query("BEGIN; INSERT INTO public.people (mail) VALUES ('busy@x')");
    const { rows } = await busy.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
    await expect(
      move({ ...request, options: { ...request.options, fenceTimeout: 500 } }),
    ).rejects.toMatchObject({
      code: "fence-timeout",
      message: expect.stringContaining(`pid ${rows[0]?.pid}`) as string,
    });
    await busy.query("COMMIT");
    await busy.end();
    await works(request);
  });

  it("survives losing every session in the middle of the copy", async () => {
    const request = await prepareWorld(a, b, "cut");
    const cut =
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'rehome' AND datname = 'cut'";
    await expect(during(request, "copy", () => a.sql("cut", cut))).rejects.toThrow();
    await works(request);
  });

  it("keeps a second run away", async () => {
    const request = await prepareWorld(a, b, "twice");
    const [first, second] = await Promise.allSettled([move(request), move(request)]);
    const refused = [first, second].filter((end) => end.status === "rejected");
    expect(refused.map((end) => (end.reason as { code: string }).code)).toEqual(["already-running"]);
    await expect(a.sql("twice", write)).rejects.toThrow(/fenced/);
  });
});
