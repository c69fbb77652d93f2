import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { spawn } from "node:child_process";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sandbox, stepsOf } from "./support";
import { things, type Things } from "./things";

let world: Things;
beforeEach(async () => {
  world = await things();
});
afterEach(() => world.sandbox.remove());

describe("a failing resource", () => {
  it("stops what depends on it and keeps what was done; the next run goes on from there", async () => {
    const broken = await world.run("up", [
      { name: "first" },
      { name: "bad", fault: "throw", dependsOn: ["first"] },
      { name: "after", dependsOn: ["bad"] },
    ]);
    expect(broken.exitCode).toBe(1);
    expect(broken.text).toContain("error: the backend said no to bad");
    expect(await world.done()).toEqual(["create first", "create bad"]);
    const mended = await world.run("up", [
      { name: "first" },
      { name: "bad", dependsOn: ["first"] },
      { name: "after", dependsOn: ["bad"] },
    ]);
    expect(mended.exitCode).toBe(0);
    expect(await world.done()).toEqual(["create bad", "create after"]);
  });

  it("is kept when it was made in part, and the next run updates it", async () => {
    const partial = await world.run("up", [{ name: "half", size: 3, fault: "partial" }]);
    expect(partial.exitCode).toBe(1);
    expect(partial.text).toContain("half is not ready");
    expect(partial.text).toContain("stopped half-way");
    expect(await world.sandbox.state()).toContain('"initErrors"');
    await world.done();
    const resumed = await world.run("up", [{ name: "half", size: 3 }]);
    expect(resumed.exitCode).toBe(0);
    expect(await world.done()).toEqual(["update half 3->3"]);
    expect(stepsOf(await world.run("up", [{ name: "half", size: 3 }]))).toEqual([]);
  });

  it("keeps an update's old state, so that the update is tried again", async () => {
    await world.run("up", [{ name: "one", size: 1 }]);
    await world.done();
    expect((await world.run("up", [{ name: "one", size: 2, fault: "throw" }])).exitCode).toBe(1);
    expect((await world.run("up", [{ name: "one", size: 2 }])).exitCode).toBe(0);
    expect(await world.done()).toEqual(["update one 1->2", "update one 1->2"]);
  });

  it.each(["", "partial"])("stays who it is through an update (fault: %j)", async (fault) => {
    const identity = async (): Promise<unknown> => {
      const { deployment } = JSON.parse(await world.sandbox.state()) as {
        deployment: { resources: { urn: string; id?: string; created?: string }[] };
      };
      const found = deployment.resources.find(({ urn }) => urn.endsWith("::one"));
      return { id: found?.id, created: found?.created };
    };
    await world.run("up", [{ name: "one", size: 1 }]);
    const before = await identity();
    expect(before).toEqual({ id: "id-one", created: expect.stringMatching(/^20/) as unknown });
    const updated = await world.run("up", [{ name: "one", size: 2, fault }]);
    expect(updated.exitCode).toBe(fault === "" ? 0 : 1);
    expect(await identity()).toEqual(before);
  });

  it("is refused by its check in the preview, before anything is touched", async () => {
    const result = await world.run(
      "up",
      [{ name: "first" }, { name: "bad", fault: "reject", dependsOn: ["first"] }],
      {
        skipPreview: false,
      },
    );
    expect(result.exitCode).toBe(1);
    expect(result.text).toContain(
      "pulumi-nodejs:dynamic/test:Thing resource 'bad': property fault value {reject} has a problem: it is to be rejected",
    );
    expect(await world.done()).toEqual([]);
  });
});

describe("hooks", () => {
  it("veto a deletion, which the next run tries again", async () => {
    await world.run("up", [
      { name: "data", guarded: true },
      { name: "other", dependsOn: ["data"] },
    ]);
    await world.done();
    const vetoed = await world.run("up", [{ name: "other" }]);
    expect(vetoed.exitCode).toBe(1);
    expect(vetoed.text).toContain('before hook "veto" failed: data still holds data');
    expect(await world.done()).toEqual([]);
    expect(await world.sandbox.state()).toContain("::data");
    const allowed = await world.run("up", [{ name: "other" }], { allow: "data" });
    expect(allowed.exitCode).toBe(0);
    expect(await world.done()).toEqual(["delete data"]);
  });

  it("run in a destroy, too", async () => {
    const wishes = [{ name: "data", guarded: true }];
    await world.run("up", wishes);
    await world.done();
    const vetoed = await world.run("destroy", wishes);
    expect(vetoed.exitCode).toBe(1);
    expect(vetoed.text).toContain("data still holds data");
    expect(await world.done()).toEqual([]);
    expect((await world.run("destroy", wishes, { allow: "data" })).exitCode).toBe(0);
    expect(await world.done()).toEqual(["delete data"]);
  });
});

describe("a program that cannot be rehearsed", () => {
  it("is refused in one line that names the type, before anything is touched", async () => {
    const stranger = await sandbox("stranger");
    const result = await stranger.run("up", {}, { skipPreview: false });
    expect(result.exitCode).toBe(1);
    expect(result.text).toContain('resources of type "cloud:storage/bucket:Bucket" cannot be rehearsed');
    await expect(stranger.state()).rejects.toThrow("ENOENT");
    await stranger.remove();
  });

  it("is told what is wrong with its own code, and deletes nothing", async () => {
    await world.run("up", [{ name: "one" }]);
    await world.done();
    await writeFile(join(world.sandbox.directory, "index.ts"), 'throw new Error("on purpose");\n');
    const result = await world.run("up", []);
    expect(result.exitCode).toBe(1);
    expect(result.text).toContain("on purpose");
    expect(await world.done()).toEqual([]);
    expect(await world.sandbox.state()).toContain("::one");
  });
});

const bin = resolve(__dirname, "../../rehearsal/dist/bin.js");
const until = async (met: () => boolean): Promise<void> => {
  for (let i = 0; !met(); i += 1) {
    if (i > 1_000) throw new Error("waited in vain");
    await sleep(20);
  }
};

describe("a killed host", () => {
  it("leaves no provider at work, and the next run goes on", async () => {
    const wishes = [{ name: "first" }, { name: "slow", fault: "wait", dependsOn: ["first"] }];
    const file = join(world.sandbox.directory, "Pulumi.dev.yaml");
    const config = { "things:wishes": wishes, "things:log": world.log, "things:secret": "word-word" };
    await writeFile(file, JSON.stringify({ config }));
    const host = spawn(process.execPath, [bin, "up", "--skip-preview", "--cwd", world.sandbox.directory], {
      stdio: "ignore",
    });
    const ended = new Promise((done) => host.once("exit", done));
    await until(() => existsSync(world.log));
    let lines: string[] = [];
    while (!lines.includes("create slow")) {
      lines = [...lines, ...(await world.done())];
      await sleep(20);
    }
    host.kill("SIGKILL");
    await ended;
    expect(await world.sandbox.state()).toContain('"pending_operations"');
    await writeFile(`${world.log}.go`, "");
    const resumed = await world.run("up", wishes);
    expect(resumed.exitCode).toBe(0);
    expect(resumed.text).toContain("an earlier run was interrupted while creating this resource");
    expect(await world.done()).toEqual(["create slow"]);
    expect(await world.sandbox.state()).not.toContain('"pending_operations"');
  });

  it("keeps a second run away while the first one works", async () => {
    const wishes = [{ name: "slow", fault: "wait" }];
    const first = world.run("up", wishes);
    await until(() => existsSync(world.log));
    await expect(world.run("up", wishes)).rejects.toThrow("is being changed by process");
    await writeFile(`${world.log}.go`, "");
    expect((await first).exitCode).toBe(0);
  });

  it("ends gracefully when canceled: the step under way is kept", async () => {
    const cancel = new AbortController();
    const wishes = [
      { name: "slow", fault: "wait" },
      { name: "after", dependsOn: ["slow"] },
    ];
    const run = world.run("up", wishes, { signal: cancel.signal });
    await until(() => existsSync(world.log));
    cancel.abort();
    await writeFile(`${world.log}.go`, "");
    const result = await run;
    expect(result.exitCode).toBe(1);
    expect(result.text).toContain("canceled");
    await world.done();
    await world.run("up", wishes);
    expect(await world.done()).toEqual(["create after"]);
  });
});

describe("another stack", () => {
  it("is read by a stack reference, its secrets still secret", async () => {
    await world.run("up", [{ name: "one", kind: "special" }]);
    const reader = await sandbox("reader", resolve(world.sandbox.directory, ".."));
    const result = await reader.run("up");
    expect(result.exitCode).toBe(0);
    expect(result.outputs).toMatchObject({ kinds: { one: "special" } });
    expect(result.text).toContain("password: [secret]");
  });
});
