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
  /** What is wrong, in words; null when it follows. */
  readonly broken: string | null;
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
}

interface SubscriptionRow {
  readonly enabled: boolean;
  readonly running: boolean;
  readonly errors: string;
}

const SLOT = `
  SELECT pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_lsn(), confirmed_flush_lsn)::text AS lag,
    coalesce(pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_lsn(), restart_lsn), 0)::text AS retained,
    wal_status AS status, confirmed_flush_lsn::text AS confirmed
  FROM pg_catalog.pg_replication_slots WHERE slot_name = $1`;

const SUBSCRIPTION = `
  SELECT s.subenabled AS enabled,
    EXISTS (SELECT FROM pg_catalog.pg_stat_subscription t WHERE t.subid = s.oid AND t.pid IS NOT NULL) AS running,
    coalesce((SELECT apply_error_count FROM pg_catalog.pg_stat_subscription_stats t WHERE t.subid = s.oid), 0)::text AS errors
  FROM pg_catalog.pg_subscription s JOIN pg_catalog.pg_database d ON d.oid = s.subdbid
  WHERE s.subname = $1 AND d.datname = pg_catalog.current_database()`;

/** Two queries, one on each side. */
export async function linkHealth(
  publisher: pg.Client,
  subscriber: pg.Client,
  { name }: Link,
): Promise<LinkHealth> {
  const [slot] = await rows<SlotRow>(publisher, SLOT, [name]);
  const [subscription] = await rows<SubscriptionRow>(subscriber, SUBSCRIPTION, [name]);
  const broken = whatIsBroken(slot, subscription);
  const lag = Number(slot?.lag ?? 0);
  return {
    lag,
    retained: Number(slot?.retained ?? 0),
    ready: broken === null && lag < LAG_LIMIT,
    broken,
    lost: slot === undefined || slot.status === "lost" || subscription === undefined,
    errors: Number(subscription?.errors ?? 0),
    confirmed: slot?.confirmed ?? null,
  };
}

function whatIsBroken(slot: SlotRow | undefined, subscription: SubscriptionRow | undefined): string | null {
  if (slot === undefined) return "its replication slot is gone";
  if (slot.status === "lost")
    return "its replication slot was lost: the server had to keep too much WAL for it";
  if (subscription === undefined) return "its subscription is gone";
  if (!subscription.enabled) return "its subscription is disabled";
  if (!subscription.running && Number(subscription.errors) > 0)
    return `its subscription cannot apply a change (${subscription.errors} errors; the new home's server log has them)`;
  return null;
}

const LOOK_MS = 200;
/** Errors in a row that are more than a server's restart. */
export const STUBBORN = 3;
const SETTLE_MS = 60_000;

/** Whether a link that stands moves on: its place advances, or has come to where the publisher was. */
export async function movesOn(publisher: pg.Client, subscriber: pg.Client, link: Link): Promise<boolean> {
  const [place] = await rows<{ lsn: string }>(
    publisher,
    "SELECT pg_catalog.pg_logical_emit_message(true, 'rehome', 'here')::text AS lsn",
  );
  const first = await linkHealth(publisher, subscriber, link);
  for (const end = Date.now() + SETTLE_MS; ;) {
    const now = await linkHealth(publisher, subscriber, link);
    if (now.lost || now.errors >= first.errors + STUBBORN) return false;
    if (now.confirmed !== null && place !== undefined && lsn(now.confirmed) >= lsn(place.lsn)) return true;
    // A place that advances without an error is a link at work, however far it is behind.
    if (now.errors === first.errors && now.confirmed !== first.confirmed && now.broken === null) return true;
    if (Date.now() > end) return now.broken === null;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

/** A place in the stream as a number. */
function lsn(text: string): bigint {
  const [high = "0", low = "0"] = text.split("/");
  return (BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`);
}
