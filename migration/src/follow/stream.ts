import type pg from "pg";
import { RehomeError } from "../errors";
import { rows } from "../sql/connect";
import type { Link } from "./link";

/** How a link stands, read on both of its ends. */
export interface LinkHealth {
  /** Bytes of WAL that the subscriber has not confirmed yet. */
  readonly lag: number;
  /** Bytes of WAL that the publisher's server keeps for it. */
  readonly retained: number;
  /** What is wrong, in words; null when it follows. */
  readonly broken: string | null;
  /** Whether only a fresh copy can mend it. */
  readonly lost: boolean;
}

interface SlotRow {
  readonly lag: string;
  readonly retained: string;
  readonly status: string | null;
}

interface SubscriptionRow {
  readonly enabled: boolean;
  readonly running: boolean;
  readonly errors: string;
}

/** Two queries, one on each side. */
export async function linkHealth(
  publisher: pg.Client,
  subscriber: pg.Client,
  link: Link,
): Promise<LinkHealth> {
  const [slot] = await rows<SlotRow>(
    publisher,
    `SELECT pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_lsn(), confirmed_flush_lsn)::text AS lag,
       coalesce(pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_lsn(), restart_lsn), 0)::text AS retained, wal_status AS status
     FROM pg_catalog.pg_replication_slots WHERE slot_name = $1`,
    [link.name],
  );
  const [subscription] = await rows<SubscriptionRow>(
    subscriber,
    `SELECT s.subenabled AS enabled, EXISTS (SELECT FROM pg_catalog.pg_stat_subscription t WHERE t.subid = s.oid AND t.pid IS NOT NULL) AS running,
       coalesce((SELECT apply_error_count FROM pg_catalog.pg_stat_subscription_stats t WHERE t.subid = s.oid), 0)::text AS errors
     FROM pg_catalog.pg_subscription s WHERE s.subname = $1`,
    [link.name],
  );
  const lost = slot === undefined || slot.status === "lost" || subscription === undefined;
  return {
    lag: Number(slot?.lag ?? 0),
    retained: Number(slot?.retained ?? 0),
    lost,
    broken: whatIsBroken(slot, subscription),
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

/** A place in the publisher's stream behind everything that has been committed so far. */
export async function placeInStream(publisher: pg.Client): Promise<string> {
  const [row] = await rows<{ lsn: string }>(
    publisher,
    "SELECT pg_catalog.pg_logical_emit_message(true, 'rehome', 'here')::text AS lsn",
  );
  return row?.lsn ?? "";
}

/**
 * Waits until the subscriber has everything up to a place in the stream, safely on its disk.
 * @param timeout milliseconds
 * @throws RehomeError `drain-timeout`
 */
export async function drained(publisher: pg.Client, link: Link, lsn: string, timeout: number): Promise<void> {
  const end = Date.now() + timeout;
  for (;;) {
    const [row] = await rows<{ there: boolean }>(
      publisher,
      "SELECT confirmed_flush_lsn >= $2::pg_lsn AS there FROM pg_catalog.pg_replication_slots WHERE slot_name = $1",
      [link.name, lsn],
    );
    if (row?.there === true) return;
    if (row === undefined || Date.now() > end) {
      throw new RehomeError(
        "drain-timeout",
        row === undefined
          ? `the replication slot of ${link.dataset} is gone. The service goes on where it was; run it again for a fresh copy.`
          : `the new home of ${link.dataset} has not caught up in ${Math.round(timeout / 1000)} s. The service goes on where it was; try again when its lag is small.`,
        { retryable: true },
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
