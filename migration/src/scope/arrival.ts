import type { CatalogEntry } from "../inspect/fingerprint";
import { isRelation, isTable, type SchemaObject, type Scope } from "./scope";
import type { Standing } from "./standing";

/** What is to become of what stands where a part of a schema arrives. */
export interface Arrival {
  /** Keys of the dataset's own, to be replaced by what comes. */
  readonly drop: ReadonlySet<string>;
  /** Definitions that others use and that what comes finds as it needs them. By `SchemaObject.identity`. */
  readonly keep: ReadonlySet<string>;
  /** What is neither the dataset's nor the same as what comes, in words. */
  readonly conflicts: readonly string[];
}

/** What comes: its objects, and its definitions as they will read in the new home. */
export interface Coming {
  readonly scope: Scope;
  readonly entries: readonly CatalogEntry[];
}

const known = ({ kind, name }: SchemaObject): string => `${kind} ${name}`;

/** Decides, by what a schema holds, how a part of another comes into it. Never anything of others is dropped. */
export function arrival(coming: Coming, standing: Standing): Arrival {
  const wanted = new Map(coming.scope.objects.map((object) => [known(object), object]));
  const selected = new Map(standing.scope.objects.map((object) => [object.key, object]));
  const arriving = new Map<string, CatalogEntry[]>();
  for (const entry of coming.entries)
    if (entry.row !== undefined) arriving.set(entry.row, [...(arriving.get(entry.row) ?? []), entry]);
  if (isAlone(standing)) {
    const all = new Set(standing.objects.map(({ key }) => key));
    return { drop: all, keep: new Set(), conflicts: usersOf(all, standing) };
  }
  const [drop, keep] = [new Set<string>(), new Set<string>()];
  const conflicts = standing.scope.crossings.map(({ text }) => text);
  const relations = new Set(coming.scope.objects.filter(isRelation).map(({ name }) => name));
  for (const object of standing.objects) {
    const own = selected.get(object.key);
    const ours = standing.ours.has(object.key);
    if (isRelation(object)) {
      if (own === undefined) {
        if (relations.has(object.name)) conflicts.push(`${known(object)} is there and is others'`);
      } else if (isTable(object) && !ours) {
        conflicts.push(`${known(object)} has a name that the patterns match, and is others'`);
      } else drop.add(object.key);
    } else if (isFree(object, standing) || (ours && !isUsed(object, standing))) {
      drop.add(object.key);
    } else {
      const other = wanted.get(known(object));
      if (other === undefined) continue;
      if (same(standing.entries.get(object.key), arriving.get(other.key))) keep.add(object.identity);
      else
        conflicts.push(
          `${known(object)} is there, others may use it, and it differs from the one that comes`,
        );
    }
  }
  return { drop, keep, conflicts: [...conflicts, ...usersOf(drop, standing)] };
}

/** What in other schemas would go with these objects, in words. */
export const usersOf = (keys: ReadonlySet<string>, { objects, users }: Standing): string[] =>
  objects
    .filter(({ key }) => keys.has(key))
    .flatMap((object) => (users.get(object.key) ?? []).map((user) => `${user} needs ${known(object)}`));

/** Whether a definition goes when its dataset does: nobody else needs it. */
export const isFree = ({ key }: SchemaObject, { scope, others }: Standing): boolean =>
  !others.has(key) && scope.objects.some((object) => object.key === key && !object.shared);

/** Whether all that is in the schema is the dataset's own. */
export function isAlone({ objects, scope, ours }: Standing): boolean {
  const selected = new Set(scope.objects.map(({ key }) => key));
  return objects.every((object) => ours.has(object.key) || (selected.has(object.key) && !isTable(object)));
}

/** Whether others use a definition: those of nobody were put there by an attempt that went no further. */
const isUsed = (object: SchemaObject, { scope, others }: Standing): boolean =>
  others.has(object.key) ||
  scope.objects.some(({ key, shared }) => key === object.key && shared) ||
  !scope.unused.includes(`${object.kind} ${object.name}`);

function same(one: readonly CatalogEntry[] = [], other: readonly CatalogEntry[] = []): boolean {
  const text = (entries: readonly CatalogEntry[]): string =>
    entries
      .map(({ kind, name, definition }) => JSON.stringify([kind, name, definition]))
      .sort()
      .join("\n");
  return text(one) === text(other);
}
