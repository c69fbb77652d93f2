import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Topology } from "@rehome/components";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { copiedByPods, everything, plain } from "../components/everything-workload";
import type { Manifest } from "../components/kubernetes-models";
import { record } from "../components/record";
import { hasCluster, startCluster, type TestCluster } from "./real-cluster";

describe.skipIf(!hasCluster)("a real API server", () => {
  let cluster: TestCluster;
  let folder: string;
  let manifests: Manifest[];

  beforeAll(async () => {
    cluster = await startCluster();
    folder = await mkdtemp("/tmp/rehome-accepted-");
    Object.assign(process.env, { OLD_PASSWORD: "x", NEW_PASSWORD: "y" });
    const stacks = [everything, copiedByPods];
    const graphs = [];
    for (const stack of stacks) graphs.push(await record(() => new Topology("topology", stack)));
    const declared = graphs
      .flatMap(({ resources }) => [...resources.values()])
      .filter(({ type }) => /^kubernetes:(?!providers)/.test(type));
    manifests = declared.map(({ inputs }) => plain(inputs) as Manifest);
  }, 600_000);
  afterAll(async () => {
    for (const namespace of ["hexabuilders", "money"])
      await cluster.kubectl("delete", "namespace", namespace, "--ignore-not-found");
    await rm(folder, { recursive: true, force: true });
    await cluster.end();
  }, 300_000);

  /** What kubectl says of manifests; refusals throw. The restricted profile's objections are warnings. */
  const apply = async (given: readonly object[], ...more: string[]): Promise<string> => {
    const file = join(folder, "manifests.json");
    await writeFile(file, JSON.stringify({ apiVersion: "v1", kind: "List", items: given }));
    return cluster.kubectl("apply", "--validate=strict", "--warnings-as-errors", "-f", file, ...more);
  };

  it("accepts every manifest that a stack can have, and the restricted profile objects to none", async () => {
    const all = manifests.filter(({ kind }) => kind === "Namespace");
    const namespaces = [...new Map(all.map((each) => [each.metadata.name, each])).values()];
    await apply(namespaces);
    for (const { metadata } of namespaces) {
      const label = "pod-security.kubernetes.io/warn=restricted";
      await cluster.kubectl("label", "namespace", metadata.name, label);
    }
    const others = manifests.filter(({ kind }) => kind !== "Namespace");
    const said = await apply(others, "--dry-run=server");
    expect(said.trim().split("\n")).toHaveLength(others.length);
  }, 300_000);

  it("would have objected", async () => {
    const pod = { name: "root", image: "x" };
    const careless = {
      ...{ apiVersion: "v1", kind: "Pod", metadata: { name: "root", namespace: "money" } },
      spec: { containers: [pod] },
    };
    await expect(apply([careless], "--dry-run=server")).rejects.toThrow(/violates PodSecurity/);
  });
});
