import type { PendingOperation, Resource, Snapshot } from "../state/resource";
import { prerequisites } from "../state/resource";
import type { Urn } from "../wire/urn";

/** The state of a stack while it is being changed: what this run has confirmed, then what it found. */
export interface Journal {
  /** Resources as found and not yet dealt with. */
  readonly base: () => readonly Resource[];
  /** Resources as this run has left them. */
  readonly confirmed: () => readonly Resource[];
  readonly find: (urn: Urn) => Resource | undefined;
  /** Confirms a resource in place of an old one. */
  readonly put: (resource: Resource, old?: Resource) => void;
  readonly drop: (resource: Resource) => void;
  /** Changes a resource where it stands. */
  readonly amend: (resource: Resource, changes: Partial<Resource>) => Resource;
  /** Notes that a resource is now known by another URN, wherever it is referred to. */
  readonly rename: (before: Urn, now: Urn) => void;
  /** Notes an operation as under way; resolves when that is on disk. Call the result when it is over. */
  readonly begin: (operation: PendingOperation) => Promise<() => void>;
  /** Resolves when all of this is on disk. */
  readonly flush: () => Promise<void>;
  readonly snapshot: () => Snapshot;
}

const renameIn = (resource: Resource, names: ReadonlyMap<Urn, Urn>): Resource => {
  if (names.size === 0 || !prerequisites(resource).some((urn) => names.has(urn))) return resource;
  const now = (urn: Urn): Urn => names.get(urn) ?? urn;
  const cut = resource.provider.lastIndexOf("::");
  const byProperty = Object.entries(resource.propertyDependencies);
  return {
    ...resource,
    parent: now(resource.parent),
    deletedWith: now(resource.deletedWith),
    dependencies: resource.dependencies.map(now),
    propertyDependencies: Object.fromEntries(byProperty.map(([key, urns]) => [key, urns.map(now)])),
    provider: cut < 0 ? "" : `${now(resource.provider.slice(0, cut))}${resource.provider.slice(cut)}`,
  };
};

export const createJournal = (found: Snapshot, save: (snapshot: Snapshot) => Promise<void>): Journal => {
  let base = [...found.resources];
  let confirmed: Resource[] = [];
  const names = new Map<Urn, Urn>();
  const pending = new Set<PendingOperation>();
  const snapshot = (): Snapshot => ({
    resources: [...confirmed, ...base].map((resource) => renameIn(resource, names)),
    pending: [...pending],
  });
  const swap = (list: Resource[], old: Resource, now: Resource): Resource[] =>
    list.map((one) => (one === old ? now : one));
  return {
    base: () => base,
    confirmed: () => confirmed,
    find: (urn) =>
      confirmed.find((one) => one.urn === urn) ?? base.find((one) => one.urn === urn && !one.delete),
    put: (resource, old) => {
      if (old !== undefined && confirmed.includes(old)) confirmed = swap(confirmed, old, resource);
      else confirmed = [...confirmed, resource];
      base = base.filter((one) => one !== old);
    },
    drop: (resource) => {
      base = base.filter((one) => one !== resource);
      confirmed = confirmed.filter((one) => one !== resource);
    },
    amend: (resource, changes) => {
      const now = { ...resource, ...changes };
      base = swap(base, resource, now);
      confirmed = swap(confirmed, resource, now);
      return now;
    },
    rename: (before, now) => {
      names.set(before, now);
    },
    begin: async (operation) => {
      pending.add(operation);
      await save(snapshot());
      return () => pending.delete(operation);
    },
    flush: () => save(snapshot()),
    snapshot,
  };
};
