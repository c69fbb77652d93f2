import type { Socket } from "node:net";
import type pg from "pg";
import { open, rows } from "../sql/connect";
import type { Run } from "../stages/run";

interface Held {
  readonly client: pg.Client;
  readonly snapshot: string;
}

/** Snapshots of new homes at their switch, by migration: each lives as long as the session that took it. */
const held = new Map<string, Held>();

/** Holds the new home's present state, to be compared with the old one's when the service already runs there. */
export async function holdSnapshot({
  request,
  migration,
}: Pick<Run, "request" | "migration">): Promise<void> {
  await releaseSnapshot(migration.id);
  const client = await open(request.to.server, request.to.database);
  // A process that has nothing more to do may end: the proof then goes another way.
  (client as unknown as { connection: { stream: Socket } }).connection.stream.unref();
  await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  const [row] = await rows<{ snapshot: string }>(
    client,
    "SELECT pg_catalog.pg_export_snapshot() AS snapshot",
  );
  held.set(migration.id, { client, snapshot: row?.snapshot ?? "" });
}

/** The snapshot of a migration's switch, if this process has taken it and its session lives. */
export async function heldSnapshot(migration: string): Promise<string | undefined> {
  const found = held.get(migration);
  if (found === undefined) return undefined;
  const alive = await found.client.query("SELECT").then(
    () => true,
    () => false,
  );
  return alive ? found.snapshot : undefined;
}

export async function releaseSnapshot(migration: string): Promise<void> {
  const found = held.get(migration);
  held.delete(migration);
  await found?.client.end().catch(() => undefined);
}
