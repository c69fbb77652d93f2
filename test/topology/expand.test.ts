import {
  expand,
  parsePlacementName,
  parseTopology,
  placementName,
  type TopologyArgs,
} from "@rehome/topology";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { at, stack } from "./stacks";

const expanded = (input: TopologyArgs) => expand(parseTopology(input));

describe("expand", () => {
  it("fills in a service's defaults", () => {
    expect(expanded(stack())).toEqual({
      hosts: { legacy: { platform: "local" }, shared: { platform: "local" } },
      kubernetes: { namespace: "default", createNamespaces: true, dumps: {} },
      services: [
        {
          name: "core",
          role: "core_user",
          adoptRole: false,
          settings: {},
          readers: [],
          migration: { mode: "offline", verify: "checksum", strategy: "auto" },
          after: [],
        },
      ],
      datasets: [
        {
          name: "core",
          service: "core",
          role: "core_user",
          home: at("shared", "chiro_erp", "core_schema"),
          startEmpty: false,
        },
      ],
      tenants: [],
      perTenant: [],
      waiting: [],
    });
  });

  it("writes settings' names in lower case, as PostgreSQL knows them in any", () => {
    const core = { home: at("shared", "d", "s"), settings: { DateStyle: "ISO", Work_Mem: "8MB" } };
    const [service] = expanded(stack({ services: { core } })).services;
    expect(service?.settings).toEqual({ datestyle: "ISO", work_mem: "8MB" });
  });

  it("names datasets after their service, and tenants after their dataset", () => {
    const { datasets } = expanded({
      hosts: { main: { platform: "local" } },
      tenants: ["t1", "{tenant}", "$&"],
      services: {
        contact: {
          role: "contact",
          datasets: {
            shared: {
              tables: ["contact_types"],
              formerly: at("main", "salesflow", "public"),
              home: at("main", "salesflow", "contact_service"),
            },
            tenants: {
              forEachTenant: true,
              tables: ["contacts", "contact_*"],
              formerly: at("main", "salesflow", "tenant_{tenant}"),
              home: at("main", "{tenant}_{tenant}", "tenant_{tenant}_contact"),
            },
          },
        },
      },
    });
    expect(datasets.map(({ name, home }) => [name, placementName(home)])).toEqual([
      ["contact/shared", "main/salesflow.contact_service"],
      ["contact/tenants/t1", "main/t1_t1.tenant_t1_contact"],
      ["contact/tenants/{tenant}", "main/{tenant}_{tenant}.tenant_{tenant}_contact"],
      ["contact/tenants/$&", "main/$&_$&.tenant_$&_contact"],
    ]);
    expect(datasets[1]).toEqual({
      name: "contact/tenants/t1",
      service: "contact",
      role: "contact",
      tables: ["contacts", "contact_*"],
      formerly: at("main", "salesflow", "tenant_t1"),
      home: at("main", "t1_t1", "tenant_t1_contact"),
      startEmpty: false,
    });
  });

  it("gives a tenant a host of its own", () => {
    const home = at("db-{tenant}", "app", "public");
    const { datasets } = expanded({
      hosts: { "db-a": { platform: "local" }, "db-b": { platform: "local" } },
      tenants: ["a", "b"],
      services: { app: { datasets: { all: { forEachTenant: true, home } } } },
    });
    expect(datasets.map((dataset) => dataset.home.host)).toEqual(["db-a", "db-b"]);
  });

  it("takes a thousand tenants of two services", () => {
    const tenants = Array.from({ length: 1000 }, (_, index) => `tenant${index}`);
    const of = (service: string) => ({
      forEachTenant: true,
      tables: [`${service}_*`],
      formerly: at("main", "salesflow", "tenant_{tenant}"),
      home: at("main", "salesflow", `tenant_{tenant}_${service}`),
    });
    const services = {
      contact: { datasets: { all: of("contact") } },
      activity: { datasets: { all: of("activity") } },
    };
    expect(expanded({ hosts: { main: { platform: "local" } }, tenants, services }).datasets).toHaveLength(
      2000,
    );
  });
});

describe("placementName", () => {
  it("is as the stack file reads when names are plain", () => {
    expect(placementName(at("shared", "chiro_erp", "core_schema"))).toBe("shared/chiro_erp.core_schema");
    expect(placementName(at("a", "b.c", "d\ne"))).toBe('a/"b.c"."d\\ne"');
  });

  it("is one line, and different for different placements", () => {
    const part = fc.oneof(fc.string({ unit: "binary" }), fc.stringMatching(/^[ab."/@ ]{1,4}$/));
    fc.assert(
      fc.property(fc.tuple(part, part, part), fc.tuple(part, part, part), (one, other) => {
        const [left, right] = [placementName(at(...one)), placementName(at(...other))];
        expect(left).not.toMatch(/[\n\r]/);
        expect(left === right).toBe(JSON.stringify(one) === JSON.stringify(other));
        if (one.every((name) => name !== "")) expect(parsePlacementName(left)).toEqual(at(...one));
      }),
      { numRuns: 2000 },
    );
  });
});
