import { z } from "zod";
import { fields, whole } from "./fields";
import { image, kubernetesName } from "./kubernetes-names";
import { resources } from "./resources";

const pods = fields({
  pods: whole(1, 100).describe("Pods that copy at the same time, each with one stream."),
  image: image("registry.example.com/rehome-worker:1.0"),
  namespace: kubernetesName()
    .exactOptional()
    .describe("Kubernetes namespace. Default: the stack's (kubernetes.namespace)."),
  requests: resources.exactOptional().describe("What each pod is promised. Default: nothing."),
  limits: resources.exactOptional().describe("What each pod may use at most. Default: no limit."),
  user: whole(1, 2_147_483_647)
    .default(10_001)
    .describe("User id that the pods run as, never root. Default: 10001."),
  patience: whole(1, 86_400)
    .default(3_600)
    .describe("Seconds that a pod waits for the copy to begin, or to begin again. Default: 3600."),
  deadline: whole(60, 2_592_000)
    .default(86_400)
    .describe("Seconds after which all pods are ended; the move goes on without them. Default: 86400."),
}).meta({ id: "KubernetesRunner", description: "Pods that share in the copying." });

/** Who shares in the copying. */
export const runner = fields({
  kubernetes: pods.describe("A Job in the stack's cluster."),
}).meta({ id: "Runner", description: "Who shares in the copying, besides the process that runs pulumi up." });

/** The pods that share in a copy, as parsed: `patience` and `deadline` in seconds. */
export type KubernetesRunner = z.output<typeof pods>;
