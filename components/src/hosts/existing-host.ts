import * as postgresql from "@pulumi/postgresql";
import * as pulumi from "@pulumi/pulumi";
import { sslmodeOf, type ServerConnection } from "@rehome/migration";
import { serverAddress, type ExistingHost as ExistingHostSpec } from "@rehome/topology";
import { encodePart } from "../naming";
import { readSecret } from "../secrets";
import type { Custody, Host } from "./host";

/** A PostgreSQL server that someone else runs. Nothing is declared there unless the stack file says `manage: true`. */
export class ExistingHost extends pulumi.ComponentResource implements Host {
  readonly custody: Custody;
  readonly admin: string;
  readonly connection: pulumi.Output<ServerConnection>;
  readonly provider?: postgresql.Provider;
  readonly ready: readonly pulumi.Resource[] = [];

  /** Throws a `RunError` when the password that `spec.password` refers to is not there. */
  constructor(
    /** The host's name in the stack file. */
    readonly name: string,
    spec: ExistingHostSpec,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("rehome:index:ExistingHost", name, {}, opts);
    const address = serverAddress(spec);
    const { host, port, user, database, sslrootcert } = address;
    const sslmode = sslmodeOf(address);
    const trust = sslrootcert === undefined ? {} : { sslrootcert };
    const password =
      spec.password && readSecret(spec.password, `Host "${name}": the administrator's password`);
    this.custody = !spec.dropRetired ? "kept" : spec.manage ? "rehome" : "dropped";
    this.admin = user;
    this.connection = pulumi.secret(
      pulumi.output(password).apply((secret) => ({
        ...{ host, port, user, sslmode, ...trust },
        ...(secret === undefined ? {} : { password: secret }),
      })),
    );
    if (spec.manage) {
      this.provider = new postgresql.Provider(
        encodePart(name),
        {
          ...{ host, port, username: user, database, sslmode, ...trust },
          ...(password === undefined ? {} : { password }),
          superuser: false, // it need not be one; the provider then reads no password hashes
        },
        { parent: this },
      );
    }
    this.registerOutputs({ host, port });
  }
}
