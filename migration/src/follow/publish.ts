import { randomBytes } from "node:crypto";
import type pg from "pg";
import { rows, transaction } from "../sql/connect";
import { ident, literal, qualified } from "../sql/quote";
import { fullIdentities, restoreIdentities } from "./identities";
import type { Link } from "./link";
import { dropSlot } from "./slot";
import { unlogged } from "./unlogged";

/** What a subscriber connects with. */
export interface ReplicationLogin {
  readonly user: string;
  readonly password: string;
}

const LOCK_MS = 60_000;

/**
 * Makes the publisher's side of a link but for its slot: the role that may read its changes, the replica identities, the
 * publication. Everything that was there already is made what it is to be.
 * @param schema the schema under which the subscriber knows the tables
 * @param tables names of those that are followed
 * @throws RehomeError `fence-timeout`
 */
export async function publish(
  client: pg.Client,
  link: Link,
  schema: string,
  tables: readonly string[],
): Promise<ReplicationLogin> {
  const name = ident(link.name);
  await client.query(
    `INSERT INTO rehome.link (name, dataset, side, schema_name) VALUES ($1, $2, 'publisher', $3) ON CONFLICT (name, side) DO NOTHING`,
    [link.name, link.dataset, link.publisher.schema],
  );
  const login = await loginOf(client, link);
  await fullIdentities(client, link, tables, LOCK_MS);
  await client.query(`DROP PUBLICATION IF EXISTS ${name}`);
  const list = tables.map((table) => qualified(schema, table)).join(", ");
  await client.query(
    `CREATE PUBLICATION ${name}${list === "" ? "" : ` FOR TABLE ${list}`} WITH (publish_via_partition_root = true)`,
  );
  return login;
}

/** The tables of the publisher's home whose changes a link carries, be it through a facade. One that was made anew is none. */
export async function carriedTables(client: pg.Client, link: Link): Promise<Set<string>> {
  const found = await rows<{ name: string }>(
    client,
    `SELECT c.relname::text AS name FROM pg_catalog.pg_publication p JOIN pg_catalog.pg_publication_rel r ON r.prpubid = p.oid
     LEFT JOIN pg_catalog.pg_inherits i ON i.inhparent = r.prrelid
     JOIN pg_catalog.pg_class c ON c.oid IN (r.prrelid, i.inhrelid) JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE p.pubname = $1 AND n.nspname = $2`,
    [link.name, link.publisher.schema],
  );
  return new Set(found.map(({ name }) => name));
}

/** Makes the role that the subscriber connects as, which can read the changes and nothing else, with a new password. */
export async function loginOf(client: pg.Client, link: Link): Promise<ReplicationLogin> {
  const password = randomBytes(24).toString("base64url");
  const there = await hasRole(client, link.name);
  await unlogged(
    client,
    `${there ? "ALTER" : "CREATE"} ROLE ${ident(link.name)} LOGIN REPLICATION CONNECTION LIMIT 4 PASSWORD ${literal(password)}`,
  );
  // As a rule everyone may connect: then nothing is said, for a grant that is taken back leaves its trace.
  const [row] = await rows<{ may: boolean }>(
    client,
    "SELECT pg_catalog.has_database_privilege($1, pg_catalog.current_database(), 'CONNECT') AS may",
    [link.name],
  );
  if (row?.may !== true) {
    const database = ident(link.publisher.database);
    await changeDatabaseRights(client, `GRANT CONNECT ON DATABASE ${database} TO ${ident(link.name)}`);
  }
  return { user: link.name, password };
}

/**
 * A database's rights are one row, and of two who change it at once the second fails: other datasets' runs, and Pulumi's
 * provider of PostgreSQL, whose lock this is.
 */
async function changeDatabaseRights(client: pg.Client, sql: string): Promise<void> {
  await transaction(client, async () => {
    await client.query(
      "SELECT pg_catalog.pg_advisory_xact_lock(oid::bigint) FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()",
    );
    await client.query(sql);
  });
}

async function hasRole(client: pg.Client, name: string): Promise<boolean> {
  return (await rows(client, "SELECT FROM pg_catalog.pg_roles WHERE rolname = $1", [name])).length > 0;
}

/** Removes all that `publish` and `createSlot` made. May be called again after it has been cut short. */
export async function unpublish(client: pg.Client, link: Link): Promise<void> {
  await dropSlot(client, link.name);
  await client.query(`DROP PUBLICATION IF EXISTS ${ident(link.name)}`);
  await restoreIdentities(client, link, LOCK_MS);
  if (await hasRole(client, link.name)) {
    const granted = await rows(
      client,
      `SELECT FROM pg_catalog.pg_database d, pg_catalog.aclexplode(d.datacl) a JOIN pg_catalog.pg_roles r ON r.oid = a.grantee
       WHERE d.datname = pg_catalog.current_database() AND r.rolname = $1`,
      [link.name],
    );
    const [database, role] = [ident(link.publisher.database), ident(link.name)];
    if (granted.length > 0)
      await changeDatabaseRights(client, `REVOKE ALL ON DATABASE ${database} FROM ${role}`);
    await client.query(`DROP ROLE ${role}`);
  }
  await client.query("DELETE FROM rehome.link WHERE name = $1 AND side = 'publisher'", [link.name]);
}
