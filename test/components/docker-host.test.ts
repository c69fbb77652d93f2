import { Topology } from "@rehome/components";
import type { TopologyArgs } from "@rehome/topology";
import { describe, expect, it } from "vitest";
import { containerArgs, dockerName, megabytes } from "../../components/src/hosts/container-args";
import { record, valueOf } from "./record";

const at = (host: string, database: string, schema: string) => ({ host, database, schema });
const secret = (value: unknown) => expect.objectContaining({ value }) as unknown;
const declare = (host: object, services?: TopologyArgs["services"]) =>
  record(() => {
    const hosts = {
      payment: { platform: "docker", ...host },
      other: { platform: "local" },
    } as TopologyArgs["hosts"];
    const home = { payment: { home: at("payment", "waqiti_payments", "public") } };
    return new Topology("topology", { hosts, services: services ?? home });
  });

describe("a docker host", () => {
  it("is an image, a volume, a network and a healthy container on a port of this machine", async () => {
    const { resources } = await declare({
      ...{ image: "postgres:16", port: 5434, parameters: { max_connections: 200, work_mem: "8MB" } },
      resources: { memory: "2g", cpus: 1.5 },
    });
    expect(resources.get("RemoteImage payment")).toMatchObject({
      type: "docker:index/remoteImage:RemoteImage",
      inputs: { name: "postgres:16", keepLocally: true },
    });
    expect(resources.get("Volume payment")).toMatchObject({
      type: "docker:index/volume:Volume",
      inputs: { name: "chiro-dev-payment-data" },
      protect: true,
    });
    expect(resources.get("Network payment")).toMatchObject({
      type: "docker:index/network:Network",
      inputs: { name: "chiro-dev-payment" },
      protect: false,
    });
    const container = resources.get("Container payment");
    expect(container?.type).toBe("docker:index/container:Container");
    expect(container?.inputs).toEqual({
      name: "chiro-dev-payment",
      image: "sha256:image",
      command: [
        "postgres",
        ...["-c", "max_connections=200", "-c", "max_logical_replication_workers=32"],
        ...["-c", "max_replication_slots=32", "-c", "max_wal_senders=32", "-c", "max_worker_processes=48"],
        ...["-c", "wal_level=logical", "-c", "work_mem=8MB"],
      ],
      envs: [
        "POSTGRES_USER=postgres",
        "POSTGRES_PASSWORD_FILE=/etc/rehome/password",
        "PGDATA=/var/lib/rehome/data",
        "POSTGRES_INITDB_ARGS=--encoding=UTF8 --locale=C.UTF-8 --auth-host=scram-sha-256",
      ],
      healthcheck: {
        tests: ["CMD-SHELL", "pg_isready --quiet --host=127.0.0.1 --username=postgres"],
        ...{ interval: "2s", timeout: "5s", retries: 30, startPeriod: "10s" },
      },
      ...{ wait: true, waitTimeout: 180, restart: "unless-stopped", stopSignal: "SIGINT" },
      ...{ destroyGraceSeconds: 60, shmSize: 256, memory: 2048, memorySwap: 2048, cpus: "1.5" },
      labels: [{ label: "rehome.host", value: "payment" }],
      ports: [{ internal: 5432, external: 5434, ip: "127.0.0.1" }],
      volumes: [{ volumeName: "chiro-dev-payment-data", containerPath: "/var/lib/rehome" }],
      networksAdvanced: [{ name: "chiro-dev-payment", aliases: ["payment"] }],
      uploads: [
        { file: "/etc/rehome/password", content: secret("secret of postgres@payment"), permissions: "0400" },
      ],
    });
    expect(container?.additionalSecretOutputs).toContain("uploads");
  });

  it("is reached by its port, as its superuser, without TLS", async () => {
    const { resources, result } = await declare({ port: 5434 });
    expect(resources.get("postgresql payment")?.inputs).toMatchObject({
      ...{ host: "127.0.0.1", port: "5434", username: "postgres", sslmode: "disable", superuser: "true" },
    });
    expect(resources.get("Migration payment")?.inputs["homeServer"]).toEqual(
      secret({
        ...{ host: "127.0.0.1", port: 5434, user: "postgres", sslmode: "disable" },
        password: "secret of postgres@payment",
      }),
    );
    expect(resources.get("Migration payment")?.dependsOn).toContain("Container payment");
    expect((await valueOf(result.connections))["payment"]).toMatchObject({ host: "127.0.0.1", port: 5434 });
  });

  it("has a free port, kept from its creation on, where the file names none", async () => {
    const { resources } = await declare({});
    expect(resources.get("FreePort payment")?.inputs).toMatchObject({ whose: "docker chiro-dev-payment" });
    expect(resources.get("Container payment")?.inputs["ports"]).toEqual([
      { internal: 5432, external: 61234, ip: "127.0.0.1" },
    ]);
    expect((await declare({ port: 5434 })).ids).not.toContain("FreePort payment");
  });

  it("joins the network and keeps the volume that the file names", async () => {
    const { resources, ids } = await declare({ network: "waqiti-payment", volume: "pay" });
    expect(ids).not.toContain("Network payment");
    expect(resources.get("Volume payment")?.inputs).toEqual({ name: "pay" });
    expect(resources.get("Container payment")?.inputs["networksAdvanced"]).toEqual([
      { name: "waqiti-payment", aliases: ["payment"] },
    ]);
  });

  it("may lose its volume once nothing is placed there any more", async () => {
    const elsewhere = { payment: { home: at("other", "waqiti", "payment") } };
    const retiring = {
      payment: { ...elsewhere.payment, formerly: at("payment", "waqiti_payments", "public") },
    };
    expect((await declare({}, retiring)).resources.get("Volume payment")?.protect).toBe(true);
    expect((await declare({}, elsewhere)).resources.get("Volume payment")?.protect).toBe(false);
  });
});

it("counts sizes as Docker writes them, rounded up to MB", () => {
  expect(["512m", "2g", "1048577b", "1500K"].map(megabytes)).toEqual([512, 2048, 2, 2]);
});

it("gives names that Docker takes", () => {
  expect(dockerName("my project", "dev", "Zahlung/€")).toBe("my-project-dev-Zahlung--");
  expect(dockerName("_x")).toBe("x");
});

it("keeps the order of parameters, whatever the file's: another order would be another container", () => {
  const spec = (parameters: Record<string, string>) =>
    containerArgs("h", { platform: "docker", image: "postgres:17", parameters }).command;
  expect(spec({ b: "1", a: "2" })).toEqual(spec({ a: "2", b: "1" }));
});
