import type { KubernetesRunner } from "@rehome/topology";
import { CONNECTION, labels, selector } from "../workloads/labels";
import { containerSecurity, podSecurity } from "../workloads/security";

/** Where a pod finds its move. */
export const FOLDER = "/etc/rehome";
export const FILE = "move.json";

/** What the worker program ends with where to start it again would be in vain. */
const IN_VAIN = 2;
/** Seconds that what has ended is kept, to be looked at. */
const KEPT = 600;
/** A pod that has failed so often is not started again. */
const RETRIES = 6;

/** What a Job is made from. Names that depend on a content are of whatever type the caller has them in. */
export interface CopyJobArgs<Name> {
  readonly name: Name;
  readonly namespace: string;
  readonly app: string;
  readonly account: string;
  readonly connection: Name;
  /** The Secret with the move. */
  readonly secret: Name;
  readonly runner: KubernetesRunner;
}

/**
 * An indexed Job whose pods share in a copy. It is not waited for: nothing depends on its pods, the process that leads
 * copies what they do not. A pod that was evicted counts as no failure; one that cannot succeed is given up.
 */
export const copyJob = <Name>(args: CopyJobArgs<Name>) => {
  const { name, namespace, app, account, connection, secret, runner } = args;
  const { pods, image, requests, limits, user, patience, deadline } = runner;
  const container = {
    name: "worker",
    image,
    args: [`${FOLDER}/${FILE}`, "--patience", String(patience), "--name", "$(POD)"],
    // Its own, which none has had before it; the host's name is that of its index.
    env: [{ name: "POD", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } }],
    resources: { ...(requests && { requests }), ...(limits && { limits }) },
    securityContext: containerSecurity(),
    volumeMounts: [{ name: "move", mountPath: FOLDER, readOnly: true }],
  };
  return {
    metadata: {
      ...{ name, namespace, labels: labels(app, "copy") },
      annotations: { "pulumi.com/skipAwait": "true" },
    },
    spec: {
      completionMode: "Indexed",
      ...{ completions: pods, parallelism: pods, backoffLimitPerIndex: RETRIES, maxFailedIndexes: pods },
      podReplacementPolicy: "Failed",
      podFailurePolicy: {
        rules: [
          { action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] },
          {
            action: "FailIndex",
            onExitCodes: { containerName: "worker", operator: "In", values: [IN_VAIN] },
          },
        ],
      },
      ...{ activeDeadlineSeconds: deadline, ttlSecondsAfterFinished: KEPT },
      template: {
        metadata: { labels: { ...labels(app, "copy"), [CONNECTION]: connection } },
        spec: {
          ...{ restartPolicy: "Never", terminationGracePeriodSeconds: 5 },
          ...{ serviceAccountName: account, automountServiceAccountToken: false, enableServiceLinks: false },
          securityContext: podSecurity(user),
          // Each on a machine of its own, with its own way to the servers, where there are enough.
          topologySpreadConstraints: [
            {
              ...{ maxSkew: 1, topologyKey: "kubernetes.io/hostname", whenUnsatisfiable: "ScheduleAnyway" },
              labelSelector: { matchLabels: selector(app, "copy") },
            },
          ],
          containers: [container],
          volumes: [{ name: "move", secret: { secretName: secret, defaultMode: 0o440 } }],
        },
      },
    },
  };
};
