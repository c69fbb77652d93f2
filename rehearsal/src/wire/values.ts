/** A property value as Pulumi puts it on the wire: JSON, in which secrets, unknowns and references are marked. */
export type Value = null | boolean | number | string | readonly Value[] | Values;
/** Properties by name. */
export interface Values {
  readonly [key: string]: Value;
}

/** Marks an object that stands for something other than itself. */
export const SIGNATURE = "4dabf18193072939515e22adb298388d";
export const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const RESOURCE = "5cf8f73096256a8f31e491e813e4eb8e";
const OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
/** A value that a preview cannot know yet. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export const isObject = (value: Value | undefined): value is Values =>
  typeof value === "object" && value !== null && !Array.isArray(value);
export const isList = (value: Value | undefined): value is readonly Value[] => Array.isArray(value);
export const isSecret = (value: Value | undefined): value is Values =>
  isObject(value) && value[SIGNATURE] === SECRET;

/** Wraps a value as a secret; a secret stays as it is. */
export const secret = (value: Value): Value =>
  isSecret(value) ? value : { [SIGNATURE]: SECRET, value: plain(value) };

const mapObject = (object: Values, change: (value: Value) => Value): Values =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));

/** The value without any marks: secrets opened, references as ids. What a provider is given. */
export const plain = (value: Value): Value => {
  if (isList(value)) return value.map(plain);
  if (!isObject(value)) return value;
  if (value[SIGNATURE] === SECRET) return plain(value["value"] ?? null);
  if (value[SIGNATURE] === RESOURCE) return value["id"] || value["urn"] || null;
  return mapObject(value, plain);
};
export const plainAll = (values: Values): Values => mapObject(values, plain);

/** A value as text: a string as it is, anything composed as JSON. */
export const textOf = (value: Value): string =>
  typeof value === "object" ? JSON.stringify(value) : String(value);

/** Turns the "output values" that components and calls may send into secrets and unknowns. */
export const normalize = (value: Value): Value => {
  if (isList(value)) return value.map(normalize);
  if (!isObject(value)) return value;
  if (value[SIGNATURE] !== OUTPUT) return mapObject(value, normalize);
  const inner = "value" in value ? normalize(value["value"] ?? null) : UNKNOWN;
  return value["secret"] === true ? secret(inner) : inner;
};

const some = (value: Value | undefined, test: (value: Value) => boolean): boolean => {
  if (value === undefined) return false;
  if (test(value)) return true;
  if (isList(value)) return value.some((item) => some(item, test));
  return isObject(value) && Object.values(value).some((item) => some(item, test));
};
export const containsSecret = (value: Value | undefined): boolean => some(value, isSecret);
export const containsUnknown = (value: Value | undefined): boolean => some(value, (item) => item === UNKNOWN);

/** Whether two values are the same, whatever is secret in them and in whatever order their keys stand. */
export const equal = (a: Value | undefined, b: Value | undefined): boolean => {
  if (a === undefined || b === undefined) return a === b;
  return equalPlain(plain(a), plain(b));
};
const equalPlain = (a: Value, b: Value): boolean => {
  if (a === b) return true;
  if (isList(a)) {
    return isList(b) && a.length === b.length && a.every((item, i) => equalPlain(item, b[i] ?? null));
  }
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => key in b && equalPlain(a[key] ?? null, b[key] ?? null))
  );
};

/** The keys whose values differ. */
export const changedKeys = (before: Values, now: Values): string[] =>
  [...new Set([...Object.keys(before), ...Object.keys(now)])].filter((key) => !equal(before[key], now[key]));

/** Marks in `outputs` as secret what was secret in `inputs`: for providers that know no secrets. */
export const annotate = (outputs: Values, inputs: Values): Values =>
  Object.fromEntries(
    Object.entries(outputs).map(([key, value]) => {
      const input = inputs[key];
      if (isSecret(input)) return [key, secret(value)];
      if (isObject(input) && isObject(value)) return [key, annotate(value, input)];
      if (isList(input) && containsSecret(input)) return [key, secret(value)];
      return [key, value];
    }),
  );

/** Marks the named properties as secret. */
export const markSecret = (values: Values, keys: readonly string[]): Values =>
  Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, keys.includes(key) ? secret(value) : value]),
  );
