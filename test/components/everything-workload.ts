import type { TopologyArgs } from "@rehome/topology";

export const at = (host: string, database: string, schema: string) => ({ host, database, schema });
/** What marks a secret on the wire. */
export const SECRET = "1b47061264138c4ac30d75fd1eb44270";

/** What a provider is given: secrets open. */
export const plain = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  if (entries.some(([, each]) => each === SECRET)) return plain((value as { value: unknown }).value);
  return Object.fromEntries(entries.map(([key, each]) => [key, plain(each)]));
};
/** What one service has that has a workload. */
export const partner = {
  image: "partner-management:2.3",
  namespace: "hexabuilders",
  name: "partner-deployment-separated",
  secret: "partner-db-secret",
  port: 5000,
  health: "/health",
};
/** A stack with one workload. */
export const base = {
  hosts: { main: { platform: "local" } },
  services: { partner: { home: at("main", "hexa", "public"), workload: partner } },
} satisfies TopologyArgs;

/** A stack with all that workloads may have. */
export const everything = {
  hosts: { main: { platform: "local" }, pay: { platform: "local" } },
  services: {
    partner: {
      home: at("main", "hexa", "Partner Management"),
      pool: { max: 50, idle: 10, idleTimeout: 600 },
      workload: {
        ...partner,
        replicas: 3,
        user: 10001,
        command: ["/app/run", "--verbose"],
        connection: { QUARKUS_DATASOURCE_JDBC_URL: "jdbc-url", POOL_MAX: "pool-max" },
        env: { ASPNETCORE_URLS: "http://+:5000" },
        requests: { cpu: "250m", memory: "256Mi" },
        limits: { memory: "512Mi" },
        calls: ["Überweisung"],
        egress: [{ cidr: "10.8.0.0/16", port: 9092 }],
      },
      dumps: { schedule: "30 2 * * *", claim: "dumps" },
    },
    Überweisung: {
      home: at("pay", "pay", "public"),
      pool: { max: 5, mode: "transaction" },
      workload: { image: "pay:1", port: 8080, namespace: "money" },
    },
  },
  kubernetes: {
    namespace: "hexabuilders",
    dumps: { everything: { host: "main", database: "hexa", schedule: "@daily", claim: "dumps" } },
  },
} satisfies TopologyArgs;

/** A stack with a move whose copy pods share in; `OLD_PASSWORD` and `NEW_PASSWORD` are in the environment. */
export const copiedByPods = {
  hosts: {
    old: {
      platform: "existing",
      url: "postgres://postgres@10.1.0.1/postgres",
      password: { env: "OLD_PASSWORD" },
      manage: true,
    },
    new: {
      platform: "existing",
      url: "postgres://admin@10.1.0.2:5433/postgres?sslmode=disable",
      password: { env: "NEW_PASSWORD" },
      manage: true,
    },
  },
  services: {
    ledger: {
      home: at("new", "ledger", "public"),
      formerly: at("old", "ledger", "app"),
      migration: {
        runner: {
          kubernetes: {
            ...{ pods: 4, image: "registry.example.com/rehome-worker:1.0", namespace: "money" },
            ...{ requests: { cpu: "1", memory: "256Mi" }, limits: { memory: "512Mi" } },
            ...{ patience: 600, deadline: 7200 },
          },
        },
      },
    },
  },
  kubernetes: { context: "prod", namespace: "hexabuilders" },
} satisfies TopologyArgs;
