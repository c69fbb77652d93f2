import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Plan } from "@rehome/migration";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { unapproved } from "../../components/src/migration/approved-plans";
import { tell } from "../../components/src/migration/plan-file";

const plan = { strategy: "copy", fingerprint: "one", rows: 10 } as Plan;
const step = {
  ...{ kind: "step" as const, dataset: "a/b", step: "move", mode: "offline", refused: [] },
  ...{ from: "old/a.a", to: "new/a.a", plan },
};

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "rehome-approved-"));
  process.env["REHOME_PLAN_DIR"] = folder;
  process.env["REHOME_APPROVED_PLANS"] = folder;
});
afterEach(async () => {
  delete process.env["REHOME_PLAN_DIR"];
  delete process.env["REHOME_APPROVED_PLANS"];
  await rm(folder, { recursive: true });
});

describe("approved plans", () => {
  it("allow what was previewed, with other rows too", async () => {
    await tell(step);
    expect(await unapproved(step)).toEqual([]);
    expect(await unapproved({ ...step, plan: { ...plan, rows: 99 } })).toEqual([]);
  });

  it("allow nothing that was not previewed, or was refused", async () => {
    expect(await unapproved(step)).toEqual([
      expect.stringMatching(/^a\/b: no plan of it was approved: .* has no step-a%2Fb\.json\. Preview again/),
    ]);
    await tell({ ...step, refused: ["no"] });
    expect(await unapproved(step)).toEqual([expect.stringContaining("refused it")]);
  });

  it.each([
    ["the step was move and is roll-back", { step: "roll-back" }],
    ["the home that it leaves was old/a.a and is other/a.a", { from: "other/a.a" }],
    ["the home that it goes to was new/a.a and is other/a.a", { to: "other/a.a" }],
    ["the mode was offline and is online", { mode: "online" }],
    ["the strategy was copy and is template", { plan: { ...plan, strategy: "template" as const } }],
    ["definitions in the old home were changed", { plan: { ...plan, fingerprint: "two" } }],
  ])("refuse what has changed since: %s", async (says, change) => {
    await tell(step);
    expect(await unapproved({ ...step, ...change })).toEqual([
      `a/b: it is not what was approved: ${says}. Preview again with REHOME_PLAN_DIR, have that approved, and name its folder in REHOME_APPROVED_PLANS.`,
    ]);
  });

  it("refuse a plan that the preview could not make yet", async () => {
    await tell({ ...step, plan: undefined as never });
    expect(await unapproved(step)).toEqual([
      expect.stringContaining("the strategy was not known and is copy"),
    ]);
  });

  it("are asked for nothing where data is not touched, or no folder is named", async () => {
    for (const quiet of ["settle", "steady", "moved", "preparing"])
      expect(await unapproved({ ...step, step: quiet })).toEqual([]);
    delete process.env["REHOME_APPROVED_PLANS"];
    expect(await unapproved(step)).toEqual([]);
  });
});
