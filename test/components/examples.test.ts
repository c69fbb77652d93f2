import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expand, parseTopology, transition, type Dataset } from "@rehome/topology";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";

const root = process.cwd();
const datasets = (file: string): Map<string, Dataset> => {
  const text = readFileSync(file, "utf8").replaceAll("LEGACY_PORT", "5432");
  const { config } = parse(text) as { config: Record<string, unknown> };
  return new Map(expand(parseTopology(config["rehome:topology"])).datasets.map((one) => [one.name, one]));
};

const WAVES = [
  "settle",
  "move prepare steady",
  "move moved steady",
  "move moved",
  "moved roll-back",
  "moved roll-back",
  "retire",
];

describe.each([
  ["chiro-erp", ["settle", "move", "moved roll-back", "moved roll-back", "retire"]],
  ["hexabuilders", ["move", "retire", "move", "retire", "steady"]],
  ["salesflow", ["move", "moved roll-back", "moved roll-back", "retire"]],
  ["waqiti", WAVES],
  ["classified-ads", ["settle", "move", "moved roll-back", "moved roll-back", "retire"]],
])("the placements of %s", (example, steps) => {
  const folder = join(root, "examples", example, "placements");
  const files = readdirSync(folder).sort();

  it("are steps of a placement's life, one after the other", () => {
    expect(files.map((file) => Number.parseInt(file, 10))).toEqual(files.map((_, index) => index + 1));
    let before = new Map<string, Dataset>();
    const kinds = files.map((file) => {
      const now = datasets(join(folder, file));
      const found = [...now].map(([name, dataset]) => transition(before.get(name), dataset).kind);
      before = now;
      return [...new Set(found)].sort().join(" ");
    });
    expect(kinds).toEqual(steps);
  });
});

it.each(["dev", "docker", "prod"])("the root's stack %s is well-formed", (stack) => {
  expect([...datasets(join(root, `Pulumi.${stack}.yaml`)).keys()]).toEqual([
    "partner",
    "onboarding",
    "recruitment",
    "campaign",
  ]);
});
