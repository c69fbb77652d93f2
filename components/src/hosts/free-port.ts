import * as pulumi from "@pulumi/pulumi";

type Behaviour = typeof import("./free-port-provider");

/** Required when called, in the process of the dynamic providers: these lines are in the state, the package is not. */
const behaviour = (): Behaviour =>
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- an import would be serialized by value
  require("@rehome/components/dist/hosts/free-port-provider") as Behaviour;

const provider: pulumi.dynamic.ResourceProvider = {
  diff: async () => behaviour().diff(),
  create: async (inputs: object) => behaviour().create(inputs as never),
};

/** A TCP port of 127.0.0.1 that was free when it was created, kept from then on. */
export class FreePort extends pulumi.dynamic.Resource {
  declare readonly port: pulumi.Output<number>;

  constructor(name: string, args: { readonly whose: string }, opts?: pulumi.CustomResourceOptions) {
    super(provider, name, { ...args, port: undefined }, opts, "rehome", "FreePort");
  }
}
