import type { LinkHealth } from "@rehome/migration";
import { beforeEach, describe, expect, it, vi } from "vitest";
import * as proof from "../../components/src/migration/proof-provider";
import { check, diff, update } from "../../components/src/migration/provider";

const double = await vi.hoisted(() => import("./engine-double"));
vi.mock("@rehome/migration", () => double.migration);
vi.mock("@pulumi/pulumi", () => double.pulumi);
const { A, B, servers, UNKNOWN, inputs, atA, movedToB, end, engine, said, reset } = double;

/** The provider as another run's process has it, which has checked nothing yet. */
const laterRun = (): Promise<typeof import("../../components/src/migration/provider")> => {
  vi.resetModules();
  return import("../../components/src/migration/provider");
};

beforeEach(reset);

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

  const unreachable = Object.assign(new Error("No answer."), { code: "unreachable" });

  it("is given up where the next home's server is gone, and its home keeps nothing of it", async () => {
    Object.assign(engine, { silent: "new", failure: unreachable, ends: { new: unreachable } });
    engine.unreachable = { code: "unreachable", level: "blocker", message: "No answer.", remedy: "" };
    expect((await check(preparing, calm)).failures).toEqual([]);
    expect(said).toEqual([
      "core: No answer. [unreachable] Its preparation is given up all the same: nothing of it is left in old/core_db.public.",
    ]);
    said.length = 0;
    await update(preparing, calm);
    expect(said).toEqual([
      "core is no longer prepared: No answer. old/core_db.public has no replication slot and no fence of core any more. Whether a replication slot or a fence of core is left in new/erp.core is not known.",
    ]);
    engine.fenced = ["old"];
    await expect(update(preparing, calm)).rejects.toThrow(/stays fenced, for core was handed out elsewhere/);
    engine.ends = { old: unreachable };
    await expect(update(preparing, calm)).rejects.toThrow(/left in old\/core_db\.public is not known/);
    engine.silent = "old";
    expect((await check(preparing, calm)).failures).toMatchObject([{ reason: "No answer. [unreachable]" }]);
    engine.silent = "new";
    engine.unreachable = { code: "authentication-failed", level: "blocker", message: "Who?", remedy: "" };
    expect((await check(preparing, calm)).failures).toMatchObject([
      { reason: "Who? [authentication-failed]" },
    ]);
  });

  it("keeps nobody from forgetting what is offline where a server is gone, and says what may be left there", async () => {
    Object.assign(engine, { failure: unreachable, ends: { old: unreachable } });
    const { remove } = await laterRun();
    await remove(movedToB);
    expect(said).toEqual([
      "core is forgotten: No answer. new/erp.core has no replication slot and no fence of core any more. Whether a replication slot or a fence of core is left in old/core_db.public is not known.",
    ]);
    engine.failure = Object.assign(new Error("Refused."), { code: "rights-missing" });
    await expect(remove(movedToB)).rejects.toThrow("Refused.");
  });

  it("says that the old home stays fenced where the new one is gone", async () => {
    Object.assign(engine, { failure: unreachable, ends: { new: unreachable }, fenced: ["old"] });
    const { remove } = await laterRun();
    await remove(movedToB);
    expect(said).toEqual([
      expect.stringContaining(" old/core_db.public stays fenced, for core was handed out elsewhere"),
    ]);
  });

  it("forgets quietly where a database is gone, and its slots with it", async () => {
    engine.failure = Object.assign(new Error("No such database."), { code: "database-missing" });
    const { remove } = await laterRun();
    await remove(moved);
    expect(said).toEqual([]);
  });

  it("ends what the other end keeps of what is online where a server is gone, and says how to go on", async () => {
    Object.assign(engine, { failure: unreachable, ends: { old: unreachable } });
    const { remove } = await laterRun();
    await expect(remove(moved)).rejects.toThrow(
      /^No answer\. new\/erp\.core has no replication slot .* gone for good, .*\(pulumi state delete, with the URN that ends in :Migration::core/,
    );
    expect(engine.asked.slice(1).sort()).toEqual([
      ["abandonAt", "new"],
      ["abandonAt", "old"],
    ]);
  });

  it.each([
    ["online", moved],
    ["offline", movedToB],
  ])(
    "forgets nothing that is %s where nobody could be asked, or an end could not end it",
    async (_mode, state) => {
      const { remove } = await laterRun();
      Object.assign(engine, { failure: unreachable, ends: { old: unreachable, new: unreachable } });
      await expect(remove(state)).rejects.toThrow(
        /^No answer\. .*left in new\/erp\.core is not known\. .*left in old\/core_db\.public is not known\. Run this again when it answers;/,
      );
      engine.ends = { old: unreachable, new: new Error("Its lock is held.") };
      await expect(remove(state)).rejects.toThrow(/^Its lock is held\.$/);
      expect(said).toEqual([]);
    },
  );

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
