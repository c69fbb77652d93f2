import { randomUUID } from "node:crypto";
import { RehearsalError } from "../rehearsal-error";
import type { ResourceKind } from "../providers/provider";
import type { Registry } from "../providers/registry";
import { packageOf, providerType } from "../wire/urn";
import { changedKeys, secret, type Value, type Values } from "../wire/values";
import type { StackConfig } from "../project/stack-config";
import type { Goal } from "./goal";

/** A provider is a resource, too: its inputs are its configuration, and a change of them never replaces it. */
const kind: ResourceKind = {
  check: async ({ news }) => ({ inputs: news, failures: [] }),
  diff: async ({ oldInputs, news }) => {
    const keys = changedKeys(oldInputs, news).filter((key) => !key.startsWith("__"));
    return { changes: keys.length > 0, changedKeys: keys, replaceKeys: [], deleteBeforeReplace: false };
  },
  create: async ({ inputs }) => ({ id: randomUUID(), outputs: inputs }),
  read: async ({ id, outputs }) => ({ id, outputs }),
  update: async ({ inputs }) => inputs,
  delete: () => Promise.resolve(), // nothing but an entry in the state
};

/** @throws RehearsalError when nothing here stands in for the package */
export const providerKind = (registry: Registry, type: string): ResourceKind => {
  if (registry.knows(packageOf(type))) return kind;
  throw new RehearsalError(
    "unknown-type",
    `a provider of type "${type}" cannot be rehearsed: nothing stands in for it here.`,
  );
};

const DYNAMIC = "pulumi-nodejs";

/** A package's configuration in the stack; dynamic providers see all of it. */
const defaultInputs = (packageName: string, version: string, config: StackConfig): Values => {
  const value = (key: string): Value =>
    config.secretKeys.includes(key) ? secret(config.values[key] ?? "") : (config.values[key] ?? "");
  const keys = Object.keys(config.values);
  if (packageName === DYNAMIC) return Object.fromEntries(keys.map((key) => [key, value(key)]));
  const own = keys.filter((key) => key.startsWith(`${packageName}:`));
  const inputs = Object.fromEntries(own.map((key) => [key.slice(packageName.length + 1), value(key)]));
  return version === "" ? inputs : { ...inputs, version };
};

/** The provider that resources get which name none. */
export const defaultProviderGoal = (type: string, version: string, config: StackConfig): Goal => {
  const packageName = packageOf(type);
  return {
    type: providerType(packageName),
    name: version === "" ? "default" : `default_${version.replaceAll(/[.+-]/g, "_")}`,
    custom: true,
    parent: "",
    inputs: defaultInputs(packageName, version, config),
    provider: "",
    version: "",
    dependencies: [],
    propertyDependencies: {},
    protect: false,
    retainOnDelete: false,
    deletedWith: "",
    ignoreChanges: [],
    replaceOnChanges: [],
    deleteBeforeReplace: undefined,
    additionalSecretOutputs: [],
    aliases: [],
    hooks: {},
  };
};
