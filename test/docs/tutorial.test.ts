import { expand, parseTopology, transition, type DatasetState } from "@rehome/topology";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { blocksOf, textOf } from "./markdown";
import { missing, stepsOf } from "./walk";

const steps = stepsOf(blocksOf(textOf("docs/tutorial.md")), "tutorial");

/** The topology of each `up` of the page, in order. */
const states = steps
  .filter(({ script }) => /^npx rehearse up/m.test(script))
  .map(({ files }) => {
    const file = parse(files.get("Pulumi.dev.yaml") ?? "") as { config: Record<string, unknown> };
    return expand(parseTopology(file.config["rehome:topology"])).datasets;
  });

/** What each `up` does with a service's data. */
const journeyOf = (service: string): string[] => {
  let before: DatasetState | undefined;
  return states.map((datasets) => {
    const now = datasets.find(({ name }) => name === service) as DatasetState;
    const { kind } = transition(before, now);
    before = now;
    return kind;
  });
};

// That the commands do it is tried by tutorial.long.test.ts.
describe("docs/tutorial.md", () => {
  it("takes billing there, back, there again, and retires its old home", () => {
    expect(journeyOf("billing")).toEqual(["settle", "move", "roll-back", "roll-back", "retire"]);
  });

  it("leaves orders where it is", () => {
    expect(journeyOf("orders")).toEqual(["settle", "steady", "steady", "steady", "steady"]);
  });
});

describe("what a page says that a command prints", () => {
  const output =
    " count |   sum\n-------+-----\n    17 | 4,000\n  data      1 table, 639 kB\n  fence     about 2 s\n";

  it("is there in whatever width and size", () => {
    expect(missing(["count | sum", "17 | 4,000", "data 1 table, 1.2 MB", "fence about 9 s"], output)).toEqual(
      [],
    );
  });

  it("is missed where a count, a word or the order differs", () => {
    expect(missing(["18 | 4,000"], output)).toEqual(["18 | 4,000"]);
    expect(missing(["data 2 tables, 639 kB"], output)).toEqual(["data 2 tables, 639 kB"]);
    expect(missing(["17 | 4,000", "count | sum"], output)).toEqual(["count | sum"]);
  });
});
