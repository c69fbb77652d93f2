import { checkAttributes, diffAttributes, wanted, type Attributes } from "../attributes";
import { isList, textOf, type Value, type Values } from "../../wire/values";
import type { ResourceKind } from "../provider";
import { serverOf, type Server } from "./server";

/** Typed reading of properties whose defaults are filled in. */
export interface Properties {
  readonly text: (key: string) => string;
  readonly flag: (key: string) => boolean;
  readonly number: (key: string) => number;
  readonly list: (key: string) => readonly string[];
}

const properties = (values: Values): Properties => ({
  text: (key) => {
    const value = values[key];
    return value === undefined || value === null ? "" : textOf(value);
  },
  flag: (key) => values[key] === true || values[key] === "true",
  number: (key) => Number(values[key] ?? 0),
  list: (key) => {
    const value = values[key];
    return isList(value) ? value.map(textOf) : [];
  },
});

/** What is particular about one kind of PostgreSQL resource. */
export interface KindSpec {
  readonly attributes: Attributes;
  /** A replacement deletes first even where a provider could keep both. */
  readonly deleteBeforeReplace?: true;
  readonly id: (properties: Properties, server: Server) => string;
  readonly create: (server: Server, properties: Properties, resumed: boolean) => Promise<void>;
  readonly update: (server: Server, olds: Properties, news: Properties) => Promise<void>;
  readonly remove: (server: Server, properties: Properties) => Promise<void>;
  /** Gives what the server says of the resource, or `undefined` when it is gone. */
  readonly read: (server: Server, id: string, state: Properties) => Promise<Values | undefined>;
}

/** Every property: as given, else its default, else as it was. */
const complete = (attributes: Attributes, given: Values, olds: Values): Values =>
  Object.fromEntries(
    Object.entries(attributes).map(([key, attribute]): [string, Value] => [
      key,
      wanted(attribute, given[key], olds[key]),
    ]),
  );

/** What stays as it is although the program says nothing, or something else, about it. */
const keepIgnored = (inputs: Values, olds: Values, ignored: readonly string[]): Values => ({
  ...inputs,
  ...Object.fromEntries(ignored.filter((key) => key in olds).map((key) => [key, olds[key] ?? null])),
});

/** Inputs follow what was read, so that the next run sees the drift against the program. */
const followDrift = (inputs: Values, outputs: Values): Values =>
  Object.fromEntries(
    Object.entries(inputs).map(([key, value]) => [
      key,
      key === "__defaults" ? value : (outputs[key] ?? value),
    ]),
  );

export const defineKind = (spec: KindSpec): ResourceKind => {
  const readBack = async (server: Server, id: string, state: Values): Promise<Values> => {
    const found = await spec.read(server, id, properties(state));
    return { ...state, ...found, id };
  };
  return {
    check: async ({ urn, olds, news }) => checkAttributes(spec.attributes, urn, olds, news),
    diff: async ({ oldOutputs, news, ignoreChanges }) => {
      const wishes = keepIgnored(news, oldOutputs, ignoreChanges);
      return diffAttributes(spec.attributes, oldOutputs, wishes, spec.deleteBeforeReplace === true);
    },
    create: async ({ config, inputs, resumed }) => {
      const server = serverOf(config);
      const state = complete(spec.attributes, inputs, {});
      await spec.create(server, properties(state), resumed);
      const id = spec.id(properties(state), server);
      return { id, outputs: await readBack(server, id, state) };
    },
    update: async ({ config, inputs, oldOutputs, ignoreChanges }) => {
      const server = serverOf(config);
      const state = complete(spec.attributes, keepIgnored(inputs, oldOutputs, ignoreChanges), oldOutputs);
      await spec.update(server, properties(oldOutputs), properties(state));
      return readBack(server, spec.id(properties(state), server), state);
    },
    read: async ({ config, id, inputs, outputs }) => {
      const server = serverOf(config);
      const state = complete(spec.attributes, { ...inputs, ...outputs }, {});
      const found = await spec.read(server, id, properties(state));
      if (found === undefined) return undefined;
      const now = { ...state, ...found, id };
      return { id, outputs: now, inputs: followDrift(inputs, now) };
    },
    delete: async ({ config, inputs, outputs }) => {
      const state = complete(spec.attributes, { ...inputs, ...outputs }, {});
      await spec.remove(serverOf(config), properties(state));
    },
  };
};
