import { expand, moveCode, parseTopology, type TopologyArgs } from "@rehome/topology";
import { describe, expect, it } from "vitest";
import { at, complaints, stack } from "./stacks";

type Services = TopologyArgs["services"];
const expanded = (services: Services) => expand(parseTopology(stack({ services })));
const moved = (name: string, more: Partial<Services[string]> = {}): Services[string] => ({
  home: at("shared", "new", name),
  formerly: at("legacy", "old", name),
  ...more,
});
const codeOf = (services: Services, name: string) => moveCode(name, expanded(services).datasets);

describe("a move that needs approval", () => {
  const waiting = { core: moved("core", { gate: { approval: true } }) };

  it("is prepared, and the data stays at home, until it is approved by name", () => {
    const { datasets, waiting: found } = expanded(waiting);
    expect(datasets[0]).toMatchObject({
      home: at("legacy", "old", "core"),
      next: at("shared", "new", "core"),
    });
    expect(datasets[0]).not.toHaveProperty("formerly");
    expect(found).toEqual([{ service: "core", code: expect.stringMatching(/^core-[0-9a-f]{8}$/) as string }]);
  });

  it("begins when the stack file names it, whatever else is said beside", () => {
    const [wait] = expanded(waiting).waiting;
    const approved = { core: moved("core", { gate: { approval: true, approved: `${wait?.code} Ada` } }) };
    const { datasets, waiting: rest } = expanded(approved);
    expect(datasets[0]).toMatchObject({
      home: at("shared", "new", "core"),
      formerly: at("legacy", "old", "core"),
    });
    expect(rest).toEqual([]);
  });

  it("may be taken back without another approval; another move may not", () => {
    const code = expanded(waiting).waiting[0]?.code ?? "";
    const gate = { approval: true, approved: code };
    const back = { core: { home: at("legacy", "old", "core"), formerly: at("shared", "new", "core"), gate } };
    expect(expanded(back).waiting).toEqual([]);
    const onward = {
      core: { home: at("shared", "newer", "core"), formerly: at("shared", "new", "core"), gate },
    };
    expect(expanded(onward).waiting).toHaveLength(1);
  });

  it("holds those that go after it, and those after them, and nobody else", () => {
    const services = {
      crm: moved("crm", { after: ["sales"] }),
      sales: moved("sales", { after: ["core"] }),
      ...waiting,
      hr: moved("hr"),
      calm: { home: at("shared", "new", "calm"), after: ["core"] },
    };
    const { datasets, waiting: found } = expanded(services);
    expect(found.map(({ service, after }) => [service, after])).toEqual([
      ["crm", "sales"],
      ["sales", "core"],
      ["core", undefined],
    ]);
    const at_ = (name: string) => datasets.find((dataset) => dataset.name === name)?.home.host;
    expect(["crm", "sales", "core", "hr", "calm"].map(at_)).toEqual([
      ...["legacy", "legacy", "legacy"],
      ...["shared", "shared"],
    ]);
  });

  it("is approved for all of a service's datasets together", () => {
    const parts = (schema: string): Services => ({
      core: {
        gate: { approval: true },
        datasets: {
          one: { home: at("shared", "new", "one"), formerly: at("legacy", "old", "one") },
          two: { home: at("shared", "new", schema), formerly: at("legacy", "old", "two") },
        },
      },
    });
    expect(expanded(parts("two")).datasets.map(({ next }) => next?.schema)).toEqual(["one", "two"]);
    const [one, other] = ["two", "zwei"].map((schema) => expanded(parts(schema)).waiting[0]?.code);
    expect(one).not.toBe(other);
  });

  it("has no name of its own while nothing moves", () => {
    expect(
      expanded({ core: { home: at("shared", "new", "core"), gate: { approval: true } } }).waiting,
    ).toEqual([]);
    expect(codeOf({ core: moved("core") }, "core")).toBe(codeOf({ core: moved("core") }, "core"));
  });
});

describe("a gate in the stack file", () => {
  const gate = (written: object) =>
    complaints(stack({ services: { core: { ...moved("core"), gate: written } } }));

  it.each([
    [
      { health: { url: "wallet/health" } },
      "services.core.gate.health.url: is not an http:// or https:// address",
    ],
    [{ health: { url: "ftp://wallet/" } }, "is not an http:// or https:// address"],
    [{ health: { url: "http://ada:pw@wallet/" } }, "holds a user or a password"],
    [{ health: { url: "http://wallet/", timeout: 0 } }, "services.core.gate.health.timeout"],
    [{ approved: "core-1" }, "services.core.gate.approved: approves what waits for no approval"],
    [{ aproval: true }, 'Did you mean "approval"?'],
  ])("%j is refused", (written, words) => {
    const [line, ...more] = gate(written);
    expect(more).toEqual([]);
    expect(line).toContain(words);
    expect(line).not.toContain("pw@");
  });

  it("may hold each by itself", () => {
    expect(gate({ health: { url: "https://wallet.internal/health" } })).toEqual([]);
    expect(gate({ approval: true })).toEqual([]);
  });
});
