import { z } from "zod";
import { fields, port, whole } from "./fields";

const quantity = (what: string) =>
  z
    .string()
    .regex(/^[0-9]+(\.[0-9]+)?(m|k|M|G|T|Ki|Mi|Gi|Ti)?$/, {
      error: 'is not a quantity; for example "250m" or "512Mi"',
    })
    .exactOptional()
    .describe(what);

const resources = fields({
  cpu: quantity("Cores: 250m is a quarter of one. Default: none."),
  memory: quantity("Bytes: 512Mi, 1Gi. Default: none."),
}).describe("CPU and memory.");

/** The Kubernetes Deployment that runs a service. */
export const workload = fields({
  image: z.string().min(1).describe("Container image with its tag or digest: payment-service:1.4."),
  port: port().default(8080).describe("Port that the container listens on. Default: 8080."),
  health: z
    .string()
    .regex(/^\//, { error: "is not a path; it begins with /, for example /health" })
    .exactOptional()
    .describe(
      "HTTP path of the readiness and liveness probes, for example /health. Default: a TCP probe of the port.",
    ),
  replicas: whole(0, 1000).default(1).describe("Pods. Default: 1."),
  namespace: z.string().min(1).default("default").describe("Kubernetes namespace. Default: default."),
  name: z.string().min(1).exactOptional().describe("Deployment's name. Default: the service's."),
  secret: z
    .string()
    .min(1)
    .exactOptional()
    .describe(
      "Name of the Secret with the connection, before its content's hash. Default: <service>-db-secret.",
    ),
  env: z
    .record(z.string().min(1), z.string())
    .exactOptional()
    .describe("More environment variables; no secrets."),
  requests: resources.exactOptional().describe("What each pod is promised."),
  limits: resources.exactOptional().describe("What each pod may use at most."),
}).meta({ id: "Workload", description: "The Kubernetes Deployment that runs the service." });

export type Workload = z.output<typeof workload>;
