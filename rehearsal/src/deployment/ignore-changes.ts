import { isList, isObject, type Value, type Values } from "../wire/values";

/** Splits `a.b[0]["c.d"]` and `a[*]` into its steps. */
const steps = (path: string): string[] =>
  [...path.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[([^\]]+)\]|([^.[\]]+)/g)].map(
    ([, quoted, index, name]) => quoted ?? index ?? name ?? "",
  );

const keep = (now: Value | undefined, old: Value | undefined, path: readonly string[]): Value | undefined => {
  const [step, ...rest] = path;
  if (step === undefined) return old;
  if (isList(now) && isList(old)) {
    return now.map((item, i) =>
      step === "*" || step === String(i) ? (keep(item, old[i], rest) ?? item) : item,
    );
  }
  if (!isObject(now) || !isObject(old)) return now;
  const keys = step === "*" ? [...new Set([...Object.keys(now), ...Object.keys(old)])] : [step];
  const result: Record<string, Value> = { ...now };
  for (const key of keys) {
    const value = keep(now[key], old[key], rest);
    if (value === undefined) Reflect.deleteProperty(result, key);
    else result[key] = value;
  }
  return result;
};

/** Puts the old values where changes are to be ignored. */
export const ignoreChanges = (now: Values, old: Values, paths: readonly string[]): Values =>
  paths.reduce<Values>((values, path) => keep(values, old, steps(path)) as Values, now);

/** Whether a change of a property is within one of these paths. */
export const isWithin = (key: string, paths: readonly string[]): boolean =>
  paths.some((path) => path === "*" || steps(path)[0] === key);
