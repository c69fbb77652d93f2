import type { CatalogEntry } from "../inspect/fingerprint";
import { renameInDefinition, type Renaming } from "./rename-code";

/** Kinds of entries whose definition is SQL as the server prints it, or holds some. */
const SQL_KINDS = new Set([
  "column",
  "constraint",
  "domain default",
  "function",
  "index",
  "parsed body",
  "policy",
  "query",
  "relation",
  "rule",
  "setting",
  "statistics detail",
  "trigger",
]);

/**
 * Texts in a schema's definitions that name the schema `renaming.from`, as `view spenders line 2: 'old.sales'`. The server
 * follows names, casts to `regclass` and the like through a rename, but not what a text says. Left out are defaults of
 * columns, where they are certain: those are rewritten; and code that is text as a whole, which is read by itself.
 */
export function textsNaming(entries: readonly CatalogEntry[], renaming: Renaming): string[] {
  if (renaming.from === renaming.to) return [];
  return entries.flatMap(({ kind, name, definition }) => {
    if (!SQL_KINDS.has(kind)) return [];
    if (kind === "setting") return settingNaming(name, definition, renaming);
    const { text, unclear } = renameInDefinition(definition, renaming);
    const certain = text === definition || (kind === "column" && unclear.length === 0);
    if (certain && unclear.length === 0) return [];
    return [`${kind} ${name}${unclear.length === 0 ? "" : ` ${unclear.join(", ")}`}`];
  });
}

/** A function's setting, but for its `search_path`, which is rewritten. */
function settingNaming(name: string, definition: string, { from }: Renaming): string[] {
  if (definition.startsWith("search_path=")) return [];
  const value = definition.slice(definition.indexOf("=") + 1);
  return value.toLowerCase().includes(`${from.toLowerCase()}.`) || value.includes(`"${from}"`)
    ? [`SET ${definition} of ${name}`]
    : [];
}
