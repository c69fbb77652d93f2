/** The resource types that rules are about. */
export const TYPES = {
  cloudSql: "gcp:sql/databaseInstance:DatabaseInstance",
  cloudSqlUser: "gcp:sql/user:User",
  container: "docker:index/container:Container",
  role: "postgresql:index/role:Role",
  grant: "postgresql:index/grant:Grant",
  grantRole: "postgresql:index/grantRole:GrantRole",
  defaultPrivileges: "postgresql:index/defaultPrivileges:DefaultPrivileges",
  schema: "postgresql:index/schema:Schema",
  database: "postgresql:index/database:Database",
  service: "kubernetes:core/v1:Service",
  configMap: "kubernetes:core/v1:ConfigMap",
  migration: "pulumi-nodejs:dynamic/rehome:Migration",
  cluster: "pulumi-nodejs:dynamic/rehome:Cluster",
  serviceDatabase: "rehome:index:ServiceDatabase",
} as const;

/** Whose pods are described under `spec.template.spec`, or one deeper in a CronJob. */
export const WORKLOADS: ReadonlyMap<string, readonly string[]> = new Map([
  ["kubernetes:apps/v1:Deployment", ["spec", "template", "spec"]],
  ["kubernetes:apps/v1:StatefulSet", ["spec", "template", "spec"]],
  ["kubernetes:batch/v1:Job", ["spec", "template", "spec"]],
  ["kubernetes:batch/v1:CronJob", ["spec", "jobTemplate", "spec", "template", "spec"]],
]);

/** The components that are hosts of the stack file. */
export const HOST_COMPONENT = /^rehome:index:(Local|Docker|CloudSql|Existing|Stack)Host$/;
