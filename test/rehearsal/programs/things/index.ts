import * as pulumi from "@pulumi/pulumi";
import { Thing, type Wish } from "./thing";

const config = new pulumi.Config();
const wishes = config.requireObject<Wish[]>("wishes");
const log = config.require("log");
const secret = config.requireSecret("secret");

class Group extends pulumi.ComponentResource {
  constructor(name: string) {
    super("test:index:Group", name);
    this.registerOutputs({ label: `group ${name}` });
  }
}

const veto = new pulumi.ResourceHook("veto", async (args) => {
  const { name } = args.oldInputs as { name: string };
  if (config.get("allow") !== name) throw new Error(`${name} still holds data`);
});

const things = new Map<string, Thing>();
const groups = new Map<string, Group>();
for (const wish of wishes) {
  const other = things.get(wish.kindOf ?? "");
  const group = wish.group === undefined ? undefined : (groups.get(wish.group) ?? new Group(wish.group));
  if (group !== undefined && wish.group !== undefined) groups.set(wish.group, group);
  const args = {
    name: wish.name,
    kind: other?.kind ?? wish.kind ?? "plain",
    size: wish.size ?? 1,
    token: wish.token === "secret" ? secret : wish.token,
    fault: wish.fault ?? "",
    deleteFirst: wish.deleteFirst ?? false,
    log,
  };
  const options: pulumi.CustomResourceOptions = {
    dependsOn: (wish.dependsOn ?? []).flatMap((name) => things.get(name) ?? []),
    ...(wish.protect === undefined ? {} : { protect: wish.protect }),
    ...(wish.retain === undefined ? {} : { retainOnDelete: wish.retain }),
    ...(wish.ignore === undefined ? {} : { ignoreChanges: wish.ignore }),
    ...(wish.replaceOn === undefined ? {} : { replaceOnChanges: wish.replaceOn }),
    ...(wish.guarded ? { hooks: { beforeDelete: [veto] } } : {}),
    ...(wish.formerly === undefined ? {} : { aliases: [{ name: wish.formerly }] }),
    ...(group === undefined ? {} : { parent: group }),
    additionalSecretOutputs: ["token"],
  };
  things.set(wish.name, new Thing(wish.name, args, options));
}

export const kinds = pulumi.all(Object.fromEntries([...things].map(([name, thing]) => [name, thing.kind])));
export const password = secret;
