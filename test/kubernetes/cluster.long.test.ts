import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { installed, plugged, realCli } from "../scenarios/real-cli";
import { rehearsalHost } from "../scenarios/rehearsal-host";
import { copyExample, STACK, type Runner } from "../scenarios/stage";
import { startServer, type TestServer } from "../support/servers";
import { BRIDGE, forward, hasCluster, IMAGE, startCluster, type TestCluster } from "./real-cluster";

/** A row that the service was told is there, and where it was told so. */
interface Written {
  readonly id: string;
  readonly port: string;
  readonly database: string;
}

/** Services on a real cluster: their pods read their Secret, connect, and write through every switch. */
const HOSTS = [
  { by: "rehearsed", missing: !hasCluster },
  { by: "by the real CLI and its provider", missing: !hasCluster || !installed || !plugged("kubernetes") },
];
for (const { by, missing } of HOSTS)
  describe.skipIf(missing)(`a service on a real cluster, ${by}`, () => {
    let cluster: TestCluster;
    let one: TestServer;
    let two: TestServer;
    let three: TestServer;
    let runner: Runner;
    let parent: string;
    let folder: string;
    const written: Written[] = [];
    const ends: (() => unknown)[] = [];

    const collector = createServer((request, response) => {
      let text = "";
      request.on("data", (chunk: Buffer) => (text += chunk.toString()));
      request.on("end", () => {
        written.push(JSON.parse(text) as Written);
        response.end();
      });
    });

    beforeAll(async () => {
      cluster = await startCluster();
      [one, two, three] = await Promise.all([startServer(), startServer(), startServer()]);
      await new Promise<void>((done) => collector.listen(0, "127.0.0.1", () => done()));
      const ports = [one.port, two.port, three.port, (collector.address() as AddressInfo).port];
      for (const port of ports) ends.push((await forward(port)).end);
      parent = await mkdtemp("/tmp/rehome-cluster-scenario-");
      await chmod(parent, 0o755);
      folder = await copyExample("hexabuilders", parent, ["index.ts", "Pulumi.yaml"]);
      const env = {
        ONE_PASSWORD: one.password,
        TWO_PASSWORD: two.password,
        THREE_PASSWORD: three.password,
        KUBECONFIG: cluster.kubeconfig,
      };
      runner = by === "rehearsed" ? rehearsalHost(folder, env) : await realCli(folder, env);
    }, 600_000);

    afterAll(async () => {
      await cluster.kubectl("delete", "namespace", "shop", "--ignore-not-found");
      for (const end of ends) await end();
      collector.close();
      await Promise.all([one, two, three].map((server) => server.stop()));
      await rm(parent, { recursive: true, force: true });
      await cluster.end();
    }, 300_000);

    const existing = (server: TestServer, env: string) => ({
      platform: "existing",
      url: `postgres://postgres@${BRIDGE}:${server.port}/postgres?sslmode=disable`,
      password: { env },
      manage: true,
    });
    const at = (host: string, database: string) => ({ host, database, schema: "public" });

    const up = async (whereabouts: object): Promise<void> => {
      const { port } = collector.address() as AddressInfo;
      const topology = {
        hosts: {
          one: existing(one, "ONE_PASSWORD"),
          two: existing(two, "TWO_PASSWORD"),
          three: existing(three, "THREE_PASSWORD"),
        },
        services: {
          orders: {
            ...whereabouts,
            pool: { max: 5 },
            workload: {
              ...{ image: IMAGE, port: 8080, health: "/health", replicas: 2, user: 10001 },
              env: { COLLECTOR: `http://${BRIDGE}:${port}/` },
              egress: [{ cidr: `${BRIDGE}/32`, port }],
              requests: { cpu: "10m", memory: "64Mi" },
              rolloutTimeout: 240,
            },
          },
        },
        kubernetes: { context: "local", namespace: "shop" },
      };
      const config = {
        "rehearsal:kubernetes": "apply",
        "rehome:destroyData": "true",
        "rehome:topology": topology,
      };
      const file = join(folder, `Pulumi.${STACK}.yaml`);
      const salt = /^encryptionsalt: .*\n/m.exec(await readFile(file, "utf8").catch(() => ""))?.[0] ?? "";
      await writeFile(file, salt + stringify({ config }));
      const { exitCode, text } = await runner.run("up");
      expect(exitCode, text).toBe(0);
    };

    const items = async (kind: string): Promise<{ metadata: { name: string; uid: string } }[]> => {
      const text = await cluster.kubectl("-n", "shop", "get", kind, "-o", "json");
      return (JSON.parse(text) as { items: { metadata: { name: string; uid: string } }[] }).items;
    };
    const secrets = async (): Promise<string[]> =>
      (await items("secrets")).map(({ metadata }) => metadata.name);

    /** Waits until the service was told of so many rows more, in this home. */
    const writes = async (count: number, server: TestServer, database: string): Promise<void> => {
      const here = (): number =>
        written.filter((row) => row.port === String(server.port) && row.database === database).length;
      for (const before = here(); here() < before + count;) await sleep(200);
    };

    /** Every row that the service was told of is there, once, as the home's own administrator sees it. */
    const nothingLost = async (server: TestServer, database: string): Promise<void> => {
      const told = written.map(({ id }) => id);
      const rows = await server.sql<{ id: string }>(database, "SELECT id FROM public.ledger");
      const there = new Set(rows.map(({ id }) => id));
      expect(there.size).toBe(rows.length);
      expect(told.filter((id) => !there.has(id))).toEqual([]);
    };

    it("comes up: its pods read their Secret, connect and write", async () => {
      await up({ home: at("one", "shop") });
      await writes(30, one, "shop");
      expect(await secrets()).toEqual([expect.stringMatching(/^orders-db-secret-[0-9a-f]{10}$/)]);
    }, 600_000);

    it("does not roll when nothing changed", async () => {
      const before = (await items("pods")).map(({ metadata }) => metadata.uid).sort();
      await up({ home: at("one", "shop") });
      expect((await items("pods")).map(({ metadata }) => metadata.uid).sort()).toEqual(before);
    }, 600_000);

    it("rolls when it has moved offline, and none of its acknowledged writes is lost", async () => {
      const [before, pods] = [await secrets(), (await items("pods")).map(({ metadata }) => metadata.uid)];
      await up({ home: at("two", "shop"), formerly: at("one", "shop") });
      await writes(30, two, "shop");
      await nothingLost(two, "shop");
      const after = await secrets();
      expect(after).toHaveLength(1);
      expect(after).not.toEqual(before);
      const now = (await items("pods")).map(({ metadata }) => metadata.uid);
      expect(now.filter((uid) => pods.includes(uid))).toEqual([]);
      await expect(one.sql("shop", "INSERT INTO public.ledger (id) VALUES ('late')")).rejects.toThrow();
    }, 600_000);

    it("rolls when it has moved online, and none is lost either", async () => {
      await up({ home: at("two", "shop") });
      const before = await secrets();
      await up({
        ...{ home: at("three", "shop"), formerly: at("two", "shop") },
        migration: { mode: "online" },
      });
      await writes(30, three, "shop");
      await nothingLost(three, "shop");
      expect(await secrets()).toHaveLength(1);
      expect(await secrets()).not.toEqual(before);
    }, 600_000);

    it("goes with its stack", async () => {
      const { exitCode, text } = await runner.run("destroy");
      expect(exitCode, text).toBe(0);
      const namespaces = await cluster.kubectl("get", "namespaces", "-o", "name");
      expect(namespaces.split("\n")).not.toContain("namespace/shop");
    }, 600_000);
  });
