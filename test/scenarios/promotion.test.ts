import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { NAMES, SERVICES } from "./hexabuilders-services";
import { contents, query, refusal } from "./proof";
import { stage, type Connection, type Runner, type Stage } from "./stage";

let dev: Stage;
let prod: Runner;
const before: Record<string, Record<string, string>> = {};
let shared: Connection;
let plans: string;

beforeAll(async () => {
  dev = await stage("hexabuilders");
  expect((await dev.run("up", 1)).exitCode).toBe(0);
  shared = await dev.administrator("shared", "hexabuilders");
  for (const name of NAMES) before[name] = await contents(shared, SERVICES[name].dev);
});
afterAll(async () => {
  delete process.env["REHOME_APPROVED_PLANS"];
  await dev.end();
  await rm(plans, { recursive: true, force: true });
});

describe("from the dev stack's server to production's instances", () => {
  it("the preview plans each move from what the dev stack hands out, and shows no password", async () => {
    prod = await dev.beside("prod", "promotion/1-from-dev.yaml");
    plans = await mkdtemp(join(tmpdir(), "rehome-plans-"));
    process.env["REHOME_PLAN_DIR"] = join(plans, "plans");
    const { exitCode, text } = await prod.run("preview");
    delete process.env["REHOME_PLAN_DIR"];
    await writeFile(join(plans, "preview.txt"), text);
    expect(exitCode, text).toBe(0);
    expect(text).toContain(
      "recruitment: dev/hexabuilders.recruitment → recruitment-db-instance/recruitment.recruitment",
    );
    expect(text).not.toContain(shared.password);
  });

  it("a pull request is told of each move, with what its plan says", () => {
    const files = ["--plans", join(plans, "plans"), "--preview", join(plans, "preview.txt")];
    const args = ["scripts/preview-comment.mjs", "--stack", "prod", ...files];
    const comment = execFileSync(process.execPath, args, { encoding: "utf8" });
    expect(comment).toContain("4 datasets move.");
    for (const name of NAMES) {
      const { database, schema, dev: old } = SERVICES[name];
      const cells = (place: string) => `<code>${place.replaceAll("_", "&#95;")}</code>`;
      const way = `${cells(`dev/hexabuilders.${old}`)} → ${cells(`${name}-db-instance/${database}.${schema}`)}`;
      expect(comment).toContain(`| <code>${name}</code> | moves | ${way} | `);
    }
    expect(comment).toMatch(
      /\| \d+ tables, ~[\d,]+ rows, [\d.]+ kB \| \*\*copy\*\*: to another server \| about \d+ s \|/,
    );
    expect(comment).not.toContain(shared.password);
  });

  it("only what was approved is carried out, where approved plans are named", async () => {
    process.env["REHOME_APPROVED_PLANS"] = join(plans, "nothing approved");
    const { exitCode, text } = await prod.run("up");
    expect(exitCode).not.toBe(0);
    expect(text).toMatch(/(\w+): no plan of it was approved: .* has no step-\1\.json\. Preview again/);
  });

  it("the data arrives, and the dev stack's homes stay, complete and fenced", async () => {
    process.env["REHOME_APPROVED_PLANS"] = join(plans, "plans");
    const { exitCode, text } = await prod.run("up");
    delete process.env["REHOME_APPROVED_PLANS"];
    expect(exitCode, text).toBe(0);
    const connections = await prod.connections();
    for (const name of NAMES) {
      const { schema, database } = SERVICES[name];
      const home = connections[name] as Connection;
      expect(home.database).toBe(database);
      expect(await contents(home, schema)).toEqual(before[name]);
      expect(await contents(shared, SERVICES[name].dev)).toEqual(before[name]);
    }
    expect(await refusal(shared, "DELETE FROM onboarding.contracts")).toBe("25006");
    expect(text).not.toContain(shared.password);
  });

  it("production then stands by itself, and dev is left as it was", async () => {
    const alone = await dev.beside("prod", "promotion/2-on-its-own.yaml");
    const { exitCode, text } = await alone.run("up");
    expect(exitCode, text).toBe(0);
    for (const name of NAMES) expect(await contents(shared, SERVICES[name].dev)).toEqual(before[name]);
    expect(
      await query(shared, "SELECT count(*)::int AS schemas FROM pg_namespace WHERE nspname = 'onboarding'"),
    ).toEqual([{ schemas: 1 }]);
  });
});
