import { policies, type Environment } from "@rehome/policy";
import type { PolicyResource, ResourceValidationArgs, StackValidationArgs } from "@pulumi/policy";

/** A resource to be judged. */
export interface Given {
  readonly type: string;
  readonly name?: string;
  readonly props: object;
  readonly parent?: Given;
  readonly additionalSecretOutputs?: readonly string[];
}

const made = new WeakMap<Given, PolicyResource>();

const resourceOf = (given: Given): PolicyResource => {
  const already = made.get(given);
  if (already !== undefined) return already;
  const { type, props, name = "one" } = given;
  const never = (): never => {
    throw new Error("no rule asks for this");
  };
  const resource: PolicyResource = {
    ...{ type, name, props, urn: `urn:pulumi:test::shop::${type}::${name}` },
    ...{ dependencies: [], propertyDependencies: {}, isType: never, asType: never },
    opts: {
      ...{ protect: false, ignoreChanges: [], aliases: [] },
      customTimeouts: { createSeconds: 0, updateSeconds: 0, deleteSeconds: 0 },
      additionalSecretOutputs: [...(given.additionalSecretOutputs ?? [])],
    },
    ...(given.parent && { parent: resourceOf(given.parent) }),
  };
  made.set(given, resource);
  return resource;
};

/** What a policy of the pack says of resources, given one by one or as a stack as it asks. */
export const violations = async (
  name: string,
  resources: readonly Given[],
  environment: Environment = "prod",
): Promise<string[]> => {
  const policy = policies(environment).find((one) => one.name === name);
  if (policy === undefined) throw new Error(`no policy is named ${name}`);
  const said: string[] = [];
  const report = (message: string): void => void said.push(message);
  const all = resources.map(resourceOf);
  if ("validateStack" in policy) {
    await policy.validateStack({ resources: all } as unknown as StackValidationArgs, report);
    return said;
  }
  for (const validate of [policy.validateResource ?? []].flat())
    for (const one of all) await validate(one as unknown as ResourceValidationArgs, report);
  return said;
};
