import { assumeOwners } from "../ddl/assume-owners";
import { dumpVersion } from "../ddl/dump";
import type { Fence } from "../fence/fence";
import { ensureJournal, startMigration, type MigrationRow } from "../journal/journal";
import { recordAttempt } from "../journal/notes";
import { closeShare } from "../share/share";
import type { SourceInspection, TargetInspection } from "../plan/finding";
import { inspectSource, inspectTarget, withUnfitText } from "../plan/inspect-ends";
import { jobsOf } from "../plan/needs";
import { makePlan, refuseBlocked } from "../plan/plan";
import type { MoveRequest, Plan } from "../types";
import type { Run, Sessions, Tracker } from "./run";
import { dumpAhead, type DumpAhead } from "./dump-ahead";
import { stampBefore } from "./unchanged";

/**
 * Reads both ends, refuses what cannot be, and opens the migration's row in the journal.
 * @throws RehomeError `blocked`
 */
export async function beginRun(
  request: MoveRequest,
  sessions: Sessions,
  progress: Tracker,
): Promise<{ run: Run; plan: Plan }> {
  const { source, target } = sessions;
  progress.enter("inspect", { bytes: 0, tables: 0 });
  const found = await inspectTarget(target, request);
  const stamped = await stampBefore(source, request);
  const ahead = await dumpAhead(request, sessions);
  try {
    return await beginWith(request, sessions, progress, { found, stamped, ahead });
  } catch (error) {
    await ahead?.settled();
    throw error;
  }
}

/** What has been read and begun before the old home is inspected. */
interface Begun {
  readonly found: TargetInspection;
  readonly stamped: Awaited<ReturnType<typeof stampBefore>>;
  readonly ahead: DumpAhead | undefined;
}

async function beginWith(
  request: MoveRequest,
  sessions: Sessions,
  progress: Tracker,
  { found, stamped, ahead }: Begun,
): Promise<{ run: Run; plan: Plan }> {
  const { source, target } = sessions;
  const seen = await withUnfitText(source, await inspectSource(source, request), found);
  const plan = makePlan(request, seen, found, await dumpVersion());
  refuseBlocked(plan);
  await assumeOwners(target, found.rights);
  const inspection = (await assumeOwners(source, seen.rights))
    ? await seenByMember(request, sessions, found)
    : seen;
  stamped(inspection);
  await ensureJournal(target);
  await ensureJournal(source);
  const migration = await startMigration(target, {
    dataset: request.dataset,
    source: plan.from,
    target: plan.to,
    strategy: plan.strategy,
  });
  await recordAttempt(target, migration.id, plan, progress.seconds);
  // Whoever shared in the copy of an earlier run may still be at it.
  await closeShare(target, migration.id);
  const fence = fenceOf(request, migration, inspection);
  const jobs = jobsOf(request.options);
  const dumping = ahead === undefined ? {} : { ahead };
  const parts = { request, migration, fence, inspection, jobs, progress, ...dumping };
  const run: Run = Object.assign(sessions, parts);
  return { run, plan };
}

/** To one who may not use the schema, the server prints names otherwise, and its rows are not to be read. */
async function seenByMember(
  request: MoveRequest,
  { source }: Sessions,
  found: TargetInspection,
): Promise<SourceInspection> {
  const inspection = await withUnfitText(source, await inspectSource(source, request), found);
  refuseBlocked(makePlan(request, inspection, found, await dumpVersion()));
  return inspection;
}

/** What is fenced: the schema, or the relations of the part of it that moves. */
export function fenceOf(
  { dataset, from }: MoveRequest,
  { id, target }: MigrationRow,
  { scope, relations }: SourceInspection,
): Fence {
  const names = scope === undefined ? {} : { relations: relations.map(({ name }) => name) };
  return { dataset, schema: from.schema, migration: id, target, ...names };
}
