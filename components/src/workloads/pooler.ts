import * as pulumi from "@pulumi/pulumi";
import type { Pooler, Workload } from "@rehome/topology";
import type { Connection } from "../connections";
import { encodePart } from "../naming";
import type { WorkloadCluster } from "./cluster";
import { deployment } from "./deployment";
import { CONNECTION, labels, selector } from "./labels";
import { networkPolicy } from "./network";
import { POOLER_FOLDER, POOLER_PORT, poolerFiles } from "./pooler-config";
import { reachOf } from "./reach-of";
import { sdk } from "./sdk";
import { inPod, type PodConnection } from "./trust";

/** A declared PgBouncer, and how its service reaches its data through it. */
export interface DeclaredPooler {
  readonly connection: pulumi.Output<PodConnection>;
  /** Must be ready before the service uses it. */
  readonly ready: pulumi.Resource;
}

/** What a pooler is declared from. */
export interface PoolerArgs {
  readonly service: string;
  readonly workload: Workload;
  readonly pooler: Pooler;
  readonly connection: pulumi.Output<Connection>;
  /** What the server keeps of the role's password; absent: not known, so the password itself is used. Secret. */
  readonly verifier?: pulumi.Output<string>;
}

/** The files of its configuration. */
const contentOf = ({ pooler, connection, verifier }: PoolerArgs) =>
  pulumi.all([connection, verifier]).apply(([known, kept]) => {
    const { at, files } = inPod(known, POOLER_FOLDER);
    const { mode, connections, clients } = pooler;
    const secret = kept ?? known.password ?? "";
    return { ...poolerFiles({ at, mode, connections, clients, secret }), ...files };
  });

/**
 * Declares a PgBouncer for one connection. Its names carry that connection: another one gets another PgBouncer, which is
 * ready before the service rolls, and no client ever meets both behind one name.
 */
export const declarePooler = (
  cluster: WorkloadCluster,
  args: PoolerArgs,
  parent: pulumi.Resource,
): DeclaredPooler => {
  const { service, workload, pooler, connection } = args;
  const { namespace, name: app } = workload;
  const logical = `${encodePart(service)}/pooler`;
  const id = cluster.fingerprint(connection);
  const name = pulumi.interpolate`${app}-pooler-${id}`;
  const common = { namespace, labels: labels(app, "pooler") };
  const options = cluster.options(namespace, parent);

  const content = { name: `${app}-pooler`, namespace, app: labels(app, "pooler"), content: contentOf(args) };
  const files = cluster.secret(logical, content, parent);
  const account = new (sdk().core.v1.ServiceAccount)(
    logical,
    { metadata: { name: `${app}-pooler`, ...common }, automountServiceAccountToken: false },
    options,
  );
  const policy = new (sdk().networking.v1.NetworkPolicy)(
    logical,
    networkPolicy({
      ...{ name, namespace, app, part: "pooler", connection: id },
      serves: { port: POOLER_PORT, pods: selector(app, "service") },
      egress: [reachOf(connection)],
    }),
    options,
  );
  const door = new (sdk().core.v1.Service)(
    logical,
    {
      metadata: { name, ...common, annotations: { "pulumi.com/skipAwait": "true" } }, // its Deployment is waited for
      spec: {
        selector: { ...selector(app, "pooler"), [CONNECTION]: id },
        ports: [{ name: "postgres", port: POOLER_PORT, targetPort: "main" }],
      },
    },
    options,
  );
  const { replicas, image, user, requests, limits } = pooler;
  const ready = new (sdk().apps.v1.Deployment)(
    logical,
    deployment({
      ...{ name, namespace, app, part: "pooler", connection: id, account: `${app}-pooler` },
      ...{ replicas, patience: workload.rolloutTimeout, image, port: POOLER_PORT, user },
      command: ["pgbouncer", `${POOLER_FOLDER}/pgbouncer.ini`],
      ...(requests && { requests }),
      ...(limits && { limits }),
      mounts: [{ name: "config", mountPath: POOLER_FOLDER, readOnly: true }],
      volumes: [{ name: "config", secret: { secretName: files.name, defaultMode: 0o440 } }],
    }),
    { ...options, dependsOn: [...options.dependsOn, files.resource, account, policy, door] },
  );
  return { connection: through(connection, name, namespace), ready };
};

/** The connection by way of a pooler: within the cluster, and as far as its policy lets it, without TLS. */
const through = (
  connection: pulumi.Output<Connection>,
  name: pulumi.Output<string>,
  namespace: string,
): pulumi.Output<PodConnection> =>
  pulumi.all([connection, name]).apply(([{ sslrootcert: _, ...direct }, full]) => {
    const host = `${full}.${namespace}.svc`;
    return inPod({ ...direct, host, port: POOLER_PORT, sslmode: "disable" });
  });
