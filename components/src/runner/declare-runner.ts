import * as pulumi from "@pulumi/pulumi";
import type { ServerConnection } from "@rehome/migration";
import {
  asKubernetesName,
  type Dataset,
  type Expanded,
  type KubernetesRunner,
  type Placement,
} from "@rehome/topology";
import type { Host } from "../hosts/host";
import { encodePart } from "../naming";
import type { WorkloadCluster } from "../workloads/cluster";
import { labels } from "../workloads/labels";
import { networkPolicy } from "../workloads/network";
import { reachOf } from "../workloads/reach-of";
import { sdk } from "../workloads/sdk";
import { copyJob } from "./copy-job";
import { moveFiles, type End } from "./move-file";

/** What the pods that share in one dataset's copy are declared from. */
export interface RunnerArgs {
  readonly dataset: Dataset;
  readonly from: Placement;
  readonly to: Placement;
  readonly hosts: ReadonlyMap<string, Host>;
  readonly runner: KubernetesRunner;
  readonly stack: Expanded;
  /** What the move itself comes after: the pods begin beside it. */
  readonly dependsOn: readonly pulumi.Resource[];
}

/**
 * The pods that share in a dataset's copy: a Job, with an account that may do nothing, a policy that lets them reach both
 * servers alone, and a Secret with the connections. The move does not depend on them: it is done without them too.
 */
export const declareRunner = (cluster: WorkloadCluster, args: RunnerArgs, parent: pulumi.Resource): void => {
  const { dataset, from, to, hosts, runner, stack, dependsOn } = args;
  const ends = [from, to].map((placement) => ({ placement, host: hosts.get(placement.host) }));
  const servers = ends.map(({ host }) => host?.connection ?? pulumi.secret({} as ServerConnection));
  const logical = `${encodePart(dataset.name)}/copy`;
  const app = `${asKubernetesName(dataset.name.replaceAll("/", "-"), 30)}-copy`;
  const namespace = runner.namespace ?? stack.kubernetes.namespace;
  const authorities = ends.map(({ host }) => host?.serverCa ?? pulumi.output(""));
  const content = pulumi
    .all([pulumi.all(servers), pulumi.all(authorities)])
    .apply(([known, certificates]) => {
      const [one, other] = [from, to].map((placement, at): End => {
        const serverCa = certificates[at];
        return { placement, server: known[at] as ServerConnection, ...(serverCa && { serverCa }) };
      });
      return moveFiles(dataset, { from: one as End, to: other as End });
    });
  const own = labels(app, "copy");
  const secret = cluster.secret(logical, { name: app, namespace, app: own, content }, parent);
  const options = cluster.options(namespace, parent);
  const account = new (sdk().core.v1.ServiceAccount)(
    logical,
    { metadata: { name: app, namespace, labels: own }, automountServiceAccountToken: false },
    options,
  );
  const policy = new (sdk().networking.v1.NetworkPolicy)(
    logical,
    networkPolicy({
      ...{ name: secret.name, namespace, app, part: "copy", connection: secret.fingerprint },
      egress: servers.map((server) => reachOf(server)),
    }),
    options,
  );
  new (sdk().batch.v1.Job)(
    logical,
    copyJob<pulumi.Input<string>>({
      ...{ name: secret.name, namespace, app, account: app },
      ...{ connection: secret.fingerprint, secret: secret.name, runner },
    }),
    { ...options, dependsOn: [...options.dependsOn, ...dependsOn, secret.resource, account, policy] },
  );
};
