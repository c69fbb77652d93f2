import { problem, type Path, type Problem } from "./topology-error";

/** Deeper than any stack file; what lies below is left as it is, and the schema refuses it. */
const MAX_DEPTH = 12;

/**
 * A copy without keys whose value is undefined (the TypeScript API's way to leave a field out), so that the schema
 * needs to know only absent and present. Keys named `__proto__`, which validation would drop silently, and circular
 * values are problems.
 */
export function plain(input: unknown): { value: unknown; problems: Problem[] } {
  const problems: Problem[] = [];
  const copy = (value: unknown, path: Path, above: readonly object[]): unknown => {
    if (typeof value !== "object" || value === null || above.length >= MAX_DEPTH) return value;
    if (above.includes(value)) {
      problems.push(problem("invalid-value", path, "contains itself"));
      return undefined;
    }
    const inside = [...above, value];
    if (Array.isArray(value))
      return value.map((item: unknown, index) => copy(item, [...path, index], inside));
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null) return value;
    if (Object.hasOwn(value, "__proto__"))
      problems.push(problem("invalid-name", [...path, "__proto__"], "cannot be a name; choose another"));
    const kept = Object.entries(value).filter(([, item]) => item !== undefined);
    return Object.fromEntries(kept.map(([key, item]) => [key, copy(item, [...path, key], inside)]));
  };
  return { value: copy(input, [], []), problems };
}
