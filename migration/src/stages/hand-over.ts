import type pg from "pg";
import { RehomeError } from "../errors";
import { endSessions, liftFence, recordLeaving, sealFence, type Fence } from "../fence/fence";
import type { SchemaInspection } from "../inspect/schema";
import { enterStage, recordSwitch, type MigrationRow } from "../journal/journal";
import { placementName } from "../naming";
import { welcomeBack } from "../strategies/way-back";
import type { MoveRequest } from "../types";
import { carrySequences } from "./complete";
import { fenceLost, type Run } from "./run";
import { settleObjects } from "./settle-objects";
import { refuseAltered, refuseOpenChanges } from "./unchanged";

/** What is needed once the old home is sealed, by this run or by one that has died since. */
export interface Sealed {
  readonly source: pg.Client;
  readonly target: pg.Client;
  readonly request: MoveRequest;
  readonly fence: Fence;
  /** The old home as it is to be. */
  readonly inspection: SchemaInspection;
  readonly migration: MigrationRow;
}

/** The switch: from the seal's commit on, nobody writes to the old home any more. */
export async function handOver(run: Run): Promise<void> {
  const { source, target, migration, fence, progress } = run;
  await enterStage(target, migration.id, "switch", "verified");
  progress.enter("switch", { bytes: 0, tables: 0 });
  try {
    await sealFence(source, fence);
  } catch (error) {
    throw fenceLost(error);
  }
  await settle(run);
}

/**
 * What no fence holds back is taken along once its users are gone: numbers that sequences gave out since they were read;
 * and definitions that were committed after the last look at them, for which the seal is broken again. Then the switch is
 * recorded. May be called again after it has been cut short.
 * @throws RehomeError `catalog-changed`
 */
export async function settle(sealed: Sealed): Promise<MigrationRow> {
  const { source, target, request, fence } = sealed;
  await endSessions(source, fence);
  try {
    await refuseAltered(sealed);
    await refuseOpenChanges(source, request, sealed.inspection);
  } catch (error) {
    if (error instanceof RehomeError) await liftFence(source, request.dataset, request.from.schema);
    throw error;
  }
  await carrySequences(sealed);
  await settleObjects(sealed);
  await recordLeaving(source, fence);
  const followed = sealed.migration.strategy === "follow";
  if (followed) await welcomeBack(sealed);
  // What was followed is proved when the service runs in its new home.
  return await recordSwitch(target, fence.migration, followed ? null : true);
}

/** The error of a run that was lost after the seal: there is no way but on. */
export function switchUnrecorded({ dataset, from, to }: MoveRequest, cause: unknown): RehomeError {
  return new RehomeError(
    "switch-unrecorded",
    `${dataset} has moved from ${placementName(from)} to ${placementName(to)}, whole and verified, but the run was lost before it could record that. Run it again: it hands out the new home.`,
    { cause, retryable: true },
  );
}

/** The error of a run that was lost with the answer to its last commit. */
export function switchUnknown({ dataset, from, to }: MoveRequest, cause: unknown): RehomeError {
  return new RehomeError(
    "switch-unknown",
    `the old home's server was lost in the moment in which ${dataset} was to move from ${placementName(from)} to ${placementName(to)}: the service is in one of them, whole. Once that server runs, run it again: it finds out which, and finishes.`,
    { cause, retryable: true },
  );
}
