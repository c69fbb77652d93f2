import { readFileSync } from "node:fs";
import { jsonSchema } from "@rehome/topology";
import { expect, it } from "vitest";

interface Node {
  readonly description?: string;
  readonly default?: unknown;
  readonly required?: readonly string[];
  readonly items?: Node;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly additionalProperties?: unknown;
  readonly definitions?: Readonly<Record<string, Node>>;
}

const schema = jsonSchema() as Node;

it("schema.json is that of the sources (npm run schema -w @rehome/topology)", () => {
  const written: unknown = JSON.parse(readFileSync(`${__dirname}/../../topology/schema.json`, "utf8"));
  expect(written).toEqual(JSON.parse(JSON.stringify(schema)));
});

it("leaves Pulumi's own keys to Pulumi and is strict in its own", () => {
  expect(schema.additionalProperties).toEqual({});
  expect(schema.properties?.config?.additionalProperties).toEqual({});
  expect(Object.keys(schema.properties?.config?.properties ?? {})).toEqual([
    "rehome:topology",
    "rehome:destroyData",
    "rehome:passwordRotation",
    "rehearsal:kubernetes",
  ]);
  expect(schema.definitions?.Topology?.additionalProperties).toBe(false);
});

it("describes every field in a sentence, and says the default of each that may be left out", () => {
  const bare = [
    ...Object.entries(schema.definitions ?? {}),
    ["config", schema.properties?.config ?? {}] as const,
  ];
  expect(bare.flatMap(([name, definition]) => unsaid(definition, name))).toEqual([]);
});

/** Fields under this node whose description is missing, no sentence, or silent about what is meant without it. */
function unsaid(node: Node, path: string): string[] {
  return Object.entries(node.properties ?? {}).flatMap(([name, field]) => {
    const here = `${path}.${name}`;
    const prose = field.description ?? "";
    const optional = node.required?.includes(name) !== true;
    const scalar = field.default !== undefined && typeof field.default !== "object";
    const said = /^.{5,}\.$/s.test(prose) && (!optional || scalar || /(Default|Absent): /.test(prose));
    return [...(said ? [] : [here]), ...unsaid(field, here), ...unsaid(field.items ?? {}, `${here}[]`)];
  });
}
