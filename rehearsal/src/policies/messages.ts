import {
  AnalyzeRequest,
  AnalyzerPropertyDependencies,
  AnalyzerProviderResource,
  AnalyzerResource,
  AnalyzerResourceOptions,
} from "@pulumi/pulumi/proto/analyzer_pb";
import type { Resource } from "../state/resource";
import { toStruct } from "../wire/struct";
import { parseUrn } from "../wire/urn";
import type { Values } from "../wire/values";

/** What Pulumi keeps for itself is no policy's concern. */
const outward = (values: Values): Values =>
  Object.fromEntries(Object.entries(values).filter(([key]) => !key.startsWith("__")));

const optionsOf = (resource: Resource): AnalyzerResourceOptions => {
  const options = new AnalyzerResourceOptions();
  options.setProtect(resource.protect);
  options.setIgnorechangesList([...resource.ignoreChanges]);
  options.setAdditionalsecretoutputsList([...resource.additionalSecretOutputs]);
  options.setCustomtimeouts(new AnalyzerResourceOptions.CustomTimeouts());
  options.setParent(resource.parent);
  return options;
};

const providerOf = (provider: Resource | undefined): AnalyzerProviderResource | undefined => {
  if (provider === undefined) return undefined;
  const message = new AnalyzerProviderResource();
  message.setUrn(provider.urn);
  message.setType(provider.type);
  message.setName(parseUrn(provider.urn).name);
  message.setProperties(toStruct(outward(provider.inputs)));
  return message;
};

/** A resource before anything is done for it: its inputs. */
export const analyzeRequest = (resource: Resource, provider: Resource | undefined): AnalyzeRequest => {
  const message = new AnalyzeRequest();
  message.setUrn(resource.urn);
  message.setType(resource.type);
  message.setName(parseUrn(resource.urn).name);
  message.setProperties(toStruct(outward(resource.inputs)));
  message.setOptions(optionsOf(resource));
  message.setProvider(providerOf(provider));
  return message;
};

/** A resource at the end of a run: its outputs, and what it stands on. */
export const analyzedResource = (resource: Resource, provider: Resource | undefined): AnalyzerResource => {
  const message = new AnalyzerResource();
  message.setUrn(resource.urn);
  message.setType(resource.type);
  message.setName(parseUrn(resource.urn).name);
  message.setProperties(toStruct(outward(resource.outputs)));
  message.setOptions(optionsOf(resource));
  message.setProvider(providerOf(provider));
  message.setParent(resource.parent);
  message.setDependenciesList([...resource.dependencies]);
  for (const [key, urns] of Object.entries(resource.propertyDependencies)) {
    const dependencies = new AnalyzerPropertyDependencies();
    dependencies.setUrnsList([...urns]);
    message.getPropertydependenciesMap().set(key, dependencies);
  }
  return message;
};
