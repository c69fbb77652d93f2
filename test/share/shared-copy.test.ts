import { move } from "@rehome/migration";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Pace } from "../../migration/src/copy/pace";
import { closeWires } from "../../migration/src/copy/wire";
import { copyShare, openStream } from "../../migration/src/share/claim";
import { closeShare, type Terms } from "../../migration/src/share/share";
import { open } from "../../migration/src/sql/connect";
import { contents, leftovers, makeWorld, until, value } from "../migration/dataset";
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
  it("has every row once, whoever copied it", async () => {
    const { request } = await world([a, b], "shared");
    const before = await contents(a, request.from);
    const workers = await Promise.all(["one", "two"].map((name) => startWorker(request, name)));
    const seen: number[] = [];
    const result = await move(request, ({ workers: others }) => seen.push(others ?? 0));
    expect(result).toMatchObject({ clean: true, tables: 15 });
    for (const { ended } of workers)
      expect(await ended).toEqual({ code: 0, said: expect.stringMatching(/copied \d+ shares/) as string });
    expect(await contents(b, request.to)).toEqual(before);
    expect(await doneBy(b, "shared")).toEqual(new Set(["leader 1", "one", "two"]));
    expect(Math.max(...seen)).toBe(2);
    const ranges = (await sharesOf(b, "shared")).filter(({ table_name }) => table_name === "big");
    expect(ranges.length).toBeGreaterThan(5);
    expect(await leftovers(b, request.to)).toEqual([]);
    // Whoever comes afterwards has nothing to do.
    const late = await startWorker(request, "late");
    expect((await late.ended).code).toBe(0);
  });

  it("commits nothing that was read before a write to it, though the leader died and the worker went on", async () => {
    const { request, login } = await world([a, b], "orphaned");
    const one = await startWorker(request, "one");
    const leader = startLeader(request);
    await midway(b, "orphaned", "one");
    const shares = await sharesOf(b, "orphaned");
    one.child.kill("SIGSTOP");
    await kill(leader);
    // Nobody fences any more: the service goes on.
    const write = "UPDATE big SET v = 'since' WHERE id % 3 = 0; DELETE FROM toasted WHERE id < 10";
    await until(() => a.sql("orphaned", write, login).then(Boolean, () => false));
    await a.sql("orphaned", "INSERT INTO s3 VALUES (0, 'since')", login);
    const before = await contents(a, request.from);
    expect(shares.some(({ done }) => !done)).toBe(true);
    // It is in the middle of a share, with rows of before: the next leader does not wait for it.
    const moving = move(request);
    await until(async () => (await value(b, "orphaned", "SELECT attempt FROM rehome.migration")) === 2);
    one.child.kill("SIGCONT");
    expect(await moving).toMatchObject({ clean: true });
    expect((await one.ended).code).toBe(0);
    expect(await contents(b, request.to)).toEqual(before);
  });
});

describe("a copy that is closed", () => {
  it("takes nothing any more that was read before, whoever has it and however slowly", async () => {
    const { request } = await world([a, b], "closed", { copyRate: 2 * MB });
    const moving = move(request).then(String, String);
    await until(async () => (await sharesOf(b, "closed")).length > 0, 60);
    const share = await value<string>(
      b,
      "closed",
      "SELECT migration::text FROM rehome.share WHERE token IS NOT NULL",
    );
    const token = await value<string>(b, "closed", "SELECT token::text FROM rehome.share");
    const terms = await value<Terms>(b, "closed", "SELECT terms FROM rehome.share");
    const about = { from: request.from, to: request.to, migration: share, token, terms, worker: "slow" };
    const stream = await openStream(about);
    // One that a termination does not find: it has to be waited for.
    const hidden = await openStream(about);
    await hidden.target.run("SET application_name = 'rehome hidden'");
    const pace = new Pace();
    let begun = 0;
    let released = false;
    const onBytes = (): void => {
      begun += 1;
      if (!released) pace.hold(true);
    };
    const slow = [stream, hidden].map((one) =>
      copyShare(one, onBytes, pace).then(
        ({ kind }) => kind,
        () => "failed",
      ),
    );
    await until(async () => begun >= 2);
    const control = await open(request.to.server, "closed");
    try {
      // As the server has it once the copy is closed: what was under way has ended.
      const closing = closeShare(control, share).then(() =>
        value<string>(
          b,
          "closed",
          "SELECT count(*)::text FROM rehome.work WHERE worker = 'slow' AND done_at IS NOT NULL",
        ),
      );
      const there = `SELECT count(*)::int FROM pg_stat_activity WHERE pid = ${stream.pid}`;
      await until(async () => (await value(b, "postgres", there)) === 0);
      released = true;
      pace.hold(false);
      expect(await Promise.all(slow)).toEqual(["failed", "copied"]);
      expect(await closing).toBe("1");
      const last = await openStream(about);
      expect(await copyShare(last, () => undefined)).toEqual({ kind: "closed" });
      [stream, hidden, last].forEach(closeWires);
    } finally {
      await control.end();
    }
    expect(await moving).not.toMatch(/object/); // it was closed under its leader too
    const before = await contents(a, request.from);
    expect(await move({ ...request, options: { ...request.options, copyRate: 90 * MB } })).toMatchObject({
      clean: true,
    });
    expect(await contents(b, request.to)).toEqual(before);
  });
});

describe("the worker program", () => {
  it("gives up where nobody leads, and says so", async () => {
    const { request } = await makeWorld(a, b, "lonely", "CREATE TABLE t (id int)");
    const { ended } = await startWorker(request, "lonely", 1);
    const { code, said } = await ended;
    expect(code).toBe(2);
    expect(said).toMatch(/nobody has moved lonely .* for 1 s/);
  });

  it("ends at once where trying again is in vain, without a word of the password", async () => {
    const { request } = await makeWorld(a, b, "refused", "CREATE TABLE t (id int)");
    const to = { ...request.to, server: { ...request.to.server, password: "wr0ng-s3cret" } };
    const { code, said } = await (await startWorker({ ...request, to }, "refused")).ended;
    expect(code).toBe(2);
    expect(said).toMatch(/refused user "postgres"/);
    expect(said).not.toMatch(/wr0ng/);
  });
});
