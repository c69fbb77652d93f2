import { availableParallelism } from "node:os";
import { dumpVersion } from "../ddl/dump";
import { RehomeError } from "../errors";
import { ensureJournal, startMigration } from "../journal/journal";
import { placementName } from "../naming";
import { inspectSource, inspectTarget } from "../plan/inspect-ends";
import { makePlan, refuseBlocked } from "../plan/plan";
import type { MoveRequest, Plan } from "../types";
import type { Run, Sessions, Tracker } from "./run";

/**
 * Reads both ends, refuses what cannot be, and opens the migration's row in the journal.
 * @throws RehomeError `blocked`, `owner-missing`
 */
export async function beginRun(
  request: MoveRequest,
  sessions: Sessions,
  progress: Tracker,
): Promise<{ run: Run; plan: Plan }> {
  const { source, target } = sessions;
  progress.enter("inspect", { bytes: 0, tables: 0 });
  const inspection = await inspectSource(source, request);
  const found = await inspectTarget(target, request);
  const plan = makePlan(request, inspection, found, await dumpVersion());
  refuseBlocked(plan);
  if (!found.ownerExists) {
    throw new RehomeError(
      "owner-missing",
      `host "${request.to.host}" has no role "${request.to.owner}", which is to own ${placementName(request.to)}. Create it, or let Rehome declare it.`,
    );
  }
  await ensureJournal(target);
  await ensureJournal(source);
  const migration = await startMigration(target, {
    dataset: request.dataset,
    source: plan.from,
    target: plan.to,
    strategy: plan.strategy,
  });
  const fence = {
    dataset: request.dataset,
    schema: request.from.schema,
    migration: migration.id,
    target: plan.to,
  };
  const jobs = request.options.jobs ?? Math.min(8, availableParallelism());
  const run: Run = Object.assign(sessions, { request, migration, fence, inspection, jobs, progress });
  return { run, plan };
}
