import {
  containsSecret,
  equal,
  isList,
  isObject,
  isSecret,
  plain,
  UNKNOWN,
  type Value,
  type Values,
} from "../wire/values";

const scalar = (value: Value): string => (value === UNKNOWN ? "[unknown]" : JSON.stringify(value));
const widthOf = (keys: readonly string[]): number => Math.max(0, ...keys.map((key) => key.length));
const keysOf = (...values: readonly Values[]): string[] => [...new Set(values.flatMap(Object.keys))].sort();

/** A value in Pulumi's way of writing it, secrets hidden. */
const renderValue = (value: Value, indent: string, showSecrets: boolean): string => {
  if (isSecret(value)) return showSecrets ? renderValue(plain(value), indent, true) : "[secret]";
  const inner = `${indent}    `;
  if (isList(value)) {
    if (value.length === 0) return "[]";
    const items = value.map((item, i) => `${inner}[${i}]: ${renderValue(item, inner, showSecrets)}`);
    return `[\n${items.join("\n")}\n${indent}]`;
  }
  if (!isObject(value)) return scalar(value);
  const keys = keysOf(value);
  if (keys.length === 0) return "{}";
  const lines = keys.map(
    (key) => `${inner}${key.padEnd(widthOf(keys))}: ${renderValue(value[key] ?? null, inner, showSecrets)}`,
  );
  return `{\n${lines.join("\n")}\n${indent}}`;
};

const isScalar = (value: Value): boolean => typeof value !== "object" || value === null;

/** The lines of two objects compared: `~ a: 1 => 2`. */
const compare = (before: Values, now: Values, indent: string, showSecrets: boolean): string[] => {
  const keys = keysOf(before, now);
  const hidden = (value: Value | undefined): boolean => containsSecret(value) && !showSecrets;
  return keys.map((key) => {
    const [old, value] = [before[key], now[key]];
    const line = (sign: string, text: string): string =>
      `${indent}${sign} ${key.padEnd(widthOf(keys))}: ${text}`;
    const whole = (shown: Value): string => renderValue(shown, `${indent}  `, showSecrets);
    if (old === undefined) return line("+", whole(value ?? null));
    if (value === undefined) return line("-", whole(old));
    if (equal(old, value)) return line(" ", hidden(old) ? "[secret]" : whole(value));
    if (hidden(old) || hidden(value)) return line("~", "[secret]");
    if (isObject(old) && isObject(value) && !isSecret(old) && !isSecret(value)) {
      const inner = compare(old, value, `${indent}    `, showSecrets);
      return line("~", `{\n${inner.join("\n")}\n${indent}  }`);
    }
    if (isScalar(old) && isScalar(value)) return line("~", `${whole(old)} => ${whole(value)}`);
    return line("~", whole(value));
  });
};

/** The stack's outputs; what changes is marked. */
export const renderOutputs = (before: Values, now: Values, showSecrets: boolean): string[] => {
  if (keysOf(before, now).length === 0) return [];
  const known = Object.keys(before).length > 0 ? before : now; // the first outputs are not marked as new
  return ["Outputs:", ...compare(known, now, "  ", showSecrets)];
};
