import type { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { call } from "../../wire/call";
import { fromStruct, toStruct } from "../../wire/struct";
import type { ProviderPackage, ResourceKind } from "../provider";
import { asProviderError } from "./errors";
import { dynamicServer, type DynamicServerOptions } from "./server";

const { DIFF_NONE, DIFF_SOME } = messages.DiffResponse.DiffChanges;
type Client = ResourceProviderClient;

const attempt = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    throw asProviderError(error);
  }
};

const kindOf = (client: () => Promise<Client>): ResourceKind => ({
  check: ({ urn, olds, news }) =>
    attempt(async () => {
      const server = await client();
      const request = new messages.CheckRequest();
      request.setUrn(urn);
      request.setOlds(toStruct(olds ?? {}));
      request.setNews(toStruct(news));
      const response = await call<messages.CheckResponse>((done) => server.check(request, done));
      const failures = response.getFailuresList();
      return {
        inputs: fromStruct(response.getInputs()),
        failures: failures.map((one) => ({ property: one.getProperty(), reason: one.getReason() })),
      };
    }),
  diff: ({ urn, id, oldInputs, oldOutputs, news }) =>
    attempt(async () => {
      const server = await client();
      const request = new messages.DiffRequest();
      request.setUrn(urn);
      request.setId(id);
      request.setOlds(toStruct(oldOutputs));
      request.setOldInputs(toStruct(oldInputs));
      request.setNews(toStruct(news));
      const response = await call<messages.DiffResponse>((done) => server.diff(request, done));
      const changes = response.getChanges();
      return {
        changes: changes === DIFF_SOME ? true : changes === DIFF_NONE ? false : undefined,
        changedKeys: response.getDiffsList(),
        replaceKeys: response.getReplacesList(),
        deleteBeforeReplace: response.getDeletebeforereplace(),
      };
    }),
  create: ({ urn, inputs }) =>
    attempt(async () => {
      const server = await client();
      const request = new messages.CreateRequest();
      request.setUrn(urn);
      request.setProperties(toStruct(inputs));
      const response = await call<messages.CreateResponse>((done) => server.create(request, done));
      return { id: response.getId(), outputs: fromStruct(response.getProperties()) };
    }),
  read: ({ urn, id, inputs, outputs }) =>
    attempt(async () => {
      const server = await client();
      const request = new messages.ReadRequest();
      request.setUrn(urn);
      request.setId(id);
      request.setInputs(toStruct(inputs));
      request.setProperties(toStruct(outputs));
      const response = await call<messages.ReadResponse>((done) => server.read(request, done));
      if (response.getId() === "") return undefined;
      const read = { id: response.getId(), outputs: fromStruct(response.getProperties()) };
      return response.hasInputs() ? { ...read, inputs: fromStruct(response.getInputs()) } : read;
    }),
  update: ({ urn, id, oldInputs, oldOutputs, inputs }) =>
    attempt(async () => {
      const server = await client();
      const request = new messages.UpdateRequest();
      request.setUrn(urn);
      request.setId(id);
      request.setOlds(toStruct(oldOutputs));
      request.setOldInputs(toStruct(oldInputs));
      request.setNews(toStruct(inputs));
      const response = await call<messages.UpdateResponse>((done) => server.update(request, done));
      return fromStruct(response.getProperties());
    }),
  delete: ({ urn, id, inputs, outputs }) =>
    attempt(async () => {
      const server = await client();
      const request = new messages.DeleteRequest();
      request.setUrn(urn);
      request.setId(id);
      request.setOldInputs(toStruct(inputs));
      request.setProperties(toStruct(outputs));
      await call((done) => server.delete(request, done));
    }),
});

/** The program's own dynamic providers, in Pulumi's own server for them. */
export const dynamic = (options: DynamicServerOptions): ProviderPackage => {
  const server = dynamicServer(options);
  const kind = kindOf(server.client);
  return {
    name: "pulumi-nodejs",
    kind: (type) => (type.startsWith("pulumi-nodejs:dynamic") ? kind : undefined),
    close: server.close,
  };
};
