import * as pulumi from "@pulumi/pulumi";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks";
import { setMockOptions } from "@pulumi/pulumi/runtime/settings";

/** A resource that a program registered. */
export interface Recorded {
  /** `Schema shared/chiro_erp.core_schema`: the last part of the type, and the name. */
  readonly id: string;
  readonly type: string;
  readonly inputs: Record<string, unknown>;
  /** The ids of what it depends on, components left out. */
  readonly dependsOn: readonly string[];
  readonly hooks: readonly string[];
  readonly retain: boolean;
  readonly provider: string;
}

interface Request {
  getType(): string;
  getName(): string;
  getDependenciesList(): string[];
  getHooks(): { getBeforeDeleteList(): string[] } | undefined;
  getRetainondelete(): boolean;
  getProvider(): string;
  getCustom(): boolean;
}

const short = (urn: string): string => {
  const [, , type = "", ...name] = urn.split("::");
  return `${type.split(/[:/$]/).at(-1) ?? ""} ${name.join("::")}`;
};

const mocks: pulumi.runtime.Mocks = {
  call: ({ inputs }) => inputs as object,
  newResource: ({ type, name, inputs }) => {
    const made = type === "random:index/randomPassword:RandomPassword" ? { result: `secret of ${name}` } : {};
    const cluster = type.endsWith(":Cluster") ? { host: "127.0.0.1", port: 40000, user: "postgres" } : {};
    return { id: `${name}_id`, state: { ...(inputs as object), ...made, ...cluster } };
  },
};

/** Pulumi's mocks, with the dependencies and hooks that they do not show. */
class RecordingMonitor extends MockMonitor {
  readonly recorded: Recorded[] = [];

  constructor() {
    super(mocks);
  }

  override async registerResource(request: unknown, callback: unknown): Promise<void> {
    const given = request as Request & { getObject(): { toJavaScript(): Record<string, unknown> } };
    const inputs = given.getObject().toJavaScript();
    delete inputs["__provider"];
    this.recorded.push({
      id: `${given.getType().split(/[:/]/).at(-1) ?? ""} ${given.getName()}`,
      type: given.getType(),
      inputs,
      dependsOn: given.getDependenciesList().map(short).sort(),
      hooks: given.getHooks()?.getBeforeDeleteList() ?? [],
      retain: given.getRetainondelete(),
      provider: given.getProvider().replace(/^.*::([^:]*)::[^:]*$/, "$1"),
    });
    await super.registerResource(request, callback as never);
  }

  registerResourceHook(_request: unknown, callback: (error: null, response: object) => void): void {
    callback(null, {});
  }
}

/** What a program registers, by id, and its outputs' settled values. */
export const record = async <Result>(
  program: () => Result,
  config: Readonly<Record<string, string>> = {},
): Promise<{ result: Result; resources: ReadonlyMap<string, Recorded>; ids: readonly string[] }> => {
  const monitor = new RecordingMonitor();
  await pulumi.runtime.setMocks(mocks); // switches every feature on
  setMockOptions(monitor, "chiro", "dev", false);
  pulumi.runtime.setAllConfig({ ...config });
  const result = program();
  await settle(monitor);
  return {
    result,
    resources: new Map(monitor.recorded.map((one) => [one.id, one])),
    ids: monitor.recorded.map(({ id }) => id),
  };
};

/** Registration goes through many turns of the event loop: done when nothing new came for a while. */
const settle = async (monitor: RecordingMonitor): Promise<void> => {
  for (let quiet = 0, seen = -1; quiet < 10;) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    quiet = monitor.recorded.length === seen ? quiet + 1 : 0;
    seen = monitor.recorded.length;
  }
};

/** The value of an output. */
export const valueOf = <Value>(output: pulumi.Output<Value>): Promise<Value> =>
  new Promise((resolve) => output.apply((value) => resolve(value)));
