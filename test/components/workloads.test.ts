import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Topology } from "@rehome/components";
import type { TopologyArgs } from "@rehome/topology";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { at, base, everything, partner, plain, SECRET } from "./everything-workload";
import { validate, type Manifest } from "./kubernetes-models";
import { record, type Recorded } from "./record";

type Graph = Awaited<ReturnType<typeof record<Topology>>>;
const declare = (args: TopologyArgs, config?: Record<string, string>): Promise<Graph> =>
  record(() => new Topology("topology", args), config);

const secrets = (value: unknown): boolean => JSON.stringify(value).includes(SECRET);

const need = (graph: Graph, id: string): Recorded & { readonly manifest: Manifest } => {
  const found = graph.resources.get(id);
  expect(found, `${id} among\n${graph.ids.join("\n")}`).toBeDefined();
  return { ...(found as Recorded), manifest: plain(found?.inputs) as Manifest };
};
const ofCluster = (graph: Graph): Recorded[] =>
  [...graph.resources.values()].filter(({ type }) => /^kubernetes:(?!providers)/.test(type));
const decoded = (data: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(data).map(([key, text]) => [key, Buffer.from(text, "base64").toString("utf8")]),
  );

describe("a service with a workload", () => {
  let graph: Graph;
  beforeAll(async () => {
    graph = await declare(base);
  });

  it("has a namespace, a Secret, an account, a policy, a Deployment and a Service, and nothing else", () => {
    expect(
      ofCluster(graph)
        .map(({ id }) => id)
        .sort(),
    ).toEqual([
      "Deployment partner",
      "Namespace hexabuilders",
      "NetworkPolicy partner",
      "Secret partner",
      "Service partner",
      "ServiceAccount partner",
    ]);
    expect(need(graph, "Namespace hexabuilders").manifest).toMatchObject({
      metadata: { name: "hexabuilders", labels: { "pod-security.kubernetes.io/enforce": "restricted" } },
    });
  });

  it("is rendered to a folder where the stack names no cluster", () => {
    expect(need(graph, "kubernetes kubernetes").inputs).toEqual({
      renderYamlToDirectory: ".rehome/chiro/dev/manifests",
      kubeconfig: "", // whatever the environment's is
    });
    for (const { provider } of ofCluster(graph)) expect(provider).toBe("kubernetes");
  });

  it("has an immutable Secret, named by its content, with every form of the connection", () => {
    const { inputs, manifest, dependsOn } = need(graph, "Secret partner");
    expect(manifest).toMatchObject({
      immutable: true,
      metadata: {
        name: expect.stringMatching(/^partner-db-secret-[0-9a-f]{10}$/) as unknown,
        namespace: "hexabuilders",
      },
    });
    expect(secrets(inputs["data"])).toBe(true);
    expect(secrets(inputs["metadata"])).toBe(false);
    const password = "secret of partner_user@main";
    const data = decoded(manifest.data);
    expect(data).toMatchObject({
      ...{ host: "127.0.0.1", port: "40000", database: "hexa", schema: "public", username: "partner_user" },
      ...{ password, sslmode: "disable", "search-path": "public" },
      url: `postgres://partner_user:${encodeURIComponent(password)}@127.0.0.1:40000/hexa?sslmode=disable`,
      "jdbc-url": "jdbc:postgresql://127.0.0.1:40000/hexa?currentSchema=public&sslmode=disable",
    });
    // Known when the data is there, and when the role may connect and has its settings.
    expect(dependsOn).toEqual(
      expect.arrayContaining([
        "Grant partner_user@main/hexa",
        "Migration partner",
        "Namespace hexabuilders",
        "RoleSettings partner_user@main/hexa",
      ]),
    );
  });

  it("runs without any privilege, with libpq's variables, after Secret, account and policy", () => {
    const { inputs, manifest, dependsOn } = need(graph, "Deployment partner");
    const secret = need(graph, "Secret partner").manifest.metadata.name;
    const id = secret.replace("partner-db-secret-", "");
    const own = {
      "app.kubernetes.io/name": "partner-deployment-separated",
      "app.kubernetes.io/component": "service",
    };
    const ours = { ...own, "app.kubernetes.io/managed-by": "rehome" };
    const variable = (name: string, key: string) => ({
      name,
      valueFrom: { secretKeyRef: { name: secret, key } },
    });
    const probe = { httpGet: { path: "/health", port: 5000 } };
    expect(secrets(inputs)).toBe(false);
    expect(manifest).toEqual({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "partner-deployment-separated", namespace: "hexabuilders", labels: ours },
      spec: {
        replicas: 1,
        revisionHistoryLimit: 3,
        progressDeadlineSeconds: 600,
        selector: { matchLabels: own },
        strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: "100%", maxUnavailable: 0 } },
        template: {
          metadata: { labels: { ...ours, "rehome.dev/connection": id } },
          spec: {
            serviceAccountName: "partner-deployment-separated",
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
            containers: [
              {
                name: "partner-deployment-separated",
                image: "partner-management:2.3",
                ports: [{ name: "main", containerPort: 5000 }],
                env: [
                  variable("DATABASE_URL", "url"),
                  variable("PGHOST", "host"),
                  variable("PGPORT", "port"),
                  variable("PGDATABASE", "database"),
                  variable("PGUSER", "username"),
                  variable("PGPASSWORD", "password"),
                  variable("PGSSLMODE", "sslmode"),
                  {
                    name: "PGSSLROOTCERT",
                    valueFrom: { secretKeyRef: { name: secret, key: "sslrootcert", optional: true } },
                  },
                ],
                startupProbe: { ...probe, periodSeconds: 2, failureThreshold: 150 },
                readinessProbe: { ...probe, periodSeconds: 5 },
                livenessProbe: { ...probe, periodSeconds: 10, failureThreshold: 6 },
                resources: {},
                securityContext: {
                  allowPrivilegeEscalation: false,
                  readOnlyRootFilesystem: true,
                  capabilities: { drop: ["ALL"] },
                },
                volumeMounts: [
                  { name: "trust", mountPath: "/etc/rehome", readOnly: true },
                  { name: "writable-0", mountPath: "/tmp" },
                ],
              },
            ],
            volumes: [
              {
                name: "trust",
                secret: { secretName: secret, optional: true, items: [{ key: "ca.crt", path: "ca.crt" }] },
              },
              { name: "writable-0", emptyDir: {} },
            ],
          },
        },
      },
    });
    expect(dependsOn).toEqual(
      expect.arrayContaining([
        "Namespace hexabuilders",
        "NetworkPolicy partner",
        "Secret partner",
        "ServiceAccount partner",
      ]),
    );
  });

  it("reaches its own database and the name service, and is reached at its port", () => {
    const { inputs, manifest } = need(graph, "NetworkPolicy partner");
    const id = need(graph, "Deployment partner").manifest.spec.template.metadata.labels[
      "rehome.dev/connection"
    ] as string;
    expect(secrets(inputs)).toBe(false);
    expect(manifest).toMatchObject({
      metadata: { name: `partner-deployment-separated-${id}` },
      spec: {
        podSelector: {
          matchLabels: {
            "app.kubernetes.io/name": "partner-deployment-separated",
            "rehome.dev/connection": id,
          },
        },
        policyTypes: ["Ingress", "Egress"],
        ingress: [{ ports: [{ protocol: "TCP", port: 5000 }] }],
        egress: [
          { ports: [{ port: 53 }, { port: 53 }] },
          { to: [{ ipBlock: { cidr: "127.0.0.1/32" } }], ports: [{ protocol: "TCP", port: 40000 }] },
        ],
      },
    });
  });
});

describe("names by content", () => {
  const nameOf = async (args: TopologyArgs, kind = "Secret"): Promise<string> =>
    need(await declare(args), `${kind} partner`).manifest.metadata.name;
  const { services } = base;

  it("are the same for the same connection, whatever else changes", async () => {
    const other = { ...partner, image: "partner-management:2.4", replicas: 7 };
    const changed = { ...base, services: { partner: { ...services.partner, workload: other } } };
    expect(await nameOf(changed)).toBe(await nameOf(base));
  });

  it("are others for another connection", async () => {
    const moved = { partner: { ...services.partner, home: at("main", "hexa", "partner") } };
    expect(await nameOf({ ...base, services: moved })).not.toBe(await nameOf(base));
  });

  it("of a pool change with the pool alone", async () => {
    const pooled = (max: number): TopologyArgs => ({
      ...base,
      services: { partner: { ...services.partner, pool: { max } } },
    });
    expect(await nameOf(pooled(5), "ConfigMap")).not.toBe(await nameOf(pooled(6), "ConfigMap"));
  });
});

describe("everything that a workload may have", () => {
  let graph: Graph;
  beforeAll(async () => {
    graph = await declare(everything);
  });

  it("is admitted by Kubernetes' own schemas", () => {
    const manifests = ofCluster(graph).map(({ inputs }) => plain(inputs) as { kind: string });
    expect(new Set(manifests.map(({ kind }) => kind)).size).toBe(8);
    for (const manifest of manifests) expect(() => validate(manifest)).not.toThrow();
    expect(() => validate({ ...manifests[0], metadata: { name: 5 } } as never)).toThrow();
  });

  it("carries no password outside of Secrets", () => {
    const open = ofCluster(graph).filter(({ type }) => !type.endsWith(":Secret"));
    expect(JSON.stringify(open.map(({ inputs }) => inputs))).not.toContain("secret of");
  });

  it("reads the connection in the forms it asks for, and the pool", () => {
    const container = need(graph, "Deployment partner").manifest.spec.template.spec.containers[0];
    const secret = need(graph, "Secret partner").manifest.metadata.name;
    const pool = need(graph, "ConfigMap partner").manifest;
    expect(pool).toMatchObject({
      immutable: true,
      data: { "pool-max": "50", "pool-idle": "10", "pool-idle-timeout": "600" },
    });
    const config = pool.metadata.name;
    expect(container).toMatchObject({
      command: ["/app/run", "--verbose"],
      env: [
        {
          name: "QUARKUS_DATASOURCE_JDBC_URL",
          valueFrom: { secretKeyRef: { name: secret, key: "jdbc-url" } },
        },
        { name: "POOL_MAX", valueFrom: { configMapKeyRef: { name: config, key: "pool-max" } } },
        { name: "ASPNETCORE_URLS", value: "http://+:5000" },
      ],
      resources: { requests: { cpu: "250m", memory: "256Mi" }, limits: { memory: "512Mi" } },
    });
  });

  it("reaches the services it calls and the addresses it names", () => {
    const { egress } = need(graph, "NetworkPolicy partner").manifest.spec;
    expect(egress.slice(2)).toMatchObject([
      {
        to: [
          {
            namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "money" } },
            podSelector: { matchLabels: { "app.kubernetes.io/component": "service" } },
          },
        ],
        ports: [{ protocol: "TCP", port: 8080 }],
      },
      { to: [{ ipBlock: { cidr: "10.8.0.0/16" } }], ports: [{ protocol: "TCP", port: 9092 }] },
    ]);
  });

  it("dumps the service's schema by its exact name, with no password in its arguments", () => {
    const { manifest } = need(graph, "CronJob partner/dumps");
    expect(manifest).toMatchObject({
      metadata: { name: "partner-db-dumps", namespace: "hexabuilders" },
      spec: { schedule: "30 2 * * *", timeZone: "Etc/UTC", concurrencyPolicy: "Forbid" },
    });
    const spec = manifest.spec.jobTemplate.spec.template.spec;
    expect(spec.containers[0]?.command.slice(3)).toEqual([
      "dump",
      "/dumps",
      "partner",
      "14",
      "-n",
      '"Partner Management"',
    ]);
    expect(JSON.stringify(spec)).toContain('"name":"PGPASSWORD","valueFrom":{"secretKeyRef"');
  });

  it("dumps a whole database as its host's administrator", () => {
    const { manifest } = need(graph, "Secret database:everything/dumps");
    expect(decoded(manifest.data)).toMatchObject({
      ...{ username: "postgres", database: "hexa", password: "secret of postgres@main" },
    });
    const job = need(graph, "CronJob database:everything/dumps").manifest;
    const [container] = job.spec.jobTemplate.spec.template.spec.containers;
    expect(container?.command.slice(3)).toEqual(["dump", "/dumps", "all-everything", "14"]);
  });

  it("leaves a namespace with dumps in it when that leaves the file", () => {
    expect(need(graph, "Namespace hexabuilders").retain).toBe(true);
    expect(need(graph, "Namespace money").retain).toBe(false);
  });

  it("puts a PgBouncer before a service, which knows the role's verifier and no password", () => {
    const files = decoded(need(graph, "Secret Überweisung/pooler").manifest.data);
    expect(files["userlist.txt"]).toMatch(/^"Überweisung_user" "SCRAM-SHA-256\$4096:[^"]+"\n$/);
    expect(files["pgbouncer.ini"]).toContain("pool_mode = transaction\n");
    expect(files["pgbouncer.ini"]).toContain(`pay = host='127.0.0.1' port=40000\n`);
    const name = need(graph, "Deployment Überweisung/pooler").manifest.metadata.name;
    const door = need(graph, "Service Überweisung/pooler").manifest;
    expect(door.metadata.name).toBe(name);
    const data = decoded(need(graph, "Secret Überweisung").manifest.data);
    expect(data).toMatchObject({ host: `${name}.money.svc`, port: "6432", sslmode: "disable" });
    expect(need(graph, "Deployment Überweisung").dependsOn).toContain("Deployment Überweisung/pooler");
  });

  it("gives a name that Kubernetes cannot hold one that it can, and of its own", () => {
    const name = need(graph, "Deployment Überweisung").manifest.metadata.name;
    expect(name).toMatch(/^u-berweisung-[0-9a-f]{8}$/);
    expect(need(graph, "Service Überweisung").manifest.metadata.name).toBe(name);
  });
});

describe("a host whose certificate is checked against a file", () => {
  let folder: string;
  let graph: Graph;
  beforeAll(async () => {
    folder = await mkdtemp("/tmp/rehome-trust-");
    const sslrootcert = join(folder, "authority.pem");
    await writeFile(sslrootcert, "the authority's");
    process.env["TRUST_PASSWORD"] = "secret";
    const url = `postgres://admin@db.internal/postgres?sslmode=verify-full&sslrootcert=${sslrootcert}`;
    const host = { platform: "existing" as const, url, password: { env: "TRUST_PASSWORD" }, manage: true };
    const dumps = { schedule: "30 2 * * *", claim: "dumps" };
    graph = await declare({
      hosts: { main: host },
      services: { partner: { ...base.services.partner, dumps } },
    });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each(["Deployment partner", "CronJob partner/dumps"])("has libpq find that file: %s", (id) => {
    const { manifest } = need(graph, id.replace(/^\w+/, "Secret"));
    const data = decoded(manifest.data);
    const { spec } = need(graph, id).manifest;
    const [container] = (id.startsWith("CronJob") ? spec.jobTemplate.spec : spec).template.spec.containers;
    expect(data).toMatchObject({ "ca.crt": "the authority's", sslmode: "verify-full" });
    const { mountPath } = container?.volumeMounts.find(({ name }) => name === "trust") ?? {};
    expect(data["sslrootcert"]).toBe(`${mountPath}/ca.crt`);
    const { name } = manifest.metadata;
    expect(container?.env.at(-1)).toEqual({
      name: "PGSSLROOTCERT",
      valueFrom: { secretKeyRef: { name, key: "sslrootcert", optional: true } },
    });
  });
});

describe("a stack that names a cluster", () => {
  it("reaches it by its kubeconfig, which is a secret, and renders nothing", async () => {
    const graph = await declare(
      { ...base, kubernetes: { context: "prod", kubeconfig: { config: "kubeconfig" } } },
      { "rehome:kubeconfig": "apiVersion: v1" },
    );
    expect(need(graph, "kubernetes kubernetes").inputs).toEqual({
      context: "prod",
      kubeconfig: expect.objectContaining({ value: "apiVersion: v1" }) as unknown,
    });
  });

  it("may have its namespaces already", async () => {
    const graph = await declare({ ...base, kubernetes: { createNamespaces: false } });
    expect(graph.ids.filter((id) => id.startsWith("Namespace"))).toEqual([]);
  });
});

it("a stack without workloads loads and declares nothing of Kubernetes", async () => {
  const graph = await declare({ ...base, services: { partner: { home: base.services.partner.home } } });
  expect(graph.ids.filter((id) => /kubernetes/i.test(id))).toEqual([]);
});
