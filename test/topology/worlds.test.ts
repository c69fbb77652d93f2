import { expand, parseTopology, transition, type TopologyArgs } from "@rehome/topology";
import { expect, it } from "vitest";
import { at } from "./stacks";

const local = { platform: "local" } as const;
const each = <Value>(names: readonly string[], value: (name: string) => Value): Record<string, Value> =>
  Object.fromEntries(names.map((name) => [name, value(name)]));

const erp = ["core", "analytics", "commerce", "crm", "finance", "logistics", "operations", "supply"];
const ads = ["Product", "Identity", "Storage", "Notification", "AuditLog", "Configuration"];
const bank = ["user", "payment", "wallet", "ledger", "compliance", "analytics", "security", "notification"];
const partners = ["partner", "onboarding", "recruitment", "campaign"];

/** What five teams want to say, each in the words of this stack file. */
const worlds: Record<string, { stack: TopologyArgs; datasets: number }> = {
  "eight databases into eight schemas": {
    datasets: 8,
    stack: {
      hosts: {
        legacy: {
          platform: "existing",
          url: "postgres://postgres@localhost",
          password: { env: "PGPASSWORD" },
        },
        shared: local,
      },
      services: each(erp, (name) => ({
        formerly: at("legacy", `${name}_db`, "public"),
        home: at("shared", "chiro_erp", `${name}_schema`),
        settings: name === "analytics" ? { work_mem: "64MB" } : { random_page_cost: 1.1 },
        connectionLimit: 20,
        pool: { max: 20, idleTimeout: 600 },
      })),
    },
  },
  "six databases into one, mixed case, one shared role": {
    datasets: 6,
    stack: {
      hosts: { old: local, new: local },
      services: each(ads, (name) => ({
        role: "ClassifiedAds",
        adoptRole: name !== "Product", // which creates it
        formerly: at("old", `ClassifiedAds_${name}`, "public"),
        home: at("new", "ClassifiedAds", name.toLowerCase()),
        tables: [
          "Products",
          "OutboxMessages",
          "ArchivedOutboxMessages",
          "AuditLogEntries",
          "__EFMigrationsHistory",
        ],
      })),
    },
  },
  "eight schemas into eight instances, one after the other": {
    datasets: 8,
    stack: {
      hosts: {
        shared: {
          platform: "existing",
          url: "postgres://postgres@10.0.0.2/waqiti?sslmode=require",
          password: { config: "sharedPassword" },
        },
        ...each(bank, () => ({
          platform: "cloudsql" as const,
          tier: "db-custom-2-7680",
          parameters: { max_connections: 200, work_mem: "8MB" },
          backup: { pointInTimeRecovery: true },
          maintenanceWindow: { day: "sunday" as const, hour: 3 },
        })),
      },
      services: each(bank, (name) => ({
        role: `waqiti_${name}_service`,
        formerly: at("shared", "waqiti", `${name}_schema`),
        home: at(name, `waqiti_${name}s`, "public"),
        migration: { mode: "online", verify: "checksum" },
        readers: name === "ledger" ? ["waqiti_analytics_service"] : [],
        after: name === "payment" ? ["wallet", "user"] : [],
        pool: { max: 50, idle: 10 },
        workload: { image: `${name}-service:1.4`, port: 8080, health: "/health", replicas: 3 },
      })),
    },
  },
  "schemas of one server into containers of their own": {
    datasets: 4,
    stack: {
      hosts: {
        dev: local,
        ...each(partners, (name) => ({ platform: "docker" as const, port: 5433 + partners.indexOf(name) })),
      },
      services: each(partners, (name) => ({
        formerly: at("dev", "hexabuilders", name === "partner" ? "public" : name),
        home: at(name, name, "public"),
        workload: {
          image: `${name}:1`,
          namespace: "hexabuilders",
          name: `${name}-deployment-separated`,
          secret: `${name}-db-secret`,
          requests: { cpu: "250m", memory: "512Mi" },
        },
      })),
    },
  },
  "tenants' schemas into services' schemas": {
    datasets: 6,
    stack: {
      hosts: { main: local },
      tenants: ["tenant1", "tenant2"],
      services: {
        registry: { home: at("main", "salesflow", "public"), tables: ["tenants", "flyway_schema_history"] },
        ...each(["contact", "activity"], (name) => ({
          datasets: {
            shared: {
              tables: [`${name}_types`],
              formerly: at("main", "salesflow", "public"),
              home: at("main", "salesflow", name),
            },
            tenants: {
              forEachTenant: true,
              tables: [`${name}s`, `${name}_*`],
              formerly: at("main", "salesflow", "tenant_{tenant}"),
              home: at("main", "salesflow", `tenant_{tenant}_${name}`),
            },
          },
        })),
      },
    },
  },
};

it.each(Object.entries(worlds))("a stack can say: %s", (_, { stack, datasets: count }) => {
  const { datasets } = expand(parseTopology(stack));
  expect(datasets).toHaveLength(count + (stack.services.registry ? 1 : 0));
  for (const dataset of datasets) {
    const before = { home: dataset.formerly ?? dataset.home };
    expect(transition(before, dataset).kind).toBe(dataset.formerly ? "move" : "steady");
  }
});
