import * as pulumi from "@pulumi/pulumi";
import type { ServerConnection } from "@rehome/migration";
import type { StackHost as StackHostSpec } from "@rehome/topology";
import { encodePart } from "../naming";
import type { Custody, Host } from "./host";

/** The connection that another stack hands out for one of its hosts. Throws a `RunError` that says what it lacks. */
export const handedOut = (
  hosts: unknown,
  { stack, output }: Pick<StackHostSpec, "stack" | "output">,
  host: string,
): ServerConnection => {
  if (typeof hosts !== "object" || hosts === null) {
    throw new pulumi.RunError(
      `The stack ${stack} has no output "${output}": export it there (export const ${output} = topology.hosts;) and run its pulumi up.`,
    );
  }
  const names = Object.keys(hosts);
  if (Object.hasOwn(hosts, host))
    return (hosts as Record<string, ServerConnection>)[host] as ServerConnection;
  throw new pulumi.RunError(
    `The stack ${stack} has no host "${host}" in its output "${output}"; it has: ${names.join(", ") || "none"}. Write host: <one of them>.`,
  );
};

/** A host of another stack: data is promoted from there, or goes back. Nothing is declared on it. */
export class StackHost extends pulumi.ComponentResource implements Host {
  readonly custody: Custody;
  readonly connection: pulumi.Output<ServerConnection>;
  readonly ready: readonly pulumi.Resource[] = [];

  constructor(
    /** The host's name in the stack file. */
    readonly name: string,
    spec: StackHostSpec,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("rehome:index:StackHost", name, {}, opts);
    const reference = new pulumi.StackReference(encodePart(name), { name: spec.stack }, { parent: this });
    this.custody = spec.dropRetired ? "dropped" : "kept";
    this.connection = pulumi.secret(
      reference.getOutput(spec.output).apply((hosts) => handedOut(hosts, spec, spec.host ?? name)),
    );
    this.registerOutputs({ stack: spec.stack });
  }
}
