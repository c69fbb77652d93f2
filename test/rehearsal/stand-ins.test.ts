import { X509Certificate } from "node:crypto";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execFileSync } from "node:child_process";
import { findBinaries, removeCluster } from "@rehome/postgres";
import { Client, type ClientConfig } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { docker } from "../../rehearsal/src/providers/docker";
import { gcp } from "../../rehearsal/src/providers/gcp";
import { makeCertificate } from "../../rehearsal/src/providers/gcp/certificate";
import type { ProviderPackage, ResourceKind } from "../../rehearsal/src/providers/provider";
import type { Values } from "../../rehearsal/src/wire/values";
import { throwawayDirectory } from "../support/throwaway";

let directory: string;
const config = { project: "shop", region: "europe-west1" };
const call = { urn: "urn:pulumi:dev::shop::t::name", type: "t", config };
const kindOf = (provider: ProviderPackage, type: string): ResourceKind => {
  const kind = provider.kind(type);
  if (kind === undefined) throw new Error(`nothing stands in for ${type}`);
  return kind;
};
const failures = async (kind: ResourceKind, news: Values): Promise<string[]> => {
  const checked = await kind.check({ ...call, olds: undefined, news });
  return checked.failures.map(({ property, reason }) => `${property}: ${reason}`);
};
const changed = async (kind: ResourceKind, olds: Values, news: Values) =>
  kind.diff({ ...call, id: "id", oldInputs: olds, oldOutputs: olds, news, ignoreChanges: [] });
const ask = async (config: ClientConfig, text: string): Promise<unknown> => {
  const client = new Client(config);
  await client.connect();
  try {
    const { rows } = await client.query<{ value: unknown }>(text);
    return rows[0]?.value;
  } finally {
    await client.end();
  }
};

beforeAll(async () => {
  directory = await throwawayDirectory("standin");
});
afterAll(() => rm(directory, { recursive: true, force: true }));

describe.skipIf(process.platform !== "linux")("what stands for Cloud SQL", () => {
  const settings = {
    ...{ tier: "db-custom-1-3840", edition: "ENTERPRISE", deletionProtectionEnabled: true },
    ipConfiguration: { ipv4Enabled: false, privateNetwork: "n", sslMode: "ENCRYPTED_ONLY" },
    databaseFlags: [
      { name: "cloudsql.logical_decoding", value: "on" },
      { name: "work_mem", value: "8192" },
      { name: "pgaudit.log", value: "ddl" },
    ],
  };
  const instanceInputs = { ...config, name: "shop-db", databaseVersion: "POSTGRES_17", settings };
  const userInputs = { project: "shop", instance: "shop-db", name: "admin", password: "secret's" };
  let instance: ResourceKind;
  let user: ResourceKind;
  let outputs: Values;
  const login = (): ClientConfig => ({
    ...{ host: outputs["privateIpAddress"] as string, port: 5432, database: "postgres" },
    ...{ user: "admin", password: "secret's" },
    ssl: {
      ca: (outputs["serverCaCerts"] as { cert: string }[])[0]?.cert ?? "",
      checkServerIdentity: () => undefined,
    },
  });

  beforeAll(async () => {
    const provider = gcp(join(directory, "cloudsql"));
    instance = kindOf(provider, "gcp:sql/databaseInstance:DatabaseInstance");
    user = kindOf(provider, "gcp:sql/user:User");
    ({ outputs } = await instance.create({ ...call, inputs: instanceInputs, resumed: false }));
    await user.create({ ...call, inputs: userInputs, resumed: false });
  });
  afterAll(() => removeCluster(join(directory, "cloudsql/shop/shop-db")));

  it("is a server at an address of its own, with the flags as parameters", async () => {
    expect(outputs).toMatchObject({
      connectionName: "shop:europe-west1:shop-db",
      privateIpAddress: expect.stringMatching(/^127\.77\.\d+\.\d+$/) as unknown,
      publicIpAddress: "",
    });
    expect(await ask(login(), "SELECT current_setting('work_mem') AS value")).toBe("8MB");
    expect(await ask(login(), "SELECT current_setting('wal_level') AS value")).toBe("logical");
  });

  it("talks by TLS alone, which libpq can check by the authority that it hands out", async () => {
    await expect(ask({ ...login(), ssl: false }, "SELECT 1")).rejects.toMatchObject({ code: "28000" });
    const other = { ca: (await makeCertificate("other")).certificate, checkServerIdentity: () => undefined };
    await expect(ask({ ...login(), ssl: other }, "SELECT 1")).rejects.toThrow(/self-signed/);
    const file = join(directory, "ca.pem");
    await writeFile(file, (outputs["serverCaCerts"] as { cert: string }[])[0]?.cert ?? "");
    const { path } = await findBinaries({ need: ["psql"] });
    const target = `host=${outputs["privateIpAddress"] as string} user=admin dbname=postgres sslmode=verify-ca sslrootcert=${file}`;
    const env = { ...process.env, PGPASSWORD: "secret's" };
    const said = execFileSync(
      path("psql"),
      [target, "-Atc", "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"],
      {
        ...{ env, encoding: "utf8" },
      },
    );
    expect(said).toBe("t\n");
  });

  it("has an administrator who is no superuser", async () => {
    const text =
      "SELECT rolsuper::text || rolcreaterole || rolcreatedb || rolreplication AS value FROM pg_roles WHERE rolname = current_user";
    expect(await ask(login(), text)).toBe("falsetruetruefalse");
    expect(await ask(login(), "SELECT pg_has_role('cloudsqlsuperuser', 'MEMBER') AS value")).toBe(true);
  });

  it("changes flags in place", async () => {
    const inputs = {
      ...instanceInputs,
      settings: { ...settings, databaseFlags: [{ name: "work_mem", value: "16384" }] },
    };
    const update = { ...call, id: "shop-db", oldInputs: instanceInputs, oldOutputs: outputs, inputs };
    await instance.update({ ...update, ignoreChanges: [] });
    expect(await ask(login(), "SELECT current_setting('work_mem') AS value")).toBe("16MB");
    expect(await ask(login(), "SELECT current_setting('wal_level') AS value")).toBe("replica");
  });

  it("refuses what Google refuses, and what it does not know", async () => {
    expect(await failures(instance, instanceInputs)).toEqual([]);
    const flag = { ...settings, databaseFlags: [{ name: "work_mem", value: "8MB" }] };
    expect(await failures(instance, { ...instanceInputs, settings: flag })).toEqual([
      expect.stringMatching(/^settings\.databaseFlags: Invalid value for flag work_mem: "8MB"/),
    ]);
    expect(
      await failures(instance, { ...instanceInputs, settings: { ...settings, edition: "ENTERPRISE_PLUS" } }),
    ).toEqual([expect.stringMatching(/Invalid Tier \(db-custom-1-3840\) for \(ENTERPRISE_PLUS\) Edition/)]);
    expect(await failures(instance, { ...instanceInputs, clone: {}, name: "Shop" })).toEqual([
      expect.stringMatching(/^clone: .*cannot be rehearsed/),
      expect.stringMatching(/^name: "Shop" is no instance's name/),
    ]);
    expect(
      await failures(instance, { ...instanceInputs, settings: { ...settings, collation: "x" } }),
    ).toEqual([expect.stringMatching(/^settings\.collation: .*cannot be rehearsed/)]);
    expect(await failures(user, { ...userInputs, type: "CLOUD_IAM_USER" })).toEqual([
      expect.stringMatching(/^type: expected one of BUILT_IN/),
    ]);
    await expect(instance.create({ ...call, inputs: instanceInputs, resumed: false })).rejects.toThrow(
      /already exists/,
    );
  });

  it("is another instance under another name or in another region, and none of another version", async () => {
    const to = (other: object) => changed(instance, instanceInputs, { ...instanceInputs, ...other });
    expect(await to({})).toMatchObject({ changes: false });
    expect(await to({ settings: { ...settings, tier: "db-f1-micro" } })).toMatchObject({
      ...{ changes: true, replaceKeys: [] },
    });
    expect(await to({ region: "us-central1" })).toMatchObject({
      replaceKeys: ["region"],
      deleteBeforeReplace: true,
    });
    expect(await to({ name: "other" })).toMatchObject({ replaceKeys: ["name"], deleteBeforeReplace: false });
    await expect(to({ databaseVersion: "POSTGRES_18" })).rejects.toThrow(/declare a new host/);
  });

  it("is not deleted while it is protected, twice", async () => {
    const gone = { ...call, id: "shop-db", inputs: instanceInputs };
    await expect(instance.delete({ ...gone, outputs })).rejects.toThrow(/deletion_protection is set to true/);
    const half = { ...outputs, deletionProtection: false };
    await expect(instance.delete({ ...gone, outputs: half })).rejects.toThrow(/shop-db is protected/);
    const off = { ...half, settings: { ...settings, deletionProtectionEnabled: false } };
    await instance.delete({ ...gone, outputs: off });
    expect(await instance.read({ ...gone, outputs: off })).toBeUndefined();
  });
});

describe("what stands for Docker", () => {
  const inputs = {
    ...{ name: "shop", image: "postgres:17", restart: "unless-stopped" },
    command: ["postgres", "-c", "work_mem=8MB"],
    envs: ["POSTGRES_PASSWORD_FILE=/pw", "POSTGRES_USER=postgres"],
    uploads: [{ file: "/pw", content: "secret" }],
    ports: [{ internal: 5432, external: 64_901, ip: "127.0.0.1" }],
    volumes: [{ volumeName: "shop-data", containerPath: "/var/lib/rehome" }],
  };
  const login = {
    host: "127.0.0.1",
    port: 64_901,
    user: "postgres",
    password: "secret",
    database: "postgres",
  };
  const of = (type: string): ResourceKind => kindOf(docker(join(directory, "docker")), type);

  it("is a server on the container's port, whose data outlives it with the volume", async () => {
    const [container, volume] = [of("docker:index/container:Container"), of("docker:index/volume:Volume")];
    const made = await container.create({ ...call, inputs, resumed: false });
    const state = { ...call, id: made.id, inputs, outputs: made.outputs };
    expect(await ask(login, "SELECT current_setting('work_mem') AS value")).toBe("8MB");
    await ask(login, "CREATE TABLE kept ()");
    await container.delete(state);
    await expect(ask(login, "SELECT 1")).rejects.toThrow(/ECONNREFUSED/);
    await container.create({ ...call, inputs: { ...inputs, command: [] }, resumed: false });
    expect(await ask(login, "SELECT 'kept'::regclass::text AS value")).toBe("kept");
    expect(await container.read(state)).toMatchObject({ id: made.id });
    await volume.delete({ ...call, id: "shop-data", inputs: {}, outputs: { name: "shop-data" } });
    expect(await container.read(state)).toBeUndefined();
  });

  it("replaces a container for what Docker cannot change in place", async () => {
    const to = (other: object) =>
      changed(of("docker:index/container:Container"), inputs, { ...inputs, ...other });
    expect((await to({ command: ["postgres"] })).replaceKeys).toEqual(["command"]);
    expect(await to({ restart: "no", memory: 512 })).toMatchObject({ changes: true, replaceKeys: [] });
    expect(await to({ envs: [...inputs.envs].reverse() })).toMatchObject({ changes: false });
  });

  it("refuses what cannot be rehearsed", async () => {
    const container = of("docker:index/container:Container");
    const create = (other: object) =>
      container.create({ ...call, inputs: { ...inputs, ...other }, resumed: false });
    expect(await failures(container, { ...inputs, privileged: true })).toEqual([
      expect.stringMatching(/^privileged: a container with it cannot be rehearsed/),
    ]);
    await expect(failures(container, { ...inputs, image: "nginx:1" })).rejects.toThrow(/only postgres can/);
    await expect(create({ command: ["bash"] })).rejects.toThrow(/only postgres -c/);
    await expect(create({ volumes: [] })).rejects.toThrow(/one named volume/);
    await expect(create({ ports: [{ internal: 5432, external: 1, ip: "0.0.0.0" }] })).rejects.toThrow(
      /127\.0\.0\.1/,
    );
    await expect(create({ uploads: [] })).rejects.toThrow(/no password/);
  });
});

it("makes certificates that vouch for themselves", async () => {
  const { certificate, key } = await makeCertificate("shop:shop-db");
  const read = new X509Certificate(certificate);
  expect(read).toMatchObject({ subject: "CN=shop:shop-db", issuer: "CN=shop:shop-db", ca: true });
  expect(read.verify(read.publicKey)).toBe(true);
  expect(Date.parse(read.validTo)).toBeGreaterThan(Date.now());
  expect(key).toMatch(/^-----BEGIN PRIVATE KEY-----/);
});
