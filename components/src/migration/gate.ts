import * as pulumi from "@pulumi/pulumi";

/** Arguments of a `Gate`. */
export interface GateArgs {
  /** The service whose move waits. */
  readonly service: string;
  /** The move, as `moveCode` names it: another one is another passage. */
  readonly move: string;
  /** The services whose moves come first. */
  readonly after: readonly string[];
  /** Address that must answer 200. */
  readonly url: string;
  /** Seconds to wait for that. */
  readonly timeout: number;
}

type Behaviour = typeof import("./gate-provider");

/** Required when called, in the process of the dynamic providers: these lines are in the state, the package is not. */
const behaviour = (): Behaviour =>
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- an import would be serialized by value
  require("@rehome/components/dist/migration/gate-provider") as Behaviour;

const provider: pulumi.dynamic.ResourceProvider = {
  check: async (olds: object, news: object) => behaviour().check(olds, news as never),
  diff: async (_id: string, olds: object, news: object) => behaviour().diff(olds, news as never),
  create: async (inputs: object) => behaviour().create(inputs as never),
  update: async (_id: string, _olds: object, news: object) => behaviour().update(news as never),
};

/**
 * Stands before a service's move: it is passed once for each move, when what has moved before answers that it is healthy.
 * It depends on what the services before were handed out; the service's `Migration` depends on it.
 */
export class Gate extends pulumi.dynamic.Resource {
  constructor(name: string, args: GateArgs, opts?: pulumi.CustomResourceOptions) {
    super(provider, name, args, opts, "rehome", "Gate");
  }
}
