import * as pulumi from "@pulumi/pulumi";
import { getMonitor } from "@pulumi/pulumi/runtime/settings";

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
  readonly protect: boolean;
  readonly ignoreChanges: readonly string[];
  /** Outputs that are secret whatever its provider says. */
  readonly additionalSecretOutputs: readonly string[];
  readonly provider: string;
}

interface Request {
  getType(): string;
  getName(): string;
  getDependenciesList(): string[];
  getHooks(): { getBeforeDeleteList(): string[] } | undefined;
  getRetainondelete(): boolean;
  getProtect(): boolean;
  getIgnorechangesList(): string[];
  getAdditionalsecretoutputsList(): string[];
  getProvider(): string;
  getObject(): { toJavaScript(): Record<string, unknown> };
}

const short = (urn: string): string => {
  const [, , type = "", ...name] = urn.split("::");
  return `${type.split(/[:/$]/).at(-1) ?? ""} ${name.join("::")}`;
};

/** What another stack hands out. */
const OTHER_STACK = {
  outputs: {
    hosts: {
      shared: { host: "10.0.0.4", port: 5432, user: "admin", password: "theirs", sslmode: "require" },
    },
  },
  secretOutputNames: ["hosts"],
};

const mocks: pulumi.runtime.Mocks = {
  call: ({ inputs }) => inputs as object,
  newResource: ({ type, name, inputs }) => {
    const made = type === "random:index/randomPassword:RandomPassword" ? { result: `secret of ${name}` } : {};
    const instance =
      type === "gcp:sql/databaseInstance:DatabaseInstance"
        ? {
            connectionName: `project:region:${String((inputs as { name: string }).name)}`,
            ...{ privateIpAddress: "10.1.2.3", publicIpAddress: "203.0.113.9" },
            serverCaCerts: [{ cert: "CERTIFICATE" }],
          }
        : {};
    const drawn = type === "random:index/randomId:RandomId" ? { hex: "c0ffee" } : {};
    const image = type === "docker:index/remoteImage:RemoteImage" ? { imageId: "sha256:image" } : {};
    const port = type.endsWith(":FreePort") ? { port: 61234 } : {};
    const cluster = type.endsWith(":Cluster") ? { host: "127.0.0.1", port: 40000, user: "postgres" } : {};
    const stack = type === "pulumi:pulumi:StackReference" ? OTHER_STACK : {};
    return {
      id: `${name}_id`,
      state: {
        ...(inputs as object),
        ...made,
        ...cluster,
        ...instance,
        ...drawn,
        ...image,
        ...port,
        ...stack,
      },
    };
  },
};

type Answer = (error: null, response: object) => void;

/** Pulumi's mocks do not show dependencies and hooks: what their monitor is asked does. */
const listen = (): Recorded[] => {
  const recorded: Recorded[] = [];
  const monitor = getMonitor() as unknown as {
    registerResource: (request: Request, answer: Answer) => Promise<void>;
    registerResourceHook: (request: object, answer: Answer) => void;
  };
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResourceHook = (_request, answer) => answer(null, {});
  monitor.registerResource = (given, answer) => {
    const inputs = given.getObject().toJavaScript();
    delete inputs["__provider"];
    recorded.push({
      id: `${given.getType().split(/[:/]/).at(-1) ?? ""} ${given.getName()}`,
      type: given.getType(),
      inputs,
      dependsOn: given.getDependenciesList().map(short).sort(),
      hooks: given.getHooks()?.getBeforeDeleteList() ?? [],
      retain: given.getRetainondelete(),
      protect: given.getProtect(),
      ignoreChanges: given.getIgnorechangesList(),
      additionalSecretOutputs: given.getAdditionalsecretoutputsList(),
      provider: given.getProvider().replace(/^.*::([^:]*)::[^:]*$/, "$1"),
    });
    return register(given, answer);
  };
  return recorded;
};

/** What a program registers, by id, and its outputs' settled values. */
export const record = async <Result>(
  program: () => Result,
  config: Readonly<Record<string, string>> = {},
): Promise<{ result: Result; resources: ReadonlyMap<string, Recorded>; ids: readonly string[] }> => {
  await pulumi.runtime.setMocks(mocks, "chiro", "dev", false);
  const recorded = listen();
  pulumi.runtime.setAllConfig({ ...config });
  const result = program();
  await settle(recorded);
  return {
    result,
    resources: new Map(recorded.map((one) => [one.id, one])),
    ids: recorded.map(({ id }) => id),
  };
};

/** Registration goes through many turns of the event loop: done when nothing new came for a while. */
const settle = async (recorded: readonly Recorded[]): Promise<void> => {
  for (let quiet = 0, seen = -1; quiet < 10;) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    quiet = recorded.length === seen ? quiet + 1 : 0;
    seen = recorded.length;
  }
};

/** The value of an output. */
export const valueOf = <Value>(output: pulumi.Output<Value>): Promise<Value> =>
  new Promise((resolve) => output.apply((value) => resolve(value)));
