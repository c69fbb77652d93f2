import { parsePlacementName, placementName, type Placement } from "@rehome/topology";
import { CliError } from "../cli-error";
import type { DatasetModel } from "../stack/model";
import type { DatasetStatus } from "../status/dataset-status";
import type { DatabaseAt, PlacedFence, StackReading } from "../status/read-stack";

/** What cancelling a dataset's move comes to: where it stays, and what is given up; nothing where nothing was made. */
export type Cancellation =
  | { readonly kind: "give-up"; readonly from: Placement; readonly to: Placement }
  | { readonly kind: "nothing"; readonly say: string };

/** Finds a placement that the journal names, in one of the stack's databases. Pure. */
const placementNamed = (name: string, databases: readonly DatabaseAt[]): Placement | undefined => {
  const named = parsePlacementName(name);
  const isThere = databases.some(({ host, database }) => host === named?.host && database === named.database);
  return isThere ? named : undefined;
};

/** Where a dataset is on its way to, by its home's fence or the stack, where that host does not answer and tells nothing. Pure. */
const headedFor = (
  { name, home, next }: DatasetModel,
  fences: readonly PlacedFence[],
  silent: ReadonlySet<string>,
): Placement | undefined => {
  const at = placementName(home);
  const fence = fences.find((one) => one.dataset === name && one.placement === at && one.state !== "sealed");
  const to = next ?? (fence && parsePlacementName(fence.target));
  return to !== undefined && silent.has(to.host) ? to : undefined;
};

const refuse = (code: string, message: string): CliError => new CliError(code, message);

/**
 * Decides what there is to cancel. Pure.
 * @throws CliError `at-work`, `moved`, `no-host`
 */
export const cancellationOf = (
  status: DatasetStatus,
  dataset: DatasetModel | undefined,
  databases: readonly DatabaseAt[],
  { silent, fences }: Pick<StackReading, "silent" | "fences">,
): Cancellation => {
  const { dataset: name, state, migration, home, formerly } = status;
  const unheard = dataset && headedFor(dataset, fences, silent);
  if (dataset !== undefined && unheard !== undefined)
    return { kind: "give-up", from: dataset.home, to: unheard };
  if (state === "moved" || state === "rolled-back" || state === "switched") {
    const back = state === "switched" ? `run pulumi up first, then ` : "";
    throw refuse(
      "moved",
      `${name} has moved to ${state === "switched" ? (migration?.target ?? home) : home}: there is nothing left to cancel. To go back${formerly === null ? "" : ` to ${formerly}`} ${back}swap \`home\` and \`formerly\` in the stack file, and run pulumi up.`,
    );
  }
  if (migration?.alive === true)
    throw refuse(
      "at-work",
      `a run is at work on ${name}: end that pulumi up first (Ctrl-C there), then cancel.`,
    );
  if (state === "steady")
    return { kind: "nothing", say: `${name} is at home in ${home}; nothing is under way.` };
  if (state === "given-up")
    return { kind: "nothing", say: `${name} was given up already; it stays in ${home}.` };
  if (migration === null || migration.state !== "running")
    return {
      kind: "nothing",
      say: `nothing of ${name} has been copied to ${status.next ?? "its next home"} yet.`,
    };
  const from = dataset?.home ?? placementNamed(migration.source, databases);
  const to = placementNamed(migration.target, databases);
  if (from === undefined || to === undefined)
    throw refuse(
      "no-host",
      `the stack's state does not say how ${from === undefined ? migration.source : migration.target} is reached. Put the stack file back as it was, and run pulumi up.`,
    );
  return { kind: "give-up", from, to };
};
