import { randomBytes } from "node:crypto";
import pg from "pg";
import { clientConfig, open, rows } from "../sql/connect";
import { ident, literal, qualified } from "../sql/quote";
import { RehomeError, messageOf } from "../errors";
import type { FollowableTable } from "../inspect/followable";
import type { Link } from "./link";

/** What a subscriber connects with. */
export interface ReplicationLogin {
  readonly user: string;
  readonly password: string;
}

/**
 * Makes the publisher's side of a link but for its slot: the role that may read its changes, the replica identities, the
 * publication. Everything that was there already is made what it is to be.
 * @param schema the schema under which the subscriber knows the tables
 */
export async function publish(
  client: pg.Client,
  link: Link,
  schema: string,
  tables: readonly FollowableTable[],
): Promise<ReplicationLogin> {
  const name = ident(link.name);
  const login = await loginOf(client, link);
  await fullIdentities(client, link, tables);
  await client.query(`DROP PUBLICATION IF EXISTS ${name}`);
  const list = tables.map((table) => qualified(schema, table.name)).join(", ");
  await client.query(
    `CREATE PUBLICATION ${name}${list === "" ? "" : ` FOR TABLE ${list}`} WITH (publish_via_partition_root = true)`,
  );
  return login;
}

/** Makes the role that the subscriber connects as, which can read the changes and nothing else, with a new password. */
export async function loginOf(client: pg.Client, link: Link): Promise<ReplicationLogin> {
  const name = ident(link.name);
  const password = randomBytes(24).toString("base64url");
  const [there] = await rows(client, "SELECT FROM pg_catalog.pg_roles WHERE rolname = $1", [link.name]);
  await client.query("SET log_statement = 'none'").catch(() => undefined);
  await client.query(
    `${there === undefined ? "CREATE" : "ALTER"} ROLE ${name} LOGIN REPLICATION CONNECTION LIMIT 4 PASSWORD ${literal(password)}`,
  );
  await client.query(`GRANT CONNECT ON DATABASE ${ident(link.publisher.database)} TO ${name}`);
  return { user: link.name, password };
}

/** Tables without a key say each row whole; what they said before is remembered. */
async function fullIdentities(
  client: pg.Client,
  link: Link,
  tables: readonly FollowableTable[],
): Promise<void> {
  const keyless = tables.filter((table) => table.key.length === 0 && table.replicaIdentity === "d");
  const real = (table: string): string => qualified(link.publisher.schema, table);
  await client.query(
    `INSERT INTO rehome.link (name, dataset, side, schema_name, restore_sql) VALUES ($1, $2, 'publisher', $3, $4)
     ON CONFLICT (name, side) DO NOTHING`,
    [
      link.name,
      link.dataset,
      link.publisher.schema,
      keyless.map((table) => `ALTER TABLE ${real(table.name)} REPLICA IDENTITY DEFAULT`),
    ],
  );
  for (const table of keyless) await client.query(`ALTER TABLE ${real(table.name)} REPLICA IDENTITY FULL`);
}

/** Removes all that `publish` and `createSlot` made. May be called again after it has been cut short. */
export async function unpublish(client: pg.Client, link: Link): Promise<void> {
  await dropSlot(client, link.name);
  await client.query(`DROP PUBLICATION IF EXISTS ${ident(link.name)}`);
  const [row] = await rows<{ restore_sql: string[] }>(
    client,
    "SELECT restore_sql FROM rehome.link WHERE name = $1 AND side = 'publisher'",
    [link.name],
  );
  for (const sql of row?.restore_sql ?? []) await client.query(sql);
  const [role] = await rows(client, "SELECT FROM pg_catalog.pg_roles WHERE rolname = $1", [link.name]);
  if (role !== undefined) {
    await client.query(`REVOKE ALL ON DATABASE ${ident(link.publisher.database)} FROM ${ident(link.name)}`);
    await client.query(`DROP ROLE ${ident(link.name)}`);
  }
  await client.query("DELETE FROM rehome.link WHERE name = $1 AND side = 'publisher'", [link.name]);
}

/** Drops a slot, ending who streams from it. */
export async function dropSlot(client: pg.Client, name: string): Promise<void> {
  const found = await rows<{ pid: number | null }>(
    client,
    "SELECT active_pid AS pid FROM pg_catalog.pg_replication_slots WHERE slot_name = $1",
    [name],
  );
  for (let attempt = 0; found.length > 0; attempt += 1) {
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
    ...clientConfig(server, database),
    replication: "database",
  };
  const client = new pg.Client(config);
  client.on("error", () => undefined);
  await client.connect();
  const close = (): Promise<void> => client.end().catch(() => undefined);
  const watch = setTimeout(() => void close(), timeout);
  try {
    const { rows: made } = (await client.query(
      `CREATE_REPLICATION_SLOT ${ident(link.name)} LOGICAL pgoutput (SNAPSHOT 'export')`,
    )) as { rows: { snapshot_name: string }[] };
    clearTimeout(watch);
    return { snapshot: made[0]?.snapshot_name ?? "", close };
  } catch (error) {
    clearTimeout(watch);
    await close();
    throw await slotTimeout(link, error);
  }
}

async function slotTimeout(link: Link, cause: unknown): Promise<unknown> {
  const client = await open(link.publisher.server, link.publisher.database);
  try {
    await dropSlot(client, link.name);
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
