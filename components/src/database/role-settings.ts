import * as pulumi from "@pulumi/pulumi";
import type { ServerConnection } from "@rehome/migration";

/** Arguments of `RoleSettings`. */
export interface RoleSettingsArgs {
  /** How to reach the server as its administrator. Secret. */
  readonly server: pulumi.Output<ServerConnection>;
  readonly database: string;
  readonly role: string;
  /** Parameter to value, as in `postgresql.conf`. */
  readonly settings: Readonly<Record<string, string>>;
}

type Behaviour = typeof import("./role-settings-provider");

/** Required when called, in the process of the dynamic providers: these lines are in the state, the package is not. */
const behaviour = (): Behaviour =>
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- an import would be serialized by value
  require("@rehome/components/dist/database/role-settings-provider") as Behaviour;

const provider: pulumi.dynamic.ResourceProvider = {
  diff: async (_id: string, olds: object, news: object) => behaviour().diff(olds as never, news as never),
  create: async (inputs: object) => behaviour().create(inputs as never),
  read: async (id: string, props: object) => behaviour().read(id, props as never),
  update: async (_id: string, _olds: object, news: object) => behaviour().update(news as never),
  delete: async (_id: string, props: object) => behaviour().remove(props as never),
};

/** A role's settings in one database (`ALTER ROLE … IN DATABASE … SET`): all it has there, `search_path` among them. */
export class RoleSettings extends pulumi.dynamic.Resource {
  /** What the role has there beside `args.settings` is taken away, as all of it is when this is deleted. The role and the database must be there: `dependsOn`. */
  constructor(name: string, args: RoleSettingsArgs, opts?: pulumi.CustomResourceOptions) {
    const options = pulumi.mergeOptions(opts, { additionalSecretOutputs: ["server"] });
    super(provider, name, { ...args }, options, "rehome", "RoleSettings");
  }
}
