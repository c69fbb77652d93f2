import type { Given } from "./judge";
import {
  cloudSql,
  container,
  deployment,
  on,
  role,
  grant,
  at,
  migration,
  schema,
  two,
  pools,
  cluster,
  POLICY,
  BACKUPS,
  service,
  env,
  RESOURCES,
  unprotected,
} from "./resources";

/** A way to break a rule, and the same kept. */
export interface Case {
  readonly rule: string;
  readonly what: string;
  readonly bad: readonly Given[];
  readonly good: readonly Given[];
  /** Words of the message: the offender, and what to write. */
  readonly says: readonly string[];
}

export const CASES: readonly Case[] = [
  {
    rule: "no-public-ip",
    what: "an instance with a public address",
    bad: [cloudSql({ ipConfiguration: { ...POLICY, ipv4Enabled: true } })],
    good: [cloudSql({ ipConfiguration: POLICY })],
    says: ["pay", "privateIp: true"],
  },
  {
    rule: "no-public-ip",
    what: "a network that is the whole internet",
    bad: [cloudSql({ ipConfiguration: { ...POLICY, authorizedNetworks: [{ value: "0.0.0.0/0" }] } })],
    good: [cloudSql({ ipConfiguration: { ...POLICY, authorizedNetworks: [{ value: "10.1.0.0/16" }] } })],
    says: ["0.0.0.0/0", "privateIp: true"],
  },
  {
    rule: "no-public-ip",
    what: "a container's port on every address",
    bad: [container({ ports: [{ internal: 5432, external: 5432 }] })],
    good: [container({ ports: [{ internal: 5432, external: 5432, ip: "127.0.0.1" }] })],
    says: ["5432", "127.0.0.1"],
  },
  {
    rule: "no-public-ip",
    what: "a pooler behind a load balancer",
    bad: [service("LoadBalancer")],
    good: [service("ClusterIP")],
    says: ["pooler", "type: ClusterIP"],
  },
  {
    rule: "tls-required",
    what: "an instance that does not ask for TLS",
    bad: [cloudSql({ ipConfiguration: { ...POLICY, sslMode: "ALLOW_UNENCRYPTED_AND_ENCRYPTED" } })],
    good: [cloudSql({ ipConfiguration: POLICY })],
    says: ["pay", "requireTls: true"],
  },
  {
    rule: "tls-required",
    what: "a server elsewhere that is reached in the clear",
    bad: [migration("orders", { homeServer: { host: "db.example.com", sslmode: "disable" } })],
    good: [
      migration("orders", { homeServer: { host: "db.example.com", sslmode: "verify-full" } }),
      migration("orders", { homeServer: { host: "127.0.0.1", sslmode: "disable" } }),
    ],
    says: ["home", "sslmode=verify-full"],
  },
  {
    rule: "backups",
    what: "an instance without daily backups",
    bad: [cloudSql({ backupConfiguration: { ...BACKUPS, enabled: false } })],
    good: [cloudSql({ backupConfiguration: BACKUPS })],
    says: ["pay", "backup: { enabled: true }"],
  },
  {
    rule: "backups",
    what: "an instance without recovery to a moment",
    bad: [cloudSql({ backupConfiguration: { enabled: true } })],
    good: [cloudSql({ backupConfiguration: BACKUPS })],
    says: ["pointInTimeRecovery: true"],
  },
  {
    rule: "backups",
    what: "an instance that keeps a few",
    bad: [cloudSql({ backupConfiguration: { ...BACKUPS, backupRetentionSettings: { retainedBackups: 3 } } })],
    good: [cloudSql({ backupConfiguration: BACKUPS })],
    says: ["keeps 3", "retain: 7"],
  },
  {
    rule: "deletion-protection",
    what: "an unprotected instance that holds a home",
    bad: [unprotected, migration("orders", { home: at("payment", "shop", "orders") })],
    good: [
      cloudSql({}, { deletionProtection: true }),
      migration("orders", { home: at("payment", "shop", "orders") }),
    ],
    says: ["the home of orders", "deletionProtection: true"],
  },
  {
    rule: "deletion-protection",
    what: "an unprotected instance that a dataset came from",
    bad: [
      unprotected,
      migration("orders", { home: at("main", "shop", "o"), formerly: at("payment", "shop", "orders") }),
    ],
    good: [unprotected, migration("orders", { home: at("main", "shop", "o") })],
    says: ["the formerly of orders"],
  },
  {
    rule: "own-schemas-only",
    what: "a schema owned by another service",
    bad: [...two, schema("orders", "billing_user")],
    good: [...two, schema("orders", "orders_user"), schema("public", "postgres")],
    says: ["billing_user", "readers: [billing_user]"],
  },
  {
    rule: "own-schemas-only",
    what: "the right to write in another service's schema",
    bad: [...two, grant("billing_user", ["SELECT", "UPDATE"], { objectType: "table", schema: "orders" })],
    good: [...two, grant("billing_user", ["SELECT"], { objectType: "table", schema: "orders" })],
    says: ["UPDATE", "readers: [billing_user]"],
  },
  {
    rule: "own-schemas-only",
    what: "a service that is a member of another",
    bad: [
      ...two,
      {
        type: "postgresql:index/grantRole:GrantRole",
        props: { role: "billing_user", grantRole: "orders_user" },
      },
    ],
    good: [
      ...two,
      { type: "postgresql:index/grantRole:GrantRole", props: { role: "billing_user", grantRole: "reports" } },
    ],
    says: ["billing_user", "member of orders_user"],
  },
  ...(
    [
      ["superuser", "SUPERUSER"],
      ["bypassRowLevelSecurity", "BYPASSRLS"],
      ["createRole", "CREATEROLE"],
      ["createDatabase", "CREATEDB"],
      ["replication", "REPLICATION"],
    ] as const
  ).map(([property, attribute]) => ({
    rule: "plain-roles",
    what: `a role with ${attribute}`,
    bad: [role({ [property]: true })],
    good: [role({ [property]: false })],
    says: [attribute, "take it out"],
  })),
  {
    rule: "plain-roles",
    what: "a member of the administrators",
    bad: [role({ roles: ["cloudsqlsuperuser"] })],
    good: [role({ roles: ["reports"] })],
    says: ["cloudsqlsuperuser"],
  },
  {
    rule: "plain-roles",
    what: "who is made one later",
    bad: [
      {
        type: "postgresql:index/grantRole:GrantRole",
        props: { role: "a", grantRole: "pg_read_all_data" },
      },
    ],
    good: [{ type: "postgresql:index/grantRole:GrantRole", props: { role: "a", grantRole: "reports" } }],
    says: ["pg_read_all_data"],
  },
  {
    rule: "plain-roles",
    what: "a service's user that Cloud SQL makes",
    bad: [{ type: "gcp:sql/user:User", props: { name: "shop", instance: "pay" } }],
    good: ["postgres", "rehome_admin"].map((name) => ({
      type: "gcp:sql/user:User",
      props: { name, instance: "pay" },
    })),
    says: ["cloudsqlsuperuser", "postgresql.Role"],
  },
  {
    rule: "no-grant-to-public",
    what: "a right of everybody",
    bad: [grant("public", ["SELECT"], { objectType: "table", schema: "orders" })],
    good: [
      grant("public", [], { objectType: "database" }),
      grant("public", ["USAGE"], { objectType: "schema", schema: "public" }),
      grant("reports", ["SELECT"], { objectType: "table", schema: "orders" }),
    ],
    says: ["SELECT", "readers: [<role>]"],
  },
  {
    rule: "no-grant-to-public",
    what: "everybody's right to create",
    bad: [grant("public", ["USAGE", "CREATE"], { objectType: "schema", schema: "public" })],
    good: [grant("public", ["USAGE"], { objectType: "schema", schema: "public" })],
    says: ["CREATE"],
  },
  {
    rule: "passwords-secret",
    what: "a password in a pod's environment",
    bad: [env("DB_PASSWORD", { value: "hunter2" })],
    good: [
      env("DB_PASSWORD", { valueFrom: { secretKeyRef: { name: "shop-db", key: "password" } } }),
      env("DB_PASSWORD_FILE", { value: "/run/secrets/db" }),
      env("DB_HOST", { value: "10.0.0.4" }),
    ],
    says: ["DB_PASSWORD", "secretKeyRef"],
  },
  {
    rule: "passwords-secret",
    what: "a URL with a password in a pod's environment",
    bad: [env("DATABASE_URL", { value: "postgres://shop:hunter2@db/shop" })],
    good: [env("DATABASE_URL", { value: "postgres://shop@db/shop" })],
    says: ["DATABASE_URL"],
  },
  {
    rule: "passwords-secret",
    what: "a password in a ConfigMap",
    bad: [
      {
        type: "kubernetes:core/v1:ConfigMap",
        props: { data: { "npgsql.conf": "Host=db;Password=hunter2" } },
      },
    ],
    good: [{ type: "kubernetes:core/v1:ConfigMap", props: { data: { "pool.max": "50" } } }],
    says: ["npgsql.conf", "Secret"],
  },
  {
    rule: "passwords-secret",
    what: "a password in a container's environment",
    bad: [container({ envs: ["POSTGRES_PASSWORD=hunter2"] })],
    good: [container({ envs: ["POSTGRES_PASSWORD_FILE=/run/secrets/admin", "POSTGRES_DB=shop"] })],
    says: ["POSTGRES_PASSWORD_FILE"],
  },
  {
    rule: "passwords-secret",
    what: "a role's password in SQL",
    bad: [role({ password: "hunter2" })],
    good: [role({ password: "SCRAM-SHA-256$4096:c2FsdA==$a:b" }), role({})],
    says: ["verifier"],
  },
  {
    rule: "passwords-secret",
    what: "a resource that would keep one in its state",
    bad: [
      {
        type: "pulumi-nodejs:dynamic/shop:Thing",
        props: { server: { password: "x" } },
        additionalSecretOutputs: [],
      },
    ],
    good: [
      {
        type: "pulumi-nodejs:dynamic/shop:Thing",
        props: { server: { password: "x" } },
        additionalSecretOutputs: ["server"],
      },
    ],
    says: ['"server"', "additionalSecretOutputs"],
  },
  {
    rule: "verified-before-retired",
    what: "an old home given up without a proof",
    bad: [migration("orders", { retired: { placement: at("main", "shop", "o"), verified: false } })],
    good: [
      migration("orders", { retired: { placement: at("main", "shop", "o"), verified: true } }),
      migration("orders", {}),
    ],
    says: ["main/shop.o", "formerly:"],
  },
  {
    rule: "verified-before-retired",
    what: "a proof that only counts",
    bad: [
      migration("orders", {
        formerly: at("main", "shop", "o"),
        options: { mode: "offline", verify: "count" },
      }),
    ],
    good: [migration("orders", { formerly: at("main", "shop", "o") })],
    says: ["verify: checksum"],
  },
  {
    rule: "names",
    what: "a name that needs quotes",
    bad: [role({ name: "ShopUser" })],
    good: [role({ name: "shop_user" }), on("shop-db-instance")],
    says: ["Write shop_user"],
  },
  {
    rule: "names",
    what: "a name that PostgreSQL would cut",
    bad: [{ type: "postgresql:index/schema:Schema", props: { name: "a".repeat(64) } }],
    good: [{ type: "postgresql:index/schema:Schema", props: { name: "a".repeat(63) } }],
    says: ["64 bytes", "63"],
  },
  {
    rule: "resource-limits",
    what: "a pod that says nothing of what it needs",
    bad: [deployment({})],
    good: [deployment({ resources: RESOURCES })],
    says: ["limits.memory", "limits: { memory: 512Mi }"],
  },
  {
    rule: "resource-limits",
    what: "a container that may take all memory",
    bad: [{ type: "docker:index/container:Container", props: { image: "postgres:17" } }],
    good: [container({})],
    says: ["resources: { memory: 1g }"],
  },
  {
    rule: "pinned-images",
    what: "an image without a version",
    bad: [deployment({ image: "registry:5000/shop" })],
    good: [
      deployment({ image: "registry:5000/shop:1.4" }),
      deployment({ image: `shop@sha256:${"0".repeat(64)}` }),
    ],
    says: ["names no version"],
  },
  {
    rule: "pinned-images",
    what: "an image that changes",
    bad: [container({ image: "postgres:latest" })],
    good: [container({ image: "postgres:17.2" })],
    says: ["latest"],
  },
  {
    rule: "connections-fit",
    what: "pools that ask for more than there is",
    bad: [cluster({ max_connections: "150" }), ...pools(100, 60)],
    good: [cluster({ max_connections: "200" }), ...pools(100, 60)],
    says: ["s0 100, s1 60", 'max_connections: "170"'],
  },
  {
    rule: "connections-fit",
    what: "pools beyond what PostgreSQL allows by itself",
    bad: [cluster({}), ...pools(120)],
    good: [cluster({}), ...pools(80)],
    says: ["allows 100"],
  },
];
