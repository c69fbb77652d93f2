import { all } from "./all";
import { ownObjects, recordObjects, syncObjects } from "./copy/large-objects";
import { loadGrammar } from "./ddl/grammar";
import { RehomeError, codeOf, isNotFound, messageOf } from "./errors";
import {
  armFence,
  closeFence,
  endSessions,
  findFence,
  forgetWritten,
  liftFence,
  openFence,
  writtenTables,
} from "./fence/fence";
import { filesNow, noteTables, tablesNow } from "./fence/fenced-tables";
import {
  distrustCopies,
  ensureJournal,
  enterStage,
  hasJournal,
  latestMigration,
  recordFacts,
  recordFence,
} from "./journal/journal";
import { recordStop } from "./journal/notes";
import type { SequenceState } from "./inspect/sequences";
import { placementName } from "./naming";
import { inspectSource } from "./plan/inspect-ends";
import { beginRun, fenceOf } from "./stages/begin";
import { removeLinks } from "./follow/remove";
import { onServers } from "./slots";
import { rows, withSession } from "./sql/connect";
import { ident } from "./sql/quote";
import { endsOf, resultOf, switchedRow } from "./recorded";
import { fill } from "./stages/fill";
import { underLoad } from "./stages/load";
import { handOver, settle, switchUnknown, switchUnrecorded } from "./stages/hand-over";
import { prepare } from "./stages/prepare";
import { expectDump } from "./stages/shared-dumps";
import { Tracker, closeSessions, fenceLost, openSessions, type Run, type Sessions } from "./stages/run";
import type { MoveRequest, MoveResult, Report, Strategy } from "./types";
import { refuseAltered, refuseChangedCatalog } from "./stages/unchanged";
import { setSchema, takeLatecomers } from "./strategies/set-schema";
import { compareFollowed } from "./strategies/compare-followed";
import { caughtUp, follow, lagSamples, uncarried } from "./strategies/follow";
import { refreshViews } from "./strategies/followed-objects";
import { drain, goOnFollowing, prepareWayBack } from "./strategies/way-back";
import { copyDatabase, dropLeftovers, dropReplaced } from "./strategies/template";
import { inWords } from "./told";
import { verify } from "./verify/verify";

const FENCE_TIMEOUT_MS = 30_000;
const ARM_AHEAD_MS = 2_000;
/** How long a failed move tries to take its triggers away. */
const GIVE_BACK_MS = 10_000;

/**
 * Takes a dataset to its new home, or goes on where a run that died has left off. Returns at once what the journal
 * says when the move is done. Until the switch, any error leaves the service working where it was.
 * @throws RehomeError with a code: `blocked`, `already-running`, `fence-timeout`, `catalog-changed`, `verification-failed`, ...
 */
export async function move(request: MoveRequest, report: Report = () => undefined): Promise<MoveResult> {
  const over = expectDump(request);
  try {
    return await onServers([request.from, request.to], async () => {
      await loadGrammar();
      return await moveBetween(request, await openSessions(request), report);
    });
  } catch (error) {
    throw inWords(error, {
      doing: `${request.dataset} moved from ${placementName(request.from)} to ${placementName(request.to)}`,
      holds: "The service goes on where it was.",
    });
  } finally {
    over();
  }
}

async function moveBetween(request: MoveRequest, sessions: Sessions, report: Report): Promise<MoveResult> {
  try {
    const done = await finished(request, sessions);
    if (done !== undefined) return done;
    return await underLoad(request, sessions, report, () =>
      carryOut(request, sessions, new Tracker(request.dataset, report)),
    );
  } finally {
    await closeSessions(sessions);
  }
}

/** A move that the journal says is done, or that died between the seal and the journal's last word. */
async function finished(request: MoveRequest, { source, target }: Sessions): Promise<MoveResult | undefined> {
  if (!(await hasJournal(target))) return undefined;
  const done = await switchedRow(target, request, (work) => work(source));
  if (done !== undefined) {
    if (done.strategy === "set-schema") await takeLatecomers(target, request);
    return await resultOf(target, request, done);
  }
  const row = await latestMigration(target, endsOf(request));
  if (row === undefined) return undefined;
  const { dataset, from } = request;
  const found = await findFence(source, dataset, from.schema);
  if (row.state !== "running" || found?.sealed !== true || found.migration !== row.id) return undefined;
  await all([ensureJournal(source), ensureJournal(target)]);
  const inspection = await inspectSource(source, request);
  if (inspection.fingerprint !== row.fingerprint) {
    // Altered as it was sealed, and not told done: the seal is broken, and the move made anew.
    await liftFence(source, dataset, from.schema);
    return undefined;
  }
  const fence = fenceOf(request, row, inspection);
  const recorded = await settle({ source, target, request, fence, inspection, migration: row });
  return await resultOf(target, request, recorded);
}

async function carryOut(request: MoveRequest, sessions: Sessions, progress: Tracker): Promise<MoveResult> {
  const { run, plan } = await beginRun(request, sessions, progress);
  try {
    await dropLeftovers(run);
    if (plan.strategy === "set-schema") await setSchema(run, timeoutOf(request));
    else await underFence(run, plan.strategy);
    return await outcome(run);
  } catch (error) {
    const sealed = await giveBack(run, error);
    if (sealed === true) throw switchUnrecorded(request, error);
    const sealing = plan.strategy === "set-schema" || progress.at === "switch";
    throw sealed === undefined && sealing ? switchUnknown(request, error) : error;
  }
}

/** Whether what a former run has copied can be kept: same catalog, and an armed fence that notes every write since. */
async function isResumable({ source, target, request, migration, inspection }: Run): Promise<boolean> {
  const fence = await findFence(source, request.dataset, request.from.schema);
  if (fence === undefined || fence.sealed || fence.migration !== migration.id) return false;
  if (migration.fingerprint !== inspection.fingerprint) return false;
  const [row] = await rows<{ copied: boolean }>(
    target,
    `SELECT EXISTS (SELECT FROM rehome.copied_table WHERE migration = $1)
       OR EXISTS (SELECT FROM rehome.work WHERE migration = $1 AND done_at IS NOT NULL) AS copied`,
    [migration.id],
  );
  return row?.copied === true;
}

const timeoutOf = ({ options }: MoveRequest): number => options.fenceTimeout ?? FENCE_TIMEOUT_MS;

/** The strategies that copy: what they copied is compared under the fence, and the seal makes it the dataset's home. */
async function underFence(run: Run, strategy: Strategy): Promise<void> {
  if (strategy === "follow") return switchFollowed(run);
  // What a former run has prepared for another mode would write to what is copied now.
  await removeLinks(run.source, run.target, run.request);
  const sequences =
    strategy === "template" ? await copyFiles(run) : await copyRows(run, await isResumable(run));
  try {
    await all([verify(run, sequences), strategy === "template" ? dropReplaced(run) : Promise.resolve()]);
  } catch (error) {
    // Without its fence a home may differ because its service writes: that is no failed proof.
    await run.source.query("SELECT").catch((cause: unknown) => {
      throw fenceLost(cause);
    });
    // And so it may where its tables were altered behind the fence.
    await refuseAltered(run);
    // The fence may stay armed, and what it vouches for is known to be wrong. If this fails, the next proof says so again.
    if (codeOf(error) === "verification-failed")
      await distrustCopies(run.target, run.migration.id).catch(() => undefined);
    throw error;
  }
  await refuseAltered(run); // before the seal, which it would break
  await handOver(run);
}

/** The strategy that follows: all that takes long is done while the service writes, and the proof comes after the switch. */
async function switchFollowed(run: Run): Promise<void> {
  await follow(run);
  await caughtUp(run, lagSamples(run));
  const compared = await tablesNow(run.source, run.fence, { file: false });
  const files = await filesNow(run.source, run.fence);
  await compareFollowed(run);
  await refreshViews(run);
  await refuseChangedCatalog(run.source, run);
  await prepareWayBack(run);
  // Comparing may have taken hours.
  await caughtUp(run, lagSamples(run));
  // The run after one that dies behind the seal asks by this whether anything was altered as it was sealed.
  await recordFacts(run.target, run.migration.id, { fingerprint: run.inspection.fingerprint });
  await close(run, "followed");
  await refuseMadeAnew(run, compared);
  await forgetWritten(run.source, run.fence);
  const now = await filesNow(run.source, run.fence);
  await drain(
    run,
    [...now.keys()].filter((name) => now.get(name) !== files.get(name)),
  );
  await refuseAltered(run);
  await handOver(run);
}

/** A table that was made anew is followed no more, and nobody has compared it. @throws RehomeError `catalog-changed` */
async function refuseMadeAnew(run: Run, compared: string): Promise<void> {
  const { source, request, fence } = run;
  const same = (await tablesNow(source, fence, { file: false })) === compared;
  if (same && (await uncarried(run)).length === 0) return;
  throw new RehomeError(
    "catalog-changed",
    `tables of ${placementName(request.from)} were dropped and made anew while it was followed. The service goes on there. Run it again when nobody alters them.`,
    { retryable: true },
  );
}

async function copyFiles(run: Run): Promise<SequenceState[]> {
  await liftFence(run.source, run.request.dataset, run.request.from.schema);
  await close(run, "new");
  await forgetWritten(run.source, run.fence);
  const sequences = await copyDatabase(run);
  await recordObjects(run, await ownObjects(run));
  return sequences;
}

async function copyRows(run: Run, resumable: boolean): Promise<SequenceState[]> {
  // Until the fence has closed and been looked at: that of a run that dies before would vouch for what it has not seen.
  await distrustCopies(run.target, run.migration.id);
  if (!resumable) {
    run.progress.enter("prepare", { bytes: 0, tables: 0 });
    await liftFence(run.source, run.request.dataset, run.request.from.schema);
    await all([prepare(run), armAhead(run)]);
  }
  const same = await close(run, resumable ? "resumed" : "new");
  // Without a trigger nobody has noted what was written.
  const kept = resumable && same && (await keepUnwritten(run));
  if (kept) await recordFacts(run.target, run.migration.id, { fingerprint: run.inspection.fingerprint });
  else if (resumable) await prepare(run);
  await forgetWritten(run.source, run.fence);
  try {
    return await fill(run, async (signal) => syncObjects(run, await ownObjects(run), signal));
  } catch (error) {
    // What is not there any more, or has another name, was there when the fence closed.
    if (isNotFound(error)) await refuseAltered(run);
    throw error;
  }
}

/**
 * The fence's triggers, which let everyone pass until it closes: of many tables they take a while. What does not come to
 * its turn soon is left to the closing, which says who is in the way.
 */
async function armAhead({ request, fence }: Run): Promise<void> {
  const { server, database } = request.from;
  await withSession(server, database, (client) =>
    armFence(client, fence, Math.min(ARM_AHEAD_MS, timeoutOf(request))),
  ).catch(() => undefined);
}

/**
 * From here on nobody writes to the old home while this run lives.
 * @returns whether its tables and the fence's triggers are those of the last time that this fence was closed
 */
async function close(run: Run, message: string): Promise<boolean> {
  const { request, source, target, migration, fence, progress } = run;
  const timeout = timeoutOf(request);
  await enterStage(target, migration.id, "fence", message);
  progress.enter("fence", { bytes: 0, tables: 0 });
  await armFence(source, fence, timeout);
  await closeFence(source, fence, timeout);
  await endSessions(source, fence);
  await recordFence(target, migration.id);
  const same = await noteTables(source, fence);
  await refuseChangedCatalog(source, run);
  return same;
}

/**
 * Forgets the copies of tables that were written to since. False when the new home is too far built for that: foreign
 * keys and triggers stand in the way of copying a table again, so it is to be made anew.
 */
async function keepUnwritten({ source, target, fence, migration, request }: Run): Promise<boolean> {
  const written = [...(await writtenTables(source, fence))];
  if (written.length === 0) return true;
  const [built] = await rows<{ far: boolean }>(
    target,
    "SELECT EXISTS (SELECT FROM rehome.statement WHERE migration = $1 AND done_at IS NOT NULL AND phase NOT IN ('index', 'key')) AS far",
    [migration.id],
  );
  if (built?.far === true) return false;
  // A write to a partitioned or inherited table is noted under its root alone: what is below is copied again too.
  await target.query(
    `WITH RECURSIVE written AS (
       SELECT c.oid, c.relname FROM pg_catalog.pg_class c
       WHERE c.relnamespace = pg_catalog.to_regnamespace($3) AND c.relname = ANY ($2)
       UNION SELECT c.oid, c.relname FROM written w JOIN pg_catalog.pg_inherits i ON i.inhparent = w.oid
       JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid),
     ranges AS (DELETE FROM rehome.work WHERE migration = $1 AND table_name IN (SELECT relname FROM written))
     DELETE FROM rehome.copied_table WHERE migration = $1 AND table_name IN (SELECT relname FROM written)`,
    [migration.id, written, ident(request.to.schema)],
  );
  return true;
}

/**
 * Before the switch, an error gives the old home back to its service, at once, and says in the journal what happened. The
 * fence's triggers go too, unless readers are in the way: open, they let everyone pass, and the next run removes them.
 * @returns whether the old home is sealed: the switch has happened, and the next run records it. Undefined when its server
 * cannot be asked.
 */
async function giveBack(run: Run, error: unknown): Promise<boolean | undefined> {
  const { request, source, target, migration, fence } = run;
  const { dataset, from } = request;
  // Who waits to write does not wait for the journal.
  const [opened] = await Promise.allSettled([
    openFence(source, dataset, from.schema),
    recordStop(target, migration.id, messageOf(error)),
  ]);
  let sealed: boolean | undefined;
  const lift = async (client: typeof source): Promise<void> => {
    const row = await findFence(client, dataset, from.schema);
    sealed = row?.migration === fence.migration && row.sealed;
    // Another's is not ours to lift.
    if (row?.migration === fence.migration && !sealed)
      await liftFence(client, dataset, from.schema, GIVE_BACK_MS);
  };
  try {
    if (opened.status === "rejected") throw opened.reason;
    await lift(source);
  } catch (failure) {
    // The session is gone, and its lock with it: writers pass already. A new one takes the triggers away, if it can.
    if (codeOf(failure) !== "fence-timeout")
      await withSession(from.server, from.database, lift).catch(() => undefined);
  }
  if (sealed === false) await cleanUp(run);
  return sealed;
}

/** What a run that has not sealed leaves of its own on both servers; what cannot be asked now, the next run sees to. */
async function cleanUp(run: Run): Promise<void> {
  await dropLeftovers(run).catch(() => undefined);
  if (run.migration.strategy === "follow") await goOnFollowing(run).catch(() => undefined);
}

/** What the journal says of a run that has come to its end. */
async function outcome({ request, target, migration }: Run): Promise<MoveResult> {
  const key = { dataset: request.dataset, source: migration.source, target: migration.target };
  const row = (await latestMigration(target, key)) ?? migration;
  return await resultOf(target, request, row);
}
