import * as pulumi from "@pulumi/pulumi";

/** Arguments of a `Cluster`. */
export interface ClusterArgs {
  /** Its data directory; a relative one is below the program's folder. It cannot be changed. */
  readonly directory: pulumi.Input<string>;
  /** The administrator's password. Secret. */
  readonly password: pulumi.Input<string>;
  /** TCP port of 127.0.0.1. Default: a free one, kept from then on. */
  readonly port?: pulumi.Input<number>;
  /** PostgreSQL's major version. Default: the newest installed. */
  readonly version?: pulumi.Input<number>;
  /** `postgresql.conf` parameters. Default: none. */
  readonly parameters?: pulumi.Input<Record<string, string>>;
}

type Behaviour = typeof import("./cluster-provider");

/** Required when called, in the process of the dynamic providers: these lines are in the state, the package is not. */
const behaviour = (): Behaviour =>
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- an import would be serialized by value
  require("@rehome/components/dist/hosts/cluster-provider") as Behaviour;

const provider: pulumi.dynamic.ResourceProvider = {
  check: async (olds: object, news: object) => behaviour().check(olds, news as never),
  diff: async (_id: string, olds: object, news: object) => behaviour().diff(olds as never, news as never),
  create: async (inputs: object) => behaviour().create(inputs as never),
  read: async (id: string, props: object) => behaviour().read(id, props as never),
  update: async (_id: string, _olds: object, news: object) => behaviour().update(news as never),
  delete: async (_id: string, props: object) => behaviour().remove(props as never),
};

/**
 * A PostgreSQL cluster that runs on this machine (`initdb`, `pg_ctl`). Found stopped, it is started again, in previews
 * too. Deleting it never deletes tables: while it holds any, its server is stopped and its directory stays.
 */
export class Cluster extends pulumi.dynamic.Resource {
  /** Its data directory, as it was given. */
  declare readonly directory: pulumi.Output<string>;
  /** 127.0.0.1 */
  declare readonly host: pulumi.Output<string>;
  /** The port that was asked for, else the free one that it keeps. */
  declare readonly port: pulumi.Output<number>;
  /** The superuser, `postgres`. */
  declare readonly user: pulumi.Output<string>;
  /** PostgreSQL's major version. */
  declare readonly version: pulumi.Output<number>;

  /** Port, password and parameters are changed in place, with a restart where PostgreSQL needs one; another `directory` is refused in the preview. */
  constructor(name: string, args: ClusterArgs, opts?: pulumi.CustomResourceOptions) {
    const outputs = { host: undefined, user: undefined, port: args.port, version: args.version };
    const options = pulumi.mergeOptions(opts, { additionalSecretOutputs: ["password"] });
    super(provider, name, { ...outputs, ...args }, options, "rehome", "Cluster");
  }
}
