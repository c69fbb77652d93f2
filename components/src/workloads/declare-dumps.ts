import * as pulumi from "@pulumi/pulumi";
import { sslmodeOf, type ServerConnection } from "@rehome/migration";
import {
  asKubernetesName,
  type Dumps,
  type Expanded,
  type KubernetesSpec,
  type Service,
} from "@rehome/topology";
import { url } from "../connection-formats/urls";
import { principal, type Connection } from "../connections";
import type { Host } from "../hosts/host";
import { encodePart } from "../naming";
import type { WorkloadCluster } from "./cluster";
import { dumpJob } from "./dump-job";
import { labels } from "./labels";
import { networkPolicy } from "./network";
import { reachOf } from "./reach-of";
import { sdk } from "./sdk";
import { inPod, inSecret } from "./trust";

interface DumpArgs {
  /** What is dumped, as it is in logical names. */
  readonly logical: string;
  readonly name: string;
  readonly folder: string;
  readonly namespace: string;
  readonly dumps: Dumps;
  readonly connection: pulumi.Output<Connection>;
  /** Absent: the whole database. */
  readonly schemas?: readonly string[];
}

/** A CronJob with a Secret and a policy of its own: it connects directly, whatever the service does. */
const declareDumps = (cluster: WorkloadCluster, args: DumpArgs, parent: pulumi.Resource): void => {
  const { logical, name, folder, namespace, dumps, connection, schemas } = args;
  const content = connection.apply((direct) => inSecret(inPod(direct)));
  const app = labels(name, "dumps");
  const secret = cluster.secret(logical, { name, namespace, app, content }, parent);
  const options = cluster.options(namespace, parent);
  const policy = new (sdk().networking.v1.NetworkPolicy)(
    logical,
    networkPolicy({
      name: secret.name,
      ...{ namespace, app: name, part: "dumps", connection: secret.fingerprint },
      egress: [reachOf(connection)],
    }),
    options,
  );
  const job = dumpJob<pulumi.Input<string>>({
    ...{ name, namespace, folder, connection: secret.fingerprint, secret: secret.name, dumps },
    ...(schemas && { schemas }),
  });
  const dependsOn = [...options.dependsOn, secret.resource, policy];
  new (sdk().batch.v1.CronJob)(logical, job, { ...options, dependsOn });
};

/** A CronJob's name leaves room for those of its runs. */
const named = (what: string): string => `${asKubernetesName(what, 30)}-db-dumps`;

/** Dumps of a service's own schemas, as its own role. */
export const declareServiceDumps = (
  cluster: WorkloadCluster,
  given: {
    readonly service: Service;
    readonly dumps: Dumps;
    readonly connection: pulumi.Output<Connection>;
    readonly stack: Expanded;
  },
  parent: pulumi.Resource,
): void => {
  const { service, dumps, connection, stack } = given;
  const home = principal(service, stack.datasets)?.home;
  const here = stack.datasets.filter(
    ({ service: name, home: at }) =>
      name === service.name && at.host === home?.host && at.database === home.database,
  );
  const schemas = [...new Set(here.map(({ home: at }) => at.schema))];
  const namespace = service.workload?.namespace ?? stack.kubernetes.namespace;
  const args = {
    logical: `${encodePart(service.name)}/dumps`,
    ...{ name: named(service.name), folder: asKubernetesName(service.name), namespace },
    ...{ dumps, connection, schemas },
  };
  declareDumps(cluster, args, parent);
};

/** Dumps of whole databases, as their host's administrator. */
export const declareDatabaseDumps = (
  cluster: WorkloadCluster,
  { kubernetes, hosts }: { readonly kubernetes: KubernetesSpec; readonly hosts: ReadonlyMap<string, Host> },
  parent: pulumi.Resource,
): void => {
  for (const [each, { host: name, database, namespace, ...dumps }] of Object.entries(kubernetes.dumps)) {
    const host = hosts.get(name);
    if (host === undefined) continue;
    const connection = pulumi
      .all([host.connection, pulumi.output(host.ready.map(({ urn }) => urn))])
      .apply(([server]) => administrators(server as ServerConnection, database));
    const args = {
      logical: `database:${encodePart(each)}/dumps`,
      ...{ name: named(`all-${each}`), folder: asKubernetesName(`all-${each}`) },
      ...{ namespace: namespace ?? kubernetes.namespace, dumps, connection },
    };
    declareDumps(cluster, args, parent);
  }
};

const administrators = (server: ServerConnection, database: string): Connection => {
  const parts = {
    ...{ ...server, sslmode: sslmodeOf(server) },
    ...{ database, schema: "public", searchPath: "public" },
  };
  return { ...parts, url: url(parts) };
};
