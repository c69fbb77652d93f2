import type { PendingOperation, Resource, Snapshot } from "../state/resource";
import { prerequisites } from "../state/resource";
import type { Urn } from "../wire/urn";
import { createRoll } from "./roll";

/** The state of a stack while it is being changed: what this run has confirmed, then what it found. */
export interface Journal {
  /** Resources as found and not yet dealt with. */
  readonly base: () => readonly Resource[];
  /** Resources as this run has left them. */
  readonly confirmed: () => readonly Resource[];
  /** As this run has left it, else as found. */
  readonly find: (urn: Urn) => Resource | undefined;
  /** As found and not yet dealt with, unless it is to be deleted. */
  readonly standing: (urn: Urn) => Resource | undefined;
  /** Like `find`, one that is to be deleted too: what was made with it goes with it. */
  readonly provider: (urn: Urn) => Resource | undefined;
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

export const createJournal = (
  found: Snapshot,
  save: (snapshot: () => Snapshot) => Promise<void>,
): Journal => {
  const base = createRoll(found.resources);
  const confirmed = createRoll([]);
  const names = new Map<Urn, Urn>();
  const pending = new Set<PendingOperation>();
  const snapshot = (): Snapshot => {
    const resources = [...confirmed.all(), ...base.all()];
    return {
      resources: names.size === 0 ? resources : resources.map((resource) => renameIn(resource, names)),
      pending: [...pending],
    };
  };
  return {
    base: base.all,
    confirmed: confirmed.all,
    standing: (urn) => base.find(urn, (one) => !one.delete),
    find: (urn) => confirmed.find(urn) ?? base.find(urn, (one) => !one.delete),
    provider: (urn) => confirmed.find(urn) ?? base.find(urn),
    put: (resource, old) => {
      if (old !== undefined && confirmed.has(old)) confirmed.swap(old, resource);
      else confirmed.add(resource);
      if (old !== undefined) base.drop(old);
    },
    drop: (resource) => {
      base.drop(resource);
      confirmed.drop(resource);
    },
    amend: (resource, changes) => {
      const now = { ...resource, ...changes };
      base.swap(resource, now);
      confirmed.swap(resource, now);
      return now;
    },
    rename: (before, now) => {
      names.set(before, now);
    },
    begin: async (operation) => {
      pending.add(operation);
      await save(snapshot);
      return () => pending.delete(operation);
    },
    flush: () => save(snapshot),
    snapshot,
  };
};
