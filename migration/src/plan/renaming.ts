import { isDynamic, type Renaming } from "../ddl/rename-code";
import { comparable } from "../inspect/across-versions";
import { renamedEntries } from "../verify/renamed-entries";
import { arrival, type Arrival } from "../scope/arrival";
import type { Standing } from "../scope/standing";
import { movingNames, type SchemaInspection } from "../inspect/schema";
import type { MoveRequest } from "../types";
import type { TargetInspection } from "./finding";

/** In which schema of the new home an extension is, or will be. */
export function extensionHome(
  extension: { readonly name: string; readonly schema: string },
  request: MoveRequest,
  target?: TargetInspection,
): string {
  const installed = target?.installedExtensions.get(extension.name);
  if (installed !== undefined) return installed;
  return extension.schema === request.from.schema ? "public" : extension.schema;
}

/** Whether code in this language is read for names of schemas. */
export const isRead = (language: string): boolean => language === "sql" || language === "plpgsql";

/** How names in code are to be read and changed for this move. */
export function renamingOf(request: MoveRequest, source: SchemaInspection): Renaming {
  return {
    from: request.from.schema,
    to: request.to.schema,
    moving: movingNames(source),
    staying: request.from.schema === "public" ? source.extensionMembers : new Set(),
    extensionSchema: "public",
    dynamic: source.routines.some(({ language, body }) => isRead(language) && isDynamic(body)),
  };
}

/** How a part of a schema comes to where it, or what its last attempt has left, stands beside others'. */
export function arrivalOf(request: MoveRequest, source: SchemaInspection, standing: Standing): Arrival {
  const { scope } = source;
  if (scope === undefined) throw new Error(`${request.dataset} is no part of a schema`);
  const renaming = renamingOf(request, source);
  const same: Renaming = { ...renaming, from: renaming.to };
  const owners = { from: request.from.owner, to: request.to.owner };
  const versions = { source: source.serverVersion, target: standing.serverVersion };
  const there = [...standing.entries].map(
    ([key, entries]) =>
      [key, comparable(renamedEntries(entries, same, { from: owners.to, to: owners.to }), versions)] as const,
  );
  const coming = { scope, entries: comparable(renamedEntries(source.entries, renaming, owners), versions) };
  return arrival(coming, { ...standing, entries: new Map(there) });
}
