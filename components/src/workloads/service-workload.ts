import * as pulumi from "@pulumi/pulumi";
import { asKubernetesName, type Service, type Workload } from "@rehome/topology";
import type { Connection } from "../connections";
import { encodePart } from "../naming";
import type { Content, WorkloadCluster } from "./cluster";
import { deployment } from "./deployment";
import { labels, selector } from "./labels";
import { networkPolicy, rule } from "./network";
import { declarePooler, type DeclaredPooler } from "./pooler";
import { POOLER_PORT } from "./pooler-config";
import { reachOf } from "./reach-of";
import { sdk } from "./sdk";
import { inPod, inSecret, trustMount, trustVolume } from "./trust";
import { connectionVariables, DEFAULT_VARIABLES, poolSettings } from "./variables";

/** What a service's workload is declared from. */
export interface ServiceWorkloadArgs {
  readonly service: Service;
  readonly workload: Workload;
  readonly connection: pulumi.Output<Connection>;
  /** What the server keeps of the role's password; absent where Rehome does not know it. Secret. */
  readonly verifier?: pulumi.Output<string>;
  /** The workloads of the services that it calls. */
  readonly calls: readonly Workload[];
}

/**
 * A service in the cluster: its Secret, its pool's ConfigMap, its Deployment with an account and a policy of its own, and
 * the Service that others find it by. The Deployment rolls when its connection changes: that is known when its data is
 * there.
 */
export class ServiceWorkload extends pulumi.ComponentResource {
  readonly #cluster: WorkloadCluster;
  readonly #args: ServiceWorkloadArgs;
  readonly #name: string;

  constructor(cluster: WorkloadCluster, args: ServiceWorkloadArgs, parent: pulumi.Resource) {
    const name = encodePart(args.service.name);
    super("rehome:index:ServiceWorkload", name, {}, { parent });
    this.#cluster = cluster;
    this.#args = args;
    this.#name = name;
    const pooler = this.#pooler();
    const secret = this.#secret(pooler);
    const config = this.#config();
    const before = [
      ...[secret.resource, this.#account(), this.#policy(secret.fingerprint, pooler)],
      ...(config ? [config.resource] : []),
      ...(pooler ? [pooler.ready] : []),
    ];
    this.#deployment(secret, config, before);
    this.#door();
    this.registerOutputs({ secret: secret.name });
  }

  get #options() {
    return this.#cluster.options(this.#args.workload.namespace, this);
  }

  get #labels() {
    return labels(this.#args.workload.name, "service");
  }

  #pooler(): DeclaredPooler | undefined {
    const { service, workload, connection, verifier } = this.#args;
    const pooler = service.pool?.pooler;
    if (pooler === undefined) return undefined;
    const args = { service: service.name, workload, connection, pooler, ...(verifier && { verifier }) };
    return declarePooler(this.#cluster, args, this);
  }

  #secret(pooler: DeclaredPooler | undefined) {
    const { service, workload, connection } = this.#args;
    const content = (pooler?.connection ?? connection.apply((direct) => inPod(direct))).apply((pod) =>
      inSecret(pod, service.pool),
    );
    const { secret: name, namespace } = workload;
    return this.#cluster.secret(this.#name, { name, namespace, app: this.#labels, content }, this);
  }

  #config() {
    const { service, workload } = this.#args;
    if (service.pool === undefined) return undefined;
    const name = `${workload.name}-pool`;
    const content = poolSettings(service.pool) as Record<string, string>;
    const args = { name, namespace: workload.namespace, app: this.#labels, content };
    return this.#cluster.config(this.#name, args, this);
  }

  #account(): pulumi.Resource {
    const { name, namespace } = this.#args.workload;
    const metadata = { name, namespace, labels: this.#labels };
    const args = { metadata, automountServiceAccountToken: false };
    return new (sdk().core.v1.ServiceAccount)(this.#name, args, this.#options);
  }

  #policy(fingerprint: pulumi.Output<string>, pooler: DeclaredPooler | undefined): pulumi.Resource {
    const { workload, connection, calls } = this.#args;
    const { name: app, namespace, port, egress } = workload;
    const own =
      pooler === undefined
        ? reachOf(connection)
        : rule({ namespace, pods: selector(app, "pooler"), port: POOLER_PORT });
    const others = calls.map((called) =>
      rule({ namespace: called.namespace, pods: selector(called.name, "service"), port: called.port }),
    );
    const policy = networkPolicy({
      name: pulumi.interpolate`${app}-${fingerprint}`,
      ...{ namespace, app, part: "service", connection: fingerprint, serves: { port } },
      egress: [own, ...others, ...egress.map(rule)],
    });
    return new (sdk().networking.v1.NetworkPolicy)(this.#name, policy, this.#options);
  }

  #deployment(
    secret: Content<pulumi.Resource>,
    config: Content<pulumi.Resource> | undefined,
    before: readonly pulumi.Resource[],
  ): void {
    const {
      name: app,
      rolloutTimeout: patience,
      connection,
      env = {},
      writable,
      ...rest
    } = this.#args.workload;
    const { namespace, replicas, image, port, command, health, user, requests, limits } = rest;
    const variables = connectionVariables(connection ?? DEFAULT_VARIABLES, secret.name, config?.name);
    const own = variables.filter(({ name }) => !(name in env));
    const literal = Object.entries(env).map(([name, value]) => ({ name, value }));
    const folders = writable.map((mountPath, index) => ({ name: `writable-${index}`, mountPath }));
    const options = this.#options;
    new (sdk().apps.v1.Deployment)(
      this.#name,
      deployment({
        ...{ name: pulumi.output(app), namespace, app, part: "service", account: app },
        connection: secret.fingerprint,
        ...{ replicas, patience, image, port, env: [...own, ...literal] },
        ...(command && { command }),
        ...(health === undefined ? {} : { health }),
        ...(user === undefined ? {} : { user }),
        ...(requests && { requests }),
        ...(limits && { limits }),
        mounts: [trustMount, ...folders],
        volumes: [trustVolume(secret.name), ...folders.map(({ name }) => ({ name, emptyDir: {} }))],
      }),
      {
        ...options,
        dependsOn: [...options.dependsOn, ...before],
        customTimeouts: { create: `${patience}s`, update: `${patience}s` },
      },
    );
  }

  #door(): void {
    const { service, workload } = this.#args;
    const { name: app, namespace, port } = workload;
    const annotations = { "pulumi.com/skipAwait": "true" }; // its Deployment is waited for
    const metadata = { name: asKubernetesName(service.name), namespace, labels: this.#labels, annotations };
    const ports = [{ name: "main", port, targetPort: "main" }];
    const spec = { selector: selector(app, "service"), ports };
    new (sdk().core.v1.Service)(this.#name, { metadata, spec }, this.#options);
  }
}
