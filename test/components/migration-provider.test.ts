import type { Finding, MoveResult } from "@rehome/migration";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { check, create, diff, update } from "../../components/src/migration/provider";

const double = await vi.hoisted(() => import("./engine-double"));
vi.mock("@rehome/migration", () => double.migration);
vi.mock("@pulumi/pulumi", () => double.pulumi);
const { A, B, servers, UNKNOWN, inputs, atA, movedToB, atB, end, engine, said, reset } = double;

beforeEach(reset);

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

  describe("where the home that is gone back from is lost", () => {
    const back = inputs({ home: A, formerly: B, formerlyServer: servers.new });
    const lost = { code: "unreachable", level: "blocker", message: "No answer.", remedy: "" } as const;
    const reopened = { strategy: "reopen", rows: 0, switchedAt: "then", clean: false } as MoveResult;

    it("names the command that opens the old one", async () => {
      Object.assign(engine, { silent: "new", unreachable: lost });
      const { failures } = await check(movedToB, back);
      expect(failures.map(({ reason }) => reason)).toEqual([
        "No answer. [unreachable]",
        "Where new/erp.core is gone for good: rehome reopen --lost new opens old/core_db.public again, without what had not arrived there.",
      ]);
    });

    it("names none where it is the old one that does not answer", async () => {
      Object.assign(engine, { silent: "old", unreachable: lost });
      const { failures } = await check(movedToB, back);
      expect(failures.map(({ reason }) => reason)).toEqual(["No answer. [unreachable]"]);
    });

    it("goes back to what was opened again, and plans nothing", async () => {
      Object.assign(engine, { silent: "new", unreachable: lost, reopened });
      expect(await check(movedToB, back)).toEqual({ inputs: back, failures: [] });
      expect(said).toEqual([
        "core: was opened again in old/core_db.public, at then, without what had not arrived there from new/erp.core. The state does not say so: this is recorded, and nothing is moved.",
      ]);
      expect(engine.asked).toEqual([]);
    });

    it("forgets it in the same edit, asking no policy for a proof, and keeps what the journal says", async () => {
      Object.assign(engine, { silent: "new", unreachable: lost, reopened });
      const { inputs: checked, failures } = await check(movedToB, atA);
      expect(failures).toEqual([]);
      expect(checked).toEqual({ ...atA, lost: B });
      expect(said).toEqual(["core: it is lost."]);
      const { outs } = await update(movedToB, checked);
      expect(outs).toMatchObject({ home: A, result: reopened });
      expect(engine.asked.at(-1)).toEqual([
        "retire",
        { dataset: "core", old: end(B), home: end(A), drop: "nothing" },
      ]);
    });

    it("refuses that edit where nothing was opened again", async () => {
      const { failures } = await check(movedToB, atA);
      expect(failures[0]?.reason).toMatch(/^The last move is not finished/);
    });
  });

  it("refuses to retire what is not released", async () => {
    engine.released = false;
    expect((await check(movedToB, atB)).failures).toEqual([{ property: "home", reason: "not verified yet" }]);
  });

  it("retires what does not answer, with a warning, unless it is to be dropped", async () => {
    engine.silent = "old";
    engine.unreachable = { code: "unreachable", level: "blocker", message: "No answer.", remedy: "" };
    const kept = { ...atB, custody: { old: "kept", new: "rehome" } } as const;
    const { inputs: checked, failures } = await check(movedToB, kept);
    expect(failures).toEqual([]);
    expect(checked.retired).toEqual({ placement: A, verified: true });
    expect(said).toEqual(["core: not verified yet."]);
    expect((await check(movedToB, atB)).failures.map(({ reason }) => reason)).toEqual([
      "No answer. [unreachable]",
      'Where it is gone for good, take dropRetired off host "old": what is left there is then left alone.',
    ]);
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
