import { z } from "zod";
import { CONNECTION_KEYS, POOL_KEYS } from "./connection-keys";
import { fields, port, whole } from "./fields";
import { image, kubernetesName, MAX_WORKLOAD_NAME, variableName } from "./kubernetes-names";
import { resources } from "./resources";

const egress = fields({
  cidr: z
    .string()
    .regex(/^[0-9a-fA-F.:]+\/[0-9]{1,3}$/, {
      error: 'is not a range of addresses; for example "10.8.0.0/16"',
    })
    .describe("Addresses: 10.8.0.0/16, or 10.8.0.7/32 for one."),
  port: port().describe("Port there."),
}).describe("Where else the pods may connect to.");

/** The Kubernetes Deployment that runs a service. */
export const workload = fields({
  image: image("payment-service:1.4"),
  port: port().default(8080).describe("Port that the container listens on. Default: 8080."),
  health: z
    .string()
    .regex(/^\//, { error: "is not a path; it begins with /, for example /health" })
    .exactOptional()
    .describe(
      "HTTP path of the readiness and liveness probes, for example /health. Default: a TCP probe of the port.",
    ),
  replicas: whole(0, 1000).default(1).describe("Pods. Default: 1."),
  namespace: kubernetesName()
    .exactOptional()
    .describe("Kubernetes namespace. Default: the stack's (kubernetes.namespace)."),
  name: kubernetesName(MAX_WORKLOAD_NAME)
    .exactOptional()
    .describe("Deployment's name. Default: the service's, as Kubernetes can hold it."),
  secret: kubernetesName(MAX_WORKLOAD_NAME)
    .exactOptional()
    .describe(
      "Name of the Secret with the connection, before its content's hash. Default: <service>-db-secret.",
    ),
  connection: z
    .record(variableName(), z.enum([...CONNECTION_KEYS, ...POOL_KEYS]))
    .exactOptional()
    .describe(
      "Environment variables with the connection, each with the Secret's key: QUARKUS_DATASOURCE_JDBC_URL: jdbc-url. Default: DATABASE_URL, and libpq's own PGHOST, PGPORT, PGDATABASE, PGUSER, PGPASSWORD, PGSSLMODE.",
    ),
  env: z
    .record(variableName(), z.string())
    .exactOptional()
    .describe("More environment variables; no secrets. Default: none."),
  command: z
    .array(z.string())
    .min(1)
    .exactOptional()
    .describe("What the container runs, with its arguments; no secrets. Default: what its image says."),
  requests: resources.exactOptional().describe("What each pod is promised. Default: nothing."),
  limits: resources.exactOptional().describe("What each pod may use at most. Default: no limits."),
  user: whole(1, 2_147_483_647)
    .exactOptional()
    .describe(
      "User id that the container runs as, never root. Default: the image's, which must be a number.",
    ),
  writable: z
    .array(z.string().regex(/^\/./, { error: "is not a path; it begins with /" }))
    .default(["/tmp"])
    .describe(
      "Folders the container may write to, empty at its start; all else is read-only. Default: /tmp.",
    ),
  calls: z
    .array(z.string())
    .default([])
    .describe("Services of this stack that the pods may connect to, besides their database. Default: none."),
  egress: z.array(egress).default([]).describe("Where else the pods may connect to. Default: nowhere."),
  rolloutTimeout: whole(10, 86_400)
    .default(600)
    .describe("Seconds that a rollout may go without progress before it has failed. Default: 600."),
}).meta({ id: "Workload", description: "The Kubernetes Deployment that runs the service." });

export type WorkloadSpec = z.output<typeof workload>;
