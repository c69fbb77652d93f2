import { credentials } from "@grpc/grpc-js";
import { CallbacksClient } from "@pulumi/pulumi/proto/callback_grpc_pb";
import { CallbackInvokeRequest, type CallbackInvokeResponse } from "@pulumi/pulumi/proto/callback_pb";
import { ResourceHookRequest, ResourceHookResponse } from "@pulumi/pulumi/proto/resource_pb";
import type { HookType } from "../state/resource";
import { call, CHANNEL_OPTIONS } from "../wire/call";
import { toStruct } from "../wire/struct";
import { parseUrn, type Urn } from "../wire/urn";
import type { Values } from "../wire/values";
import { report, type Deployment } from "./deployment";

/** A function of the program that is called at a moment of a resource's life. */
export interface Hook {
  readonly target: string;
  readonly token: string;
  readonly onDryRun: boolean;
  readonly ignoreErrors: boolean;
}

/** The hooks that the program has registered. */
export interface Hooks {
  readonly register: (name: string, hook: Hook) => void;
  readonly get: (name: string) => Hook | undefined;
  readonly invoke: (hook: Hook, request: ResourceHookRequest) => Promise<string>;
  readonly close: () => void;
}

export const createHooks = (): Hooks => {
  const hooks = new Map<string, Hook>();
  const clients = new Map<string, CallbacksClient>();
  const clientOf = (target: string): CallbacksClient => {
    const client =
      clients.get(target) ?? new CallbacksClient(target, credentials.createInsecure(), CHANNEL_OPTIONS);
    clients.set(target, client);
    return client;
  };
  return {
    register: (name, hook) => {
      hooks.set(name, hook);
    },
    get: (name) => hooks.get(name),
    invoke: async ({ target, token }, request) => {
      const envelope = new CallbackInvokeRequest();
      envelope.setToken(token);
      envelope.setRequest(request.serializeBinary());
      const client = clientOf(target);
      const response = await call<CallbackInvokeResponse>((done) => client.invoke(envelope, done));
      return ResourceHookResponse.deserializeBinary(response.getResponse_asU8()).getError();
    },
    close: () => {
      for (const client of clients.values()) client.close();
    },
  };
};

/** What a hook is told. */
export interface Occasion {
  readonly urn: Urn;
  readonly id: string;
  readonly oldInputs?: Values;
  readonly newInputs?: Values;
  readonly oldOutputs?: Values;
  readonly newOutputs?: Values;
}

const requestOf = (occasion: Occasion): ResourceHookRequest => {
  const { name, type } = parseUrn(occasion.urn);
  const request = new ResourceHookRequest();
  request.setUrn(occasion.urn);
  request.setId(occasion.id);
  request.setName(name);
  request.setType(type);
  if (occasion.oldInputs !== undefined) request.setOldInputs(toStruct(occasion.oldInputs));
  if (occasion.newInputs !== undefined) request.setNewInputs(toStruct(occasion.newInputs));
  if (occasion.oldOutputs !== undefined) request.setOldOutputs(toStruct(occasion.oldOutputs));
  if (occasion.newOutputs !== undefined) request.setNewOutputs(toStruct(occasion.newOutputs));
  return request;
};

/** Calls a resource's hooks of one type, in order. @throws when one fails that must not */
export const runHooks = async (
  deployment: Deployment,
  type: HookType,
  names: readonly string[] | undefined,
  occasion: Occasion,
): Promise<void> => {
  for (const name of names ?? []) {
    const hook = deployment.hooks.get(name);
    if (hook === undefined) throw new Error(`hook "${name}" was not registered`);
    if (deployment.dryRun && !hook.onDryRun) continue;
    const error = await deployment.hooks.invoke(hook, requestOf(occasion));
    if (error === "") continue;
    if (!hook.ignoreErrors) {
      throw new Error(`${type.startsWith("Before") ? "before" : "after"} hook "${name}" failed: ${error}`);
    }
    report(deployment, "warning", occasion.urn, `${type} hook "${name}" failed: ${error}`);
  }
};
