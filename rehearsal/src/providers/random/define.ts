import { checkAttributes, diffAttributes, wanted, type Attributes } from "../attributes";
import type { Created, ResourceKind } from "../provider";
import type { Value, Values } from "../../wire/values";

/** A random value: drawn once, kept until a property changes. */
export const defineRandom = (
  attributes: Attributes,
  draw: (properties: Values) => { readonly id: string; readonly drawn: Values },
): ResourceKind => {
  const complete = (inputs: Values): Values =>
    Object.fromEntries(
      Object.entries(attributes)
        .map(([key, attribute]): [string, Value] => [key, wanted(attribute, inputs[key], null)])
        .filter(([, value]) => value !== null),
    );
  const create = (inputs: Values): Created => {
    const { id, drawn } = draw(complete(inputs));
    return { id, outputs: { ...complete(inputs), ...drawn, id } };
  };
  return {
    check: async ({ urn, olds, news }) => {
      const { inputs, failures } = checkAttributes(attributes, urn, olds, news);
      const given = Object.entries(inputs).filter(([key]) => key in news);
      return { inputs: Object.fromEntries(given), failures };
    },
    diff: async ({ oldOutputs, news }) => diffAttributes(attributes, oldOutputs, news, false),
    create: async ({ inputs }) => create(inputs),
    read: async ({ id, outputs }) => ({ id, outputs }),
    update: async ({ inputs, oldOutputs }) => ({ ...oldOutputs, ...complete(inputs) }),
    delete: () => Promise.resolve(), // nothing to undo
  };
};
