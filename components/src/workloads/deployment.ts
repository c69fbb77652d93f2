import type { Resources } from "@rehome/topology";
import { CONNECTION, labels, selector, type Part } from "./labels";
import { containerSecurity, podSecurity } from "./security";

interface Mount {
  readonly name: string;
  readonly mountPath: string;
  readonly readOnly?: boolean;
}

/** What a Deployment is made from. Names that depend on a content are of whatever type the caller has them in. */
export interface DeploymentArgs<Name, Variable, Volume> {
  readonly name: Name;
  readonly namespace: string;
  readonly app: string;
  readonly part: Part;
  readonly connection: Name;
  readonly account: string;
  readonly replicas: number;
  /** Seconds without progress after which a rollout has failed. */
  readonly patience: number;
  readonly image: string;
  readonly command?: readonly string[];
  readonly port: number;
  /** HTTP path; absent: the port is tried. */
  readonly health?: string;
  readonly user?: number;
  readonly env?: readonly Variable[];
  readonly requests?: Resources;
  readonly limits?: Resources;
  readonly mounts: readonly Mount[];
  readonly volumes: readonly Volume[];
}

const probe = ({ health, port }: { readonly health?: string; readonly port: number }) =>
  health === undefined ? { tcpSocket: { port } } : { httpGet: { path: health, port } };

const container = <Name, Variable, Volume>(args: DeploymentArgs<Name, Variable, Volume>) => {
  const { app, image, command, port, env, requests, limits, mounts } = args;
  return {
    name: app,
    image,
    ...(command && { command: [...command] }),
    ports: [{ name: "main", containerPort: port }],
    ...(env && { env: [...env] }),
    // Alive as soon as it answers at all; a slow start is no death.
    startupProbe: { ...probe(args), periodSeconds: 2, failureThreshold: 150 },
    readinessProbe: { ...probe(args), periodSeconds: 5 },
    livenessProbe: { ...probe(args), periodSeconds: 10, failureThreshold: 6 },
    resources: { ...(requests && { requests }), ...(limits && { limits }) },
    securityContext: containerSecurity(),
    volumeMounts: [...mounts],
  };
};

/**
 * A Deployment. A new connection starts all its new pods at once, beside the old ones: those cannot write any more, and
 * stay only until the new ones are ready.
 */
export const deployment = <Name, Variable, Volume>(args: DeploymentArgs<Name, Variable, Volume>) => {
  const { name, namespace, app, part, connection, account, replicas, patience, user, volumes } = args;
  return {
    metadata: { name, namespace, labels: labels(app, part) },
    spec: {
      replicas,
      revisionHistoryLimit: 3,
      progressDeadlineSeconds: patience,
      selector: { matchLabels: selector(app, part) },
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: "100%", maxUnavailable: 0 } },
      template: {
        metadata: { labels: { ...labels(app, part), [CONNECTION]: connection } },
        spec: {
          serviceAccountName: account,
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          securityContext: podSecurity(user),
          containers: [container(args)],
          volumes: [...volumes],
        },
      },
    },
  };
};
