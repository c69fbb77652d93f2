import type pg from "pg";
import { rows } from "../sql/connect";
import type { Link } from "./link";

/** How a link stands, read on both of its ends. */
export interface LinkHealth {
  /** Bytes of WAL that the subscriber has not confirmed yet. */
  readonly lag: number;
  /** Bytes of WAL that the publisher's server keeps for it. */
  readonly retained: number;
  /** Whether a switch may begin: it follows, and what is left to drain is little. */
  readonly ready: boolean;
  /** Whether a worker of the subscriber applies changes, and has reached the publisher. */
  readonly running: boolean;
  /** What is wrong, in words; null when it follows. */
  readonly broken: string | null;
  /** What to do about it, where no run of ours can mend it. */
  readonly remedy: string | null;
  /** Whether only a fresh copy can mend it. */
  readonly lost: boolean;
  /** Errors of the subscription since it was made. They grow while a change cannot be applied. */
  readonly errors: number;
  /** The place in the publisher's stream up to which everything is safely there. */
  readonly confirmed: string | null;
}

/** Bytes behind at which the fence may be closed: what is left is drained in a moment. */
const LAG_LIMIT = 16 * 1024 * 1024;

interface SlotRow {
  readonly lag: string | null;
  readonly retained: string;
  readonly status: string | null;
  readonly confirmed: string | null;
  readonly active: boolean;
}

interface SubscriptionRow {
  readonly enabled: boolean;
  readonly working: boolean;
  /** Whether every worker that the subscriber's server may have is at work. */
  readonly exhausted: boolean;
  readonly errors: string;
}

const SLOT = `
  SELECT pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_lsn(), confirmed_flush_lsn)::text AS lag,
    coalesce(pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_lsn(), restart_lsn), 0)::text AS retained,
    wal_status AS status, confirmed_flush_lsn::text AS confirmed, active
  FROM pg_catalog.pg_replication_slots WHERE slot_name = $1`;

const SUBSCRIPTION = `
  SELECT s.subenabled AS enabled,
    EXISTS (SELECT FROM pg_catalog.pg_stat_subscription t WHERE t.subid = s.oid AND t.pid IS NOT NULL) AS working,
    (SELECT count(*) FROM pg_catalog.pg_stat_subscription t WHERE t.pid IS NOT NULL)
      >= pg_catalog.current_setting('max_logical_replication_workers')::int AS exhausted,
    coalesce((SELECT apply_error_count FROM pg_catalog.pg_stat_subscription_stats t WHERE t.subid = s.oid), 0)::text AS errors
  FROM pg_catalog.pg_subscription s JOIN pg_catalog.pg_database d ON d.oid = s.subdbid
  WHERE s.subname = $1 AND d.datname = pg_catalog.current_database()`;

/**
 * Two queries, one on each side.
 * @param before errors that were there earlier: without a new one, it is no change that keeps a worker from running
 */
export async function linkHealth(
  publisher: pg.Client,
  subscriber: pg.Client,
  link: Link,
  before = 0,
): Promise<LinkHealth> {
  const [slot] = await rows<SlotRow>(publisher, SLOT, [link.name]);
  const [subscription] = await rows<SubscriptionRow>(subscriber, SUBSCRIPTION, [link.name]);
  // A worker that does not reach its publisher runs for as long as it tries; only a slot that is read is reached.
  const running = slot?.active === true && subscription?.working === true;
  const { broken, remedy = null } = whatIsBroken(link, slot, subscription, { running, before });
  const lag = Number(slot?.lag ?? 0);
  return {
    lag,
    retained: Number(slot?.retained ?? 0),
    ready: broken === null && lag < LAG_LIMIT,
    running,
    broken,
    remedy,
    lost: slot === undefined || slot.status === "lost" || subscription === undefined,
    errors: Number(subscription?.errors ?? 0),
    confirmed: slot?.confirmed ?? null,
  };
}

const DISABLED = "its subscription is disabled";

interface Broken {
  readonly broken: string | null;
  readonly remedy?: string;
}

function whatIsBroken(
  link: Link,
  slot: SlotRow | undefined,
  subscription: SubscriptionRow | undefined,
  { running, before }: { readonly running: boolean; readonly before: number },
): Broken {
  if (slot === undefined) return { broken: "its replication slot is gone" };
  if (slot.status === "lost")
    return { broken: "its replication slot was lost: the server had to keep too much WAL for it" };
  if (subscription === undefined) return { broken: "its subscription is gone" };
  if (!subscription.enabled) return { broken: DISABLED };
  if (running) return { broken: null };
  if (Number(subscription.errors) > before) {
    const errors = `${subscription.errors} errors; the new home's server log has them`;
    return { broken: `its subscription cannot apply a change (${errors})` };
  }
  return workerless(link, subscription);
}

function workerless({ name, publisher, subscriber }: Link, { exhausted, working }: SubscriptionRow): Broken {
  if (exhausted && !working) {
    return {
      broken: `no worker is left on host "${subscriber.host}" to apply its changes`,
      remedy: `Raise max_logical_replication_workers and max_worker_processes there and restart the server, or finish other moves first.`,
    };
  }
  return {
    broken: `no worker on host "${subscriber.host}" receives its changes`,
    remedy: `Its server log says why: have it reach ${publisher.server.host}:${publisher.server.port} as role "${name}" (pg_hba.conf, firewall), or raise max_worker_processes there.`,
  };
}

const LOOK_MS = 200;
/** Errors in a row that are more than a server's restart. */
export const STUBBORN = 3;
const SETTLE_MS = 60_000;
/** For how long no worker runs after one has ended, and a little more: `wal_retrieve_retry_interval` is 5 s. */
const PAUSE_MS = 7_000;
/** Without a worker for longer than this, none will come by itself. */
export const STANDS_MS = 20_000;

/** How a link stands for whoever looks only once: a worker that has ended is given the time to be started again. */
export async function settledHealth(
  publisher: pg.Client,
  subscriber: pg.Client,
  link: Link,
): Promise<LinkHealth> {
  const first = await linkHealth(publisher, subscriber, link);
  let now = first;
  for (const end = Date.now() + PAUSE_MS; Date.now() < end;) {
    if (now.running || now.lost || now.broken === DISABLED || now.errors > first.errors) return now;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    now = await linkHealth(publisher, subscriber, link, first.errors);
  }
  return now;
}

/**
 * Whether a link that stands moves on: its place advances, or has come to where the publisher was.
 * @returns `fails` where a change cannot be applied; `stands` where no worker receives any
 */
export async function movesOn(
  publisher: pg.Client,
  subscriber: pg.Client,
  link: Link,
): Promise<"moves" | "fails" | "stands"> {
  const [place] = await rows<{ lsn: string }>(
    publisher,
    "SELECT pg_catalog.pg_logical_emit_message(true, 'rehome', 'here')::text AS lsn",
  );
  const first = await linkHealth(publisher, subscriber, link);
  let seen = Date.now();
  for (const end = Date.now() + SETTLE_MS; ;) {
    const now = await linkHealth(publisher, subscriber, link, first.errors);
    if (now.lost || now.errors >= first.errors + STUBBORN) return "fails";
    if (now.confirmed !== null && place !== undefined && lsn(now.confirmed) >= lsn(place.lsn)) return "moves";
    // A place that advances without an error is a link at work, however far it is behind.
    if (now.errors === first.errors && now.confirmed !== first.confirmed && now.broken === null)
      return "moves";
    if (now.remedy === null) seen = Date.now();
    else if (Date.now() > seen + STANDS_MS) return "stands";
    if (Date.now() > end) return now.broken === null ? "moves" : "fails";
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

/** A place in the stream as a number. */
function lsn(text: string): bigint {
  const [high = "0", low = "0"] = text.split("/");
  return (BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`);
}
