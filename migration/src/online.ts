import { loadGrammar } from "./ddl/rename-code";
import { RehomeError, codeOf } from "./errors";
import { abandonFence } from "./fence/fence";
import { linkOf } from "./follow/link";
import { removeLinks } from "./follow/remove";
import { linkHealth, type LinkHealth } from "./follow/stream";
import { inspectSource } from "./plan/inspect-ends";
import {
  dropJournalIfEmpty,
  hasJournal,
  latestMigration,
  recordFacts,
  recordVerification,
} from "./journal/journal";
import { placementName } from "./naming";
import { transaction, withSession } from "./sql/connect";
import { beginRun } from "./stages/begin";
import { Tracker, closeSessions, openSessions, type Run } from "./stages/run";
import { caughtUp, compareFollowed, follow, openWayBack } from "./strategies/follow";
import type { MoveRequest, Report } from "./types";
import { compareTables, differing } from "./verify/verify";
import { heldSnapshot, releaseSnapshot } from "./verify/snapshot";
import { unsubscribe } from "./follow/subscribe";
import { unpublish } from "./follow/publish";

/**
 * Brings a dataset's next home to follow its present one, and leaves it following. Called again it mends what is broken and
 * tells how far it is.
 * @throws RehomeError `blocked`, `slot-timeout`, `link-broken`, ...
 */
export async function followMove(
  request: MoveRequest,
  report: Report = () => undefined,
): Promise<LinkHealth> {
  await loadGrammar();
  const sessions = await openSessions(request);
  try {
    const { run } = await beginRun(request, sessions, new Tracker(request.dataset, report));
    await follow(run);
    await caughtUp(run);
    return await linkHealth(run.source, run.target, linkOf(request.dataset, request.from, request.to));
  } finally {
    await closeSessions(sessions);
  }
}

/** How a dataset's next home follows; undefined when nothing has been prepared. Reads only. */
export async function followHealth({ dataset, from, to }: MoveRequest): Promise<LinkHealth | undefined> {
  try {
    return await withSession(from.server, from.database, (source) =>
      withSession(to.server, to.database, async (target) =>
        (await hasJournal(target)) ? await linkHealth(source, target, linkOf(dataset, from, to)) : undefined,
      ),
    );
  } catch (error) {
    if (codeOf(error) === "database-missing") return undefined;
    throw error;
  }
}

/** Gives up what `followMove` made: nothing of it is left on the home that the dataset stays in. */
export async function stopFollowing({
  dataset,
  from,
  to,
}: Pick<MoveRequest, "dataset" | "from" | "to">): Promise<void> {
  await withSession(from.server, from.database, (source) =>
    withSession(to.server, to.database, async (target) => {
      await removeLinks(source, target, { dataset, from, to });
      await abandonFence(source, { dataset, schema: from.schema, target: placementName(to) });
      await dropJournalIfEmpty(source);
    }),
  );
}

/**
 * The proof after the switch, while the service runs in the new home already: the old one, frozen at the fence, against the
 * new one as it was at the hand-out. Then what has been written since begins to arrive in the old home. Where the snapshot
 * of the hand-out is lost with its process, the old home follows first, and both are compared as they converge.
 * @throws RehomeError `verification-failed`; the way back stays open
 */
export async function prove(request: MoveRequest, report: Report = () => undefined): Promise<boolean> {
  const sessions = await openSessions(request);
  try {
    const { source, target } = sessions;
    const row = await latestMigration(target, {
      dataset: request.dataset,
      source: placementName(request.from),
      target: placementName(request.to),
    });
    if (row?.state !== "switched") return false;
    const link = linkOf(request.dataset, request.from, request.to);
    const inspection = await inspectSource(source, request);
    const progress = new Tracker(request.dataset, report);
    const run: Run = Object.assign(sessions, {
      ...{ request, migration: row, inspection, progress, jobs: request.options.jobs ?? 2 },
      fence: { dataset: request.dataset, schema: request.from.schema, migration: row.id, target: row.target },
    });
    if (row.clean !== true) {
      const snapshot = await heldSnapshot(row.id);
      if (snapshot === undefined) await proveByConverging(run);
      else await proveBySnapshot(run, snapshot);
      await recordFacts(target, row.id, { clean: true });
      await releaseSnapshot(row.id);
    }
    await unsubscribe(target, link.name);
    await unpublish(source, link);
    await openWayBack(run);
    return true;
  } finally {
    await closeSessions(sessions);
  }
}

async function proveBySnapshot(run: Run, snapshot: string): Promise<void> {
  run.progress.enter("prove", { bytes: 0, tables: 0 });
  const proof = await compareTables(run, snapshot);
  await transaction(run.target, () => recordVerification(run.target, run.migration.id, proof));
  const wrong = differing(proof);
  if (wrong.length === 0) return;
  await recordFacts(run.target, run.migration.id, { clean: false });
  throw new RehomeError(
    "verification-failed",
    `${run.request.dataset} was switched to ${placementName(run.request.to)}, but is not what it was in ${placementName(run.request.from)}:\n  ${wrong.join("\n  ")}\nThe old home stays complete; nothing written since is lost. Swap home and formerly to go back.`,
  );
}

/** Both ways compared as they are now: the old home has been given everything since the switch. */
async function proveByConverging(run: Run): Promise<void> {
  const { request } = run;
  await openWayBack(run);
  const turned = Object.assign(
    { ...run },
    { source: run.target, target: run.source, request: { ...request, from: request.to, to: request.from } },
  );
  await caughtUp(turned);
  await compareFollowed(turned);
}
