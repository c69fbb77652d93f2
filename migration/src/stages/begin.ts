import { all } from "../all";
import { assumeOwners } from "../ddl/assume-owners";
import { dumpVersion } from "../ddl/dump";
import type { Fence } from "../fence/fence";
import { ensureJournal, startMigration, type MigrationRow } from "../journal/journal";
import { recordAttempt } from "../journal/notes";
import { closeShare } from "../share/share";
import type { SourceInspection } from "../plan/finding";
import { inspectSource, inspectTarget, inspectTogether, type TargetAlone } from "../plan/inspect-ends";
import { jobsOf } from "../plan/needs";
import { makePlan, refuseBlocked } from "../plan/plan";
import type { MoveRequest, Plan } from "../types";
import type { Run, Sessions, Tracker } from "./run";
import { dumpAhead, type DumpAhead } from "./dump-ahead";
import { beginStamp, noteStamp } from "./unchanged";

/**
 * Reads both ends, refuses what cannot be, and opens the migration's row in the journal.
 * @throws RehomeError `blocked`
 */
export async function beginRun(
  request: MoveRequest,
  sessions: Sessions,
  progress: Tracker,
): Promise<{ run: Run; plan: Plan }> {
  progress.enter("inspect", { bytes: 0, tables: 0 });
  const ahead = await dumpAhead(request, sessions);
  try {
    const [found, version] = await all([readEnds(request, sessions, ahead), dumpVersion()]);
    return await beginWith(request, sessions, progress, { ...found, version, ahead });
  } catch (error) {
    await ahead?.settled();
    throw error;
  }
}

/** What has been read of both ends, and begun. */
interface Begun {
  readonly seen: SourceInspection;
  readonly found: TargetAlone;
  readonly stamp: string | undefined;
  readonly version: number;
  readonly ahead: DumpAhead | undefined;
}

/** The old home's stamp comes before everything that is read of its definitions. */
async function readEnds(
  request: MoveRequest,
  { source, target }: Sessions,
  ahead: DumpAhead | undefined,
): Promise<Pick<Begun, "seen" | "found" | "stamp">> {
  const readSource = async (): Promise<[SourceInspection, string | undefined]> => {
    const stamp = await beginStamp(source, request);
    await ahead?.begin(source, stamp);
    return await all([inspectSource(source, request), stamp()]);
  };
  const [[seen, stamp], found] = await all([readSource(), inspectTarget(target, request)]);
  return { seen, stamp, found };
}

async function beginWith(
  request: MoveRequest,
  sessions: Sessions,
  progress: Tracker,
  { version, stamp, ahead, ...begun }: Begun,
): Promise<{ run: Run; plan: Plan }> {
  const { source, target } = sessions;
  const { source: seen, target: found } = await inspectTogether(sessions, begun.seen, begun.found);
  const plan = makePlan(request, seen, found, version);
  refuseBlocked(plan);
  await assumeOwners(target, found.rights);
  const inspection = (await assumeOwners(source, seen.rights))
    ? await seenByMember(request, sessions, { found: begun.found, version })
    : seen;
  if (stamp !== undefined) noteStamp(inspection, stamp);
  await all([ensureJournal(target), ensureJournal(source)]);
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
  sessions: Sessions,
  { found, version }: Pick<Begun, "found" | "version">,
): Promise<SourceInspection> {
  const ends = await inspectTogether(sessions, await inspectSource(sessions.source, request), found);
  refuseBlocked(makePlan(request, ends.source, ends.target, version));
  return ends.source;
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
