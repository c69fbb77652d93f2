import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { contents, value } from "../migration/dataset";
import { installed, plugged, realCli } from "../scenarios/real-cli";
import { rehearsalHost } from "../scenarios/rehearsal-host";
import { copyExample, STACK, type Runner } from "../scenarios/stage";
import { startServer, type TestServer } from "../support/servers";
import {
  BRIDGE,
  forward,
  hasCluster,
  loadWorker,
  startCluster,
  WORKER,
  type TestCluster,
} from "./real-cluster";

const MB = 1 << 20;

/** Enough for shares of a big table's ranges, and for whole tables beside them. */
const DATA = `
SET ROLE ledger_user; SET search_path = app;
CREATE TABLE entries (id bigserial PRIMARY KEY, amount numeric NOT NULL, note text);
INSERT INTO entries (amount, note) SELECT i * 0.01, repeat(md5(i::text), 12) FROM generate_series(1, 330000) i;
${Array.from({ length: 4 }, (_, n) => `CREATE TABLE part${n} AS SELECT i AS id, repeat(md5(i::text), 10) AS v FROM generate_series(1, 25000) i;`).join("\n")}
CREATE TABLE lines (entry bigint REFERENCES entries ON DELETE CASCADE, line int, PRIMARY KEY (entry, line));
INSERT INTO lines SELECT i, 1 FROM generate_series(1, 20000) i;`;

interface Pod {
  readonly metadata: { readonly name: string; readonly annotations: Readonly<Record<string, string>> };
  readonly status: { readonly phase: string };
}

const HOSTS = [
  { by: "rehearsed", missing: !hasCluster },
  { by: "by the real CLI and its provider", missing: !hasCluster || !installed || !plugged("kubernetes") },
];
for (const { by, missing } of HOSTS)
  describe.skipIf(missing)(`pods of a real cluster that share in a copy, ${by}`, () => {
    let cluster: TestCluster;
    let old: TestServer;
    let now: TestServer;
    let runner: Runner;
    let parent: string;
    let folder: string;
    const ends: (() => unknown)[] = [];

    beforeAll(async () => {
      cluster = await startCluster();
      await loadWorker(cluster);
      [old, now] = await Promise.all([startServer(), startServer()]);
      for (const { port } of [old, now]) ends.push((await forward(port)).end);
      parent = await mkdtemp("/tmp/rehome-runner-scenario-");
      await chmod(parent, 0o755);
      folder = await copyExample("hexabuilders", parent, ["index.ts", "Pulumi.yaml"]);
      const env = {
        ...{ OLD_PASSWORD: old.password, NOW_PASSWORD: now.password },
        KUBECONFIG: cluster.kubeconfig,
      };
      runner = by === "rehearsed" ? rehearsalHost(folder, env) : await realCli(folder, env);
    }, 900_000);

    afterAll(async () => {
      await cluster.kubectl("delete", "namespace", "money", "--ignore-not-found");
      for (const end of ends) await end();
      await Promise.all([old, now].map((server) => server.stop()));
      await rm(parent, { recursive: true, force: true });
      await cluster.end();
    }, 300_000);

    const existing = (server: TestServer, env: string) => ({
      ...{ platform: "existing", manage: true, password: { env }, dropRetired: true },
      url: `postgres://postgres@${BRIDGE}:${server.port}/postgres?sslmode=disable`,
    });

    const up = async (ledger: object): Promise<void> => {
      const kubernetes = {
        ...{ pods: 2, image: WORKER, namespace: "money", patience: 300, deadline: 900 },
        ...{ requests: { cpu: "10m", memory: "64Mi" }, limits: { memory: "512Mi" } },
      };
      const topology = {
        hosts: { old: existing(old, "OLD_PASSWORD"), now: existing(now, "NOW_PASSWORD") },
        services: {
          ledger: { migration: { jobs: 1, copyRate: 8 * MB, runner: { kubernetes } }, ...ledger },
        },
        kubernetes: { context: "local" },
      };
      const config = {
        ...{ "rehearsal:kubernetes": "apply", "rehome:destroyData": "true" },
        "rehome:topology": topology,
      };
      const file = join(folder, `Pulumi.${STACK}.yaml`);
      const salt = /^encryptionsalt: .*\n/m.exec(await readFile(file, "utf8").catch(() => ""))?.[0] ?? "";
      await writeFile(file, salt + stringify({ config }));
      const { exitCode, text } = await runner.run("up");
      expect(exitCode, text).toBe(0);
    };

    const items = async <Item>(kind: string): Promise<Item[]> => {
      const text = await cluster.kubectl("-n", "money", "get", kind, "-o", "json");
      return (JSON.parse(text) as { items: Item[] }).items;
    };

    const oldHome = { host: "old", database: "ledger", schema: "app" };
    const newHome = { host: "now", database: "ledger", schema: "public" };
    const endOf = (server: TestServer, { schema }: { schema: string }) => ({
      ...{ host: "x", database: "ledger", schema, owner: "ledger_user", server: server.connection },
    });

    /** The workers that are in the middle of a share, each by its pod's name. */
    const atWork = async (): Promise<string[]> => {
      const rows = await now
        .sql<{ name: string }>("ledger", "SELECT name FROM rehome.worker WHERE bytes > 0 AND left_at IS NULL")
        .catch(() => []);
      return rows.map(({ name }) => name);
    };

    it("copy what the process that leads does not; those that are killed are replaced", async () => {
      await up({ home: oldHome });
      await old.sql("ledger", DATA);
      const before = await contents(old, endOf(old, oldHome));

      const moving = up({ home: newHome, formerly: oldHome });
      const killed = new Set<string>();
      const state = { over: false };
      const killing = (async (): Promise<void> => {
        while (killed.size < 2 && !state.over) {
          for (const pod of await atWork()) {
            if (killed.has(pod)) continue;
            killed.add(pod);
            await cluster.kubectl("-n", "money", "delete", "pod", pod, "--grace-period=0", "--force");
          }
          await sleep(100);
        }
      })();
      await moving.finally(() => (state.over = true));
      await killing;
      expect(killed.size).toBe(2);
      expect(await contents(now, endOf(now, newHome))).toEqual(before);

      const by = await now.sql<{ worker: string; shares: number }>(
        "ledger",
        "SELECT worker, count(*)::int AS shares FROM rehome.work GROUP BY 1",
      );
      const told = "SELECT message FROM rehome.event WHERE stage = 'shared'";
      expect(await value<string>(now, "ledger", told)).toMatch(
        /leader 1: \d+ shares, .*ledger-copy-\w+-[01]-\w+: /,
      );
      const pods = by.filter(({ worker }) => worker.startsWith("ledger-copy-"));
      expect(pods.length, JSON.stringify(by)).toBeGreaterThan(0);
      const ranges = await value(
        now,
        "ledger",
        "SELECT count(*)::int FROM rehome.work WHERE table_name = 'entries'",
      );
      expect(ranges).toBeGreaterThan(1);

      // Who was killed counts as no more than that: the others end well, and the Job with them.
      await cluster.kubectl(
        "-n",
        "money",
        "wait",
        "job",
        "--all",
        "--for=condition=Complete",
        "--timeout=180s",
      );
      const ended = await items<Pod>("pods");
      expect(ended.filter(({ status }) => status.phase === "Succeeded")).toHaveLength(2);
    }, 900_000);

    it("leave nothing behind once the old home is retired", async () => {
      await up({ home: newHome });
      const left = await cluster.kubectl("get", "jobs,secrets,networkpolicies", "-A", "-o", "name");
      expect(left).not.toMatch(/ledger-copy/);
    }, 600_000);
  });
