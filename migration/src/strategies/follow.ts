import { RehomeError } from "../errors";
import { findFence, liftFence } from "../fence/fence";
import { ensureFacades } from "../follow/facades";
import { STANDS_MS, linkHealth, movesOn, settledHealth, type LinkHealth } from "../follow/health";
import { linkOf, type Link } from "../follow/link";
import { carriedTables, loginOf, publish } from "../follow/publish";
import { removeLinks } from "../follow/remove";
import { publishedSchema, scopeOf } from "../follow/scope";
import { createSlot, hasSlot } from "../follow/slot";
import { isSubscribed, reconnect, setSubscription, subscribe } from "../follow/subscribe";
import { enterStage, hasJournal, latestMigration, type MigrationRow } from "../journal/journal";
import { Sampler } from "../journal/samples";
import { placementName } from "../naming";
import { some } from "../plan/finding";
import { fill } from "../stages/fill";
import { prepare } from "../stages/prepare";
import type { Run } from "../stages/run";
import { releaseSnapshot } from "../verify/snapshot";
import { catalogDifferences } from "../verify/verify";
import { syncFollowedObjects } from "./followed-objects";

/** How long a table's lock is waited for. */
const LOCK_MS = 60_000;
/** How long the start of a slot is: nobody is kept from writing meanwhile. */
const SLOT_MS = 5 * 60_000;
const CATCH_UP_MS = 10 * 60_000;

/** The link that a run's changes come through. */
export const forward = ({ request }: Pick<Run, "request">): Link =>
  linkOf(request.dataset, request.from, request.to);

/**
 * Brings the new home to follow the old one: a copy from one snapshot, and every change since. It goes on without any
 * process of ours. Does nothing where it follows already; begins anew where what is there cannot be gone on with.
 * @throws RehomeError `slot-timeout`, `fence-timeout`, `facade-name-taken`, `not-released`, ...
 */
export async function follow(run: Run): Promise<void> {
  await reopenWayBack(run);
  const why = await whyAnew(run);
  if (why !== undefined) {
    await refuseUnproven(run, why);
    await beginAnew(run, why);
  }
  await syncFollowedObjects(run);
}

/** The move that this one takes back, if there is one. */
export async function arrivalOf({
  source,
  request,
}: Pick<Run, "source" | "request">): Promise<MigrationRow | undefined> {
  if (!(await hasJournal(source))) return undefined;
  const row = await latestMigration(source, {
    dataset: request.dataset,
    source: placementName(request.to),
    target: placementName(request.from),
  });
  return row?.state === "switched" && row.strategy !== "reopen" ? row : undefined;
}

/** A home that was left before the way back to it was opened: what was written since waits in its slot. */
async function reopenWayBack(run: Run): Promise<void> {
  const { source, target, request } = run;
  const link = forward(run);
  if (await isSubscribed(target, link)) return;
  const left = await findFence(target, request.dataset, request.to.schema);
  if (left?.sealed !== true || left.target !== placementName(request.from)) return;
  if (!(await hasSlot(source, link.name))) return;
  await subscribe(target, link, await loginOf(source, link));
  // From here on the home that was left is not what it was at the fence: nothing is to be compared with that any more.
  const arrived = await arrivalOf(run);
  if (arrived !== undefined) await releaseSnapshot(arrived.id);
}

/** What keeps a run from going on with the link of an earlier one; undefined when nothing does. */
async function whyAnew(run: Run): Promise<string | undefined> {
  const { source, target } = run;
  const link = forward(run);
  if (!(await isSubscribed(target, link))) return "nothing follows yet";
  const { lost, broken } = await linkHealth(source, target, link);
  if (lost) return broken ?? "its replication slot is gone";
  const altered = await catalogDifferences(run);
  if (altered.length > 0) return `definitions were changed: ${altered.slice(0, 3).join("; ")}`;
  const left = await uncarried(run);
  if (left.length > 0) return `tables were made anew: ${some(left)}`;
  await setSubscription(target, link.name, true);
  // Its publisher may have another address by now, or its role another password.
  if ((await settledHealth(source, target, link)).remedy !== null)
    await reconnect(target, link, await loginOf(source, link));
  const motion = await movesOn(source, target, link);
  if (motion === "stands") throw standing(run, await settledHealth(source, target, link));
  return motion === "fails" ? "its subscription cannot apply a change" : undefined;
}

/** A fresh copy would stand as still: its slot keeps what it has not received. */
const standing = ({ request }: Run, { broken, remedy }: LinkHealth): RehomeError =>
  new RehomeError(
    "link-broken",
    `${placementName(request.to)} does not follow ${placementName(request.from)}: ${broken ?? "no worker has received its changes for long"}. ${remedy ?? ""} Then run it again; the service goes on where it was.`,
    { retryable: true },
  );

/** Tables that are to be followed, and are not: whoever drops one and makes it anew takes it out of the publication. */
export async function uncarried(run: Run): Promise<string[]> {
  const carried = await carriedTables(run.source, forward(run));
  const { followed } = await scopeOf(run);
  return followed.map(({ name }) => name).filter((name) => !carried.has(name));
}

/** A home that was left is not emptied for a fresh copy while it may hold what its successor lacks. */
async function refuseUnproven(run: Run, why: string): Promise<void> {
  const { target, request } = run;
  const left = await findFence(target, request.dataset, request.to.schema);
  if (left?.sealed !== true) return;
  const [from, to] = [placementName(request.from), placementName(request.to)];
  const arrived = await arrivalOf(run);
  if (arrived === undefined || arrived.clean === true) return;
  throw new RehomeError(
    "not-released",
    `${to} cannot be gone back to by replication (${why}), and is not overwritten with a fresh copy: it has not been proved that ${from} has everything that was there. Prove that move first.`,
  );
}

async function beginAnew(run: Run, why: string): Promise<void> {
  const { source, target, request, migration, progress } = run;
  await removeLinks(source, target, request);
  await liftFence(source, request.dataset, request.from.schema);
  progress.enter("prepare", { bytes: 0, tables: 0 }, why);
  await enterStage(target, migration.id, "prepare", `a fresh copy: ${why}`);
  try {
    await prepare(run);
    await copyAndSubscribe(run);
  } catch (error) {
    // Nobody reads the slot of a copy that has failed, and it would hold the server's WAL back.
    await removeLinks(source, target, request).catch(() => undefined);
    throw error;
  }
  await enterStage(target, migration.id, "follow", "changes arrive");
}

async function copyAndSubscribe(run: Run): Promise<void> {
  const link = forward(run);
  const scope = await scopeOf(run);
  const { facades, followed } = scope;
  if (facades?.side === "publisher") await ensureFacades(run.source, facades, followed, LOCK_MS);
  const tables = followed.map(({ name }) => name);
  const login = await publish(run.source, link, publishedSchema(scope, run.request), tables);
  const slot = await createSlot(link, SLOT_MS);
  try {
    await fill({ ...run, snapshot: slot.snapshot }, () => slot.close());
  } finally {
    await slot.close();
  }
  if (facades?.side === "subscriber") await ensureFacades(run.target, facades, followed, LOCK_MS);
  run.progress.enter("follow", { bytes: 0, tables: 0 });
  await subscribe(run.target, link, login);
}

/** Notes in the journal how far behind the new home is. */
export const lagSamples = ({ target, migration }: Run): Sampler =>
  new Sampler(target, { migration: migration.id, stage: "follow" });

/**
 * Waits until what is left to arrive is little.
 * @param sampler is told how little
 * @throws RehomeError `link-broken`, `lag-too-high`
 */
export async function caughtUp(run: Run, sampler?: Sampler): Promise<void> {
  const link = forward(run);
  const { source, target, request } = run;
  const first = await linkHealth(source, target, link);
  const [from, to] = [placementName(request.from), placementName(request.to)];
  let seen = Date.now();
  for (const end = Date.now() + CATCH_UP_MS; ;) {
    const now = await linkHealth(source, target, link, first.errors);
    sampler?.tell({ lag: now.lag });
    await sampler?.end();
    if (now.ready) return;
    if (now.remedy === null) seen = Date.now();
    else if (Date.now() > seen + STANDS_MS) throw standing(run, now);
    const stuck = now.lost || (now.broken !== null && now.errors > first.errors + 1);
    if (stuck) {
      throw new RehomeError(
        "link-broken",
        `${to} does not follow ${from} any more: ${now.broken ?? "it is lost"}. The service goes on where it was. Run it again; what is needed is copied afresh.`,
        { retryable: true },
      );
    }
    if (Date.now() > end) {
      throw new RehomeError(
        "lag-too-high",
        `${to} is ${now.lag} bytes of WAL behind${now.broken === null ? "" : ` (${now.broken})`}, and does not catch up. The service goes on where it was; try again when less is written.`,
        { retryable: true },
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
