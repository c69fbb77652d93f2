import pg from "pg";
import { RehomeError } from "../errors";

/** Turns in which two sessions of a pool are expected to be given each other's process. */
const TURNS = 4;

/** The process that answers, and so whether it is always the same one. */
async function process(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ pid: number }>("SELECT pg_catalog.pg_backend_pid() AS pid");
  return rows[0]?.pid ?? 0;
}

/**
 * Refuses a connection pool that lends out its sessions by the transaction: settings and locks would be taken from the
 * engine and given to whoever comes next. To be asked before anything is set. A pooler betrays itself by naming another
 * process at the beginning than the one that answers; one that lends whole sessions is as good as none, and is told
 * apart by two sessions that never meet in one process.
 * @param connect opens a second session of the same kind
 * @throws RehomeError `pooled-connection`
 */
export async function refusePooled(
  client: pg.Client,
  where: string,
  connect: () => Promise<pg.Client>,
): Promise<void> {
  const own = await process(client);
  if (own === (client as unknown as { processID: number | null }).processID) return;
  const second = await connect();
  try {
    const others = new Set<number>();
    for (let turn = 0; turn < TURNS; turn += 1) {
      others.add(await process(second));
      const now = await process(client);
      if (now === own && !others.has(own)) continue;
      throw new RehomeError(
        "pooled-connection",
        `${where} is reached through a connection pool that lends out its sessions by the transaction. Rehome needs sessions of its own: give the server's own address as the host's.`,
      );
    }
  } finally {
    await second.end().catch(() => undefined);
  }
}
