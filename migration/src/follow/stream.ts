import type pg from "pg";
import { RehomeError } from "../errors";
import { rows } from "../sql/connect";
import { STUBBORN, linkHealth, type LinkHealth } from "./health";
import type { Link } from "./link";

/** A place in the publisher's stream behind everything that has been committed so far. */
export async function placeInStream(publisher: pg.Client): Promise<string> {
  const [row] = await rows<{ lsn: string }>(
    publisher,
    "SELECT pg_catalog.pg_logical_emit_message(true, 'rehome', 'here')::text AS lsn",
  );
  return row?.lsn ?? "";
}

/** Milliseconds between two looks at a link's health while it is waited for. */
const LOOK_MS = 500;

/**
 * Waits until the subscriber has everything up to a place in the stream, safely on its disk.
 * @param timeout milliseconds
 * @throws RehomeError `drain-timeout`, `link-broken`
 */
export async function drained(
  { source: publisher, target: subscriber }: { readonly source: pg.Client; readonly target: pg.Client },
  link: Link,
  lsn: string,
  timeout: number,
): Promise<void> {
  const end = Date.now() + timeout;
  const first = await linkHealth(publisher, subscriber, link);
  for (let look = Date.now() + LOOK_MS; ;) {
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
    if (Date.now() > look) {
      refuseStuck(link, first, await linkHealth(publisher, subscriber, link));
      look = Date.now() + LOOK_MS;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A change that cannot be applied will not be: whoever waits for what comes behind it would wait for ever. */
function refuseStuck({ dataset }: Link, first: LinkHealth, now: LinkHealth): void {
  if (!now.lost && now.errors < first.errors + STUBBORN) return;
  throw new RehomeError(
    "link-broken",
    `the new home of ${dataset} does not follow any more: ${now.broken ?? "a change cannot be applied there, and its server's log says why"}. The service goes on where it was. Run it again; what is needed is copied afresh.`,
    { retryable: true },
  );
}
