import type * as postgresql from "@pulumi/postgresql";
import * as pulumi from "@pulumi/pulumi";
import type { ServerConnection } from "@rehome/migration";
import type { LocalHost as LocalHostSpec } from "@rehome/topology";
import { encodePart } from "../naming";
import { administratorPassword, throughLoopback } from "./administrator";
import { Cluster } from "./cluster";
import { closeMaintenanceDatabases, type Host } from "./host";
import { serverParameters } from "./server-parameters";

/** The superuser that `initdb` makes. */
const ADMIN = "postgres";

/** What a shell reads within double quotes, and a few more that paths are better without. */
const IN_SHELLS = /["'$`\\\s]/g;

const encodeStep = (text: string): string =>
  encodePart(text).replace(IN_SHELLS, (character) => encodeURIComponent(character).replace("'", "%27"));

/** Where a cluster's data is when the stack file does not say: one place for each project, stack and host. */
export const defaultDirectory = (project: string, stack: string, host: string): string =>
  [".rehome", project, stack, host].map(encodeStep).join("/").replace("%2Erehome", ".rehome");

/** A PostgreSQL server that Rehome runs on this machine. */
export class LocalHost extends pulumi.ComponentResource implements Host {
  readonly custody = "rehome";
  readonly admin = ADMIN;
  readonly connection: pulumi.Output<ServerConnection>;
  readonly provider: postgresql.Provider;
  readonly cluster: pulumi.Output<string>;
  readonly ready: readonly pulumi.Resource[];

  /** The administrator's password is drawn. Without `spec.directory` the data is in `.rehome/<project>/<stack>/<name>`. */
  constructor(
    /** The host's name in the stack file. */
    readonly name: string,
    spec: LocalHostSpec,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("rehome:index:LocalHost", name, {}, opts);
    const child = { parent: this };
    const password = administratorPassword(ADMIN, name, child);
    const { port, version, parameters } = spec;
    const cluster = new Cluster(
      encodePart(name),
      {
        directory: spec.directory ?? defaultDirectory(pulumi.getProject(), pulumi.getStack(), name),
        password,
        ...(port === undefined ? {} : { port }),
        ...(version === undefined ? {} : { version }),
        parameters: serverParameters(parameters),
      },
      child,
    );
    const server = { host: cluster.host, port: cluster.port, admin: ADMIN, password };
    const { connection, provider } = throughLoopback(encodePart(name), server, child);
    this.connection = connection;
    this.provider = provider;
    this.cluster = cluster.directory;
    // A move may restart the server: nobody is to be at work there then.
    this.ready = [cluster, ...closeMaintenanceDatabases(name, { ...child, provider: this.provider })];
    this.registerOutputs({ host: cluster.host, port: cluster.port });
  }
}
