import type pg from "pg";
import { RehomeError } from "../errors";
import { copyTables } from "../copy/copy-tables";
import { recopyTables } from "../copy/recopy";
import { disarm, findFence, forgetFence, liftFence } from "../fence/fence";
import { ensureFacades } from "../follow/facades";
import { createSlot, loginOf, publish, unpublish } from "../follow/publish";
import { facadesOf, linkOf, reverse, type Link } from "../follow/link";
import { drained, linkHealth, placeInStream } from "../follow/stream";
import { setSubscription, subscribe } from "../follow/subscribe";
import { removeLinks } from "../follow/remove";
import { inspectFollowable, whatToFollow, type Following } from "../inspect/followable";
import { readingPath, schemaOid } from "../inspect/schema";
import { enterStage } from "../journal/journal";
import { placementName } from "../naming";
import { open, rows } from "../sql/connect";
import { complete, carrySequences } from "../stages/complete";
import { prepare } from "../stages/prepare";
import type { Run } from "../stages/run";
import { converge } from "../verify/converge";
import { holdSnapshot, releaseSnapshot } from "../verify/snapshot";

/** Bytes behind at which the fence may be closed: what is left is drained in a moment. */
const LAG_LIMIT = 16 * 1024 * 1024;
const CATCH_UP_MS = 10 * 60_000;
const SLOT_MS = 60_000;
const DRAIN_MS = 30_000;

const forward = ({ request }: Pick<Run, "request">): Link =>
  linkOf(request.dataset, request.from, request.to);

/** Which tables are followed, read where they are now. */
async function following(run: Run): Promise<Following> {
  const { source, request } = run;
  const oid = (await schemaOid(source, request.from.schema)) ?? 0;
  return whatToFollow(await inspectFollowable(source, oid), request.from.schema !== request.to.schema);
}

/** Whether the link stands from an earlier run, and can be gone on with. */
async function stands(run: Run, link: Link): Promise<boolean> {
  const [row] = await rows(run.target, "SELECT FROM rehome.link WHERE name = $1 AND side = 'subscriber'", [
    link.name,
  ]);
  if (row === undefined) return false;
  return !(await linkHealth(run.source, run.target, link)).lost;
}

/**
 * Brings the new home to follow the old one: a copy from one snapshot, and every change since. It goes on without any
 * process of ours. Does nothing where it follows already; begins anew where its slot or subscription is gone.
 */
export async function follow(run: Run): Promise<void> {
  const link = forward(run);
  if (await stands(run, link)) {
    await setSubscription(run.target, link.name, true);
    return;
  }
  await removeLinks(run.source, run.target, run.request);
  await liftFence(run.source, run.request.dataset, run.request.from.schema);
  run.progress.enter("prepare", { bytes: 0, tables: 0 });
  await prepare(run);
  const facades = await facadesOf(run);
  const { followed } = await following(run);
  if (facades?.side === "publisher") await ensureFacades(run.source, facades, followed, SLOT_MS);
  const schema = facades?.side === "publisher" ? facades.facade : run.request.from.schema;
  const login = await publish(run.source, link, schema, followed);
  const slot = await createSlot(link, SLOT_MS);
  try {
    await copyTables({ ...run, snapshot: slot.snapshot });
  } finally {
    await slot.close();
  }
  await complete(run);
  if (facades?.side === "subscriber") await ensureFacades(run.target, facades, followed, SLOT_MS);
  await subscribe(run.target, link, login);
  await enterStage(run.target, run.migration.id, "follow", "changes arrive");
}

/** Waits until what is left to arrive is little. @throws RehomeError `link-broken`, `lag-too-high` */
export async function caughtUp(run: Run): Promise<void> {
  const link = forward(run);
  const end = Date.now() + CATCH_UP_MS;
  for (;;) {
    const { lag, broken } = await linkHealth(run.source, run.target, link);
    if (broken !== null) {
      throw new RehomeError(
        "link-broken",
        `${placementName(run.request.to)} does not follow ${placementName(run.request.from)} any more: ${broken}. The service goes on where it was. Run it again; what is needed is copied afresh.`,
        { retryable: true },
      );
    }
    if (lag < LAG_LIMIT) return;
    if (Date.now() > end) {
      throw new RehomeError(
        "lag-too-high",
        `${placementName(run.request.to)} is ${lag} bytes of WAL behind, and does not catch up. The service goes on where it was; try again when fewer are written.`,
        { retryable: true },
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** The gate before the fence: all rows of both sides, compared while the service writes. */
export async function compareFollowed(run: Run): Promise<void> {
  const { request, inspection, target, source, progress, migration } = run;
  const { followed } = await following(run);
  const link = forward(run);
  await enterStage(target, migration.id, "compare", "all rows, while clients write");
  progress.enter("compare", { bytes: 0, tables: followed.length });
  const sides = await Promise.all(
    [request.from, request.to].map(async (end) => {
      const client = await open(end.server, end.database);
      await client.query(`SET search_path = ${readingPath(end.schema, inspection.extensions)}`);
      return { client, schema: end.schema };
    }),
  );
  const catchUp = async (): Promise<void> => drained(source, link, await placeInStream(source), CATCH_UP_MS);
  try {
    await catchUp();
    const wrong: string[] = [];
    for (const { name, key } of followed) {
      const columns = await allColumns(source, request.from.schema, name);
      const count = inspection.relations.find((relation) => relation.name === name)?.rows ?? 0;
      const [one, other] = sides as [(typeof sides)[0], (typeof sides)[0]];
      const found = await converge(one, other, { name, columns, key, rows: count }, catchUp);
      progress.tableDone();
      if (found.different.length > 0)
        wrong.push(`table ${name}: rows with the keys ${found.different.join(", ")}`);
    }
    if (wrong.length === 0) return;
    throw new RehomeError(
      "verification-failed",
      `${request.dataset} in ${placementName(request.to)} is not what it is in ${placementName(request.from)}:\n  ${wrong.join("\n  ")}\nThe service goes on where it was.`,
    );
  } finally {
    await Promise.all(sides.map(({ client }) => client.end().catch(() => undefined)));
  }
}

async function allColumns(client: pg.Client, schema: string, table: string): Promise<string[]> {
  const found = await rows<{ name: string }>(
    client,
    `SELECT a.attname::text AS name FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
     JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = $1 AND c.relname = $2 AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attname`,
    [schema, table],
  );
  return found.map((row) => row.name);
}

/** Makes the link the other way, up to its slot: nothing arrives through it before the proof. */
export async function prepareWayBack(run: Run): Promise<void> {
  const { target, request } = run;
  const back = reverse(forward(run));
  const facades = await facadesOf(run);
  const { followed } = await following(run);
  // On the new home's side the facade stands for its tables under the old one's name.
  const schema = facades?.side === "subscriber" ? facades.facade : request.to.schema;
  const [slot] = await rows(target, "SELECT FROM pg_catalog.pg_replication_slots WHERE slot_name = $1", [
    back.name,
  ]);
  await publish(target, back, schema, followed);
  if (slot === undefined) {
    await target.query("SELECT pg_catalog.pg_create_logical_replication_slot($1, 'pgoutput')", [back.name]);
  }
}

/**
 * Under the closed fence: everything arrives, and the state of the new home at this moment is held by a snapshot, from
 * which the way back begins. The caller seals next.
 */
export async function drain(run: Run): Promise<void> {
  const { source, target, request, migration, progress } = run;
  const link = forward(run);
  await enterStage(target, migration.id, "drain", "to the fence's place in the stream");
  progress.enter("drain", { bytes: 0, tables: 0 });
  await drained(source, link, await placeInStream(source), DRAIN_MS);
  await setSubscription(target, link.name, false);
  const { others } = await following(run);
  await recopyTables(
    run,
    others.map(({ name }) => name),
  );
  await carrySequences(run);
  await disarm(target, request.to.schema);
  await target.query("SELECT pg_catalog.pg_replication_slot_advance($1, pg_catalog.pg_current_wal_lsn())", [
    reverse(link).name,
  ]);
  await holdSnapshot(run);
}

/** After the seal: what the fence of a home that was left, and is home again, took from its users. */
export async function welcomeBack({ target, request }: Pick<Run, "target" | "request">): Promise<void> {
  const fence = await findFence(target, request.dataset, request.to.schema);
  if (fence === undefined) return;
  await disarm(target, request.to.schema);
  await target.query("BEGIN");
  await forgetFence(target, fence);
  await target.query("COMMIT");
}

/** After a failure before the seal: the new home goes on following, and nothing is kept for a way back. */
export async function goOnFollowing(run: Run): Promise<void> {
  const link = forward(run);
  const [there] = await rows(run.target, "SELECT FROM pg_catalog.pg_replication_slots WHERE slot_name = $1", [
    reverse(link).name,
  ]);
  if (there !== undefined) await unpublish(run.target, reverse(link));
  await setSubscription(run.target, link.name, true);
  await releaseSnapshot(run.migration.id);
}

/** Starts the way back: what is written in the new home from the switch on arrives in the old one. */
export async function openWayBack(run: Run): Promise<void> {
  const back = reverse(forward(run));
  const [there] = await rows(run.source, "SELECT FROM rehome.link WHERE name = $1 AND side = 'subscriber'", [
    back.name,
  ]);
  if (there !== undefined) return;
  await subscribe(run.source, back, await loginOf(run.target, back));
}
