import { isUnknown, serviceClient } from "../service";
import { definitions } from "../read-home";
import { nothing, type Fault, type Scene } from "./fault";
import type { Client } from "pg";

/**
 * Opens a session of the service where it works now; undefined where it has moved on or its server is down. It waits for
 * no lock for long: the engine may stand still until the fault has happened.
 */
async function visit(scene: Scene): Promise<Client | undefined> {
  return await serviceClient(scene.from, "-c lock_timeout=1s").catch(() => undefined);
}

const held = (kind: string, sql: string): Fault => ({
  kind,
  lasts: 2500,
  inject: async (scene) => {
    const client = await visit(scene);
    await client?.query(`BEGIN; ${sql}`).catch(() => undefined); // fenced, or busy
    return async () => {
      await client?.query("ROLLBACK").catch(() => undefined);
      await client?.end().catch(() => undefined);
    };
  },
});

/** A write that is promised but neither made nor dropped until the fault ends. */
const prepared: Fault = {
  kind: "prepared transaction",
  lasts: 2500,
  inject: async (scene) => {
    const id = `prepared.${scene.tag}`;
    const client = await visit(scene);
    if (client === undefined) return nothing;
    try {
      await client.query(
        `BEGIN; INSERT INTO notes VALUES ('${id}', 'promised'); PREPARE TRANSACTION '${id}'`,
      );
    } catch (error) {
      if (!isUnknown(error)) await client.query("ROLLBACK").catch(() => undefined);
    }
    await client.end().catch(() => undefined);
    const commits = scene.random.chance(0.7);
    return async () => {
      const { server } = scene.from;
      await server.revive();
      const [found] = await server.sql<{ database: string }>(
        "postgres",
        `SELECT database FROM pg_prepared_xacts WHERE gid = '${id}'`,
      );
      if (found === undefined) return;
      await server.sql(found.database, `${commits ? "COMMIT" : "ROLLBACK"} PREPARED '${id}'`);
      if (commits) scene.ledger.acknowledge("note", id, "promised");
    };
  },
};

interface Change {
  readonly kind: "column" | "table" | "index";
  readonly id: string;
  readonly value: string | undefined;
  readonly sql: string;
}

/** The service's owner alters the schema, as a deployment of its next version does. */
const altered = (
  kind: string,
  change: (scene: Scene, indexes: readonly string[]) => Change | undefined,
): Fault => ({
  kind,
  lasts: 0,
  inject: async (scene) => {
    const client = await visit(scene);
    if (client === undefined) return nothing;
    try {
      const indexes = (await definitions(client))
        .filter((found) => found.kind === "index")
        .map(({ id }) => id);
      const chosen = change(scene, indexes);
      if (chosen !== undefined) await alter(scene, client, chosen);
    } catch {
      // the service has left this home, or the server is down
    } finally {
      await client.end().catch(() => undefined);
    }
    return nothing;
  },
});

async function alter({ ledger }: Scene, client: Client, { kind, id, value, sql }: Change): Promise<void> {
  try {
    await client.query(sql);
    ledger.acknowledge(kind, id, value);
  } catch (error) {
    if (isUnknown(error)) ledger.doubt(kind, id, value);
  }
}

const FIXED = /pkey|_key$|sold/;

export const clientFaults: Fault[] = [
  held("table locked", "LOCK TABLE orders IN ACCESS EXCLUSIVE MODE"),
  held("row locked", "UPDATE accounts SET amount = amount WHERE id = 1"),
  held("long reader", "SELECT count(*) FROM notes"),
  prepared,
  altered("column added", ({ tag }) => ({
    kind: "column",
    id: `notes.extra_${tag}`,
    value: "integer",
    sql: `ALTER TABLE notes ADD COLUMN extra_${tag} int DEFAULT 7`,
  })),
  altered("table created", ({ tag }) => ({
    kind: "table",
    id: `more_${tag}`,
    value: "10 rows",
    sql: `BEGIN; CREATE TABLE more_${tag} (id int, v text); INSERT INTO more_${tag} SELECT i, 'v' FROM generate_series(1, 10) i; COMMIT`,
  })),
  altered("index dropped", ({ random }, indexes) => {
    const free = indexes.filter((name) => !FIXED.test(name) && !name.startsWith("events_"));
    if (free.length === 0) return undefined;
    const id = random.pick(free);
    return { kind: "index", id, value: undefined, sql: `DROP INDEX ${id}` };
  }),
];
