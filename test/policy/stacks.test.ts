import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { Topology } from "@rehome/components";
import { environmentOf, policies, rules } from "@rehome/policy";
import type { TopologyArgs } from "@rehome/topology";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { record } from "../components/record";
import { violations, type Given } from "./judge";

const root = process.cwd();
const files = [
  ...["dev", "prod"].map((stack) => `Pulumi.${stack}.yaml`),
  ...readdirSync(join(root, "examples")).flatMap((world) => {
    try {
      const folder = join("examples", world, "placements");
      return readdirSync(join(root, folder)).map((file) => join(folder, file));
    } catch {
      return []; // no world
    }
  }),
];

const SECRET = "4dabf18193072939515e22adb298388d";
/** As the policy library hands it to a rule. */
const opened = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(opened);
  if (typeof value !== "object" || value === null) return value;
  if (SECRET in value) return opened((value as { value?: unknown }).value);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, opened(inner)]));
};

const resourcesOf = async (file: string): Promise<Given[]> => {
  const text = readFileSync(join(root, file), "utf8").replaceAll(/\b\w+_PORT\b/g, "5432");
  for (const [, name = ""] of text.matchAll(/env: (\w+)/g)) process.env[name] = "a secret of this test";
  const { config } = parse(text) as { config: Record<string, unknown> };
  const others = Object.entries(config).filter(([, value]) => typeof value === "string");
  const { resources } = await record(
    () => new Topology("topology", config["rehome:topology"] as TopologyArgs),
    Object.fromEntries(others) as Record<string, string>,
  );
  return [...resources.values()].map(({ type, id, inputs, additionalSecretOutputs }) => ({
    ...{ type, additionalSecretOutputs },
    name: id.slice(id.indexOf(" ") + 1),
    props: opened(inputs) as object,
  }));
};

describe.each(files)("%s", (file) => {
  it("breaks no rule that production refuses", async () => {
    const given = await resourcesOf(file);
    expect(given.length).toBeGreaterThan(5);
    const refused = rules.filter(({ levels }) => levels.prod === "mandatory");
    const said = await Promise.all(
      refused.map(async ({ name }) =>
        (await violations(name, given)).map((message) => `${name}: ${message}`),
      ),
    );
    expect(said.flat()).toEqual([]);
  });
});

describe("how strictly a stack is judged", () => {
  it.each([
    ["prod", "prod"],
    ["acme/shop/eu-production", "prod"],
    ["live_2", "prod"],
    ["dev", "dev"],
    ["products", "dev"],
    ["", "dev"],
  ])("the stack %s is judged as %s", (stack, environment) => {
    expect(environmentOf(stack.split("/").at(-1) ?? "")).toBe(environment);
  });

  it("production refuses what development shows, or does not look at", () => {
    const [dev, prod] = (["dev", "prod"] as const).map(
      (environment) => new Map(policies(environment).map((one) => [one.name, one.enforcementLevel])),
    );
    expect(dev?.get("tls-required")).toBe("advisory");
    expect(prod?.get("tls-required")).toBe("mandatory");
    expect([dev?.get("backups"), prod?.get("backups")]).toEqual(["disabled", "mandatory"]);
    expect([dev?.get("plain-roles"), dev?.get("passwords-secret")]).toEqual(["mandatory", "mandatory"]);
  });

  it("the level files name rules that there are", () => {
    for (const environment of ["dev", "prod"]) {
      const levels = JSON.parse(
        readFileSync(join(root, `policy/levels/${environment}.json`), "utf8"),
      ) as object;
      const known = ["all", ...rules.map(({ name }) => name)];
      expect(Object.keys(levels).filter((name) => !known.includes(name))).toEqual([]);
    }
  });
});
