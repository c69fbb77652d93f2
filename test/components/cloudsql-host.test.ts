import { Topology } from "@rehome/components";
import * as pulumi from "@pulumi/pulumi";
import type { TopologyArgs } from "@rehome/topology";
import { describe, expect, it } from "vitest";
import { instanceName } from "../../components/src/hosts/cloudsql-args";
import { record, valueOf } from "./record";

const at = (host: string, database: string, schema: string) => ({ host, database, schema });
const secret = (value: unknown) => expect.objectContaining({ value }) as unknown;
const HOST = "partner-db-instance";
const declare = (
  host: object,
  services?: TopologyArgs["services"],
  config: Record<string, string> = { "gcp:project": "hexa" },
) =>
  record(() => {
    const cloud = { platform: "cloudsql", tier: "db-custom-2-7680", ...host };
    const hosts = { [HOST]: cloud, other: { platform: "local" } } as TopologyArgs["hosts"];
    const home = { partner: { home: at(HOST, "partner_management", "public") } };
    return new Topology("topology", { hosts, services: services ?? home });
  }, config);
const instanceOf = async (...args: Parameters<typeof declare>) => {
  const { resources } = await declare(...args);
  const found = resources.get(`DatabaseInstance ${HOST}`);
  if (found === undefined) throw new Error("no instance");
  return found;
};
const settingsOf = async (host: object) =>
  (await instanceOf(host)).inputs["settings"] as Record<string, unknown>;

describe("a cloudsql host", () => {
  it("is, unless told otherwise, a private instance with TLS, backups, insights and protection", async () => {
    const instance = await instanceOf({});
    expect(instance.type).toBe("gcp:sql/databaseInstance:DatabaseInstance");
    expect(instance.inputs).toEqual({
      name: "partner-db-instance-c0ffee",
      databaseVersion: "POSTGRES_17",
      deletionProtection: true,
      settings: {
        ...{ tier: "db-custom-2-7680", edition: "ENTERPRISE", availabilityType: "ZONAL" },
        ...{ diskSize: 10, diskType: "PD_SSD", diskAutoresize: true, deletionProtectionEnabled: true },
        ipConfiguration: {
          ...{ ipv4Enabled: false, privateNetwork: "projects/hexa/global/networks/default" },
          sslMode: "ENCRYPTED_ONLY",
        },
        backupConfiguration: {
          ...{ enabled: true, pointInTimeRecoveryEnabled: true, transactionLogRetentionDays: 7 },
          backupRetentionSettings: { retainedBackups: 7, retentionUnit: "COUNT" },
        },
        retainBackupsOnDelete: true,
        finalBackupConfig: { enabled: true, retentionDays: 30 },
        insightsConfig: {
          ...{ queryInsightsEnabled: true, recordApplicationTags: true, recordClientAddress: true },
        },
        databaseFlags: [
          { name: "cloudsql.logical_decoding", value: "on" },
          { name: "max_logical_replication_workers", value: "32" },
          { name: "max_replication_slots", value: "32" },
          { name: "max_wal_senders", value: "32" },
          { name: "max_worker_processes", value: "48" },
        ],
        userLabels: { rehome_host: "partner-db-instance", rehome_stack: "dev" },
      },
    });
    expect(instance).toMatchObject({ protect: true, ignoreChanges: ["settings.diskSize"] });
  });

  it("is made as the file says", async () => {
    const instance = await instanceOf({
      ...{ name: HOST, project: "mine", region: "us-central1", version: 16, tier: "db-perf-optimized-N-2" },
      ...{
        network: "projects/mine/global/networks/vpc",
        highAvailability: true,
        labels: { team: "partner" },
      },
      disk: { size: 100, type: "hdd", limit: 500 },
      backup: { startTime: "03:30", retain: 30, logDays: 14, location: "us" },
      ...{ insights: false, maintenanceWindow: { day: "sunday", hour: 4 }, requireTls: false },
      parameters: {
        ...{ max_connections: 200, work_mem: "8MB", shared_buffers: "512MB" },
        ...{ shared_preload_libraries: "pgaudit", "pgaudit.log": "write,ddl" },
      },
    });
    expect(instance.inputs).toMatchObject({
      ...{ name: HOST, project: "mine", region: "us-central1", databaseVersion: "POSTGRES_16" },
      settings: {
        ...{ tier: "db-perf-optimized-N-2", edition: "ENTERPRISE_PLUS", availabilityType: "REGIONAL" },
        ...{ diskSize: 100, diskType: "PD_HDD", diskAutoresizeLimit: 500 },
        ipConfiguration: {
          ...{
            privateNetwork: "projects/mine/global/networks/vpc",
            sslMode: "ALLOW_UNENCRYPTED_AND_ENCRYPTED",
          },
        },
        backupConfiguration: {
          ...{ startTime: "03:30", location: "us", transactionLogRetentionDays: 14 },
          backupRetentionSettings: { retainedBackups: 30, retentionUnit: "COUNT" },
        },
        insightsConfig: { queryInsightsEnabled: false },
        maintenanceWindow: { day: 7, hour: 4, updateTrack: "stable" },
        userLabels: { team: "partner", rehome_host: HOST, rehome_stack: "dev" },
      },
    });
    expect((instance.inputs["settings"] as { databaseFlags: object[] }).databaseFlags).toEqual([
      { name: "cloudsql.enable_pgaudit", value: "on" },
      { name: "cloudsql.logical_decoding", value: "on" },
      { name: "max_connections", value: "200" },
      { name: "max_logical_replication_workers", value: "32" },
      { name: "max_replication_slots", value: "32" },
      { name: "max_wal_senders", value: "32" },
      { name: "max_worker_processes", value: "48" },
      { name: "pgaudit.log", value: "write,ddl" },
      { name: "shared_buffers", value: "65536" },
      { name: "work_mem", value: "8192" },
    ]);
  });

  it("has a public address only where the file asks for one, and then no private one", async () => {
    expect((await settingsOf({ privateIp: false }))["ipConfiguration"]).toEqual({
      ...{ ipv4Enabled: true, sslMode: "ENCRYPTED_ONLY" },
    });
  });

  it("keeps no last backup where backups are off", async () => {
    const settings = await settingsOf({ backup: { enabled: false, pointInTimeRecovery: false } });
    expect(settings).not.toHaveProperty("finalBackupConfig");
    expect(settings["backupConfiguration"]).toMatchObject({
      enabled: false,
      pointInTimeRecoveryEnabled: false,
    });
  });

  it("has an administrator with a random, secret password, who is not deleted by itself", async () => {
    const { resources } = await declare({ project: "mine" });
    const user = resources.get(`User rehome_admin@${HOST}`);
    expect(user?.inputs).toEqual({
      ...{ instance: "partner-db-instance-c0ffee", name: "rehome_admin", type: "BUILT_IN", project: "mine" },
      deletionPolicy: "ABANDON",
      password: secret(`secret of rehome_admin@${HOST}`),
    });
    expect(user?.additionalSecretOutputs).toContain("password");
  });

  it("is reached through Google's connector by Rehome, and by its private address by services", async () => {
    const { resources, result } = await declare({});
    expect(resources.get(`postgresql ${HOST}`)?.inputs).toMatchObject({
      ...{ scheme: "gcppostgres", host: "project:region:partner-db-instance-c0ffee" },
      ...{ username: "rehome_admin", database: "postgres", superuser: "false" },
    });
    expect(resources.get("Migration partner")?.inputs["homeServer"]).toEqual(
      secret({
        ...{ host: "10.1.2.3", port: 5432, user: "rehome_admin", sslmode: "require" },
        password: `secret of rehome_admin@${HOST}`,
        connector: { instance: "project:region:partner-db-instance-c0ffee", address: "private" },
      }),
    );
    expect(resources.get("Migration partner")?.dependsOn).toEqual(
      expect.arrayContaining([`DatabaseInstance ${HOST}`, `User rehome_admin@${HOST}`]),
    );
    expect((await valueOf(result.connections))["partner"]).toEqual({
      ...{ host: "10.1.2.3", port: 5432, database: "partner_management", schema: "public" },
      searchPath: "public",
      ...{ user: "partner_user", password: `secret of partner_user@${HOST}`, sslmode: "require" },
      serverCa: "CERTIFICATE",
      url: expect.stringMatching(/@10\.1\.2\.3:5432\/partner_management\?sslmode=require$/) as unknown,
    });
  });

  it("is reached by its address where the file says so", async () => {
    const { resources } = await declare({ connector: false, privateIp: false });
    expect(resources.get(`postgresql ${HOST}`)?.inputs).toMatchObject({
      ...{ host: "203.0.113.9", port: "5432", sslmode: "require", superuser: "false" },
    });
    expect(resources.get("Migration partner")?.inputs["homeServer"]).toEqual(
      secret({
        ...{ host: "203.0.113.9", port: 5432, user: "rehome_admin", sslmode: "require" },
        password: `secret of rehome_admin@${HOST}`,
      }),
    );
  });

  it("closes the databases that come with it, and gives services roles that are no superusers", async () => {
    const { resources } = await declare({});
    for (const database of ["postgres", "template1"])
      expect(resources.get(`Grant public@${HOST}/${database}`)?.inputs).toMatchObject({ privileges: [] });
    expect(Object.keys(resources.get(`Role partner_user@${HOST}`)?.inputs ?? {}).sort()).toEqual(
      ["login", "name", "password"], // member of nothing: no cloudsqlsuperuser
    );
  });

  it("is protected until the last home there is retired", async () => {
    const elsewhere = { partner: { home: at("other", "partner_management", "public") } };
    const retiring = {
      partner: { ...elsewhere.partner, formerly: at(HOST, "partner_management", "public") },
    };
    const coming = { partner: { ...elsewhere.partner, next: at(HOST, "partner_management", "public") } };
    const seen = async (...args: Parameters<typeof declare>) => {
      const { protect, inputs } = await instanceOf(...args);
      const { deletionProtectionEnabled } = inputs["settings"] as { deletionProtectionEnabled: boolean };
      expect(inputs["deletionProtection"]).toBe(protect);
      expect(deletionProtectionEnabled).toBe(protect);
      return protect;
    };
    expect(await seen({}, retiring)).toBe(true);
    expect(await seen({}, coming)).toBe(true);
    expect(await seen({}, elsewhere)).toBe(false);
    expect(await seen({ deletionProtection: false })).toBe(false);
    const destroyed = { "gcp:project": "hexa", "rehome:destroyData": "true" };
    expect(await seen({}, undefined, destroyed)).toBe(false);
  });

  it("needs a project, and says how to name one", async () => {
    const { result } = await record(() => {
      try {
        const hosts = { db: { platform: "cloudsql", tier: "db-f1-micro" } } as TopologyArgs["hosts"];
        return void new Topology("t", { hosts, services: { p: { home: at("db", "p", "public") } } });
      } catch (error) {
        return pulumi.RunError.isInstance(error) ? error.message : "not a RunError";
      }
    });
    expect(result).toMatch(/^Host "db": no project of Google Cloud is named: pulumi config set gcp:project/);
  });
});

it("gives names that Google takes", () => {
  expect(["Partner DB", "9lives", "€", "a-"].map(instanceName)).toEqual(["partner-db", "lives", "db", "a"]);
});
