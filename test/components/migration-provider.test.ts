import type { Finding, LinkHealth, MoveRequest, MoveResult, OwnedTable, Report } from "@rehome/migration";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { MigrationInputs } from "../../components/src/migration/inputs";
import * as proof from "../../components/src/migration/proof-provider";
import { check, create, diff, update } from "../../components/src/migration/provider";

/** The engine at its own interface: what it is asked, and what it answers. */
const engine = vi.hoisted(() => ({
  asked: [] as [string, unknown][],
  findings: [] as Finding[],
  unreachable: undefined as Finding | undefined,
  released: true,
  recorded: undefined as MoveResult | undefined,
  failure: undefined as Error | undefined,
  health: undefined as LinkHealth | undefined | Error,
  unreadable: [] as OwnedTable[],
}));
const said = vi.hoisted(() => [] as string[]);

vi.mock("@rehome/migration", () => ({
  reusingSessions: (work: () => unknown) => work(),
  checkConnection: () => Promise.resolve(engine.unreachable),
  planMove: (request: MoveRequest) => {
    engine.asked.push(["plan", request]);
    return Promise.resolve({ findings: engine.findings });
  },
  recordedMove: () => Promise.resolve(engine.recorded),
  formatPlan: () => "the plan",
  unreadableTables: (at: object, role: string) => {
    engine.asked.push(["unreadable", [at, role]]);
    return Promise.resolve(engine.unreadable);
  },
  move: (request: MoveRequest, report: Report) => {
    engine.asked.push(["move", request]);
    const progress = { dataset: "core", tablesDone: 0, tablesTotal: 1, bytesDone: 0, bytesTotal: 1, rate: 0 };
    report({ ...progress, stage: "copy" });
    return engine.failure ? Promise.reject(engine.failure) : Promise.resolve({ clean: true, rows: 7 });
  },
  release: (query: unknown) => {
    engine.asked.push(["release", query]);
    return Promise.resolve({ released: engine.released, reason: "not verified yet" });
  },
  retire: (query: unknown) => {
    engine.asked.push(["retire", query]);
    return Promise.resolve();
  },
  stopFollowingAt: (_dataset: string, here: { host: string }) => {
    engine.asked.push(["stopFollowingAt", here.host]);
    return here.host === "old" ? Promise.reject(new Error("No answer.")) : Promise.resolve();
  },
  formatCount: String,
  formatBytes: (bytes: number) => `${bytes} B`,
  followHealth: () =>
    engine.health instanceof Error ? Promise.reject(engine.health) : Promise.resolve(engine.health),
  ...Object.fromEntries(
    ["followMove", "stopFollowing", "prove"].map((verb) => [
      verb,
      (request: unknown) => {
        engine.asked.push([verb, request]);
        return engine.failure ? Promise.reject(engine.failure) : Promise.resolve();
      },
    ]),
  ),
}));
vi.mock("@pulumi/pulumi", () => {
  const say = (line: string): void => void said.push(line);
  return { log: { info: say, warn: say } };
});

const A = { host: "old", database: "core_db", schema: "public" };
const B = { host: "new", database: "erp", schema: "core" };
const servers = {
  old: { host: "127.0.0.1", port: 1, user: "postgres", password: "hidden" },
  new: { host: "127.0.0.1", port: 2, user: "postgres", password: "hidden" },
};
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const inputs = (given: Partial<MigrationInputs>): MigrationInputs => ({
  ...{ dataset: "core", owner: "core_user", home: A, options: { mode: "offline", verify: "checksum" } },
  ...{ homeServer: servers.old, nextServer: {}, formerlyServer: {} },
  ...{ custody: { old: "dropped", new: "rehome" }, ownDatabases: [], declaredOn: [] },
  ...given,
});
const atA = inputs({});
const movedToB = inputs({ home: B, formerly: A, homeServer: servers.new, formerlyServer: servers.old });
const atB = inputs({ home: B, homeServer: servers.new });
const end = (placement: typeof A) => ({
  ...placement,
  server: servers[placement.host as "old"],
  owner: "core_user",
});

/** The provider as another run's process has it, which has checked nothing yet. */
const laterRun = (): Promise<typeof import("../../components/src/migration/provider")> => {
  vi.resetModules();
  return import("../../components/src/migration/provider");
};

beforeEach(() => {
  Object.assign(engine, {
    asked: [],
    findings: [],
    unreachable: undefined,
    unreadable: [],
    released: true,
    recorded: undefined,
    failure: undefined,
    health: undefined,
  });
  said.length = 0;
});

describe("check", () => {
  it("prints the plan of a move, and touches nothing", async () => {
    expect(await check(atA, movedToB)).toEqual({ inputs: movedToB, failures: [] });
    expect(said).toEqual(["the plan"]);
    expect(engine.asked.map(([verb]) => verb)).toEqual(["plan"]);
  });

  it("plans from the source alone while the new host is still to be created", async () => {
    expect((await check(atA, { ...movedToB, homeServer: UNKNOWN })).failures).toEqual([]);
    expect(engine.asked).toEqual([
      [
        "plan",
        {
          ...{ dataset: "core", from: end(A), to: { ...B, owner: "core_user" }, options: movedToB.options },
          ownerToCome: false,
          settings: [],
        },
      ],
    ]);
  });

  it("tells the engine what is declared of the role's settings, and of its path where it follows the home", async () => {
    await check(atA, { ...movedToB, settings: ["work_mem"], declaredOn: ["new"] });
    await check(atA, { ...movedToB, settings: ["work_mem"], declaredOn: ["new", "old"] });
    expect(engine.asked).toMatchObject([
      ["plan", { settings: ["work_mem"] }],
      ["plan", { settings: ["work_mem", "search_path"] }],
    ]);
  });

  it("tells the engine what others take from there, and how tenants are told, for a plan alone", async () => {
    const stack = { others: ["b*"], tenants: { pattern: "t_*", known: ["t_one"] } };
    await check(atA, { ...movedToB, tables: ["a"], ...stack });
    await update(atA, { ...movedToB, tables: ["a"], ...stack });
    expect(engine.asked).toMatchObject([
      ["plan", { tables: ["a"], ...stack }],
      ["move", { tables: ["a"] }],
    ]);
    for (const key of Object.keys(stack)) expect(engine.asked[1]?.[1]).not.toHaveProperty(key);
  });

  it("tells the engine where the owner is still to come, and not where the stack declares none", async () => {
    await check(atA, { ...movedToB, declaredOn: ["new"] });
    await check(atA, { ...movedToB, declaredOn: ["old"] });
    expect(engine.asked).toMatchObject([
      ["plan", { ownerToCome: true }],
      ["plan", { ownerToCome: false }],
    ]);
  });

  it("plans the way back from where the data is", async () => {
    await check(movedToB, inputs({ home: A, formerly: B, formerlyServer: servers.new }));
    expect(engine.asked).toEqual([["plan", expect.objectContaining({ from: end(B), to: end(A) })]]);
  });

  it("neither plans nor refuses a move that is done, though the state does not say so", async () => {
    const switchedAt = "2026-01-02T03:04:05.000Z";
    engine.recorded = { rows: 70, switchedAt, clean: true } as MoveResult;
    for (const [olds, news] of [
      [atA, movedToB],
      [{}, movedToB],
    ] as const) {
      said.length = 0;
      expect(await check(olds, news)).toEqual({ inputs: news, failures: [] });
      expect(said).toEqual([
        `core: has moved to new/erp.core already, at ${switchedAt}: 70 rows, verified. The state does not say so: this is recorded, and nothing is moved.`,
      ]);
    }
    expect(engine.asked.map(([verb]) => verb)).not.toContain("plan");
  });

  it("does nothing where nothing changed", async () => {
    expect(await check(movedToB, movedToB)).toEqual({ inputs: movedToB, failures: [] });
    expect(said).toEqual([]);
    expect(engine.asked).toEqual([]);
  });

  it("refuses an edit that is no step of a placement's life", async () => {
    const { failures } = await check(atA, atB);
    expect(failures).toEqual([{ property: "home", reason: expect.stringContaining("formerly") as unknown }]);
  });

  it("refuses what the plan forbids, each with its remedy and code", async () => {
    const blocker: Finding = {
      code: "long-name",
      level: "blocker",
      message: "Too long.",
      remedy: "Shorten it.",
    };
    engine.findings = [blocker, { ...blocker, level: "warning" }];
    expect((await check(atA, movedToB)).failures).toEqual([
      { property: "home", reason: "Too long. Shorten it. [long-name]" },
    ]);
  });

  it("refuses a server that cannot be reached, before it plans", async () => {
    engine.unreachable = { code: "wrong-password", level: "blocker", message: "No.", remedy: "Set it." };
    const { failures } = await check(atA, movedToB);
    expect(failures).toEqual([{ property: "home", reason: "No. Set it. [wrong-password]" }]); // of both ends, said once
    expect(engine.asked).toEqual([]);
    expect((await check({}, atA)).failures).toEqual([
      { property: "home", reason: "No. Set it. [wrong-password]" },
    ]);
  });

  it("refuses to retire what is not released", async () => {
    engine.released = false;
    expect((await check(movedToB, atB)).failures).toEqual([{ property: "home", reason: "not verified yet" }]);
  });

  it("asks for a part's release by its tables, and refuses other tables at that moment", async () => {
    const part = { ...movedToB, tables: ["a"] };
    expect((await check(part, { ...atB, tables: ["a"] })).failures).toEqual([]);
    expect(engine.asked).toEqual([
      ["release", { dataset: "core", old: end(A), home: end(B), tables: ["a"] }],
    ]);
    for (const now of [atB, { ...atB, tables: ["a", "b"] }]) {
      const { failures } = await check(part, now);
      expect(failures).toEqual([
        {
          property: "home",
          reason: expect.stringMatching(/^tables cannot change.*tables: \["a"\]/s) as unknown,
        },
      ]);
    }
  });

  it("refuses a role that cannot read what is there, where the stack declares roles", async () => {
    engine.unreadable = [..."abcd"].map((table) => ({ table, owner: "core_user" }));
    const renamed = { ...atA, owner: "other" };
    expect((await check(atA, renamed)).failures).toEqual([]);
    expect(engine.asked).toEqual([]);
    const declared = { ...renamed, declaredOn: ["old"] };
    const reason = expect.stringMatching(
      /^old\/core_db\.public: tables a, b, c and 1 more belong to "core_user", and "other", the role of core, may not read them\. Write role: "core_user"/,
    ) as unknown;
    for (const before of [atA, {}])
      expect((await check(before, declared)).failures).toEqual([{ property: "home", reason }]);
    expect((await check(atA, { ...atA, declaredOn: ["old"] })).failures).toEqual([]);
    engine.unreadable = [];
    expect((await check(atA, declared)).failures).toEqual([]);
  });

  it("refuses to retire on a host that left the stack file in the same edit", async () => {
    const { failures } = await check(movedToB, { ...atB, custody: { new: "rehome" } });
    expect(failures).toEqual([
      { property: "home", reason: expect.stringContaining("for one more pulumi up") as unknown },
    ]);
  });

  it("remembers how to reach a home that is retired", async () => {
    const { inputs: checked } = await check(movedToB, atB);
    expect(checked.formerlyServer).toEqual(servers.old);
  });

  it("settles on a host that is still to be created", async () => {
    expect((await check({}, inputs({ homeServer: UNKNOWN }))).failures).toEqual([]);
  });
});

describe("diff", () => {
  it("sees a move, and no change where there is none", async () => {
    expect(await diff(atA, movedToB)).toEqual({ changes: true });
    expect(await diff(movedToB, { ...movedToB, homeServer: UNKNOWN })).toEqual({ changes: false });
  });

  it("sees none in what the stack's other datasets take, and in its tenants", async () => {
    const part = { ...movedToB, tables: ["a"] };
    const others = { ...part, others: ["b*"], tenants: { pattern: "t_*", known: [] } };
    expect(await diff(part, others)).toEqual({ changes: false });
    expect(await diff(others, { ...others, others: ["b", "c"] })).toEqual({ changes: false });
  });
});

describe("create and update", () => {
  it("settle without touching a server", async () => {
    expect(await create(atA)).toEqual({ id: "core", outs: { ...atA, result: null, ready: true } });
    expect(engine.asked).toEqual([]);
  });

  it("move, and keep the result", async () => {
    const { outs } = await update(atA, movedToB);
    expect(outs).toEqual({ ...movedToB, ready: true, result: { clean: true, rows: 7 } });
    expect(engine.asked).toEqual([
      ["move", expect.objectContaining({ from: end(A), to: end(B), dataset: "core" })],
    ]);
    expect(said).toEqual(["core: copy"]);
  });

  it("adopt data from where it was before there was a stack", async () => {
    expect((await create(movedToB)).outs.result).toEqual({ clean: true, rows: 7 });
  });

  it("retire, dropping only where the file says so, and keep the last result", async () => {
    const { outs } = await update({ ...movedToB, result: { rows: 7 } }, atB);
    expect(engine.asked).toEqual([
      ["retire", { dataset: "core", old: end(A), home: end(B), drop: "database" }],
    ]);
    expect(outs.result).toEqual({ rows: 7 });
  });

  it("fail with the engine's message and code, and no stack", async () => {
    engine.failure = Object.assign(new Error("Rows differ."), { code: "verification-failed" });
    const error = await update(atA, movedToB).catch((caught: unknown) => caught as Error);
    expect(error).toMatchObject({
      message: "Rows differ. [verification-failed]",
      stack: "Rows differ. [verification-failed]",
    });
  });
});

describe("a service that moves without stopping", () => {
  const healthy: LinkHealth = {
    ...{ lag: 10, retained: 20, ready: true, running: true, broken: null, remedy: null, lost: false },
    ...{ errors: 0, confirmed: "0/1" },
  };
  const online = { mode: "online", verify: "checksum" } as const;
  const calm = inputs({ options: online });
  const preparing = inputs({ options: online, next: B, nextServer: servers.new });
  const moved = { ...movedToB, options: online };
  const ends = { dataset: "core", from: end(A), to: end(B) };

  it("is prepared by making the next home follow", async () => {
    engine.health = healthy;
    await update(calm, preparing);
    expect(engine.asked).toEqual([["followMove", { ...ends, options: online }]]);
    expect(said).toEqual([
      "core: new/erp.core follows, 10 B behind, 20 B of WAL kept for it; ready to switch",
    ]);
  });

  it("tells in each preview how far it is, and has nothing to do while it follows", async () => {
    engine.health = { ...healthy, lag: 1e9, ready: false };
    expect((await check(preparing, preparing)).failures).toEqual([]);
    expect(said).toEqual(["core: new/erp.core follows, 1000000000 B behind, 20 B of WAL kept for it"]);
    expect(await diff(preparing, preparing)).toEqual({ changes: false });
  });

  it("is mended by the next update where it does not follow", async () => {
    engine.health = { ...healthy, broken: "its slot is gone", lost: true };
    await check(preparing, preparing);
    expect(said).toEqual([
      "core: new/erp.core does not follow: its slot is gone. The next pulumi up mends it.",
    ]);
    expect(await diff(preparing, preparing)).toEqual({ changes: true });
    await update(preparing, preparing);
    expect(engine.asked.map(([verb]) => verb)).toEqual(["followMove"]);
  });

  it("tells what to do where no update can mend it", async () => {
    const remedy = "Raise max_logical_replication_workers there.";
    engine.health = { ...healthy, ready: false, running: false, broken: "no worker is left", remedy };
    await check(preparing, preparing);
    expect(said).toEqual([`core: new/erp.core does not follow: no worker is left. ${remedy}`]);
    expect(await diff(preparing, preparing)).toEqual({ changes: true });
  });

  it("needs nothing to follow inside one database", async () => {
    const within = inputs({ options: online, next: { ...A, schema: "core" }, nextServer: servers.old });
    await check(within, within);
    expect(said).toEqual(["core: old/core_db.core is in the same database; ready to switch"]);
    expect(await diff(within, within)).toEqual({ changes: false });
  });

  it("does not keep others waiting for a server that is down", async () => {
    engine.health = new Error("No answer.");
    await check(preparing, preparing);
    expect(said).toEqual(["core: whether new/erp.core follows is not known: No answer."]);
    expect(await diff(preparing, preparing)).toEqual({ changes: false });
  });

  it("leaves no trace when it is given up, becomes offline, or leaves the stack", async () => {
    await update(preparing, calm);
    expect(engine.asked).toEqual([["stopFollowing", ends]]);
    await update(preparing, { ...preparing, options: atA.options });
    const { remove } = await laterRun();
    await remove(preparing);
    await remove(moved);
    expect(engine.asked.slice(1).map(([verb]) => verb)).toEqual([
      ...["stopFollowing", "plan"],
      ...["stopFollowing", "stopFollowing"],
    ]);
    engine.asked.length = 0;
    await remove(calm);
    expect(engine.asked).toEqual([]);
  });

  it("leaves none either when it has become offline since its switch", async () => {
    await update(moved, movedToB);
    const { remove } = await laterRun();
    await remove(movedToB);
    expect(engine.asked).toEqual([["stopFollowing", { ...ends, from: end(B), to: end(A) }]]);
  });

  it("keeps nobody from forgetting what is offline, where a server is gone", async () => {
    engine.failure = Object.assign(new Error("No answer."), { code: "unreachable" });
    const { remove } = await laterRun();
    await remove(movedToB);
    expect(said).toEqual([expect.stringMatching(/^core is forgotten, but .* is not known: No answer\.$/)]);
    engine.failure = Object.assign(new Error("Refused."), { code: "rights-missing" });
    await expect(remove(movedToB)).rejects.toThrow("Refused.");
  });

  it("ends what the other end keeps of what is online where a server is gone, and says how to go on", async () => {
    engine.failure = Object.assign(new Error("No answer."), { code: "unreachable" });
    const { remove } = await laterRun();
    await expect(remove(moved)).rejects.toThrow(
      /^No answer\. Where it is gone for good, .*\(pulumi state delete, with the URN that ends in :Migration::core/,
    );
    expect(engine.asked.slice(1).sort()).toEqual([
      ["stopFollowingAt", "new"],
      ["stopFollowingAt", "old"],
    ]);
  });

  it.each([
    ["while it follows", preparing, preparing],
    ["in the run that switches", preparing, moved],
    ["since its switch", moved, moved],
  ])("goes on following where its resource is replaced %s", async (_when, before, now) => {
    const { check, remove } = await laterRun();
    await check({}, now);
    engine.asked.length = 0;
    await remove(before);
    expect(engine.asked).toEqual([]);
  });

  it("ends what a resource followed that was replaced by one which follows nothing, or something else", async () => {
    const { check, remove } = await laterRun();
    await check({}, calm);
    await check({}, { ...preparing, next: { ...B, schema: "elsewhere" } });
    engine.asked.length = 0;
    await remove(preparing);
    expect(engine.asked).toEqual([["stopFollowing", ends]]);
  });

  describe("is proven after its switch", () => {
    const given = {
      ...{ dataset: "core", owner: "core_user", options: online, migration: "m1" },
      ...{ home: B, formerly: A, homeServer: servers.new, formerlyServer: servers.old },
    };

    it("between the home that it left and the one that it has", async () => {
      expect(await proof.create(given)).toEqual({ id: "core", outs: { ...given, clean: true } });
      expect(engine.asked).toEqual([["prove", { ...ends, options: online }]]);
    });

    it("once for each switch, and again where the way back has broken", async () => {
      engine.health = healthy;
      expect(await proof.diff(given, given)).toEqual({ changes: false });
      expect(await proof.diff(given, { ...given, migration: UNKNOWN })).toEqual({ changes: true });
      expect(await proof.diff(given, { ...given, home: A, formerly: B })).toEqual({ changes: true });
      engine.health = { ...healthy, broken: "its subscription is disabled" };
      expect(await proof.diff(given, given)).toEqual({ changes: true });
    });

    it("or told not to be, in plain words", async () => {
      engine.failure = Object.assign(new Error("Rows differ."), { code: "verification-failed" });
      await expect(proof.update(given)).rejects.toMatchObject({
        message: "Rows differ. [verification-failed]",
      });
    });
  });
});
