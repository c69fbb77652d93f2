import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { stepsOf } from "./support";
import { SECRET, things, type Things } from "./things";

let world: Things;
beforeEach(async () => {
  world = await things();
});
afterEach(() => world.sandbox.remove());

describe("the order of steps", () => {
  it("creates, then updates, then what depends on it, and deletes what was removed last", async () => {
    await world.run("up", [
      { name: "old" },
      { name: "mover", size: 1, dependsOn: ["old"] },
      { name: "app", dependsOn: ["mover"] },
    ]);
    expect(await world.done()).toEqual(["create old", "create mover", "create app"]);

    const next = [
      { name: "new" },
      { name: "mover", size: 2, dependsOn: ["new"] },
      { name: "app", size: 2, dependsOn: ["mover"] },
    ];
    const moved = await world.run("up", next);
    expect(moved.exitCode).toBe(0);
    expect(await world.done()).toEqual(["create new", "update mover 1->2", "update app 1->2", "delete old"]);
    expect(stepsOf(moved)).toEqual(["create new", "update mover", "update app", "delete old"]);

    const again = await world.run("up", next);
    expect(stepsOf(again)).toEqual([]);
    expect(await world.done()).toEqual([]);
    expect(again.text).toContain("4 unchanged");
  });

  it("shows in a preview what an up then does, and does nothing itself", async () => {
    const preview = await world.run("preview", [
      { name: "one" },
      { name: "two", dependsOn: ["one"], kindOf: "one" },
    ]);
    expect(stepsOf(preview)).toEqual(["create one", "create two"]);
    expect(preview.text).toContain("Previewing update (dev):");
    expect(preview.text).toContain("+ 3 to create");
    expect(await world.done()).toEqual([]);
    await expect(world.sandbox.state()).rejects.toThrow("ENOENT");
  });

  it("shows components with their children below them", async () => {
    const preview = await world.run("preview", [{ name: "leaf", group: "branch" }]);
    expect(preview.text).toMatch(/\+ {3}└─ test:index:Group +branch +create/);
    expect(preview.text).toMatch(/\+ {6}└─ pulumi-nodejs:dynamic\/test:Thing +leaf +create/);
  });

  it("deletes everything in a destroy, dependants first, and can start over", async () => {
    const wishes = [
      { name: "one" },
      { name: "two", dependsOn: ["one"] },
      { name: "three", dependsOn: ["two"] },
    ];
    await world.run("up", wishes);
    await world.done();
    const destroyed = await world.run("destroy", wishes);
    expect(destroyed.exitCode).toBe(0);
    expect(await world.done()).toEqual(["delete three", "delete two", "delete one"]);
    expect(JSON.parse(await world.sandbox.state())).toHaveProperty("deployment.resources", []);
    expect((await world.run("up", wishes)).exitCode).toBe(0);
  });
});

describe("replacement", () => {
  it("creates the new one first and deletes the old one at the end", async () => {
    await world.run("up", [
      { name: "base", kind: "a" },
      { name: "user", kindOf: "base" },
    ]);
    await world.done();
    const result = await world.run("up", [
      { name: "base", kind: "b" },
      { name: "user", kindOf: "base" },
    ]);
    expect(await world.done()).toEqual(["create base", "create user", "delete user", "delete base"]);
    expect(stepsOf(result)).toEqual([
      "create-replacement base",
      "replace base",
      "create-replacement user",
      "replace user",
      "delete-replaced user",
      "delete-replaced base",
    ]);
  });

  it("deletes first when the provider says so, with the dependants that would be replaced", async () => {
    await world.run("up", [
      { name: "base", kind: "a", deleteFirst: true },
      { name: "user", kindOf: "base" },
      { name: "neighbour", dependsOn: ["base"] },
    ]);
    await world.done();
    const result = await world.run("up", [
      { name: "base", kind: "b", deleteFirst: true },
      { name: "user", kindOf: "base" },
      { name: "neighbour", dependsOn: ["base"] },
    ]);
    expect(await world.done()).toEqual(["delete user", "delete base", "create base", "create user"]);
    expect(result.exitCode).toBe(0);
    expect(
      (
        await world.run("preview", [
          { name: "base", kind: "b", deleteFirst: true },
          { name: "user", kindOf: "base" },
          { name: "neighbour", dependsOn: ["base"] },
        ])
      ).steps.every(({ op }) => op === "same"),
    ).toBe(true);
  });

  it("replaces on a change that the program names", async () => {
    await world.run("up", [{ name: "one", size: 1 }]);
    await world.done();
    await world.run("up", [{ name: "one", size: 2, replaceOn: ["size"] }]);
    expect(await world.done()).toEqual(["create one", "delete one"]);
  });

  it("keeps a resource that has a new name and an alias", async () => {
    await world.run("up", [
      { name: "before", group: "g" },
      { name: "user", dependsOn: ["before"] },
    ]);
    await world.done();
    const result = await world.run("up", [
      { name: "after", group: "g", formerly: "before" },
      { name: "user", dependsOn: ["after"] },
    ]);
    expect(result.exitCode).toBe(0);
    expect(await world.done()).toEqual([]);
    expect(await world.sandbox.state()).not.toContain("::before");
  });
});

describe("options", () => {
  it("ignores changes that are to be ignored", async () => {
    await world.run("up", [{ name: "one", size: 1 }]);
    await world.done();
    const result = await world.run("up", [{ name: "one", size: 2, ignore: ["size"] }]);
    expect(stepsOf(result)).toEqual([]);
  });

  it("refuses to delete what is protected, before anything is touched", async () => {
    await world.run("up", [{ name: "safe", protect: true }, { name: "other" }]);
    await world.done();
    const result = await world.run("up", [], { skipPreview: false });
    expect(result.exitCode).toBe(1);
    expect(result.text).toContain("because it is protected");
    expect(await world.done()).toEqual([]);
  });

  it("refuses to replace what is protected", async () => {
    await world.run("up", [{ name: "safe", kind: "a", protect: true }]);
    await world.done();
    const result = await world.run("up", [{ name: "safe", kind: "b", protect: true }]);
    expect(result.exitCode).toBe(1);
    expect(result.text).toContain("unable to replace resource");
    expect(await world.done()).toEqual([]);
  });

  it("only forgets what is to be retained, and says so", async () => {
    await world.run("up", [{ name: "kept", retain: true }]);
    await world.done();
    const result = await world.run("up", [], { skipPreview: false });
    expect(result.text).toMatch(/- +└─ pulumi-nodejs:dynamic\/test:Thing +kept +delete\[retain\]/);
    expect(stepsOf(result)).toEqual(["delete kept"]);
    expect(await world.done()).toEqual([]);
    expect(await world.sandbox.state()).not.toContain("kept");
  });
});

describe("secrets", () => {
  it("are encrypted in the state and hidden in every output, and given to who runs the rehearsal", async () => {
    const result = await world.run("up", [{ name: "one", token: "secret" }], { skipPreview: false });
    expect(result.text).toContain("creating one with [secret]");
    expect(result.text).toContain("password: [secret]");
    expect(JSON.stringify([result.text, result.diagnostics])).not.toContain(SECRET);
    const state = await world.sandbox.state();
    expect(state).not.toContain(SECRET);
    expect(state).toContain('"ciphertext"');
    expect(result.outputs).toMatchObject({ password: SECRET, kinds: { one: "plain" } });
  });
});

describe("the display", () => {
  it("names each step, the outputs and the sum", async () => {
    const { text } = await world.run("up", [{ name: "one" }]);
    expect(text).toContain("Updating (dev):");
    expect(text).toContain(" +  pulumi-nodejs:dynamic/test:Thing one creating (0s)");
    expect(text).toMatch(/ \+ {2}pulumi-nodejs:dynamic\/test:Thing one created \(\d/);
    expect(text).toContain("    + 2 created");
    expect(text).toMatch(/Duration: \d+s/);
    const second = await world.run("up", [{ name: "one", size: 2 }]);
    expect(second.text).toContain("one updating (0s) [diff: ~size]");
  });
});
