import * as postgresql from "@pulumi/postgresql";
import type * as pulumi from "@pulumi/pulumi";
import type { ServerConnection } from "@rehome/migration";
import { inDatabase } from "../naming";

/** What a retired home on a host meets: deleted by Rehome as its own, left fenced (`kept`), or dropped as the file says. */
export type Custody = "rehome" | "kept" | "dropped";

/** What a host is declared with, beside what the stack file says of it. */
export interface HostContext {
  /**
   * Whether the stack file places anything on it: a home, a next or a formerly. While it does, the server and its data
   * are protected against deletion.
   */
  readonly inUse: boolean;
}

/** A PostgreSQL server of the stack, whoever runs it. */
export interface Host {
  /** Its name in the stack file. */
  readonly name: string;
  readonly custody: Custody;
  /** How to reach it as its administrator. Secret. */
  readonly connection: pulumi.Output<ServerConnection>;
  /** Certificates (PEM) that the server's own goes back to, where it has some of its own. */
  readonly serverCa?: pulumi.Output<string>;
  /** The administrator's role. Absent where it is known in the connection alone. */
  readonly admin?: string;
  /** Declares databases, schemas and roles there. Absent where Rehome manages none. */
  readonly provider?: postgresql.Provider;
  /** Data directory of the cluster, where it is one of this machine. */
  readonly cluster?: pulumi.Output<string>;
  /** Must be there before anything is done on the host. */
  readonly ready: readonly pulumi.Resource[];
}

/** A host on which Rehome declares databases, schemas and roles. */
export type ManagedHost = Host & { readonly provider: postgresql.Provider; readonly admin: string };

/** Whether Rehome declares databases, schemas and roles on the host. */
export const manages = (host: Host): host is ManagedHost => host.provider !== undefined;

/** On a server that is Rehome's, nobody but the administrator has any business in the databases that come with it. */
export const closeMaintenanceDatabases = (
  host: string,
  opts: pulumi.CustomResourceOptions,
): readonly pulumi.Resource[] =>
  ["postgres", "template1"].map(
    (database) =>
      new postgresql.Grant(
        inDatabase("public", host, database),
        { role: "public", database, objectType: "database", privileges: [] },
        opts,
      ),
  );
