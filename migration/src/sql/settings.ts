import { ident, literal } from "./quote";

/** Settings whose value is a list of names, each quoted by itself. */
const LISTS: ReadonlySet<string> = new Set([
  "search_path",
  "session_preload_libraries",
  "local_preload_libraries",
  "temp_tablespaces",
]);

/** Whether a setting's value is a list of names. Its own name is as people write it, in whatever case. */
export const isList = (name: string): boolean => LISTS.has(name.toLowerCase());

/** Splits `public, "My Schema"` as PostgreSQL's `SplitIdentifierString` does. */
export function splitIdentifiers(list: string): string[] {
  return [...list.matchAll(/"((?:[^"]|"")*)"|([^\s,"]+)/g)].map((match) =>
    match[1] === undefined ? (match[2] ?? "").toLowerCase() : match[1].replaceAll('""', '"'),
  );
}

/** The names in a list; the one without letters, by which PostgreSQL keeps an empty list, is none. */
export const namesIn = (list: string): string[] => splitIdentifiers(list).filter((name) => name !== "");

/** The name and the value of `name=value`, as the catalog keeps a setting. */
export function settingOf(text: string): [name: string, value: string] {
  const at = text.indexOf("=");
  return [text.slice(0, at), text.slice(at + 1)];
}

/** A value, as the stack file or the catalog has it, as `SET` takes it. */
export function settingValue(name: string, value: string): string {
  return isList(name) ? namesIn(value).map(ident).join(", ") || "''" : literal(value);
}
