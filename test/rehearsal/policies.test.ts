import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sandbox, stepsOf, type Sandbox } from "./support";

const pack = resolve(__dirname, "../../policy");
let program: Sandbox;
let levels: string;
beforeAll(async () => {
  program = await sandbox("policed");
  levels = await mkdtemp(join(tmpdir(), "rehearsal-levels-"));
});
afterAll(async () => {
  await program.remove();
  await rm(levels, { recursive: true, force: true });
});

const BOSS = { "policed:name": "boss", "policed:superuser": "true" };
const by = (path: string, config?: string) => ({ policyPacks: [{ path, ...(config && { config }) }] });

describe("a policy pack", () => {
  it("forbids a preview that breaks a mandatory rule, says all that is wrong, what is to be done, and no secret", async () => {
    const config = {
      ...{ "policed:name": "TheBoss", "policed:superuser": "true" },
      "policed:password": { secret: "hunter2hunter2" },
    };
    const { exitCode, text, violations, steps } = await program.run("preview", config, by(pack));
    expect(exitCode).toBe(5);
    expect(violations.map(({ level, policy }) => `${level} ${policy}`)).toEqual([
      "mandatory plain-roles",
      "mandatory passwords-secret",
      "advisory names",
    ]);
    expect(text + JSON.stringify(violations)).not.toContain("hunter2");
    expect(violations[0]?.urn).toContain("::boss");
    expect(text).toContain("❌ rehome@v0.1.0");
    expect(text).toMatch(/- \[mandatory\] {2}plain-roles {2}\(postgresql:index:Role: boss\)/);
    expect(text).toContain("SUPERUSER: it passes every check there is");
    expect(stepsOf({ steps } as never)).toContain("create boss"); // the rest of the plan is shown
  });

  it("stops an update before the resource is made", async () => {
    const { exitCode, steps, text } = await program.run("up", BOSS, by(pack));
    expect(exitCode).toBe(5);
    expect(stepsOf({ steps } as never)).not.toContain("create boss");
    expect(text).toContain("a policy forbids it");
  });

  it("is enforced as its configuration says", async () => {
    const file = join(levels, "levels.json");
    await writeFile(file, JSON.stringify({ all: "advisory", names: "disabled" }));
    const { exitCode, violations } = await program.run("preview", BOSS, by(pack, file));
    expect(exitCode).toBe(0);
    expect(violations.map(({ level, policy }) => `${level} ${policy}`)).toEqual(["advisory plain-roles"]);
  });

  it("has nothing to say of what is right", async () => {
    const { exitCode, violations, text } = await program.run("preview", { "policed:name": "a" }, by(pack));
    expect([exitCode, violations]).toEqual([0, []]);
    expect(text).not.toContain("Policies:");
  });

  it("that is not there, or not what its configuration says, is one clear error", async () => {
    await expect(program.run("preview", BOSS, by(levels))).rejects.toThrow("it has no PulumiPolicy.yaml");
    const file = join(levels, "wrong.json");
    await writeFile(file, JSON.stringify({ "no-such-rule": "advisory" }));
    await expect(program.run("preview", BOSS, by(pack, file))).rejects.toThrow('names "no-such-rule"');
    await writeFile(file, JSON.stringify({ names: "sternly" }));
    await expect(program.run("preview", BOSS, by(pack, file))).rejects.toThrow('gives the level "sternly"');
  });
});
