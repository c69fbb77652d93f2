import { Topology } from "@rehome/components";
import * as pulumi from "@pulumi/pulumi";
import type { TopologyArgs } from "@rehome/topology";
import { handedOut } from "../../components/src/hosts/stack-host";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { record, valueOf, type Recorded } from "./record";

type Graph = Awaited<ReturnType<typeof record<Topology>>>;
const declare = (args: TopologyArgs, config?: Record<string, string>): Promise<Graph> =>
  record(() => new Topology("topology", args), config);

/** What the program says instead of running on. What it had begun to register is waited for. */
const refusal = async (program: () => unknown): Promise<string> => {
  const { result } = await record(() => {
    try {
      program();
      return "";
    } catch (error) {
      return pulumi.RunError.isInstance(error) ? error.message : "not a RunError";
    }
  });
  return result;
};

const at = (host: string, database: string, schema: string) => ({ host, database, schema });
const secret = (value: unknown) => expect.objectContaining({ value }) as unknown;
const connection = { host: "127.0.0.1", port: 40000, user: "postgres", sslmode: "disable" };
const server = (host: string) => secret({ ...connection, password: `secret of postgres@${host}` });
const none = secret({});

const need = (graph: Graph, id: string): Recorded => {
  const found = graph.resources.get(id);
  expect(found, `${id} among\n${graph.ids.join("\n")}`).toBeDefined();
  return found as Recorded;
};

describe("two services of one host", () => {
  let graph: Graph;
  beforeAll(async () => {
    graph = await declare({
      hosts: { shared: { platform: "local", parameters: { work_mem: "8MB" } } },
      services: {
        core: { home: at("shared", "chiro_erp", "core_schema"), settings: { random_page_cost: "1.1" } },
        crm: { home: at("shared", "chiro_erp", "crm_schema"), connectionLimit: 20 },
      },
    });
  });

  it("are declared once each, and nothing else is", () => {
    expect([...graph.ids].sort()).toEqual(
      [
        ...["Topology topology", "LocalHost shared", "Cluster shared", "postgresql shared"],
        ...[
          "RandomPassword postgres@shared",
          "RandomPassword core_user@shared",
          "RandomPassword crm_user@shared",
        ],
        ...["Role core_user@shared", "Role crm_user@shared", "Database shared/chiro_erp"],
        ...[
          "Schema shared/chiro_erp.public",
          "Schema shared/chiro_erp.core_schema",
          "Schema shared/chiro_erp.crm_schema",
        ],
        ...[
          "ServiceDatabase core@shared/chiro_erp.core_schema",
          "ServiceDatabase crm@shared/chiro_erp.crm_schema",
        ],
        ...["Grant public@shared/postgres", "Grant public@shared/template1"],
        ...["Grant public@shared/chiro_erp", "Grant public@shared/chiro_erp.public"],
        ...["Grant core_user@shared/chiro_erp", "Grant crm_user@shared/chiro_erp"],
        ...["Migration core", "Migration crm"],
        ...["RoleSettings core_user@shared/chiro_erp", "RoleSettings crm_user@shared/chiro_erp"],
      ].sort(),
    );
  });

  it("run on a cluster with the parameters of the file, in a directory of its own", () => {
    expect(need(graph, "Cluster shared")).toMatchObject({
      type: "pulumi-nodejs:dynamic/rehome:Cluster",
      inputs: {
        directory: ".rehome/chiro/dev/shared",
        parameters: {
          ...{ wal_level: "logical", max_wal_senders: "32", max_replication_slots: "32" },
          ...{ max_logical_replication_workers: "32", max_worker_processes: "48", work_mem: "8MB" },
        },
        password: "secret of postgres@shared",
      },
      dependsOn: ["RandomPassword postgres@shared"],
    });
  });

  it("may not enter the databases that come with the cluster", () => {
    for (const database of ["postgres", "template1"]) {
      expect(need(graph, `Grant public@shared/${database}`)).toMatchObject({
        inputs: { role: "public", database, objectType: "database", privileges: [] },
        provider: "shared",
      });
    }
  });

  it("are reached by a provider without TLS on this machine", () => {
    expect(need(graph, "postgresql shared").inputs).toMatchObject({
      host: "127.0.0.1",
      port: "40000",
      username: "postgres",
      database: "postgres",
      sslmode: "disable",
      superuser: "true",
    });
  });

  it("have a database that nobody may enter who was not told to, guarded against deletion", () => {
    expect(need(graph, "Database shared/chiro_erp")).toMatchObject({
      inputs: { name: "chiro_erp" },
      hooks: ["rehome-release-database-topology"],
      retain: false,
      provider: "shared",
    });
    expect(need(graph, "Grant public@shared/chiro_erp")).toMatchObject({
      inputs: { role: "public", database: "chiro_erp", objectType: "database", privileges: [] },
      dependsOn: ["Database shared/chiro_erp"],
    });
    expect(need(graph, "Grant public@shared/chiro_erp.public").inputs).toEqual({
      ...{ role: "public", database: "chiro_erp", schema: "public", objectType: "schema" },
      privileges: ["USAGE"],
    });
    expect(need(graph, "Schema shared/chiro_erp.public").inputs).toMatchObject({ owner: "postgres" });
  });

  it("have a role each, that may log in and no more", () => {
    expect(need(graph, "Role core_user@shared").inputs).toEqual({
      name: "core_user",
      login: true,
      password: secret(expect.stringMatching(/^SCRAM-SHA-256\$4096:/)),
    });
    expect(need(graph, "Role crm_user@shared").inputs).toMatchObject({ connectionLimit: 20 });
  });

  it("own a schema each, guarded against deletion", () => {
    expect(need(graph, "Schema shared/chiro_erp.core_schema")).toMatchObject({
      inputs: {
        ...{ name: "core_schema", database: "chiro_erp", owner: "core_user" },
        ...{ ifNotExists: true, dropCascade: true },
      },
      dependsOn: ["Database shared/chiro_erp", "Role core_user@shared"],
      hooks: ["rehome-release-schema-topology"],
    });
  });

  it("settle where they are, knowing their server and no other", () => {
    expect(need(graph, "Migration core")).toMatchObject({
      type: "pulumi-nodejs:dynamic/rehome:Migration",
      inputs: {
        ...{
          dataset: "core",
          owner: "core_user",
          home: at("shared", "chiro_erp", "core_schema"),
          startEmpty: false,
        },
        ...{ options: { mode: "offline", verify: "checksum" }, custody: { shared: "rehome" } },
        ownDatabases: [],
        declaredOn: ["shared"],
        ...{ homeServer: server("shared"), nextServer: none, formerlyServer: none },
      },
      hooks: ["rehome-release-dataset-topology"],
    });
    const { dependsOn } = need(graph, "Migration core");
    expect(dependsOn).toContain("Schema shared/chiro_erp.core_schema");
    expect(dependsOn).not.toContain("Schema shared/chiro_erp.crm_schema");
  });

  it("may connect once their data is there", () => {
    expect(need(graph, "Grant core_user@shared/chiro_erp")).toMatchObject({
      inputs: {
        ...{ role: "core_user", database: "chiro_erp", objectType: "database" },
        privileges: ["CONNECT", "TEMPORARY"],
      },
      dependsOn: expect.arrayContaining(["Migration core", "Role core_user@shared"]) as unknown,
    });
    expect(need(graph, "RoleSettings core_user@shared/chiro_erp")).toMatchObject({
      inputs: {
        ...{ role: "core_user", database: "chiro_erp", server: server("shared") },
        settings: { search_path: "core_schema, public", random_page_cost: "1.1" },
      },
      dependsOn: expect.arrayContaining(["Migration core"]) as unknown,
    });
  });

  it("are handed connections of their own", async () => {
    const { core, crm } = await valueOf(graph.result.connections);
    expect(core).toEqual({
      ...{ host: "127.0.0.1", port: 40000, database: "chiro_erp", schema: "core_schema", sslmode: "disable" },
      searchPath: "core_schema, public",
      ...{ user: "core_user", password: "secret of core_user@shared" },
      url: "postgres://core_user:secret%20of%20core_user%40shared@127.0.0.1:40000/chiro_erp?sslmode=disable",
    });
    expect(crm?.user).toBe("crm_user");
    expect(await valueOf(graph.result.migrations)).toEqual({
      core: { state: "steady" },
      crm: { state: "steady" },
    });
  });
});

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

describe("readers", () => {
  it("use the schema and read what is there and what will be, one right after the other", async () => {
    const graph = await declare({
      hosts: { shared: { platform: "local" } },
      services: {
        core: { home: at("shared", "erp", "core"), readers: ["crm_user"] },
        crm: { home: at("shared", "erp", "crm") },
      },
    });
    const name = "crm_user@shared/erp.core";
    const select = { role: "crm_user", database: "erp", schema: "core", privileges: ["SELECT"] };
    expect(need(graph, `Grant ${name}`)).toMatchObject({
      inputs: { ...select, objectType: "schema", privileges: ["USAGE"] },
      dependsOn: expect.arrayContaining(["Migration core", "Role crm_user@shared"]) as unknown,
    });
    const chain = [`DefaultPrivileges ${name}:table`, `Grant ${name}:table`];
    chain.push(`DefaultPrivileges ${name}:sequence`, `Grant ${name}:sequence`);
    expect(chain.map((id) => need(graph, id).dependsOn)).toEqual(
      [`Grant ${name}`, ...chain.slice(0, 3)].map((id) => [id]),
    );
    expect(need(graph, chain[0] ?? "").inputs).toEqual({
      ...select,
      objectType: "table",
      owner: "core_user",
    });
    expect(need(graph, chain[3] ?? "").inputs).toEqual({ ...select, objectType: "sequence" });
  });

  it.each(["core", "public"])(
    "outlive the schema %s that they read, for its tables hold on to them",
    async (schema) => {
      const graph = await declare({
        hosts: { shared: { platform: "local" } },
        services: {
          core: { home: at("shared", "erp", schema), readers: ["crm_user"] },
          crm: { home: at("shared", "erp", "crm") },
        },
      });
      const roles = ["Role core_user@shared", "Role crm_user@shared"];
      const { dependsOn } = need(graph, `Schema shared/erp.${schema}`);
      expect(dependsOn.filter((id) => id.startsWith("Role "))).toEqual(roles);
    },
  );
});

describe("an existing host", () => {
  const services: TopologyArgs["services"] = {
    core: { home: at("legacy", "core_db", "public"), password: { config: "corePassword" } },
  };
  const host = {
    platform: "existing" as const,
    url: "postgres://admin@db.example.com:6432/postgres?sslmode=verify-full",
  };
  const config = { "rehome:legacyPassword": "hush", "rehome:corePassword": "own" };

  it("that Rehome does not manage gets no resources but the migration", async () => {
    const graph = await declare(
      { hosts: { legacy: { ...host, password: { config: "legacyPassword" } } }, services },
      config,
    );
    expect([...graph.ids].sort()).toEqual(["ExistingHost legacy", "Migration core", "Topology topology"]);
    const address = { host: "db.example.com", port: 6432, user: "admin", sslmode: "verify-full" };
    expect(need(graph, "Migration core").inputs).toMatchObject({
      homeServer: secret({ ...address, password: "hush" }),
      custody: { legacy: "kept" },
      declaredOn: [],
    });
    expect((await valueOf(graph.result.connections))["core"]).toMatchObject({
      ...{ host: "db.example.com", port: 6432, user: "core_user", password: "own" },
      url: "postgres://core_user:own@db.example.com:6432/core_db?sslmode=verify-full",
    });
  });

  it("that Rehome manages keeps what is retired, unless the file says otherwise", async () => {
    const kept = await declare({ hosts: { legacy: { ...host, manage: true } }, services });
    expect(need(kept, "Schema legacy/core_db.public")).toMatchObject({ retain: true, hooks: [] });
    expect(need(kept, "Role core_user@legacy").retain).toBe(true);
    const dropped = await declare({
      hosts: { legacy: { ...host, manage: true, dropRetired: true } },
      services,
    });
    expect(need(dropped, "Database legacy/core_db").retain).toBe(false);
    expect(need(dropped, "Schema legacy/core_db.public").retain).toBe(true); // goes with its database
    expect(need(dropped, "Migration core").inputs).toMatchObject({ custody: { legacy: "rehome" } });
  });

  it("whose password is missing is one clear error", async () => {
    const missing = { hosts: { legacy: { ...host, password: { config: "absent" } } }, services };
    expect(await refusal(() => new Topology("t", missing))).toContain(
      'Host "legacy": the administrator\'s password is missing: set it with  pulumi config set --secret rehome:absent',
    );
    const env = { hosts: { legacy: { ...host, password: { env: "REHOME_TEST_ABSENT" } } }, services };
    expect(await refusal(() => new Topology("t", env))).toMatch(
      /set the environment variable REHOME_TEST_ABSENT/,
    );
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

it("gives every role a new password when the rotation changes", async () => {
  const args: TopologyArgs = {
    hosts: { shared: { platform: "local" } },
    services: { core: { home: at("shared", "erp", "core") } },
  };
  const graph = await declare(args, { "rehome:passwordRotation": "2" });
  expect(need(graph, "RandomPassword core_user@shared").inputs).toMatchObject({ keepers: { rotation: "2" } });
});

it("sends a verifier in a password's place, the same in every run and another for every role", async () => {
  const args: TopologyArgs = {
    hosts: { shared: { platform: "local" }, other: { platform: "local" } },
    services: {
      core: { home: at("shared", "erp", "core"), formerly: at("other", "erp", "core") },
      crm: { home: at("shared", "erp", "crm") },
    },
  };
  const roles = ["Role core_user@shared", "Role core_user@other", "Role crm_user@shared"];
  const sent = async (): Promise<string[]> => {
    const graph = await declare(args);
    return roles.map((name) => JSON.stringify(need(graph, name).inputs));
  };
  const [once, again] = [await sent(), await sent()];
  expect(again).toEqual(once);
  expect(new Set(once).size).toBe(roles.length);
  expect(once.join()).not.toContain("secret of");
});

it("says every mistake of the stack file in one error without a stack", async () => {
  const wrong = { hosts: {}, services: { core: { home: at("shraed", "erp", "core") } } };
  expect(await refusal(() => new Topology("t", wrong))).toMatch(/services\.core\.home\.host/);
  expect(await refusal(() => Topology.fromConfig())).toMatch(/rehome:topology is missing/);
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
