import * as pulumi from "@pulumi/pulumi";

/** What a test asks of one resource. */
export interface Wish {
  name: string;
  /** Changing it replaces the resource. */
  kind?: string;
  size?: number;
  token?: string;
  /** `throw`, `partial` or `wait`: how `create` and `update` go wrong. `reject`: how `check` does. */
  fault?: string;
  /** The provider asks for its deletion before its replacement. */
  deleteFirst?: boolean;
  dependsOn?: string[];
  /** Takes the other's kind as an input of its own. */
  kindOf?: string;
  protect?: boolean;
  retain?: boolean;
  ignore?: string[];
  replaceOn?: string[];
  /** A hook that vetoes its deletion. */
  guarded?: boolean;
  /** Its former name. */
  formerly?: string;
  /** The component it belongs to. */
  group?: string;
}

interface Inputs {
  name: string;
  kind: string;
  size: number;
  token?: string;
  fault: string;
  deleteFirst: boolean;
  log: string;
}

const provider: pulumi.dynamic.ResourceProvider<Inputs, Inputs> = {
  async check(_olds, news) {
    const failures = news.fault === "reject" ? [{ property: "fault", reason: "it is to be rejected" }] : [];
    return { inputs: news, failures };
  },
  async create(inputs) {
    const fs = process.getBuiltinModule("node:fs");
    fs.appendFileSync(inputs.log, `create ${inputs.name}\n`);
    await pulumi.log.info(`creating ${inputs.name} with ${inputs.token ?? "no token"}`);
    if (inputs.fault === "throw") throw new Error(`the backend said no to ${inputs.name}`);
    while (inputs.fault === "wait" && !fs.existsSync(`${inputs.log}.go`)) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const outs = { ...inputs, made: true };
    if (inputs.fault === "partial") {
      const problem = { id: `id-${inputs.name}`, properties: outs, reasons: ["stopped half-way"] };
      throw Object.assign(new Error(`${inputs.name} is not ready`), problem);
    }
    return { id: `id-${inputs.name}`, outs };
  },
  async diff(_id, olds, news) {
    const replaces = olds.kind === news.kind ? [] : ["kind"];
    const same = olds.size === news.size && olds.token === news.token;
    return { changes: replaces.length > 0 || !same, replaces, deleteBeforeReplace: news.deleteFirst };
  },
  async update(_id, olds, news) {
    const fs = process.getBuiltinModule("node:fs");
    fs.appendFileSync(news.log, `update ${news.name} ${olds.size}->${news.size}\n`);
    if (news.fault === "throw") throw new Error(`the backend said no to ${news.name}`);
    if (news.fault === "partial") {
      const problem = { id: `id-${news.name}`, properties: news, reasons: ["stopped half-way"] };
      throw Object.assign(new Error(`${news.name} is not ready`), problem);
    }
    return { outs: { ...news, made: true } };
  },
  async delete(_id, props) {
    const fs = process.getBuiltinModule("node:fs");
    fs.appendFileSync(props.log, `delete ${props.name}\n`);
  },
};

export class Thing extends pulumi.dynamic.Resource {
  declare readonly kind: pulumi.Output<string>;
  constructor(name: string, args: Record<string, unknown>, opts: pulumi.CustomResourceOptions) {
    super(provider, name, { made: undefined, ...args }, opts, "test", "Thing");
  }
}
