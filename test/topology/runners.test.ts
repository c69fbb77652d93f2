import { expand, parseTopology } from "@rehome/topology";
import { describe, expect, it } from "vitest";
import { at, complaints } from "./stacks";

const server = (address: string) => ({
  platform: "existing" as const,
  url: `postgres://postgres@${address}/postgres`,
});
const hosts = { old: server("10.0.0.1"), next: server("10.0.0.2"), here: { platform: "local" as const } };
const runner = { kubernetes: { pods: 4, image: "rehome-worker:1" } };
const core = (more: object, rest: object = {}): unknown => ({
  hosts,
  services: {
    core: { home: at("next", "d", "s"), formerly: at("old", "d", "s"), migration: { runner }, ...more },
  },
  kubernetes: { context: "prod" },
  ...rest,
});

describe("a runner", () => {
  it("has limits unless the file says others", () => {
    expect(complaints(core({}))).toEqual([]);
    const [service] = expand(parseTopology(core({}))).services;
    expect(service?.migration.runner).toEqual({
      kubernetes: { ...runner.kubernetes, user: 10001, patience: 3600, deadline: 86400 },
    });
  });

  it("has pods and an image, as many as there may be", () => {
    const given = (kubernetes: object) => complaints(core({ migration: { runner: { kubernetes } } }));
    expect(given({ pods: 0, image: "x" })).toEqual([
      expect.stringMatching(/^invalid-value services\.core\.migration\.runner\.kubernetes\.pods: /),
    ]);
    expect(given({ pods: 1 })).toEqual([
      expect.stringMatching(/^missing services\.core\.migration\.runner\.kubernetes\.image: /),
    ]);
    expect(given({ pods: 1, image: "x", pod: 2 })).toEqual([
      expect.stringMatching(/kubernetes\.pod: is not a field here.*Did you mean "pods"\?/),
    ]);
  });

  it("has a cluster", () => {
    expect(complaints(core({}, { kubernetes: {} }))).toEqual([
      "missing services.core.migration.runner.kubernetes: pods need a cluster, and the stack names none; write kubernetes: { context: … }, or delete runner",
    ]);
  });

  it("reaches both ends of a move; where nothing moves nobody has to", () => {
    const unreached = (host: string) =>
      `platform-limit services.core.migration.runner.kubernetes: host "${host}" listens on this machine alone, where no pod reaches it; delete runner`;
    expect(complaints(core({ home: at("here", "d", "s") }))).toEqual([unreached("here")]);
    expect(complaints(core({ home: at("here", "d", "s"), formerly: undefined }))).toEqual([]);
    const tunnelled = { ...hosts, old: server("127.0.0.1:6000") };
    expect(complaints(core({}, { hosts: tunnelled }))).toEqual([unreached("old")]);
  });

  it("is for datasets that can be counted", () => {
    const datasets = {
      tenants: {
        forEachTenant: true,
        home: at("next", "d", "s_{tenant}"),
        formerly: at("old", "d", "s_{tenant}"),
      },
    };
    const given = { home: undefined, formerly: undefined, datasets };
    expect(complaints(core(given, { tenants: ["a", "b"] }))).toEqual([
      "platform-limit services.core.migration.runner.kubernetes: shares in big datasets, and this service has one for each tenant, small ones; delete runner",
    ]);
  });
});
