import { mkdtemp, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { beforeEach, describe, expect, it } from "vitest";
import { kubernetes } from "../../rehearsal/src/providers/kubernetes";
import { loadKubeconfig } from "../../rehearsal/src/providers/kubernetes/api/kubeconfig";
import { complaintsOf, rolloutOf } from "../../rehearsal/src/providers/kubernetes/api/rollout";
import type { ResourceKind } from "../../rehearsal/src/providers/provider";
import type { Values } from "../../rehearsal/src/wire/values";

const SECRET = "kubernetes:core/v1:Secret";
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp("/tmp/rehome-manifests-");
  return () => rm(folder, { recursive: true, force: true });
});

const kindOf = (type: string): ResourceKind => {
  const kind = kubernetes({ directory: folder, project: "shop", stack: "dev" }).kind(type);
  if (kind === undefined) throw new Error(`${type} is not known`);
  return kind;
};
const secret = (name: string, password: string): Values => ({
  ...{ apiVersion: "v1", kind: "Secret", immutable: true, type: "Opaque" },
  metadata: { name, namespace: "shop", labels: null },
  data: { password },
});
const call = { urn: "urn", type: SECRET, config: {} };
const create = (inputs: Values, config: Values = {}) =>
  kindOf(SECRET).create({ ...call, config, inputs, resumed: false });

describe("manifests", () => {
  it("are files that nobody else may read, where Pulumi's provider would render them", async () => {
    const { id } = await create(secret("orders-db-secret-1", "c2VjcmV0"));
    expect(id).toBe("shop/orders-db-secret-1");
    const below = join(folder, ".rehome/shop/dev/manifests/1-manifest");
    const file = join(below, "v1-secret-shop-orders-db-secret-1.yaml");
    expect(parse(await readFile(file, "utf8"))).toEqual({
      ...{ apiVersion: "v1", kind: "Secret", immutable: true, type: "Opaque" },
      metadata: { name: "orders-db-secret-1", namespace: "shop" },
      data: { password: "c2VjcmV0" },
    });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(below)).mode & 0o777).toBe(0o700);
  });

  it("go to the folder that the program names, and go when they are deleted", async () => {
    const config = { renderYamlToDirectory: "out" };
    const inputs = secret("one", "x");
    const { id, outputs } = await create(inputs, config);
    expect(await readdir(join(folder, "out/1-manifest"))).toEqual(["v1-secret-shop-one.yaml"]);
    const state = { ...call, config, id, inputs, outputs };
    expect(await kindOf(SECRET).read(state)).toBeDefined();
    await kindOf(SECRET).delete(state);
    expect(await readdir(join(folder, "out/1-manifest"))).toEqual([]);
    expect(await kindOf(SECRET).read(state)).toBeUndefined();
  });

  it("must have a name, and be of a kind that is known", async () => {
    const nameless = { ...secret("x", "y"), metadata: {} };
    const { failures } = await kindOf(SECRET).check({ ...call, olds: undefined, news: nameless });
    expect(failures).toEqual([expect.objectContaining({ property: "metadata" })]);
    expect(() => kindOf("kubernetes:apps/v1:StatefulSet")).toThrow(/not known/);
  });
});

describe("a change", () => {
  const diff = (before: Values, now: Values, type = SECRET) =>
    kindOf(type).diff({
      ...{ ...call, type, id: "x", ignoreChanges: [] },
      ...{ oldInputs: before, oldOutputs: before, news: now },
    });

  it("of a Secret's name and content makes another, beside the old one", async () => {
    expect(await diff(secret("a-1", "x"), secret("a-2", "y"))).toMatchObject({
      changes: true,
      replaceKeys: ["metadata.name", "data"],
      deleteBeforeReplace: false,
    });
  });

  it("of a Secret's content alone makes another in its place", async () => {
    expect(await diff(secret("a", "x"), secret("a", "y"))).toMatchObject({
      replaceKeys: ["data"],
      deleteBeforeReplace: true,
    });
  });

  it("of a Deployment's pods changes it, and of its selector replaces it", async () => {
    const type = "kubernetes:apps/v1:Deployment";
    const deployment = (app: string, image: string): Values => ({
      ...{ apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "a" } },
      spec: { selector: { matchLabels: { app } }, template: { image } },
    });
    const before = deployment("a", "a:1");
    expect(await diff(before, before, type)).toMatchObject({ changes: false });
    expect(await diff(before, deployment("a", "a:2"), type)).toMatchObject({
      changes: true,
      replaceKeys: [],
    });
    expect(await diff(before, deployment("b", "a:1"), type)).toMatchObject({
      replaceKeys: ["spec.selector"],
    });
  });
});

describe("a rollout", () => {
  const deployment = (status: Values): Values => ({
    metadata: { generation: 2 },
    spec: { replicas: 2 },
    status,
  });
  const whole = { observedGeneration: 2, replicas: 2, updatedReplicas: 2, availableReplicas: 2 };

  it.each<[string, Values, string]>([
    ["every pod is new and available", whole, "done"],
    ["the controller has not seen it yet", { ...whole, observedGeneration: 1 }, "under way"],
    ["an old pod is left", { ...whole, replicas: 3 }, "under way"],
    ["a new pod is not available", { ...whole, availableReplicas: 1 }, "under way"],
    ["nothing is known yet", {}, "under way"],
    [
      "it came to no end in time",
      { ...whole, conditions: [{ type: "Progressing", reason: "ProgressDeadlineExceeded" }] },
      "failed",
    ],
  ])("when %s", (_, status, state) => {
    expect(rolloutOf(deployment(status)).state).toBe(state);
  });

  it("that fails has its pods' reasons, each once", () => {
    const waiting = { state: { waiting: { reason: "ImagePullBackOff", message: "no such image" } } };
    const pod = { status: { containerStatuses: [waiting] } };
    const running = { status: { containerStatuses: [{ state: { running: {} } }] } };
    expect(complaintsOf({ items: [pod, pod, running, {}] })).toEqual(["ImagePullBackOff: no such image"]);
  });
});

describe("a kubeconfig", () => {
  const write = async (user: string, cluster = "server: https://10.0.0.1:6443"): Promise<string> => {
    const file = join(folder, "config");
    await writeFile(
      file,
      `contexts: [{ name: c, context: { cluster: k, user: u } }]\ncurrent-context: c\nclusters: [{ name: k, cluster: { ${cluster} } }]\nusers: [{ name: u, user: { ${user} } }]\n`,
    );
    return file;
  };

  it("gives the current context's server, trust and token", async () => {
    const ca = Buffer.from("PEM").toString("base64");
    const file = await write(
      "token: t0ken",
      `server: "https://10.0.0.1:6443", certificate-authority-data: ${ca}`,
    );
    const { server, tls, authorization } = loadKubeconfig(file);
    expect([server.host, tls.ca?.toString(), tls.rejectUnauthorized]).toEqual([
      "10.0.0.1:6443",
      "PEM",
      undefined,
    ]);
    expect(authorization).toBe("Bearer t0ken");
  });

  it("that would run a program is refused, and so is one without a cluster", async () => {
    const exec = await write("exec: { command: gke-gcloud-auth-plugin }");
    expect(() => loadKubeconfig(exec)).toThrow(/from a program, which a rehearsal does not run/);
    const nowhere = await write("token: t", "insecure-skip-tls-verify: true");
    expect(() => loadKubeconfig(nowhere)).toThrow(/no current context with a cluster's server/);
  });
});
