import { readFileSync, readdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parseTopology, TopologyError } from "@rehome/topology";
import Ajv from "ajv";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";

const root = resolve(import.meta.dirname, "../..");
const schemaPath = join(root, "topology/schema.json");
const valid = new Ajv({ allErrors: true }).compile(JSON.parse(readFileSync(schemaPath, "utf8")) as object);

/** Every stack file of the repository. */
const files = [
  ...readdirSync(root).filter((name) => /^Pulumi\..+\.yaml$/.test(name)),
  ...readdirSync(join(root, "examples"), { recursive: true, encoding: "utf8" })
    .filter((name) => /^[^/]+\/(placements|promotion)\/[^/]+\.yaml$/.test(name))
    .map((name) => join("examples", name)),
];
const textOf = (file: string): string => readFileSync(join(root, file), "utf8");

interface StackFile {
  config: { "rehome:topology": Record<string, Record<string, Record<string, unknown>>> };
}

/** What the editor's schema says of a stack file: its complaints. */
const complaints = (file: unknown): string[] => {
  void valid(file);
  return (valid.errors ?? []).map(({ dataPath, message }) => `${dataPath} ${message ?? ""}`);
};

/** Whether the program itself takes a topology. */
const taken = (topology: unknown): boolean => {
  try {
    parseTopology(topology);
    return true;
  } catch (error) {
    if (error instanceof TopologyError) return false;
    throw error;
  }
};

it("there are stack files at the root and in every example", () => {
  const worlds = new Set(files.map((file) => dirname(file)));
  expect(worlds.size).toBeGreaterThan(6);
});

describe.each(files)("%s", (file) => {
  it("tells the editor where the schema is", () => {
    const [, named = ""] = /^# yaml-language-server: \$schema=(\S+)\n/.exec(textOf(file)) ?? [];
    expect(resolve(root, dirname(file), named)).toBe(schemaPath);
  });

  it("is what the editor's schema and the program take", () => {
    const text = textOf(file).replaceAll("LEGACY_PORT", "5432");
    expect(complaints(parse(text))).toEqual([]);
    expect(taken((parse(text) as StackFile).config["rehome:topology"])).toBe(true);
  });
});

describe("a mistake that is refused in the editor and by the program", () => {
  const spoilt = (spoil: (topology: StackFile["config"]["rehome:topology"]) => void): StackFile => {
    const file = parse(textOf("Pulumi.prod.yaml")) as StackFile;
    spoil(file.config["rehome:topology"]);
    return file;
  };
  const partner = (topology: StackFile["config"]["rehome:topology"]) =>
    topology["services"]?.["partner"] ?? {};
  const host = (topology: StackFile["config"]["rehome:topology"]) =>
    topology["hosts"]?.["partner-db-instance"] ?? {};
  const cases: [what: string, spoil: (topology: StackFile["config"]["rehome:topology"]) => void][] = [
    ["a misspelt key of the topology", (topology) => void (topology["servcies"] = {})],
    ["a misspelt key of a service", (topology) => void (partner(topology)["fromerly"] = {})],
    ["a misspelt key of a host", (topology) => void (host(topology)["backups"] = {})],
    [
      "a placement without its schema",
      (topology) => void (partner(topology)["home"] = { host: "a", database: "b" }),
    ],
    ["a platform that does not exist", (topology) => void (host(topology)["platform"] = "rds")],
    ["a mode that does not exist", (topology) => void (partner(topology)["migration"] = { mode: "live" })],
    ["a number that is too large", (topology) => void (partner(topology)["pool"] = { max: 20_000 })],
  ];
  it.each(cases)("%s", (_, spoil) => {
    const file = spoilt(spoil);
    expect(complaints(file)).not.toEqual([]);
    expect(taken(file.config["rehome:topology"])).toBe(false);
  });
});
