import { recopyTables } from "../copy/recopy";
import { disarm, findFence, forgetFence, rearm } from "../fence/fence";
import { giveObjects } from "../fence/held-objects";
import { reverse } from "../follow/link";
import { loginOf, publish, unpublish } from "../follow/publish";
import { publishedBack, scopeOf } from "../follow/scope";
import { beginHere, createSlot, hasSlot } from "../follow/slot";
import { drained, placeInStream } from "../follow/stream";
import { isSubscribed, setSubscription, subscribe, unsubscribe } from "../follow/subscribe";
import { enterStage } from "../journal/journal";
import { transaction } from "../sql/connect";
import { carrySequences } from "../stages/complete";
import type { Run } from "../stages/run";
import { holdSnapshot, releaseSnapshot } from "../verify/snapshot";
import { forward } from "./follow";
import { syncFollowedObjects } from "./followed-objects";

const DRAIN_MS = 30_000;
/** How long the start of a slot is waited for. */
const SLOT_MS = 5 * 60_000;

/** Makes the link the other way, up to its slot: nothing arrives through it before the proof. */
export async function prepareWayBack(run: Run): Promise<void> {
  const { source, target, request } = run;
  const back = reverse(forward(run));
  // Of a move that was taken back unproved: it knows a password that is about to be another.
  await unsubscribe(source, back.name);
  const scope = await scopeOf(run);
  await publish(
    target,
    back,
    publishedBack(scope, request),
    scope.followed.map(({ name }) => name),
  );
  if (!(await hasSlot(target, back.name))) await (await createSlot(back, SLOT_MS)).close();
}

/**
 * Under the closed fence: everything arrives, and the state of the new home at this moment is held by a snapshot, from
 * which the way back begins. The caller seals next.
 * @param rewritten tables that are in another file since they were compared: what rewrote them is not replicated
 * @throws RehomeError `drain-timeout`
 */
export async function drain(run: Run, rewritten: readonly string[]): Promise<void> {
  const { source, target, request, migration, progress } = run;
  const link = forward(run);
  await enterStage(target, migration.id, "drain", "to the fence's place in the stream");
  progress.enter("drain", { bytes: 0, tables: 0 });
  const timeout = request.options.drainTimeout ?? DRAIN_MS;
  await drained(run, link, await placeInStream(source), timeout);
  await setSubscription(target, link.name, false);
  const { others } = await scopeOf(run);
  await recopyTables(run, [...new Set([...others.map(({ name }) => name), ...rewritten])]);
  await syncFollowedObjects(run);
  await carrySequences(run);
  await disarm(target, { dataset: request.dataset, schema: request.to.schema });
  // What arrived is on the new home's disk, and behind the place from which the way back begins.
  await placeInStream(target);
  await beginHere(target, reverse(link).name);
  await holdSnapshot(run);
}

/** After the seal: what the fence of a home that was left, and is home again, took from its users. */
export async function welcomeBack({ target, request }: Pick<Run, "target" | "request">): Promise<void> {
  const fence = await findFence(target, request.dataset, request.to.schema);
  if (fence === undefined) return;
  await disarm(target, { dataset: request.dataset, schema: request.to.schema });
  await giveObjects(target, fence.key);
  await transaction(target, () => forgetFence(target, fence));
}

/** After a failure before the seal: the new home goes on following, and nothing is kept for a way back. */
export async function goOnFollowing(run: Run): Promise<void> {
  const link = forward(run);
  await releaseSnapshot(run.migration.id);
  await rearm(run.target, { dataset: run.request.dataset, schema: run.request.to.schema });
  if (await isSubscribed(run.target, link)) await setSubscription(run.target, link.name, true);
  if (await hasSlot(run.target, reverse(link).name)) await unpublish(run.target, reverse(link));
}

/**
 * Starts the way back: what is written in the new home from the switch on arrives in the old one. Where its slot has been
 * lost there is nothing to start: going back then begins with a fresh copy.
 */
export async function openWayBack({ source, target, request }: Run): Promise<void> {
  const back = reverse(forward({ request }));
  await rearm(source, { dataset: request.dataset, schema: request.from.schema });
  if (await isSubscribed(source, back)) return setSubscription(source, back.name, true);
  if (await hasSlot(target, back.name)) await subscribe(source, back, await loginOf(target, back));
}
