import { renameInCode, renameInDefinition, type Renaming } from "../ddl/rename-code";
import type { CatalogEntry } from "../inspect/fingerprint";
import { ident } from "../sql/quote";
import { splitIdentifiers } from "../sql/settings";

/** The roles that own the dataset in its two homes. */
export interface Owners {
  readonly from: string;
  readonly to: string;
}

/** The source's entries with the new home's owner in policies. */
export function ownedEntries(entries: readonly CatalogEntry[], owners: Owners): CatalogEntry[] {
  return entries.map((entry) => {
    if (entry.kind !== "policy roles") return entry;
    const roles = JSON.parse(entry.definition) as string[];
    const now = roles.map((role) => (role === owners.from ? owners.to : role));
    return { ...entry, definition: JSON.stringify([...new Set(now)].sort()) };
  });
}

/** The source's entries as they should read in the new home: code renamed, and the owner in policies; nothing else. */
export function renamedEntries(
  entries: readonly CatalogEntry[],
  renaming: Renaming,
  owners: Owners,
): CatalogEntry[] {
  return ownedEntries(entries, owners).map((entry) => {
    if (entry.kind === "body") return { ...entry, definition: renameInCode(entry.definition, renaming).text };
    if (entry.kind === "column")
      return { ...entry, definition: renameInDefinition(entry.definition, renaming).text };
    if (entry.kind !== "setting" || !entry.definition.startsWith("search_path=")) return entry;
    return { ...entry, definition: normalPath(entry.definition, renaming) };
  });
}

function normalPath(setting: string, renaming: Renaming): string {
  const names = splitIdentifiers(setting.slice("search_path=".length)).flatMap((name) => {
    if (name !== renaming.from || renaming.from === renaming.to) return [name];
    return renaming.from === "public" ? [renaming.to, renaming.extensionSchema] : [renaming.to];
  });
  return `search_path=${[...new Set(names)].map(ident).join(", ")}`;
}
