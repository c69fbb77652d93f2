import { readFileSync } from "node:fs";
import { jsonSchema } from "@rehome/topology";
import { expect, it } from "vitest";

interface Node {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly additionalProperties?: unknown;
  readonly definitions?: Readonly<Record<string, Node>>;
}

const schema = jsonSchema() as Node;

it("schema.json is fresh (npm run schema -w @rehome/topology)", () => {
  const written: unknown = JSON.parse(readFileSync(`${__dirname}/../../topology/schema.json`, "utf8"));
  expect(written).toEqual(JSON.parse(JSON.stringify(schema)));
});

it("leaves Pulumi's own keys to Pulumi and is strict in its own", () => {
  expect(schema.additionalProperties).toEqual({});
  expect(schema.properties?.config?.additionalProperties).toEqual({});
  expect(Object.keys(schema.properties?.config?.properties ?? {})).toEqual(["rehome:topology"]);
  expect(schema.definitions?.Topology?.additionalProperties).toBe(false);
});

it("describes every field in a sentence", () => {
  const bare = Object.entries(schema.definitions ?? {}).flatMap(([name, definition]) =>
    withoutProse(definition, name),
  );
  expect(bare).toEqual([]);
});

/** Fields under this node whose description is missing or no sentence; `platform` says what it is by its value. */
function withoutProse(node: Node, path: string): string[] {
  return Object.entries(node.properties ?? {}).flatMap(([name, field]) => {
    const here = `${path}.${name}`;
    const bare = name !== "platform" && !/^.{5,}\.$/s.test(field.description ?? "");
    return [...(bare ? [here] : []), ...withoutProse(field, here)];
  });
}
