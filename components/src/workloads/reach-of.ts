import * as pulumi from "@pulumi/pulumi";
import type { Connection } from "../connections";
import { rule } from "./network";

/** What a policy says of a connection's server. Where that is, is no secret. */
export const reachOf = (connection: pulumi.Output<Pick<Connection, "host" | "port">>) =>
  pulumi.unsecret(connection.apply(({ host, port }) => rule({ address: host, port })));
