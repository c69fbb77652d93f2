import type * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Expanded } from "@rehome/topology";
import { declareProvider } from "./declare-provider";
import { declareKey, fingerprintOf } from "./fingerprint";
import type { Labels } from "./labels";
import { sdk } from "./sdk";

/** Namespaces that every cluster comes with. */
const GIVEN = /^(default|kube-.*)$/;

/** What workloads are declared with. */
export class WorkloadCluster {
  readonly #parent: pulumi.Resource;
  readonly #provider: kubernetes.Provider;
  readonly #key: pulumi.Output<string>;
  readonly #namespaces: ReadonlyMap<string, pulumi.Resource>;

  constructor(parent: pulumi.Resource, { services, kubernetes }: Expanded) {
    this.#parent = parent;
    this.#provider = declareProvider(kubernetes, parent);
    this.#key = declareKey(parent);
    const dumped = [
      ...Object.values(kubernetes.dumps).map(({ namespace }) => namespace ?? kubernetes.namespace),
      ...services.flatMap(({ dumps, workload }) =>
        dumps ? [workload?.namespace ?? kubernetes.namespace] : [],
      ),
    ];
    const copying = services.flatMap(({ migration: { runner } }) =>
      runner === undefined ? [] : [runner.kubernetes.namespace ?? kubernetes.namespace],
    );
    const used = [...services.flatMap(({ workload }) => workload?.namespace ?? []), ...dumped, ...copying];
    const own = kubernetes.createNamespaces ? [...new Set(used)].filter((name) => !GIVEN.test(name)) : [];
    this.#namespaces = new Map(own.map((name) => [name, this.#namespace(name, dumped.includes(name))]));
  }

  /** With a claim of dumps in it, a namespace is left when it leaves the file: its deletion would delete them. */
  #namespace(name: string, dumps: boolean): pulumi.Resource {
    const metadata = {
      name,
      labels: {
        "app.kubernetes.io/managed-by": "rehome",
        "pod-security.kubernetes.io/enforce": "restricted",
      },
    };
    const options = { parent: this.#parent, provider: this.#provider, retainOnDelete: dumps };
    return new (sdk().core.v1.Namespace)(name, { metadata }, options);
  }

  /** What every resource in a namespace is declared with. */
  options(namespace: string, parent: pulumi.Resource = this.#parent) {
    const own = this.#namespaces.get(namespace);
    return { parent, provider: this.#provider, dependsOn: own === undefined ? [] : [own] };
  }

  /** The short name of a content. */
  fingerprint(content: pulumi.Input<unknown>): pulumi.Output<string> {
    return fingerprintOf(this.#key, content);
  }

  /**
   * A Secret that never changes: another content is another Secret, and the old one stays until whatever used it has
   * rolled out with the new one.
   */
  secret(
    logicalName: string,
    { name, namespace, app, content }: ContentArgs,
    parent: pulumi.Resource,
  ): Content<kubernetes.core.v1.Secret> {
    const fingerprint = this.fingerprint(content);
    const full = pulumi.interpolate`${name}-${fingerprint}`;
    const resource = new (sdk().core.v1.Secret)(
      logicalName,
      {
        metadata: { name: full, namespace, labels: app },
        immutable: true,
        type: "Opaque",
        data: pulumi.secret(pulumi.output(content).apply(encoded)),
      },
      this.options(namespace, parent),
    );
    return { resource, fingerprint, name: full };
  }

  /** A ConfigMap that never changes either. */
  config(
    logicalName: string,
    { name, namespace, app, content }: ContentArgs,
    parent: pulumi.Resource,
  ): Content<kubernetes.core.v1.ConfigMap> {
    const fingerprint = this.fingerprint(content);
    const full = pulumi.interpolate`${name}-${fingerprint}`;
    const resource = new (sdk().core.v1.ConfigMap)(
      logicalName,
      { metadata: { name: full, namespace, labels: app }, immutable: true, data: content },
      this.options(namespace, parent),
    );
    return { resource, fingerprint, name: full };
  }
}

/** What a Secret or ConfigMap is made from. */
export interface ContentArgs {
  /** Before the content's fingerprint. */
  readonly name: string;
  readonly namespace: string;
  readonly app: Labels;
  readonly content: pulumi.Input<Readonly<Record<string, string>>>;
}

/** A Secret or ConfigMap, and the name that its content gives it. */
export interface Content<Resource> {
  readonly resource: Resource;
  readonly fingerprint: pulumi.Output<string>;
  readonly name: pulumi.Output<string>;
}

const encoded = (content: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(content).map(([key, text]) => [key, Buffer.from(text, "utf8").toString("base64")]),
  );
