import { containsSecret, equal, isList, isObject, isSecret, plain, UNKNOWN, type Value, type Values } from "../wire/values";

const scalar = (value: Value): string => (value === UNKNOWN ? "[unknown]" : JSON.stringify(value));

const render = (value: Value, indent: string, showSecrets: boolean): string => {
  if (isSecret(value)) return showSecrets ? render(plain(value), indent, true) : "[secret]";
  const inner = `${indent}    `;
  if (isList(value)) {
    if (value.length === 0) return "[]";
    const items = value.map((item, i) => `${inner}[${i}]: ${render(item, inner, showSecrets)}`);
    return `[\n${items.join("\n")}\n${indent}]`;
  }
  if (!isObject(value)) return scalar(value);
  if (Object.keys(value).length === 0) return "{}";
  return `{\n${entries(value, inner, showSecrets).join("\n")}\n${indent}}`;
};

const entries = (values: Values, indent: string, showSecrets: boolean): string[] => {
  const keys = Object.keys(values).sort();
  const width = Math.max(...keys.map((key) => key.length));
  return keys.map((key) => `${indent}${key.padEnd(width)}: ${render(values[key] ?? null, indent, showSecrets)}`);
};

const sign = (before: Value | undefined, now: Value | undefined): string => {
  if (before === undefined) return "+ ";
  if (now === undefined) return "- ";
  return equal(before, now) ? "  " : "~ ";
};

/** The stack's outputs; what changes is marked. */
export const renderOutputs = (before: Values, now: Values, showSecrets: boolean): string[] => {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(now)])].sort();
  if (keys.length === 0) return [];
  const width = Math.max(...keys.map((key) => key.length));
  const marked = Object.keys(before).length > 0;
  const lines = keys.map((key) => {
    const [old, value] = [before[key], now[key]];
    const mark = marked ? sign(old, value) : "  ";
    const shown = value ?? old ?? null;
    const confidential = containsSecret(old) && !containsSecret(shown) && !showSecrets;
    const text = confidential ? "[secret]" : render(shown, "    ", showSecrets);
    return `  ${mark}${key.padEnd(width)}: ${text}`;
  });
  return ["Outputs:", ...lines];
};
