import { randomBytes } from "node:crypto";
import { parseUrn, type Urn } from "../wire/urn";
import { equal, isList, textOf, UNKNOWN, type Value, type Values } from "../wire/values";
import type { Checked, Diff, Failure } from "./provider";

/** How a provider treats one property. */
export interface Attribute {
  /** What it is when not given. */
  readonly default?: Value;
  /** When not given, it is what the server makes of it. */
  readonly computed?: true;
  /** A change of it replaces the resource. */
  readonly forceNew?: true;
  /** A list whose order means nothing. */
  readonly set?: true;
  readonly required?: true;
  readonly oneOf?: readonly string[];
}
export type Attributes = Readonly<Record<string, Attribute>>;

const isZero = (value: Value | undefined): boolean =>
  value === undefined ||
  value === null ||
  value === "" ||
  value === 0 ||
  value === false ||
  (typeof value === "object" && Object.keys(value).length === 0);

const sorted = (value: Value | undefined): Value | undefined =>
  isList(value) ? [...value].sort((a, b) => (textOf(a) < textOf(b) ? -1 : 1)) : value;

/** A name for a resource that was given none: its logical name and something random. */
const autoName = (urn: Urn): string => `${parseUrn(urn).name}-${randomBytes(4).toString("hex").slice(0, 7)}`;

const namesIn = (value: Value | undefined): string[] =>
  isList(value) ? value.filter((name) => typeof name === "string") : [];

/** Fills in defaults (noted in `__defaults`) and a name, and finds what is missing or not allowed. */
export const checkAttributes = (
  attributes: Attributes,
  urn: Urn,
  olds: Values | undefined,
  news: Values,
): Checked => {
  const failures: Failure[] = [];
  const inputs: Record<string, Value> = {};
  const defaults: string[] = [];
  for (const [key, value] of Object.entries(news)) {
    if (value !== null && !key.startsWith("__")) inputs[key] = value;
  }
  const wasDefault = new Set(namesIn(olds?.["__defaults"]));
  for (const [key, attribute] of Object.entries(attributes)) {
    const value = inputs[key];
    if (value === undefined && attribute.required && key === "name") {
      inputs[key] = wasDefault.has(key) ? (olds?.[key] ?? autoName(urn)) : autoName(urn);
      defaults.push(key);
    } else if (value === undefined && attribute.required) {
      failures.push({ property: key, reason: `Missing required argument "${key}".` });
    } else if (value === undefined && !isZero(attribute.default)) {
      inputs[key] = attribute.default ?? null;
      defaults.push(key);
    } else if (attribute.oneOf && value !== undefined && value !== UNKNOWN) {
      if (!attribute.oneOf.includes(textOf(value))) {
        const allowed = attribute.oneOf.join(", ");
        failures.push({ property: key, reason: `expected one of ${allowed}, got ${JSON.stringify(value)}` });
      }
    }
  }
  return { inputs: { __defaults: defaults, ...inputs }, failures };
};

/** What a property is to be: as given, else the default, else what it was when the server decides. */
export const wanted = (attribute: Attribute, given: Value | undefined, old: Value | undefined): Value => {
  if (given !== undefined && given !== null) return given;
  if (attribute.default !== undefined) return attribute.default;
  return attribute.computed ? (old ?? null) : null;
};

/** Compares what is wanted with what there is. */
export const diffAttributes = (
  attributes: Attributes,
  olds: Values,
  news: Values,
  deleteFirst: boolean,
): Diff => {
  const changed = Object.entries(attributes).filter(([key, attribute]) => {
    const old = olds[key];
    const now = wanted(attribute, news[key], old);
    if (isZero(now) && isZero(old)) return false;
    return attribute.set ? !equal(sorted(now), sorted(old)) : !equal(now, old);
  });
  const replaceKeys = changed.filter(([, attribute]) => attribute.forceNew).map(([key]) => key);
  return {
    changes: changed.length > 0,
    changedKeys: changed.map(([key]) => key),
    replaceKeys,
    deleteBeforeReplace: replaceKeys.length > 0 && (deleteFirst || keepsItsName(attributes, olds, news)),
  };
};

/** Two resources of one name cannot stand side by side; where Pulumi made the name up, they can. */
const keepsItsName = (attributes: Attributes, olds: Values, news: Values): boolean =>
  attributes["name"] !== undefined &&
  !namesIn(news["__defaults"]).includes("name") &&
  equal(news["name"], olds["name"]);
