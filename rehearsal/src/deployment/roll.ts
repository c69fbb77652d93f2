import type { Resource } from "../state/resource";
import type { Urn } from "../wire/urn";

/** Resources in their order, each found at once however many there are. */
export interface Roll {
  readonly all: () => readonly Resource[];
  readonly has: (resource: Resource) => boolean;
  /** The first of this URN that a test lets pass. Default: any. */
  readonly find: (urn: Urn, test?: (resource: Resource) => boolean) => Resource | undefined;
  readonly add: (resource: Resource) => void;
  /** Puts another in the place of one that is there; nothing happens when it is not. */
  readonly swap: (old: Resource, now: Resource) => void;
  readonly drop: (resource: Resource) => void;
}

export const createRoll = (found: readonly Resource[]): Roll => {
  const places: (Resource | undefined)[] = [];
  let compact: readonly Resource[] | undefined;
  const at = new Map<Resource, number>();
  const named = new Map<Urn, Set<Resource>>();
  const enter = (resource: Resource, place: number): void => {
    places[place] = resource;
    at.set(resource, place);
    named.set(resource.urn, (named.get(resource.urn) ?? new Set()).add(resource));
    compact = undefined;
  };
  const leave = (resource: Resource): number | undefined => {
    const place = at.get(resource);
    if (place === undefined) return undefined;
    places[place] = undefined;
    at.delete(resource);
    named.get(resource.urn)?.delete(resource);
    compact = undefined;
    return place;
  };
  for (const resource of found) enter(resource, places.length);
  return {
    all: () => (compact ??= places.filter((resource) => resource !== undefined)),
    has: (resource) => at.has(resource),
    find: (urn, test = () => true) => {
      const passing = [...(named.get(urn) ?? [])].filter(test);
      return passing.length < 2
        ? passing[0]
        : passing.reduce((one, other) => ((at.get(one) ?? 0) < (at.get(other) ?? 0) ? one : other));
    },
    add: (resource) => enter(resource, places.length),
    swap: (old, now) => {
      const place = leave(old);
      if (place !== undefined) enter(now, place);
    },
    drop: (resource) => void leave(resource),
  };
};
