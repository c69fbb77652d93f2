import { Topology } from "@rehome/components";
import type { TopologyArgs } from "@rehome/topology";
import { beforeAll, describe, expect, it } from "vitest";
import { valueOf } from "./record";
import { type Graph, declare, refusal, at, secret, server, none, need } from "./declared";

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
