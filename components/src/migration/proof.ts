import * as pulumi from "@pulumi/pulumi";
import type { MoveOptions, ServerConnection } from "@rehome/migration";
import type { Placement } from "@rehome/topology";

/** Arguments of a `Proof`. */
export interface ProofArgs {
  /** The dataset's name in the stack. */
  readonly dataset: string;
  /** The role that owns its objects. */
  readonly owner: string;
  readonly home: Placement;
  readonly formerly: Placement;
  readonly options: MoveOptions;
  /** How to reach both servers, as administrator. Secrets. */
  readonly homeServer: pulumi.Input<ServerConnection | object>;
  readonly formerlyServer: pulumi.Input<ServerConnection | object>;
  /** The journal's key of the migration that is proven. */
  readonly migration: pulumi.Input<string | null>;
}

type Behaviour = typeof import("./proof-provider");

/** Required when called, in the process of the dynamic providers: these lines are in the state, the package is not. */
const behaviour = (): Behaviour =>
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- an import would be serialized by value
  require("@rehome/components/dist/migration/proof-provider") as Behaviour;

const provider: pulumi.dynamic.ResourceProvider = {
  diff: async (_id: string, olds: object, news: object) => behaviour().diff(olds, news as never),
  create: async (inputs: object) => behaviour().create(inputs as never),
  update: async (_id: string, _olds: object, news: object) => behaviour().update(news as never),
};

const SECRETS = ["homeServer", "formerlyServer"];

/**
 * What comes after the switch of an online move, while the service runs in its new home already: every row of both homes
 * is compared as it was at the hand-out, and from then on the old home follows the new one. It depends on the `Migration`
 * and nothing depends on it; a home is not retired before it is clean.
 */
export class Proof extends pulumi.dynamic.Resource {
  /** true once both homes were found to be equal. */
  declare readonly clean: pulumi.Output<boolean>;

  constructor(name: string, args: ProofArgs, opts?: pulumi.CustomResourceOptions) {
    const options = pulumi.mergeOptions(opts, { additionalSecretOutputs: SECRETS });
    super(provider, name, { clean: undefined, ...args }, options, "rehome", "Proof");
  }
}
