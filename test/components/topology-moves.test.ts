import * as pulumi from "@pulumi/pulumi";
import type { TopologyArgs } from "@rehome/topology";
import { handedOut } from "../../components/src/hosts/stack-host";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { valueOf } from "./record";
import { type Graph, declare, at, secret, server, none, need } from "./declared";

describe("a move between two hosts", () => {
  let graph: Graph;
  beforeAll(async () => {
    graph = await declare({
      hosts: {
        shared: { platform: "local" },
        pay: { platform: "local", port: 41000, version: 15, directory: "/data/pay" },
      },
      services: {
        payment: { home: at("pay", "payments", "public"), formerly: at("shared", "waqiti", "payment") },
      },
    });
  });

  it("knows both servers and waits for both schemas", () => {
    const { inputs, dependsOn } = need(graph, "Migration payment");
    expect(inputs).toMatchObject({
      home: at("pay", "payments", "public"),
      formerly: at("shared", "waqiti", "payment"),
      ...{ homeServer: server("pay"), formerlyServer: server("shared"), nextServer: none },
    });
    expect(dependsOn).toEqual(
      expect.arrayContaining([
        "Schema pay/payments.public",
        "Schema shared/waqiti.payment",
        "Cluster pay",
        "Cluster shared",
      ]),
    );
  });

  it("gives the service the database's own public schema, and others no right to create there", () => {
    expect(need(graph, "Schema pay/payments.public").inputs).toMatchObject({ owner: "payment_user" });
    expect(need(graph, "Grant public@pay/payments.public").inputs).toMatchObject({ privileges: ["USAGE"] });
    expect(graph.ids.filter((id) => id === "Schema pay/payments.public")).toHaveLength(1);
  });

  it("keeps schema and role of the old home, and the right to connect of the new one alone", () => {
    need(graph, "Role payment_user@shared");
    need(graph, "Schema shared/waqiti.payment");
    need(graph, "RoleSettings payment_user@shared/waqiti");
    need(graph, "Grant payment_user@pay/payments");
    expect(graph.ids).not.toContain("Grant payment_user@shared/waqiti");
  });

  it("takes port, version and directory from the file", () => {
    expect(need(graph, "Cluster pay").inputs).toMatchObject({
      port: 41000,
      version: 15,
      directory: "/data/pay",
    });
  });

  it("says that it moved", async () => {
    expect(await valueOf(graph.result.migrations)).toEqual({ payment: { state: "moved" } });
  });
});

describe("data that comes from another stack", () => {
  const args = (host?: string): TopologyArgs => ({
    hosts: {
      shared: { platform: "stack", stack: "organization/shop/dev", ...(host === undefined ? {} : { host }) },
      pay: { platform: "local" },
    },
    services: {
      payment: { home: at("pay", "payments", "public"), formerly: at("shared", "waqiti", "payment") },
    },
  });
  const handed = {
    ...{ host: "10.0.0.4", port: 5432, user: "admin", password: "theirs", sslmode: "require" },
  };

  it("is reached as that stack says, and nothing is declared there", async () => {
    const graph = await declare(args());
    expect(need(graph, "Migration payment").inputs).toMatchObject({
      formerlyServer: secret(handed),
      custody: { shared: "kept", pay: "rehome" },
      declaredOn: ["pay"],
    });
    expect(graph.ids.filter((id) => id.includes("@shared") || id.includes("shared/"))).toEqual([]);
  });

  it("may be handed on, secret", async () => {
    const { result } = await declare(args());
    expect(await pulumi.isSecret(result.hosts)).toBe(true);
    expect(await valueOf(result.hosts)).toMatchObject({ shared: handed, pay: { user: "postgres" } });
  });

  it("is asked for in one clear error where that stack does not hand it out", () => {
    const from = { stack: "organization/shop/dev", output: "hosts" };
    expect(() => handedOut(undefined, from, "shared")).toThrow("export const hosts = topology.hosts");
    expect(() => handedOut({ main: {} }, from, "shared")).toThrow(
      'no host "shared" in its output "hosts"; it has: main',
    );
    expect(() => handedOut({}, from, "constructor")).toThrow("it has: none");
  });
});

describe("parts of a schema", () => {
  const legacy = at("shared", "crm", "tenant_{tenant}");
  const inputsOf = async (
    contact: object,
    tenants = ["one", "two"],
  ): Promise<(name: string) => Record<string, unknown>> => {
    const graph = await declare({
      hosts: { shared: { platform: "local" }, main: { platform: "local" } },
      tenants,
      services: {
        contact: {
          datasets: {
            tenants: { forEachTenant: true, tables: ["contacts", "contact_*"], ...contact } as never,
            shared: { tables: ["types"], home: at("shared", "crm", "public") },
          },
        },
        activity: {
          datasets: { tenants: { forEachTenant: true, tables: ["activit*"], home: legacy } },
        },
      },
    });
    return (name) => need(graph, `Migration ${name}`).inputs;
  };
  const away = { home: at("main", "crm", "{tenant}_contact"), formerly: legacy };

  it("know what others take from the home that they leave", async () => {
    const of = await inputsOf(away);
    expect(of("contact/tenants/one")).toMatchObject({ others: ["activit*"] });
    for (const stays of ["activity/tenants/one", "contact/shared"])
      expect(of(stays)).not.toHaveProperty("others");
    const held = await inputsOf({ home: legacy, next: away.home });
    expect(held("contact/tenants/one")).toMatchObject({ others: ["activit*"] });
    const back = await inputsOf({ home: legacy, formerly: away.home });
    expect(back("contact/tenants/one")).toMatchObject({ others: [] });
  });

  it("are told by the last tenant's how tenants' schemas there are named, and which the stack has", async () => {
    const of = await inputsOf(away);
    expect(of("contact/tenants/two")).toMatchObject({
      tenants: { pattern: "tenant_*", known: ["tenant_one", "tenant_two", "public"] },
    });
    for (const silent of ["contact/tenants/one", "contact/shared", "activity/tenants/two"])
      expect(of(silent)).not.toHaveProperty("tenants");
    const inside = await inputsOf({ home: at("shared", "crm", "tenant_{tenant}_contact"), formerly: legacy });
    expect(inside("contact/tenants/two")).toMatchObject({
      tenants: {
        pattern: "tenant_*",
        known: expect.arrayContaining(["tenant_*_contact", "tenant_one", "tenant_two"]) as unknown,
      },
    });
  });

  it("of a database for each tenant tell of none", async () => {
    const of = await inputsOf({ ...away, formerly: at("shared", "crm_{tenant}", "public") });
    expect(of("contact/tenants/two")).not.toHaveProperty("tenants");
  });
});

describe("a next home", () => {
  it("has schema and role, and nobody may connect for its sake", async () => {
    const graph = await declare({
      hosts: { shared: { platform: "local" }, pay: { platform: "local" } },
      services: {
        payment: { home: at("shared", "waqiti", "payment"), next: at("pay", "payments", "public") },
      },
    });
    need(graph, "Role payment_user@pay");
    need(graph, "Schema pay/payments.public");
    expect(need(graph, "Migration payment").inputs).toMatchObject({
      next: at("pay", "payments", "public"),
      nextServer: server("pay"),
    });
    expect(graph.ids).not.toContain("Grant payment_user@pay/payments");
    expect(graph.ids).not.toContain("RoleSettings payment_user@pay/payments");
    expect((await valueOf(graph.result.connections))["payment"]?.database).toBe("waqiti");
  });
});

it("begins the moves of a service after those that it names", async () => {
  const graph = await declare({
    hosts: { shared: { platform: "local" } },
    services: {
      crm: { home: at("shared", "erp", "crm"), after: ["core"] },
      core: { home: at("shared", "erp", "core") },
    },
  });
  expect(need(graph, "Migration crm").dependsOn).toContain("Migration core");
});

describe("moves in waves", () => {
  const old = { formerly: at("shared", "erp", "old") };
  const waves = (approved?: string): TopologyArgs => ({
    hosts: { shared: { platform: "local" }, pay: { platform: "local" } },
    services: {
      wallet: {
        home: at("pay", "wallet", "public"),
        ...{ formerly: at("shared", "waqiti", "wallet"), migration: { mode: "online" } },
      },
      payment: {
        home: at("pay", "payment", "public"),
        ...{ formerly: at("shared", "waqiti", "payment"), after: ["wallet"] },
        gate: { health: { url: "http://wallet.test/health" } },
      },
      ledger: {
        home: at("pay", "ledger", "public"),
        ...{ formerly: at("shared", "waqiti", "ledger"), after: ["payment"] },
        gate: { approval: true, ...(approved === undefined ? {} : { approved }) },
      },
    },
  });
  const code = (text: string) => /ledger-[0-9a-f]{8}/.exec(text)?.[0] ?? "";
  const said = () => {
    const lines: string[] = [];
    const spy = vi.spyOn(pulumi.log, "warn").mockImplementation(async (line) => void lines.push(line));
    return { lines, end: () => spy.mockRestore() };
  };

  it("begin when those before have been proven and handed out, and answer that they are healthy", async () => {
    const graph = await declare(waves());
    expect(need(graph, "Gate payment")).toMatchObject({
      inputs: { service: "payment", after: ["wallet"], url: "http://wallet.test/health", timeout: 120 },
      dependsOn: expect.arrayContaining([
        ...["Migration wallet", "Proof wallet", "Grant wallet_user@pay/wallet"],
        "RoleSettings wallet_user@pay/wallet",
      ]) as unknown,
    });
    expect(need(graph, "Migration payment").dependsOn).toEqual(
      expect.arrayContaining(["Gate payment", "Migration wallet", "Proof wallet"]),
    );
    expect(need(graph, "Gate payment").dependsOn).not.toContain("Migration payment");
  });

  it("are only prepared until they are approved, and say what to write", async () => {
    const { lines, end } = said();
    const graph = await declare(waves());
    end();
    expect(need(graph, "Migration ledger").inputs).toMatchObject({
      home: at("shared", "waqiti", "ledger"),
      next: at("pay", "ledger", "public"),
    });
    expect((await valueOf(graph.result.connections))["ledger"]?.database).toBe("waqiti");
    expect(lines.join()).toMatch(/ledger waits for approval.*approved: ledger-[0-9a-f]{8} }/);

    const approved = await declare(waves(`${code(lines.join())} Ada, 22 November`));
    expect(need(approved, "Migration ledger").inputs).toMatchObject({
      home: at("pay", "ledger", "public"),
      formerly: at("shared", "waqiti", "ledger"),
    });
  });

  it("pass a gate that waits for nothing else", async () => {
    const graph = await declare({
      hosts: { shared: { platform: "local" } },
      services: {
        core: {
          home: at("shared", "erp", "core"),
          ...old,
          gate: { health: { url: "http://core.test/", timeout: 5 } },
        },
        calm: { home: at("shared", "erp", "calm"), gate: { health: { url: "http://core.test/" } } },
      },
    });
    expect(need(graph, "Gate core").inputs).toMatchObject({ after: [], timeout: 5 });
    expect(graph.ids).not.toContain("Gate calm"); // it does not move
  });
});

describe("a service that moved without stopping", () => {
  const services = (mode: "online" | "offline") => ({
    core: { home: at("b", "erp", "core"), formerly: at("a", "core", "public"), migration: { mode } },
  });
  const hosts = { a: { platform: "local" }, b: { platform: "local" } } as const;

  it("is proven after its switch, which nothing waits for", async () => {
    const graph = await declare({ hosts, services: services("online") });
    const proof = need(graph, "Proof core");
    expect(proof.inputs).toMatchObject({
      ...{
        dataset: "core",
        owner: "core_user",
        home: at("b", "erp", "core"),
        formerly: at("a", "core", "public"),
      },
      ...{ homeServer: server("b"), formerlyServer: server("a") },
    });
    expect(proof.dependsOn).toContain("Migration core");
    expect([...graph.resources.values()].filter((one) => one.dependsOn.includes("Proof core"))).toEqual([]);
  });

  it("or was proven before it, under the fence", async () => {
    expect((await declare({ hosts, services: services("offline") })).ids).not.toContain("Proof core");
  });
});
