import * as pulumi from "@pulumi/pulumi";
import type { MoveOptions, MoveResult, ServerConnection, TenantSchemas } from "@rehome/migration";
import type { Placement } from "@rehome/topology";
import type { Custody } from "../hosts/host";

/** Arguments of a `Migration`. */
export interface MigrationArgs {
  /** The dataset's name in the stack. */
  readonly dataset: string;
  /** The role that owns its objects. */
  readonly owner: string;
  readonly home: Placement;
  readonly next?: Placement;
  readonly formerly?: Placement;
  readonly startEmpty: boolean;
  /** Patterns of the tables that move. Default: the whole schema. */
  readonly tables?: readonly string[];
  /** Patterns of the tables that others have in the home that it leaves. Default: nobody knows. */
  readonly others?: readonly string[];
  /** How tenants' schemas are told in the database that it leaves. Default: they are not. */
  readonly tenants?: TenantSchemas;
  readonly options: MoveOptions;
  /** How to reach the servers of `home`, `next` and `formerly`, as administrator. Secrets, even where empty. */
  readonly homeServer: pulumi.Output<ServerConnection>;
  readonly nextServer: pulumi.Output<ServerConnection | object>;
  readonly formerlyServer: pulumi.Output<ServerConnection | object>;
  /** What becomes of retired homes, by host. */
  readonly custody: Readonly<Record<string, Custody>>;
  /** Names of databases that Rehome manages and that hold nothing but this dataset. */
  readonly ownDatabases: readonly string[];
  /** Data directories of the clusters of this machine on which nothing but this dataset is placed, by host. */
  readonly ownClusters: pulumi.Input<Record<string, string>>;
  /** Services whose moves come first. Default: none. */
  readonly after?: readonly string[];
  /** Names of the settings that the stack declares for the owner. Default: none. */
  readonly settings?: readonly string[];
  /** Hosts on which the stack declares the owner. */
  readonly declaredOn: readonly string[];
}

type Behaviour = typeof import("./provider");

/** Required when called, in the process of the dynamic providers: these lines are in the state, the package is not. */
const behaviour = (): Behaviour =>
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- an import would be serialized by value
  require("@rehome/components/dist/migration/provider") as Behaviour;

const provider: pulumi.dynamic.ResourceProvider = {
  check: async (olds: object, news: object) => behaviour().check(olds, news as never),
  diff: async (_id: string, olds: object, news: object) => behaviour().diff(olds, news as never),
  create: async (inputs: object) => behaviour().create(inputs as never),
  update: async (_id: string, olds: object, news: object) => behaviour().update(olds, news as never),
  delete: async (_id: string, olds: object) => behaviour().remove(olds),
};

const SECRETS = ["homeServer", "nextServer", "formerlyServer"];

/**
 * Takes a dataset where its stack file says: it depends on the new home, and what hands out the new home's connection
 * depends on it. Its `check` prints the plan; its `create` and `update` carry it out; deleting it ends its replication and touches no data.
 */
export class Migration extends pulumi.dynamic.Resource {
  /** What the last move reported; undefined before the first. */
  declare readonly result: pulumi.Output<MoveResult | null>;
  /** true once the data is at home. */
  declare readonly ready: pulumi.Output<boolean>;

  /** An edit that is no step of a placement's life fails the preview, with the lines to write. */
  constructor(name: string, args: MigrationArgs, opts?: pulumi.CustomResourceOptions) {
    const options = pulumi.mergeOptions(opts, { additionalSecretOutputs: SECRETS });
    super(provider, name, { result: undefined, ready: undefined, ...args }, options, "rehome", "Migration");
  }
}
