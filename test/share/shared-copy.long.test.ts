import { move } from "@rehome/migration";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { contents, until, value } from "../migration/dataset";
import { startServer, type TestServer } from "../support/servers";
import { kill, midway, sharesOf, startLeader, startWorker } from "./worker";
import { doneBy, MB, world } from "./world";

let a: TestServer;
let b: TestServer;
beforeAll(async () => {
  [a, b] = await Promise.all([startServer(), startServer()]);
});
afterAll(() => Promise.all([a.stop(), b.stop()]));

describe("a copy that processes share", () => {
  it("outlives workers that are killed in the middle of a range", async () => {
    const { request } = await world([a, b], "killed");
    const before = await contents(a, request.from);
    const workers = await Promise.all(["one", "two"].map((name) => startWorker(request, name)));
    const moving = move(request);
    for (const { name, child } of workers) {
      await midway(b, "killed", name);
      await kill(child);
    }
    expect(await moving).toMatchObject({ clean: true });
    expect(await contents(b, request.to)).toEqual(before);
  });

  it("copies what was written to again, and keeps what a worker brought after its leader's death", async () => {
    const { request, login } = await world([a, b], "kept");
    const one = await startWorker(request, "one");
    const leader = startLeader(request);
    await midway(b, "kept", "one");
    await kill(leader);
    await until(() => a.sql("kept", "DELETE FROM toasted WHERE id = 1", login).then(Boolean, () => false));
    const before = await contents(a, request.from);
    // It brings its share home, and begins no other.
    await until(
      async () =>
        (await value(b, "kept", "SELECT count(*)::int FROM rehome.worker WHERE left_at IS NOT NULL")) === 1,
    );
    const kept = (await sharesOf(b, "kept")).filter(({ done, table_name }) => done && table_name === "big");
    expect(await move(request)).toMatchObject({ clean: true });
    expect((await one.ended).code).toBe(0);
    expect(await contents(b, request.to)).toEqual(before);
    const after = await sharesOf(b, "kept");
    for (const { ordinal, worker } of kept)
      expect(after.find((share) => share.ordinal === ordinal)?.worker).toBe(worker);
  });

  it("is done without those who cannot reach both ends, and says why they could not", async () => {
    const { request } = await world([a, b], "unreached");
    const before = await contents(a, request.from);
    const from = { ...request.from, server: { ...request.from.server, port: 1 } };
    const one = await startWorker({ ...request, from }, "one");
    expect(await move(request)).toMatchObject({ clean: true });
    await one.ended;
    expect(await contents(b, request.to)).toEqual(before);
    expect(await doneBy(b, "unreached")).toEqual(new Set(["leader 1"]));
    const said = "SELECT message FROM rehome.event WHERE stage = 'shared'";
    expect(await value(b, "unreached", said)).toMatch(/one: PostgreSQL at 127\.0\.0\.1:1 cannot be reached/);
  });

  it("refuses ranges of a table that was rewritten meanwhile, and copies it afresh the next time", async () => {
    const { request } = await world([a, b], "rewritten", { copyRate: 3 * MB });
    const moving = move(request).then(String, String);
    await until(async () => (await sharesOf(b, "rewritten")).some(({ done }) => done), 60);
    await a.sql("rewritten", "VACUUM FULL big");
    expect(await moving).toMatch(/table big .* was rewritten \(VACUUM FULL, CLUSTER\)/);
    const before = await contents(a, request.from);
    expect(await move({ ...request, options: { ...request.options, copyRate: 90 * MB } })).toMatchObject({
      clean: true,
    });
    expect(await contents(b, request.to)).toEqual(before);
  });

  it("reads from the leader's snapshot while the service goes on writing", async () => {
    const { request, login } = await world([a, b], "followed", { mode: "online" });
    const workers = await Promise.all(["one", "two"].map((name) => startWorker(request, name)));
    let writes = 0;
    const state = { over: false };
    const writing = (async (): Promise<void> => {
      while (!state.over) {
        const write = `INSERT INTO big (v) VALUES ('w'); UPDATE big SET v = 'u' WHERE id = ${writes * 11 + 1}`;
        await a.sql("followed", write, login).then(
          () => (writes += 1),
          () => (state.over = true),
        );
      }
    })();
    const result = await move(request);
    state.over = true;
    await writing;
    expect(result.strategy).toBe("follow");
    for (const { ended } of workers) expect((await ended).code).toBe(0);
    expect([...(await doneBy(b, "followed"))]).toEqual(expect.arrayContaining(["one", "two"]));
    expect(writes).toBeGreaterThan(5);
    expect(await contents(b, request.to)).toEqual(await contents(a, request.from));
  });
});
