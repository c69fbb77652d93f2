import { isIP } from "node:net";
import { CONNECTION, labels, selector, type Labels, type Part } from "./labels";

/** A place that pods may connect to: an address, or pods. */
export type Reach =
  | { readonly address: string; readonly port: number }
  | { readonly cidr: string; readonly port: number }
  | { readonly namespace: string; readonly pods: Labels; readonly port: number };

/** The cluster's name service: its pods, or an address of the node's own, which some clusters use. */
const DNS = {
  to: [
    { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } } },
    { ipBlock: { cidr: "169.254.0.0/16" } },
  ],
  ports: [
    { protocol: "UDP", port: 53 },
    { protocol: "TCP", port: 53 },
  ],
};

const tcp = (port: number) => [{ protocol: "TCP", port }];

/** What a policy says of a place that pods may connect to. */
export const rule = (reach: Reach) => {
  const ports = tcp(reach.port);
  if ("cidr" in reach) return { to: [{ ipBlock: { cidr: reach.cidr } }], ports };
  if ("pods" in reach) {
    const namespaceSelector = { matchLabels: { "kubernetes.io/metadata.name": reach.namespace } };
    return { to: [{ namespaceSelector, podSelector: { matchLabels: reach.pods } }], ports };
  }
  const version = isIP(reach.address);
  // A policy knows no names: where the server has one, the port alone is what can be said.
  if (version === 0) return { ports };
  return { to: [{ ipBlock: { cidr: `${reach.address}/${version === 6 ? 128 : 32}` } }], ports };
};

/** What a policy is made from. */
export interface PolicyArgs<Name, Rule> {
  readonly name: Name;
  readonly namespace: string;
  readonly app: string;
  readonly part: Part;
  /** Only pods with this connection: those of another have a policy of their own until they are gone. */
  readonly connection: Name;
  /** The port that others may connect to, and who: everybody, or these pods. Absent: nobody. */
  readonly serves?: { readonly port: number; readonly pods?: Labels };
  /** What the pods may connect to, besides the cluster's name service: made by `rule`. */
  readonly egress: readonly Rule[];
}

/** Lets pods reach what is named and the cluster's name service, and nothing else. */
export const networkPolicy = <Name, Rule>(args: PolicyArgs<Name, Rule>) => {
  const { name, namespace, app, part, connection, serves, egress } = args;
  const from = serves?.pods === undefined ? {} : { from: [{ podSelector: { matchLabels: serves.pods } }] };
  return {
    metadata: { name, namespace, labels: labels(app, part) },
    spec: {
      podSelector: { matchLabels: { ...selector(app, part), [CONNECTION]: connection } },
      policyTypes: ["Ingress", "Egress"],
      ingress: serves === undefined ? [] : [{ ...from, ports: tcp(serves.port) }],
      egress: [DNS, ...egress],
    },
  };
};
