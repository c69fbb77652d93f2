import { loadGrammar } from "./ddl/grammar";
import { RehomeError, SQLSTATE, codeOf, messageOf } from "./errors";
import { settledHealth, type LinkHealth } from "./follow/health";
import { linkOf } from "./follow/link";
import { unpublish } from "./follow/publish";
import { isSubscribed, unsubscribe } from "./follow/subscribe";
import {
  enterStage,
  hasJournal,
  inJournal,
  latestMigration,
  recordFacts,
  recordVerification,
} from "./journal/journal";
import { placementName } from "./naming";
import { inspectSource } from "./plan/inspect-ends";
import { jobsOf } from "./plan/needs";
import { planMove, refuseBlocked } from "./plan/plan";
import { abandon } from "./release";
import { some } from "./plan/finding";
import { transaction, withSessionIfThere } from "./sql/connect";
import { beginRun } from "./stages/begin";
import { Tracker, closeSessions, openSessions, type Run } from "./stages/run";
import { followedDifferences } from "./strategies/compare-followed";
import { caughtUp, follow, lagSamples } from "./strategies/follow";
import { openWayBack } from "./strategies/way-back";
import { onServers } from "./slots";
import { reopenedHome } from "./recorded";
import { inWords } from "./told";
import type { MoveRequest, Report, TableVerification } from "./types";
import { alteredSince } from "./verify/altered-since";
import { heldSnapshot, releaseSnapshot } from "./verify/snapshot";
import { narrowed } from "./verify/narrow";
import { compareTables } from "./verify/compare-tables";

/*
 * The life of a placement that moves online, by what is to be called:
 *   home A, next B       `followMove` at every run; `followHealth` for a preview; `stopFollowing` when B is left out again
 *   home B, formerly A   `move` with mode online, which prepares where nothing is prepared; then `prove`
 *   home A, formerly B   the same two with the ends swapped, again and again
 *   home B               `release`, then `retire`
 */

/**
 * Prepares: brings a dataset's next home to follow its present one, and leaves it following with no process of ours. May
 * be called again at any time: what is broken is mended, with a fresh copy where it takes one.
 * @returns how it follows then; undefined where there is nothing to prepare: inside one database, or with mode offline
 * @throws RehomeError `blocked`, `already-running`, `slot-timeout`, `link-broken`, `lag-too-high`, ...
 */
export async function followMove(
  request: MoveRequest,
  report: Report = () => undefined,
): Promise<LinkHealth | undefined> {
  await loadGrammar();
  try {
    const plan = await planMove(request);
    refuseBlocked(plan);
    if (plan.strategy !== "follow") return undefined;
    return await onServers([request.from, request.to], () => prepareBetween(request, report));
  } catch (error) {
    const [from, to] = [placementName(request.from), placementName(request.to)];
    throw inWords(error, {
      doing: `${to} was brought to follow ${from}`,
      holds: "The service goes on where it is.",
    });
  }
}

async function prepareBetween(request: MoveRequest, report: Report): Promise<LinkHealth> {
  const sessions = await openSessions(request);
  try {
    const { run } = await beginRun(request, sessions, new Tracker(request.dataset, report));
    await follow(run);
    await caughtUp(run, lagSamples(run));
    return await settledHealth(run.source, run.target, linkOf(request.dataset, request.from, request.to));
  } finally {
    await closeSessions(sessions);
  }
}

/**
 * How a dataset's next home follows; after a switch, with the ends swapped, how the old home does. Reads only.
 * @returns undefined when nothing has been prepared
 */
export async function followHealth({
  dataset,
  from,
  to,
}: Pick<MoveRequest, "dataset" | "from" | "to">): Promise<LinkHealth | undefined> {
  return await withSessionIfThere(from.server, from.database, (source) =>
    inJournal(to, (target) => settledHealth(source, target, linkOf(dataset, from, to))),
  );
}

/**
 * Gives up what `followMove` made: nothing of it is left on the home that the dataset stays in. `abandon` with the ends by
 * another name.
 */
export async function stopFollowing({
  dataset,
  from,
  to,
}: Pick<MoveRequest, "dataset" | "from" | "to">): Promise<void> {
  await abandon({ dataset, old: to, home: from });
}

/**
 * The proof after the switch, while the service runs in the new home already: the old one, frozen at the fence, against the
 * new one as it was at the hand-out. Then what has been written since begins to arrive in the old home. Where the snapshot
 * of the hand-out is lost with its process, the old home follows first, and both are compared as they converge. Tables that
 * the service has altered since, so that a snapshot does not show them any more, are left out, and told. May be called again
 * after it has been cut short, and when all is done.
 * @returns whether the move is proved; false when it has not been switched, or not online, or is none: its home was opened again
 * @throws RehomeError `verification-failed`; the way back stays open
 */
export async function prove(request: MoveRequest, report: Report = () => undefined): Promise<boolean> {
  await loadGrammar();
  try {
    return await onServers([request.from, request.to], () => proveBetween(request, report));
  } catch (error) {
    throw inWords(error, {
      doing: `the move of ${request.dataset} from ${placementName(request.from)} was proved`,
      holds: `The service goes on in ${placementName(request.to)}.`,
    });
  }
}

async function proveBetween(request: MoveRequest, report: Report): Promise<boolean> {
  // Of what is lost nothing can be proved.
  if ((await reopenedHome(request)) !== undefined) return false;
  const sessions = await openSessions(request);
  try {
    const run = await switchedRun(request, sessions, new Tracker(request.dataset, report));
    if (run === undefined) return false;
    const { source, target, migration } = run;
    if (migration.clean !== true) {
      const snapshot = await heldSnapshot(migration.id);
      if (snapshot === undefined) await proveByConverging(run);
      else await proveBySnapshot(run, snapshot);
      await recordFacts(target, migration.id, { clean: true });
      await releaseSnapshot(migration.id);
    }
    const link = linkOf(request.dataset, request.from, request.to);
    await unsubscribe(target, link.name);
    await unpublish(source, link);
    await openWayBack(run).catch((error: unknown) => {
      throw codeOf(error) === SQLSTATE.undefinedTable ? notFollowed(request, error) : error;
    });
    return true;
  } finally {
    await closeSessions(sessions);
  }
}

const notFollowed = ({ dataset, from, to }: MoveRequest, cause: unknown): RehomeError =>
  new RehomeError(
    "link-broken",
    `${dataset} is proved in ${placementName(to)}, but ${placementName(from)} cannot follow it back: ${messageOf(cause)}. A table was renamed since the hand-out: give it its name back until there is no \`formerly\`, or delete \`formerly\` now; nothing leads back then.`,
    { cause, retryable: true },
  );

async function switchedRun(
  request: MoveRequest,
  sessions: Awaited<ReturnType<typeof openSessions>>,
  progress: Tracker,
): Promise<Run | undefined> {
  const { source, target } = sessions;
  if (!(await hasJournal(target))) return undefined;
  const migration = await latestMigration(target, {
    dataset: request.dataset,
    source: placementName(request.from),
    target: placementName(request.to),
  });
  if (migration?.state !== "switched" || migration.strategy !== "follow") return undefined;
  const { dataset, from } = request;
  const fence = { dataset, schema: from.schema, migration: migration.id, target: migration.target };
  const inspection = await inspectSource(source, request);
  const jobs = jobsOf(request.options);
  return Object.assign(sessions, { request, migration, inspection, progress, jobs, fence });
}

async function proveBySnapshot(run: Run, snapshot: string): Promise<void> {
  const { target, migration } = run;
  await enterStage(target, migration.id, "prove", "the old home, frozen, against the hand-out’s snapshot");
  run.progress.enter("prove", { bytes: 0, tables: 0 });
  const { proof, left } = await compareUnaltered(run, snapshot);
  await transaction(target, () => recordVerification(target, migration.id, proof));
  await refuseDifferent(run, await narrowed(run, snapshot, proof));
  if (left.length === 0) return;
  const message = `left out: ${some(left)}: altered in ${placementName(run.request.to)} since the hand-out; equal before the fence`;
  await enterStage(target, migration.id, "prove", message);
  run.progress.enter("prove", { bytes: 0, tables: 0 }, message);
}

/**
 * Compares what the snapshot still shows: its service may drop, truncate or alter tables as soon as it has them.
 * @returns the proof, and the tables that it cannot speak of
 */
async function compareUnaltered(
  run: Run,
  snapshot: string,
): Promise<{ proof: readonly TableVerification[]; left: readonly string[] }> {
  const { inspection, request } = run;
  const before = await alteredSince(request.to, snapshot);
  const relations = inspection.relations.filter(({ name }) => before.get(name) !== "gone");
  const compared = { ...run, inspection: { ...inspection, relations } };
  let found: TableVerification[];
  try {
    found = await compareTables(compared, snapshot);
  } catch (error) {
    // Altered while it was compared: once more, without it.
    const gone = [...(await alteredSince(request.to, snapshot))].filter(([, how]) => how === "gone");
    if (gone.every(([name]) => before.get(name) === "gone")) throw error;
    return await compareUnaltered(run, snapshot);
  }
  const after = await alteredSince(request.to, snapshot);
  const proof = found.filter(({ table, equal }) => equal || !after.has(table));
  const proved = new Set(proof.map(({ table }) => table));
  return { proof, left: [...after.keys()].filter((name) => !proved.has(name)) };
}

async function refuseDifferent({ request, target, migration }: Run, wrong: readonly string[]): Promise<void> {
  if (wrong.length === 0) return;
  await recordFacts(target, migration.id, { clean: false });
  throw new RehomeError(
    "verification-failed",
    `${request.dataset} was switched to ${placementName(request.to)}, but is not what it was in ${placementName(request.from)}:\n  ${wrong.join("\n  ")}\nThe old home stays complete, and the way back open: swap home and formerly.`,
  );
}

/** Both ends compared as they are now: the old home has been given everything since the switch. */
async function proveByConverging(run: Run): Promise<void> {
  const { request, source, target, migration } = run;
  await enterStage(target, migration.id, "prove", "both homes, as they converge");
  await openWayBack(run);
  if (!(await isSubscribed(source, linkOf(request.dataset, request.to, request.from)))) {
    throw new RehomeError(
      "link-broken",
      `it cannot be proved any more that ${placementName(request.to)} has everything that was in ${placementName(request.from)}: the snapshot of the hand-out has ended with its run, and the slot by which the old home was to follow is gone. Compare the two yourself before you delete the old one.`,
    );
  }
  const back = { ...request, from: request.to, to: request.from };
  const inspection = await inspectSource(target, back);
  const turned: Run = { ...run, source: target, target: source, request: back, inspection };
  await caughtUp(turned);
  await refuseDifferent(run, await followedDifferences(turned));
}
