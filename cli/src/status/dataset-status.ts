import { placementName, type MigrationRecord } from "@rehome/migration";
import { parsePlacementName } from "@rehome/topology";
import type { DatasetModel } from "../stack/model";
import { nextSteps } from "./next-steps";
import type { Following, PlacedFence, StackReading } from "./read-stack";

/**
 * Where a dataset is in its life. `steady`: at home, nothing under way. `preparing`: its next home is made, or follows.
 * `moving`: a run is at work. `interrupted`: its run has died before the switch. `failed`: its last attempt ended with an
 * error. `given-up`: its preparation was cancelled, and the stack still has its `next`. `switched`: it has moved, and the stack's state does not say so yet. `moved`: it has, and can go back.
 * `rolled-back`: it has gone back, and can go again.
 */
export type DatasetState =
  | "steady"
  | "preparing"
  | "moving"
  | "interrupted"
  | "failed"
  | "given-up"
  | "switched"
  | "moved"
  | "rolled-back";

/**
 * What proves that all arrived. `stale`: it was proved, but the home that was left is not fenced any more, so the proof
 * says nothing of what is there now. `different`: the proof found a difference.
 */
export type Verification = "verified" | "not verified" | "stale" | "different";

/** Where a dataset is, and what to do next. Plain data, no secrets: `rehome status --json` prints it. */
export interface DatasetStatus {
  readonly dataset: string;
  readonly service: string;
  readonly state: DatasetState;
  readonly mode: "offline" | "online";
  /** As `placementName` writes them; `home` is where the service works now. */
  readonly home: string;
  readonly next: string | null;
  readonly formerly: string | null;
  /** The migration that this is about; null where there is none. */
  readonly migration: MigrationRecord | null;
  readonly verification: Verification | null;
  /** The fence on the home that is left. */
  readonly fence: Pick<PlacedFence, "placement" | "state" | "since"> | null;
  readonly replication: Following | null;
  readonly next_steps: readonly string[];
}

const name = (at: DatasetModel["next"]): string | null => (at ? placementName(at) : null);

/** What a dataset's journals say, by where it is now. */
interface Facts {
  readonly home: string;
  readonly next: string | null;
  readonly formerly: string | null;
  /** Of this dataset, the latest first. */
  readonly migrations: readonly MigrationRecord[];
}

/** A migration that is under way, or was. One that was given up counts while the stack still has it as its next home. */
const underWay = ({ migrations, next }: Facts): MigrationRecord | undefined =>
  migrations.find(
    ({ state, alive, givenUp, target, targetExists }) =>
      state === "running" && (alive || (targetExists && (!givenUp || target === next))),
  );

const stateOf = (facts: Facts): { state: DatasetState; migration: MigrationRecord | undefined } => {
  const { home, next, formerly, migrations } = facts;
  const running = underWay(facts);
  if (running !== undefined) {
    const following = running.stage === "follow" && running.error === null;
    if (running.alive) {
      const preparing = running.target === next && running.strategy === "follow";
      return { state: preparing ? "preparing" : "moving", migration: running };
    }
    if (running.givenUp) return { state: "given-up", migration: running };
    if (running.error !== null) return { state: "failed", migration: running };
    if (running.target === next && following) return { state: "preparing", migration: running };
    return { state: "interrupted", migration: running };
  }
  const gone = migrations.find(({ state, source }) => state === "switched" && source === home);
  if (gone !== undefined) return { state: "switched", migration: gone };
  if (next !== null) return { state: "preparing", migration: undefined };
  const arrived = migrations.find(({ target, state }) => target === home && state !== "reversed");
  if (formerly === null) return { state: "steady", migration: arrived };
  const left = migrations.some(
    ({ source, target, state }) => source === home && target === formerly && state === "reversed",
  );
  const back = left || arrived?.strategy === "reopen";
  return { state: back ? "rolled-back" : "moved", migration: arrived };
};

const verificationOf = (
  migration: MigrationRecord | undefined,
  fence: PlacedFence | undefined,
  { formerly }: Facts,
): Verification | null => {
  // Of what was opened again nothing is to be proved: what it came from is lost.
  if (migration === undefined || migration.givenUp || migration.strategy === "reopen") return null;
  if (migration.clean === false) return "different";
  if (migration.clean === null || migration.state === "running") return "not verified";
  const left = migration.source === formerly && fence?.state !== "sealed";
  return left ? "stale" : "verified";
};

const statusOf = (
  dataset: Pick<DatasetStatus, "dataset" | "service" | "mode">,
  facts: Facts,
  reading: StackReading,
): DatasetStatus => {
  const { state, migration } = stateOf(facts);
  const left = migration?.source ?? facts.formerly;
  const fence = reading.fences.find((one) => one.dataset === dataset.dataset && one.placement === left);
  const status = {
    ...dataset,
    state,
    ...{ home: facts.home, next: facts.next, formerly: facts.formerly },
    migration: migration ?? null,
    verification: verificationOf(migration, fence, facts),
    fence: fence ? { placement: fence.placement, state: fence.state, since: fence.since } : null,
    replication: reading.following.get(dataset.dataset) ?? null,
  };
  // The home that it has left stands fenced for one that does not answer.
  const away = fence?.state === "sealed" && parsePlacementName(fence.target)?.host;
  const silent = away && fence?.target === facts.home && reading.silent.has(away) ? away : undefined;
  const ahead = facts.next === null ? undefined : parsePlacementName(facts.next)?.host;
  const silentNext = ahead !== undefined && reading.silent.has(ahead) ? ahead : undefined;
  return { ...status, next_steps: nextSteps({ ...status, silent, silentNext }) };
};

/** A dataset that its first run is making: it is where it comes from until it has moved. */
const unborn = ({ home, formerly, ...rest }: DatasetModel): DatasetModel => ({
  ...rest,
  home: formerly ?? home,
});

/** Each dataset of the stack, and those that only a journal knows: their first move has not come to its end. Pure. */
export const datasetStatuses = (
  datasets: readonly DatasetModel[],
  wanted: readonly DatasetModel[],
  reading: StackReading,
): DatasetStatus[] => {
  const of = (dataset: string): MigrationRecord[] =>
    reading.migrations.filter((one) => one.dataset === dataset);
  const there = new Set(datasets.map((dataset) => dataset.name));
  const all = [...datasets, ...wanted.filter((one) => !there.has(one.name)).map(unborn)];
  const known = all.map((dataset) => {
    const { name: title, service, home, next, formerly, options } = dataset;
    const facts = {
      home: placementName(home),
      next: name(next),
      formerly: name(formerly),
      migrations: of(title),
    };
    const mode = (wanted.find((one) => one.name === title)?.options ?? options).mode;
    return statusOf({ dataset: title, service, mode }, facts, reading);
  });
  const names = new Set(all.map((dataset) => dataset.name));
  const strangers = [...new Set(reading.migrations.map(({ dataset }) => dataset))];
  const unknown = strangers.flatMap((title) => {
    const facts = { home: "", next: null, formerly: null, migrations: of(title) };
    const running = names.has(title) ? undefined : underWay(facts);
    if (running === undefined) return []; // of another stack, or of a dataset that has left this one
    const mode = running.strategy === "follow" ? "online" : "offline";
    const service = title.split("/")[0] ?? title;
    return [statusOf({ dataset: title, service, mode }, { ...facts, home: running.source }, reading)];
  });
  return [...known, ...unknown].sort((a, b) => (a.dataset < b.dataset ? -1 : 1));
};
