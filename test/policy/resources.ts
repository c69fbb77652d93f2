import type { Given } from "./judge";

// Resources that keep every rule, but for what a case gives them otherwise.

export const cloudSql = (settings: object, more: object = {}): Given => ({
  type: "gcp:sql/databaseInstance:DatabaseInstance",
  name: "pay",
  props: { databaseVersion: "POSTGRES_17", settings, ...more },
  parent: { type: "rehome:index:CloudSqlHost", name: "payment", props: {} },
});
export const container = (props: object): Given => ({
  type: "docker:index/container:Container",
  name: "dev",
  props: { image: "postgres:17", memory: 1024, ...props },
});
export const deployment = (props: object): Given => ({
  type: "kubernetes:apps/v1:Deployment",
  name: "shop",
  props: { spec: { template: { spec: { containers: [{ name: "main", image: "shop:1.4", ...props }] } } } },
});
export const on = (name: string): Given => ({ type: "rehome:index:LocalHost", name, props: {} });
export const role = (props: object): Given => ({
  type: "postgresql:index/role:Role",
  name: "shop_user@main",
  props: { name: "shop_user", login: true, ...props },
});
export const grant = (role: string, privileges: readonly string[], more: object): Given => ({
  type: "postgresql:index/grant:Grant",
  name: `${role}@main/shop.orders`,
  props: { role, database: "shop", privileges, ...more },
});
export const at = (host: string, database: string, schema: string) => ({ host, database, schema });
export const migration = (dataset: string, more: object): Given => ({
  type: "pulumi-nodejs:dynamic/rehome:Migration",
  name: dataset,
  props: { dataset, owner: `${dataset}_user`, options: { mode: "offline", verify: "checksum" }, ...more },
  additionalSecretOutputs: ["homeServer", "nextServer", "formerlyServer"],
});
export const schema = (name: string, owner: string): Given => ({
  type: "postgresql:index/schema:Schema",
  name: `main/shop.${name}`,
  props: { name, database: "shop", owner },
});
export const two = [
  migration("orders", { home: at("main", "shop", "orders") }),
  migration("billing", { home: at("main", "shop", "billing") }),
];
export const pools = (...connections: readonly number[]): Given[] =>
  connections.map((each, index) => ({
    type: "rehome:index:ServiceDatabase",
    name: `${index}@main/shop.a`,
    props: { service: `s${index}`, host: "main", connections: each },
  }));
export const cluster = (parameters: object): Given => ({
  type: "pulumi-nodejs:dynamic/rehome:Cluster",
  name: "main",
  props: { directory: "d", parameters },
  parent: on("main"),
});
export const POLICY = { ipv4Enabled: false, privateNetwork: "net", sslMode: "ENCRYPTED_ONLY" };
export const BACKUPS = {
  enabled: true,
  pointInTimeRecoveryEnabled: true,
  backupRetentionSettings: { retainedBackups: 14 },
};
export const service = (type: string): Given => ({
  type: "kubernetes:core/v1:Service",
  name: "pooler",
  props: { spec: { type, ports: [{ port: 6432 }] } },
});
export const env = (name: string, value: object): Given => deployment({ env: [{ name, ...value }] });
export const RESOURCES = { requests: { cpu: "250m", memory: "256Mi" }, limits: { memory: "512Mi" } };
export const unprotected = cloudSql({}, { deletionProtection: false });
