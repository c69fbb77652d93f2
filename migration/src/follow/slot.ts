import pg from "pg";
import { RehomeError, SQLSTATE, codeOf, messageOf } from "../errors";
import { clientConfig } from "../sql/client-config";
import { open, rows } from "../sql/connect";
import { ident } from "../sql/quote";
import type { Link } from "./link";

/** Drops a slot, ending who streams from it. */
export async function dropSlot(client: pg.Client, name: string): Promise<void> {
  const there = await hasSlot(client, name);
  for (let attempt = 0; there; attempt += 1) {
    try {
      await client.query(
        "SELECT pg_catalog.pg_terminate_backend(active_pid) FROM pg_catalog.pg_replication_slots WHERE slot_name = $1 AND active_pid IS NOT NULL",
        [name],
      );
      await client.query(
        "SELECT pg_catalog.pg_drop_replication_slot(slot_name) FROM pg_catalog.pg_replication_slots WHERE slot_name = $1",
        [name],
      );
      return;
    } catch (error) {
      if (attempt >= 50) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

export async function hasSlot(client: pg.Client, name: string): Promise<boolean> {
  const found = await rows(client, "SELECT FROM pg_catalog.pg_replication_slots WHERE slot_name = $1", [
    name,
  ]);
  return found.length > 0;
}

/**
 * Has a slot begin behind everything that is committed, for good. The server keeps the place of a slot that was advanced
 * in memory until its next checkpoint, and after a crash sends what is before it: what had come from the very server that
 * listens. A slot that is made is on the disk, so it is made again from one that is advanced. Where the server has no
 * other slot free for that, only a checkpoint makes it safe.
 */
export async function beginHere(client: pg.Client, name: string): Promise<void> {
  const advanced = `${name}_advanced`;
  const copy = "SELECT pg_catalog.pg_copy_logical_replication_slot($1, $2, $3)";
  const advance = "SELECT pg_catalog.pg_replication_slot_advance($1, pg_catalog.pg_current_wal_lsn())";
  const drop = "SELECT pg_catalog.pg_drop_replication_slot($1)";
  try {
    await client.query(copy, [name, advanced, true]);
  } catch (error) {
    if (codeOf(error) !== SQLSTATE.configurationLimitExceeded) throw error;
    await client.query(advance, [name]);
    return;
  }
  await client.query(advance, [advanced]);
  await client.query(drop, [name]);
  await client.query(copy, [advanced, name, false]);
  await client.query(drop, [advanced]);
}

/** A slot, and the snapshot that is exactly where it begins; the snapshot lives until `close`. */
export interface NewSlot {
  readonly snapshot: string;
  readonly close: () => Promise<void>;
}

/**
 * Creates the link's slot with a snapshot. Waits for every transaction that is open on the server.
 * @param timeout milliseconds
 * @throws RehomeError `slot-timeout` naming who is in the way
 */
export async function createSlot(link: Link, timeout: number): Promise<NewSlot> {
  const { server, database } = link.publisher;
  const config: pg.ClientConfig & { replication: string } = {
    ...(await clientConfig(server, database)),
    replication: "database",
  };
  const client = new pg.Client(config);
  client.on("error", () => undefined);
  await client.connect();
  const close = (): Promise<void> => client.end().catch(() => undefined);
  let late = false;
  const watch = setTimeout(() => {
    late = true;
    void close();
  }, timeout);
  try {
    const { rows: made } = (await client.query(
      `CREATE_REPLICATION_SLOT ${ident(link.name)} LOGICAL pgoutput (SNAPSHOT 'export')`,
    )) as { rows: { snapshot_name: string }[] };
    clearTimeout(watch);
    return { snapshot: made[0]?.snapshot_name ?? "", close };
  } catch (error) {
    clearTimeout(watch);
    await close();
    throw await slotFailure(link, error, late);
  }
}

/** Takes away what has begun of the slot. @returns why there is none: who is in the way, where it took too long */
async function slotFailure(link: Link, cause: unknown, late: boolean): Promise<unknown> {
  const client = await open(link.publisher.server, link.publisher.database);
  try {
    await dropSlot(client, link.name);
    if (!late) return cause;
    const found = await rows<{ who: string }>(
      client,
      `SELECT format('pid %s of %s in %s, open for %s s', pid, usename, datname, extract(epoch FROM clock_timestamp() - xact_start)::int) AS who
       FROM pg_catalog.pg_stat_activity WHERE backend_xid IS NOT NULL AND pid <> pg_backend_pid() ORDER BY xact_start LIMIT 5`,
    );
    if (found.length === 0) return cause;
    return new RehomeError(
      "slot-timeout",
      `the changes of ${link.dataset} cannot be followed before these transactions have ended: ${found.map((row) => row.who).join("; ")}. End them, or try again later; the service was not touched. (${messageOf(cause)})`,
      { cause, retryable: true },
    );
  } finally {
    await client.end();
  }
}
