import { findBinaries } from "@rehome/postgres";
import { RehearsalError } from "../rehearsal-error";
import { isList, isObject, textOf, UNKNOWN, type Value, type Values } from "../wire/values";
import { checkAttributes, diffAttributes, wanted, type Attributes } from "./attributes";
import type { CheckCall, Checked, Diff, DiffCall, Failure } from "./provider";

/** Properties that nothing here knows: what they would do cannot be rehearsed. */
export const refuseUnknown = (
  what: string,
  known: readonly string[],
  given: Values,
  prefix = "",
): Failure[] =>
  Object.keys(given)
    .filter((key) => !key.startsWith("__") && given[key] !== null && !known.includes(key))
    .map((key) => ({
      property: `${prefix}${key}`,
      reason: `a ${what} with it cannot be rehearsed; known: ${known.join(", ")}.`,
    }));

/** Checks the properties of a resource that is stood in for: those it knows, and no other. */
export const checkKnown = (what: string, attributes: Attributes, { urn, olds, news }: CheckCall): Checked => {
  const { inputs, failures } = checkAttributes(attributes, urn, olds, news);
  return { inputs, failures: [...failures, ...refuseUnknown(what, Object.keys(attributes), news)] };
};

/** Every property as given or by default, without those that are neither. */
export const complete = (attributes: Attributes, given: Values): Values =>
  Object.fromEntries(
    Object.keys(attributes)
      .map((key): [string, Value] => [key, wanted(attributes[key] ?? {}, given[key], null)])
      .filter(([, value]) => value !== null),
  );

/** Compares inputs with inputs: outputs have more in them than anybody asked for. */
export const diffInputs = (attributes: Attributes, { oldInputs, news }: DiffCall): Diff =>
  diffAttributes(attributes, complete(attributes, oldInputs), news, false);

export const text = (value: Value | undefined): string =>
  value === undefined || value === null ? "" : textOf(value);
export const object = (value: Value | undefined): Values => (isObject(value) ? value : {});
export const objects = (value: Value | undefined): Values[] => (isList(value) ? value.filter(isObject) : []);
export const texts = (value: Value | undefined): string[] => (isList(value) ? value.map(textOf) : []);
export const isKnown = (value: Value | undefined): boolean => value !== UNKNOWN;

/** A major version as it is here: the one asked for where it is installed, else the newest. */
export const versionHere = async (version: number | undefined): Promise<number> => {
  try {
    return (await findBinaries(version === undefined ? {} : { version })).version;
  } catch (error) {
    if (version === undefined) throw error;
    return (await findBinaries()).version;
  }
};

/** What a cluster refuses, in its own words. */
export const refused = (what: string, error: unknown): RehearsalError =>
  new RehearsalError("stand-in", `${what}: ${error instanceof Error ? error.message : String(error)}`, {
    cause: error,
  });
