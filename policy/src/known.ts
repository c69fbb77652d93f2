/** What the wire has in place of a value that a preview cannot know. */
const UNKNOWNS: ReadonlySet<unknown> = new Set([
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

/** A value that is not known yet: it is neither right nor wrong. */
export const UNKNOWN = Symbol("not known before the update");

/** Properties as rules read them: plain data, `UNKNOWN` where a preview knows nothing. */
export type Props = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;

/**
 * Copies properties without asking for any of them: the policy library's own throw when an unknown one is read, and a
 * rule would then say nothing about the rest.
 */
export const known = (value: unknown): unknown => {
  if (UNKNOWNS.has(value)) return UNKNOWN;
  if (!isObject(value)) return value;
  const entries = Object.entries(Object.getOwnPropertyDescriptors(value)).flatMap(([key, descriptor]) =>
    descriptor.enumerable === true ? [[key, known((descriptor as { value?: unknown }).value)] as const] : [],
  );
  return Array.isArray(value) ? entries.map(([, item]) => item) : Object.fromEntries(entries);
};

/** What stands at a path: `at(props, "settings", "ipConfiguration", "sslMode")`; `UNKNOWN` below anything unknown. */
export const at = (value: unknown, ...path: readonly (string | number)[]): unknown =>
  path.reduce<unknown>((found, key) => {
    if (found === UNKNOWN) return UNKNOWN;
    return isObject(found) ? (found as Record<string | number, unknown>)[key] : undefined;
  }, value);

/** The text at a path, or undefined. */
export const text = (value: unknown, ...path: readonly (string | number)[]): string | undefined => {
  const found = at(value, ...path);
  return typeof found === "string" ? found : undefined;
};

/** The list at a path; empty where there is none. */
export const list = (value: unknown, ...path: readonly (string | number)[]): readonly unknown[] => {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : [];
};

/** The texts of the list at a path. */
export const texts = (value: unknown, ...path: readonly (string | number)[]): readonly string[] =>
  list(value, ...path).filter((item) => typeof item === "string");
