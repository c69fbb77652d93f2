import type { Dataset, Migration, Placement, StackReport } from "./model";
import { parsePlacement, samePlacement } from "./placement-name";

/**
 * Where a dataset's data was and is. `stays`: it has never moved. `moves`: it lives in `after`, and `before` is kept.
 * `given-up`: it lives in `after`, and `before` is the stack's no more. `prepares`: it lives in `before`, and `after` is
 * being made ready. `waits`: it is to move, and has not been handed out.
 */
export interface Journey {
  readonly dataset: Dataset;
  readonly before: Placement;
  readonly after: Placement;
  readonly kind: "stays" | "moves" | "given-up" | "prepares" | "waits";
  readonly outcome: Outcome;
  /** The latest migration between the two. */
  readonly migration?: Migration;
}

/**
 * How a migration stands. `proved`: handed out, and equal on both sides. `unproved`: handed out, and the proof is to come.
 * `different`: compared, and not equal. `reopened`: no move, but the home that was left, opened again for the other is lost.
 * `stopped`: an error ended the last attempt. `under-way`: neither. `none`: there is no migration.
 */
export type Outcome = "proved" | "unproved" | "different" | "reopened" | "stopped" | "under-way" | "none";

export function outcomeOf(migration: Migration | undefined): Outcome {
  if (migration === undefined) return "none";
  if (migration.strategy === "reopen") return "reopened";
  if (migration.clean === false) return "different";
  if (migration.state === "running") return migration.error === undefined ? "under-way" : "stopped";
  return migration.clean === true ? "proved" : "unproved";
}

/** Newest first. */
export const newestFirst = (migrations: readonly Migration[]): Migration[] =>
  [...migrations].sort((a, b) => Date.parse(b.startedAt) - Date.parse(a.startedAt) || (a.id < b.id ? -1 : 1));

/** The journey of each dataset of a stack: what the file says, and what the journals add to it. */
export function journeys({ datasets, migrations }: Pick<StackReport, "datasets" | "migrations">): Journey[] {
  const byDataset = new Map<string, Migration[]>();
  for (const migration of newestFirst(migrations)) {
    const found = byDataset.get(migration.dataset);
    if (found === undefined) byDataset.set(migration.dataset, [migration]);
    else found.push(migration);
  }
  return datasets.map((dataset) => journeyOf(dataset, byDataset.get(dataset.name) ?? []));
}

const handedOut = ({ state }: Migration): boolean => state !== "running";

function journeyOf(dataset: Dataset, migrations: readonly Migration[]): Journey {
  const { home, next, formerly } = dataset;
  const between = (from: Placement | undefined, to: Placement): Migration | undefined =>
    migrations.find((migration) => {
      const [source, target] = [parsePlacement(migration.from), parsePlacement(migration.to)];
      const comesFrom = source !== undefined && (from === undefined || samePlacement(source, from));
      return comesFrom && target !== undefined && samePlacement(target, to);
    });
  const journey = (
    kind: Journey["kind"],
    before: Placement,
    after: Placement,
    migration?: Migration,
  ): Journey => ({
    dataset,
    kind,
    before,
    after,
    outcome: outcomeOf(migration),
    ...(migration && { migration }),
  });

  if (next !== undefined) return journey("prepares", home, next, between(home, next));
  if (formerly !== undefined) {
    const migration = between(formerly, home);
    const kind = migration !== undefined && handedOut(migration) ? "moves" : "waits";
    return journey(kind, formerly, home, migration);
  }
  const arrival = between(undefined, home);
  const source = arrival && parsePlacement(arrival.from);
  if (arrival === undefined || source === undefined || !handedOut(arrival))
    return journey("stays", home, home);
  return journey("given-up", source, home, arrival);
}
