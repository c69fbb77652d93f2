import { z } from "zod";
import { dumpFields } from "./dumps";
import { fields } from "./fields";
import { kubernetesName } from "./kubernetes-names";
import { identifier, label } from "./names";
import { secretReference } from "./secret-reference";

const databaseDumps = fields({
  host: label().describe("Host of the database."),
  database: identifier().describe("The database, dumped as a whole by the host's administrator."),
  namespace: kubernetesName()
    .exactOptional()
    .describe("Kubernetes namespace. Default: the stack's (kubernetes.namespace)."),
  ...dumpFields,
}).meta({ id: "DatabaseDumps", description: "Logical backups of a whole database, by a CronJob." });

/** The cluster of the stack's workloads, or the folder that their manifests are rendered to. */
export const kubernetes = fields({
  context: z
    .string()
    .min(1)
    .exactOptional()
    .describe("Context of the kubeconfig. Default: its current one, where a kubeconfig is named."),
  kubeconfig: secretReference
    .exactOptional()
    .describe("Where the kubeconfig is: its text, or its path. Default: with a context, KUBECONFIG's."),
  renderTo: z
    .string()
    .min(1)
    .exactOptional()
    .describe(
      "Folder that manifests are rendered to, instead of a cluster. Default: without context and kubeconfig, .rehome/<project>/<stack>/manifests.",
    ),
  namespace: kubernetesName()
    .default("default")
    .describe("Namespace of the workloads that name none. Default: default."),
  createNamespaces: z
    .boolean()
    .default(true)
    .describe(
      "true, the default: namespaces other than `default` are declared here. false: they exist already.",
    ),
  dumps: z
    .record(label(), databaseDumps)
    .default({})
    .describe("Logical backups of whole databases, by name. Default: none."),
})
  .check((context) => {
    const { context: name, kubeconfig, renderTo } = context.value;
    if (renderTo === undefined || (name ?? kubeconfig) === undefined) return;
    const message = "is for stacks without a cluster; delete it, or delete context and kubeconfig";
    context.issues.push({ code: "custom", message, input: renderTo, path: ["renderTo"] });
  })
  .meta({ id: "Kubernetes", description: "The cluster that runs the services' workloads." });

/** The stack's cluster, or where manifests are rendered to, as parsed. */
export type KubernetesSpec = z.output<typeof kubernetes>;
/** Logical backups of a whole database, every default filled in. */
export type DatabaseDumps = z.output<typeof databaseDumps>;
