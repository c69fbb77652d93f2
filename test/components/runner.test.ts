import { Topology } from "@rehome/components";
import type { TopologyArgs } from "@rehome/topology";
import { beforeAll, describe, expect, it } from "vitest";
import { copiedByPods, plain, SECRET } from "./everything-workload";
import { validate, type Manifest } from "./kubernetes-models";
import { record, type Recorded } from "./record";

type Graph = Awaited<ReturnType<typeof record<Topology>>>;
const declare = (args: TopologyArgs): Promise<Graph> => record(() => new Topology("topology", args));
const need = (graph: Graph, id: string): Recorded & { readonly manifest: Manifest } => {
  const found = graph.resources.get(id);
  expect(found, `${id} among\n${graph.ids.join("\n")}`).toBeDefined();
  return { ...(found as Recorded), manifest: plain(found?.inputs) as Manifest };
};
const copying = (graph: Graph): string[] => graph.ids.filter((id) => id.includes("/copy")).sort();

const { ledger } = copiedByPods.services;
const changed = (change: object): TopologyArgs => ({
  ...copiedByPods,
  services: { ledger: { ...ledger, ...change } },
});

beforeAll(() => {
  process.env["OLD_PASSWORD"] = "old s3cret";
  process.env["NEW_PASSWORD"] = "new s3cret";
});

describe("pods that share in a copy", () => {
  let graph: Graph;
  beforeAll(async () => {
    graph = await declare(copiedByPods);
  });

  it("are a Job with an account, a policy and a Secret of its own", () => {
    expect(copying(graph)).toEqual([
      "Job ledger/copy",
      "NetworkPolicy ledger/copy",
      "Secret ledger/copy",
      "ServiceAccount ledger/copy",
    ]);
    for (const id of copying(graph)) {
      const { manifest, provider } = need(graph, id);
      expect(() => validate(manifest)).not.toThrow();
      expect(provider).toBe("kubernetes");
    }
  });

  it("are indexed, limited, without a right, and not waited for", () => {
    const { inputs, manifest, dependsOn } = need(graph, "Job ledger/copy");
    const name = need(graph, "Secret ledger/copy").manifest.metadata.name;
    const own = { "app.kubernetes.io/name": "ledger-copy", "app.kubernetes.io/component": "copy" };
    const ours = { ...own, "app.kubernetes.io/managed-by": "rehome" };
    expect(name).toMatch(/^ledger-copy-[0-9a-f]{10}$/);
    expect(JSON.stringify(inputs)).not.toContain(SECRET);
    expect(manifest).toEqual({
      ...{ apiVersion: "batch/v1", kind: "Job" },
      metadata: {
        ...{ name, namespace: "money", labels: ours },
        annotations: { "pulumi.com/skipAwait": "true" },
      },
      spec: {
        ...{ completionMode: "Indexed", completions: 4, parallelism: 4 },
        ...{ backoffLimitPerIndex: 6, maxFailedIndexes: 4, podReplacementPolicy: "Failed" },
        podFailurePolicy: {
          rules: [
            { action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] },
            { action: "FailIndex", onExitCodes: { containerName: "worker", operator: "In", values: [2] } },
          ],
        },
        ...{ activeDeadlineSeconds: 7200, ttlSecondsAfterFinished: 600 },
        template: {
          metadata: { labels: { ...ours, "rehome.dev/connection": name.replace("ledger-copy-", "") } },
          spec: {
            ...{ restartPolicy: "Never", terminationGracePeriodSeconds: 5, enableServiceLinks: false },
            ...{ serviceAccountName: "ledger-copy", automountServiceAccountToken: false },
            securityContext: {
              ...{ runAsNonRoot: true, runAsUser: 10001, runAsGroup: 10001, fsGroup: 10001 },
              seccompProfile: { type: "RuntimeDefault" },
            },
            topologySpreadConstraints: [
              {
                ...{ maxSkew: 1, topologyKey: "kubernetes.io/hostname", whenUnsatisfiable: "ScheduleAnyway" },
                labelSelector: { matchLabels: own },
              },
            ],
            containers: [
              {
                ...{ name: "worker", image: "registry.example.com/rehome-worker:1.0" },
                args: ["/etc/rehome/move.json", "--patience", "600", "--name", "$(POD)"],
                env: [{ name: "POD", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } }],
                resources: { requests: { cpu: "1", memory: "256Mi" }, limits: { memory: "512Mi" } },
                securityContext: {
                  ...{ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true },
                  capabilities: { drop: ["ALL"] },
                },
                volumeMounts: [{ name: "move", mountPath: "/etc/rehome", readOnly: true }],
              },
            ],
            volumes: [{ name: "move", secret: { secretName: name, defaultMode: 0o440 } }],
          },
        },
      },
    });
    expect(dependsOn).toEqual(
      expect.arrayContaining([
        "NetworkPolicy ledger/copy",
        "Secret ledger/copy",
        "ServiceAccount ledger/copy",
        // As the move itself: what is yet to be created there is there.
        "Schema new/ledger.public",
      ]),
    );
    expect(dependsOn).not.toContain("Migration ledger");
    expect(need(graph, "Migration ledger").dependsOn.filter((id) => id.includes("/copy"))).toEqual([]);
  });

  it("read the move from their Secret, and nobody else does", () => {
    const { inputs, manifest } = need(graph, "Secret ledger/copy");
    expect(JSON.stringify(inputs["data"])).toContain(SECRET);
    expect(manifest).toMatchObject({ immutable: true, metadata: { namespace: "money" } });
    expect(Object.keys(manifest.data)).toEqual(["move.json"]);
    expect(JSON.parse(Buffer.from(manifest.data["move.json"] ?? "", "base64").toString())).toEqual({
      dataset: "ledger",
      from: {
        ...{ host: "old", database: "ledger", schema: "app", owner: "ledger_user" },
        server: {
          host: "10.1.0.1",
          port: 5432,
          user: "postgres",
          password: "old s3cret",
          sslmode: "require",
        },
      },
      to: {
        ...{ host: "new", database: "ledger", schema: "public", owner: "ledger_user" },
        server: { host: "10.1.0.2", port: 5433, user: "admin", password: "new s3cret", sslmode: "disable" },
      },
    });
    const open = graph.ids.filter((id) => /copy/.test(id) && !id.startsWith("Secret"));
    expect(JSON.stringify(open.map((id) => graph.resources.get(id)?.inputs))).not.toContain("s3cret");
  });

  it("reach both servers and the name service, and nothing reaches them", () => {
    const { manifest } = need(graph, "NetworkPolicy ledger/copy");
    expect(manifest.spec).toMatchObject({ policyTypes: ["Ingress", "Egress"], ingress: [] });
    expect(manifest.spec.egress.slice(1)).toEqual([
      { to: [{ ipBlock: { cidr: "10.1.0.1/32" } }], ports: [{ protocol: "TCP", port: 5432 }] },
      { to: [{ ipBlock: { cidr: "10.1.0.2/32" } }], ports: [{ protocol: "TCP", port: 5433 }] },
    ]);
    expect(need(graph, "ServiceAccount ledger/copy").manifest).toMatchObject({
      automountServiceAccountToken: false,
    });
  });

  it("are counted for by the engine, which knows no cluster", () => {
    const { options } = need(graph, "Migration ledger").inputs as { options: object };
    expect(options).toEqual({ mode: "offline", verify: "checksum", strategy: "auto", workers: { count: 4 } });
  });

  it("are there while there is something to copy", async () => {
    const { home, formerly } = ledger;
    expect(copying(await declare(changed({ formerly: undefined })))).toEqual([]);
    const prepared = { home: formerly, next: home, formerly: undefined };
    expect(copying(await declare(changed(prepared)))).toEqual([]);
    const { migration } = ledger;
    const online = changed({ ...prepared, migration: { ...migration, mode: "online" } });
    expect(copying(await declare(online))).toHaveLength(4);
  });

  it("have another name for the move back", async () => {
    const back = await declare(changed({ home: ledger.formerly, formerly: ledger.home }));
    const nameIn = (one: Graph): string => need(one, "Job ledger/copy").manifest.metadata.name;
    expect(nameIn(back)).not.toBe(nameIn(graph));
  });
});
