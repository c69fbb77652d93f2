import type * as gcp from "@pulumi/gcp/sql";
import * as postgresql from "@pulumi/postgresql";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { ServerConnection } from "@rehome/migration";
import type { CloudSqlHost as CloudSqlHostSpec } from "@rehome/topology";
import { encodePart, onHost } from "../naming";
import { administratorPassword } from "./administrator";
import { instanceArgs, instanceName } from "./cloudsql-args";
import { closeMaintenanceDatabases, type Host, type HostContext } from "./host";

type Gcp = Pick<typeof gcp, "DatabaseInstance" | "User">;

/** Loaded by a stack that has such a host, and by no other: the package is large. */
// eslint-disable-next-line @typescript-eslint/no-require-imports -- an import would load it always
const loadGcp = (): Gcp => require("@pulumi/gcp/sql") as Gcp;

/** The administrator: as every user that Google makes, a member of cloudsqlsuperuser and no superuser. */
const ADMIN = "rehome_admin";

const PORT = 5432;

/** An instance of Google Cloud SQL. */
export class CloudSqlHost extends pulumi.ComponentResource implements Host {
  readonly custody = "rehome";
  readonly admin = ADMIN;
  readonly connection: pulumi.Output<ServerConnection>;
  readonly serverCa: pulumi.Output<string>;
  readonly provider: postgresql.Provider;
  readonly ready: readonly pulumi.Resource[];

  /** Throws a `RunError` when no project of Google's is named. */
  constructor(
    /** The host's name in the stack file. */
    readonly name: string,
    spec: CloudSqlHostSpec,
    { inUse }: HostContext,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("rehome:index:CloudSqlHost", name, {}, opts);
    const child = { parent: this };
    const instance = this.#instance(spec, inUse);
    const password = administratorPassword(ADMIN, name, child);
    const { User } = loadGcp();
    const user = new User(
      onHost(ADMIN, name),
      {
        instance: instance.name,
        ...{ name: ADMIN, password, type: "BUILT_IN" },
        ...(spec.project === undefined ? {} : { project: spec.project }),
        deletionPolicy: "ABANDON", // it owns the databases; it goes with the instance
      },
      { ...child, additionalSecretOutputs: ["password"] },
    );
    const address = spec.privateIp ? instance.privateIpAddress : instance.publicIpAddress;
    const sslmode = spec.requireTls || spec.connector ? "require" : "disable";
    this.serverCa = instance.serverCaCerts.apply((certificates) =>
      certificates.map(({ cert }) => cert ?? "").join(""),
    );
    this.connection = pulumi.secret(
      pulumi
        .all([address, instance.connectionName, password, user.id])
        .apply(([host, cloudSqlInstance, secret]): ServerConnection => ({
          ...{ host, port: PORT, user: ADMIN, password: secret, sslmode },
          ...(spec.connector
            ? { connector: { instance: cloudSqlInstance, address: spec.privateIp ? "private" : "public" } }
            : {}),
        })),
    );
    this.provider = new postgresql.Provider(
      encodePart(name),
      {
        ...(spec.connector
          ? { scheme: "gcppostgres", host: instance.connectionName }
          : { host: address, port: PORT, sslmode }),
        ...{ username: user.name, password, database: "postgres", superuser: false },
      },
      child,
    );
    closeMaintenanceDatabases(name, { ...child, provider: this.provider });
    this.ready = [instance, user];
    this.registerOutputs({ host: address, port: PORT, connectionName: instance.connectionName });
  }

  #instance(spec: CloudSqlHostSpec, inUse: boolean): gcp.DatabaseInstance {
    const logical = encodePart(this.name);
    const destroyed = new pulumi.Config("rehome").getBoolean("destroyData") ?? false;
    const protect = spec.deletionProtection && inUse && !destroyed;
    const { DatabaseInstance } = loadGcp();
    const context = { host: this.name, project: this.#project(spec), stack: pulumi.getStack(), protect };
    return new DatabaseInstance(
      logical,
      { name: spec.name ?? this.#newName(), ...instanceArgs(spec, context) },
      // `protect`: another name or region would be another, empty instance. It grows by itself.
      {
        parent: this,
        protect,
        ignoreChanges: ["settings.diskSize"],
        customTimeouts: { create: "60m", update: "60m" },
      },
    );
  }

  /** A name of a deleted instance is not free again for a week. */
  #newName(): pulumi.Output<string> {
    const { hex } = new random.RandomId(encodePart(this.name), { byteLength: 3 }, { parent: this });
    return pulumi.interpolate`${instanceName(this.name)}-${hex}`;
  }

  #project(spec: CloudSqlHostSpec): string {
    const project = spec.project ?? new pulumi.Config("gcp").get("project");
    if (project !== undefined) return project;
    throw new pulumi.RunError(
      `Host "${this.name}": no project of Google Cloud is named: pulumi config set gcp:project <project>, ` +
        "or write project in the host's lines.",
    );
  }
}
