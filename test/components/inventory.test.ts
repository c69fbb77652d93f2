import { expand, parseTopology, type TopologyArgs } from "@rehome/topology";
import { describe, expect, it } from "vitest";
import { inventory, type Inventory } from "../../components/src/inventory";

const hosts: TopologyArgs["hosts"] = { shared: { platform: "local" }, crm: { platform: "local" } };
const at = (host: string, schema: string) => ({ host, database: "erp", schema });
const of = (services: TopologyArgs["services"], tenants: string[] = []): Inventory =>
  inventory(expand(parseTopology({ hosts, services, tenants })), (host) => host !== "legacy");

describe("a home", () => {
  it("has its database, role, schema, right to connect and settings", () => {
    expect(of({ core: { home: at("shared", "core_schema"), connectionLimit: 5 } })).toEqual({
      databases: [{ host: "shared", database: "erp" }],
      roles: [{ host: "shared", role: "core_user", connectionLimit: 5 }],
      schemas: [
        {
          placement: at("shared", "core_schema"),
          use: "home",
          service: "core",
          owner: "core_user",
          inhabitants: [],
          readers: [],
          datasets: ["core"],
        },
      ],
      connects: [{ host: "shared", database: "erp", role: "core_user", datasets: ["core"] }],
      settings: [
        {
          ...{ host: "shared", database: "erp", role: "core_user", datasets: ["core"] },
          settings: { search_path: "core_schema, public" },
        },
      ],
    });
  });

  it("has the settings of the file, search_path too", () => {
    const { settings } = of({
      core: { home: at("shared", "core"), settings: { work_mem: "64MB", search_path: "core" } },
    });
    expect(settings[0]?.settings).toEqual({ work_mem: "64MB", search_path: "core" });
  });

  it("uses an adopted role as found", () => {
    const { roles, connects } = of({ core: { home: at("shared", "core"), adoptRole: true, role: "app" } });
    expect(roles).toEqual([]);
    expect(connects.map(({ role }) => role)).toEqual(["app"]);
  });
});

describe("next", () => {
  const { schemas, roles, connects, settings } = of({
    core: { home: at("shared", "core"), next: at("crm", "core") },
  });

  it("has a schema and its owner", () => {
    expect(schemas.map(({ placement, use }) => [placement.host, use])).toEqual([
      ["shared", "home"],
      ["crm", "next"],
    ]);
    expect(roles.map(({ host }) => host)).toEqual(["shared", "crm"]);
  });

  it("lets nobody in yet", () => {
    expect(connects.map(({ host }) => host)).toEqual(["shared"]);
    expect(settings.map(({ host }) => host)).toEqual(["shared"]);
  });
});

describe("formerly", () => {
  const service = { home: at("crm", "core"), formerly: at("shared", "core"), readers: ["crm_user"] };
  const { schemas, connects, settings } = of({ core: service, crm: { home: at("crm", "crm") } });

  it("keeps schema and settings for the way back", () => {
    expect(schemas.map(({ placement, use }) => [placement.host, use])).toContainEqual(["shared", "formerly"]);
    expect(settings.find(({ host }) => host === "shared")).toMatchObject({
      settings: { search_path: "core, public" },
      datasets: [],
    });
  });

  it("lets nobody in any more, readers neither", () => {
    expect(connects.map(({ host }) => host)).not.toContain("shared");
    expect(schemas.find(({ use }) => use === "formerly")?.readers).toEqual([]);
  });

  it("has no right to connect of its own where it is in the home's database", () => {
    const both = of({ core: { home: at("shared", "core_schema"), formerly: at("shared", "core") } });
    expect(both.connects).toHaveLength(1);
    expect(both.settings.map(({ settings: { search_path } }) => search_path)).toEqual([
      "core_schema, public",
    ]);
  });
});

describe("readers", () => {
  const services = {
    core: { home: at("shared", "core"), readers: ["crm_user", "auditor"] },
    crm: { home: at("crm", "crm") },
  };
  const { roles, schemas, connects } = of(services);

  it("that are services' are declared where they read; others are used as found", () => {
    expect(roles).toContainEqual({ host: "shared", role: "crm_user" });
    expect(roles.map(({ role }) => role)).not.toContain("auditor");
  });

  it("may connect and read once the data is there", () => {
    expect(schemas[0]).toMatchObject({ readers: ["crm_user", "auditor"], datasets: ["core"] });
    expect(connects).toContainEqual({
      host: "shared",
      database: "erp",
      role: "crm_user",
      datasets: ["core"],
    });
  });

  it("do not wait for what they read before they reach their own", () => {
    const together = of({ ...services, crm: { home: at("shared", "crm") } });
    expect(together.connects.find(({ role }) => role === "crm_user")?.datasets).toEqual(["crm"]);
  });
});

it("lets each service create its own in a schema of which it has a part", () => {
  const part = (tables: string[], home: string, formerly?: string) => ({
    datasets: {
      own: { tables, home: at("shared", home), ...(formerly && { formerly: at("shared", formerly) }) },
    },
  });
  const { schemas } = of({
    contact: part(["contact*"], "contact", "tenant"),
    activity: part(["activit*"], "tenant"),
    deals: { home: at("shared", "deals") },
  });
  expect(schemas.map(({ placement, owner, inhabitants }) => [placement.schema, owner, inhabitants])).toEqual([
    ["contact", "contact_user", ["contact_user"]],
    ["tenant", "activity_user", ["contact_user", "activity_user"]],
    ["deals", "deals_user", []],
  ]);
});

it("puts a service's datasets into one search path, tenants' not", () => {
  const tenants = {
    forEachTenant: true,
    home: { host: "shared", database: "erp", schema: "{tenant}_contact" },
  };
  const { settings } = of({ contact: { datasets: { shared: { home: at("shared", "contact") }, tenants } } }, [
    "t1",
    "t2",
  ]);
  expect(settings).toHaveLength(1);
  expect(settings[0]?.settings).toEqual({ search_path: "contact, public" });
  expect(settings[0]?.datasets).toEqual(["contact/shared", "contact/tenants/t1", "contact/tenants/t2"]);
});
