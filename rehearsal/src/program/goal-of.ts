import type { Alias as AliasMessage } from "@pulumi/pulumi/proto/alias_pb";
import type { ReadResourceRequest, RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";
import type { Alias, Goal } from "../deployment/goal";
import { RehearsalError } from "../rehearsal-error";
import type { HookType } from "../state/resource";
import { fromStruct } from "../wire/struct";
import { isProviderType } from "../wire/urn";
import type { Values } from "../wire/values";

const aliasOf = (message: AliasMessage): Alias => {
  const spec = message.getSpec();
  if (spec === undefined) return { urn: message.getUrn() };
  const [name, type, stack, project] = [spec.getName(), spec.getType(), spec.getStack(), spec.getProject()];
  return {
    ...(name === "" ? {} : { name }),
    ...(type === "" ? {} : { type }),
    ...(stack === "" ? {} : { stack }),
    ...(project === "" ? {} : { project }),
    ...(spec.getNoparent()
      ? { parent: "" }
      : spec.getParenturn() === ""
        ? {}
        : { parent: spec.getParenturn() }),
  };
};

const hooksOf = (request: RegisterResourceRequest): Partial<Record<HookType, readonly string[]>> => {
  const binding = request.getHooks();
  if (binding === undefined) return {};
  const all: Record<HookType, readonly string[]> = {
    BeforeCreate: binding.getBeforeCreateList(),
    AfterCreate: binding.getAfterCreateList(),
    BeforeUpdate: binding.getBeforeUpdateList(),
    AfterUpdate: binding.getAfterUpdateList(),
    BeforeDelete: binding.getBeforeDeleteList(),
    AfterDelete: binding.getAfterDeleteList(),
    OnError: [],
  };
  return Object.fromEntries(Object.entries(all).filter(([, names]) => names.length > 0));
};

/** What cannot be done here is refused, not left out. */
const refuse = (request: RegisterResourceRequest): void => {
  const what = `${request.getType()} "${request.getName()}"`;
  const refusal = (reason: string): never => {
    throw new RehearsalError("unsupported", `${what} ${reason}`);
  };
  if (request.getRemote())
    refusal("is a component of another language or process, which cannot be rehearsed.");
  if (request.getImportid() !== "")
    refusal("asks to be imported, which cannot be rehearsed; remove `import`.");
  if (request.getTransformsList().length > 0) refusal("uses `transforms`, which cannot be rehearsed.");
  if (request.getReplaceWithList().length > 0) refusal("uses `replaceWith`, which cannot be rehearsed.");
  if (request.hasReplacementTrigger()) refusal("uses `replacementTrigger`, which cannot be rehearsed.");
};

/** @throws RehearsalError when the program asks for what cannot be rehearsed */
export const goalOf = (request: RegisterResourceRequest): Goal => {
  refuse(request);
  const given = fromStruct(request.getObject());
  const version = request.getVersion();
  const inputs: Values = isProviderType(request.getType()) && version !== "" ? { ...given, version } : given;
  const dependencies = request.getPropertydependenciesMap().toArray() as unknown as [string, unknown][];
  const urnsOf = (key: string): string[] =>
    request.getPropertydependenciesMap().get(key)?.getUrnsList() ?? [];
  return {
    type: request.getType(),
    name: request.getName(),
    custom: request.getCustom(),
    parent: request.getParent(),
    inputs,
    provider: request.getProvider(),
    version,
    dependencies: [...request.getDependenciesList()].sort(),
    propertyDependencies: Object.fromEntries(dependencies.map(([key]) => [key, urnsOf(key).sort()])),
    protect: request.getProtect() ?? false,
    retainOnDelete: request.getRetainondelete() ?? false,
    deletedWith: request.getDeletedwith(),
    ignoreChanges: request.getIgnorechangesList(),
    replaceOnChanges: request.getReplaceonchangesList(),
    deleteBeforeReplace: request.getDeletebeforereplacedefined()
      ? request.getDeletebeforereplace()
      : undefined,
    additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
    aliases: [
      ...request.getAliasurnsList().map((urn) => ({ urn })),
      ...request.getAliasesList().map(aliasOf),
    ],
    hooks: hooksOf(request),
  };
};

export const readGoalOf = (request: ReadResourceRequest): Goal => ({
  type: request.getType(),
  name: request.getName(),
  custom: true,
  parent: request.getParent(),
  inputs: fromStruct(request.getProperties()),
  provider: request.getProvider(),
  version: request.getVersion(),
  dependencies: [...request.getDependenciesList()].sort(),
  propertyDependencies: {},
  protect: false,
  retainOnDelete: false,
  deletedWith: "",
  ignoreChanges: [],
  replaceOnChanges: [],
  deleteBeforeReplace: undefined,
  additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
  aliases: [],
  hooks: {},
});
