import { asKubernetesName, expand, parseTopology } from "@rehome/topology";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { at, complaints, stack } from "./stacks";

const home = at("shared", "d", "s");
const workload = { image: "core:1" };
const core = (more: object, rest: object = {}) =>
  complaints({ ...stack({ services: { core: { home, ...more } } }), ...rest });

describe("a workload", () => {
  it("has names that Kubernetes can hold", () => {
    expect(core({ workload: { ...workload, name: "Core_Service" } })).toEqual([
      'invalid-value services.core.workload.name: "Core_Service" is not a Kubernetes name; small letters, digits and "-", beginning with a letter',
    ]);
    expect(core({ workload: { ...workload, secret: "s".repeat(41) } })).toEqual([
      `invalid-value services.core.workload.secret: "${"s".repeat(41)}" is too long; at most 40 characters here`,
    ]);
  });

  it("reads keys that its Secret and ConfigMap have", () => {
    const [misspelt] = core({ workload: { ...workload, connection: { URL: "jdbc" } } });
    expect(misspelt).toMatch(/^invalid-value services\.core\.workload\.connection\.URL: .*jdbc-url/);
    const pooled = { ...workload, connection: { MAX: "pool-max", IDLE: "pool-idle-timeout" } };
    expect(core({ workload: pooled })).toEqual([
      'missing services.core.workload.connection.MAX: the service has no "pool-max"; write pool: { max: … }',
      'missing services.core.workload.connection.IDLE: the service has no "pool-idle-timeout"; write pool: { idleTimeout: … }',
    ]);
    expect(core({ workload: pooled, pool: { max: 3, idleTimeout: 5 } })).toEqual([]);
  });

  it("has each variable once", () => {
    const twice = { ...workload, connection: { URL: "url" }, env: { URL: "x" } };
    expect(core({ workload: twice })).toEqual([
      "duplicate services.core.workload.connection.URL: stands in env too; delete one of them",
    ]);
  });

  it("calls services that run here", () => {
    expect(core({ workload: { ...workload, calls: ["cor"] } })).toEqual([
      'unknown-service services.core.workload.calls[0]: "cor" is no service with a workload here; those are: core. Did you mean "core"?',
    ]);
  });

  it("has its names in its namespace alone", () => {
    const named = { ...workload, name: "same" };
    const two = (second: object) =>
      complaints(
        stack({
          services: {
            core: { home, workload: named },
            crm: { home: at("shared", "d", "t"), workload: { ...named, ...second } },
          },
        }),
      );
    expect(two({})).toEqual([
      'duplicate services.crm.workload.name: "same" in namespace "default" is already that of "core"; choose another',
    ]);
    expect(two({ namespace: "other" })).toEqual([]);
  });

  it("is in the stack's namespace unless it says otherwise", () => {
    const given = { ...stack({ services: { core: { home, workload } } }), kubernetes: { namespace: "shop" } };
    expect(expand(parseTopology(given)).services[0]?.workload).toMatchObject({
      namespace: "shop",
      name: "core",
      secret: "core-db-secret",
    });
  });
});

describe("a PgBouncer", () => {
  it("stands before a workload, in a mode", () => {
    expect(core({ pool: { max: 3, mode: "session" } })).toEqual([
      "missing services.core.pool.mode: a PgBouncer stands before a workload, and this service has none; write workload, or delete mode",
    ]);
    expect(core({ workload, pool: { max: 3, pgbouncer: { connections: 5 } } })).toEqual([
      "invalid-value services.core.pool.pgbouncer: there is none without a mode; write mode: transaction beside it",
    ]);
  });

  it("has a size unless the file says one", () => {
    const given = stack({ services: { core: { home, workload, pool: { mode: "transaction" } } } });
    expect(expand(parseTopology(given)).services[0]?.pool).toEqual({
      max: 10,
      idle: 0,
      pooler: {
        ...{ mode: "transaction", connections: 20, clients: 1000, replicas: 2, user: 998 },
        image: "ghcr.io/cloudnative-pg/pgbouncer:1.25.1",
      },
    });
  });
});

describe("the cluster", () => {
  it("is one or a folder, not both", () => {
    expect(core({}, { kubernetes: { context: "prod", renderTo: "out" } })).toEqual([
      "invalid-value kubernetes.renderTo: is for stacks without a cluster; delete it, or delete context and kubeconfig",
    ]);
  });

  it("dumps databases of hosts that there are", () => {
    const dumps = { all: { host: "sharde", database: "d", schedule: "@daily", claim: "dumps" } };
    expect(core({}, { kubernetes: { dumps } })).toEqual([
      'unknown-host kubernetes.dumps.all.host: "sharde" is not a host; hosts: legacy, shared. Did you mean "shared"?',
    ]);
    expect(core({ dumps: { schedule: "at night", claim: "dumps" } })[0]).toMatch(
      /is not a schedule; minute,/,
    );
  });

  it("does not render where a host of the same name has its data", () => {
    const hosts = { manifests: { platform: "local" }, shared: { platform: "local" } };
    expect(core({ workload }, { hosts })).toEqual([
      "reserved-name hosts.manifests: is where manifests are rendered, in .rehome beside the hosts' data; rename the host, or write kubernetes: { renderTo: <folder> }",
    ]);
    expect(core({ workload }, { hosts, kubernetes: { renderTo: "out" } })).toEqual([]);
    expect(core({}, { hosts })).toEqual([]);
  });
});

it("any name becomes one that Kubernetes can hold, and two never the same", () => {
  const name = fc.string({ unit: "binary", minLength: 1, maxLength: 63 });
  fc.assert(
    fc.property(name, name, (one, other) => {
      const made = asKubernetesName(one);
      expect(made).toMatch(/^[a-z]([-a-z0-9]*[a-z0-9])?$/);
      expect(made.length).toBeLessThanOrEqual(40);
      if (one !== other) expect(asKubernetesName(other)).not.toBe(made);
    }),
  );
  expect(asKubernetesName("partner")).toBe("partner");
});
