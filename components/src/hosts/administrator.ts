import * as postgresql from "@pulumi/postgresql";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { ServerConnection } from "@rehome/migration";
import { onHost } from "../naming";

/** Draws the password of the administrator of a server that Rehome creates. Secret. */
export const administratorPassword = (
  admin: string,
  host: string,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> =>
  new random.RandomPassword(
    onHost(admin, host),
    { length: 32, special: false },
    { ...opts, additionalSecretOutputs: ["result"] },
  ).result;

/** A server on this machine's loopback, and its superuser. */
export interface LoopbackServer {
  readonly host: pulumi.Input<string>;
  readonly port: pulumi.Input<number>;
  readonly admin: string;
  readonly password: pulumi.Output<string>;
}

/** How the engine and Pulumi's provider reach a server that nothing but this machine does: without TLS. */
export const throughLoopback = (
  name: string,
  { host, port, admin, password }: LoopbackServer,
  opts: pulumi.CustomResourceOptions,
): { readonly connection: pulumi.Output<ServerConnection>; readonly provider: postgresql.Provider } => ({
  connection: pulumi.secret(
    pulumi.all([host, port, password]).apply(([address, number, secret]) => ({
      ...{ host: address, port: number, user: admin, password: secret },
      sslmode: "disable" as const,
    })),
  ),
  provider: new postgresql.Provider(
    name,
    { host, port, username: admin, password, database: admin, sslmode: "disable", superuser: true },
    opts,
  ),
});
