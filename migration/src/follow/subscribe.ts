import type pg from "pg";
import { rows, serverVersion } from "../sql/connect";
import { ident, literal } from "../sql/quote";
import { sslmodeOf } from "../sql/tls";
import type { Link } from "./link";
import type { ReplicationLogin } from "./publish";
import { unlogged } from "./unlogged";

/** A value of a connection string, as libpq reads it. */
const quoted = (value: string | number): string =>
  `'${String(value).replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;

function conninfo({ publisher: { server, database } }: Link, login: ReplicationLogin): string {
  const { host, port, sslrootcert } = server;
  return Object.entries({
    ...{ host, port, dbname: database, user: login.user, password: login.password },
    ...{ sslmode: sslmodeOf(server), ...(sslrootcert === undefined ? {} : { sslrootcert }) },
    ...{ application_name: "rehome", connect_timeout: 10 },
  })
    .map(([key, value]) => `${key}=${quoted(value)}`)
    .join(" ");
}

/**
 * From PostgreSQL 16 on a change is applied as its table's owner, whom forced row security binds, and from whom a sealed
 * fence has taken what is needed. There a superuser's subscription applies it as before; elsewhere it does not, for what
 * the owner has made of triggers would run as a superuser too. Whoever is none may not.
 */
async function appliedBy(client: pg.Client, { subscriber: { schema } }: Link): Promise<string> {
  if ((await serverVersion(client)) < 16) return "";
  const [who] = await rows<{ super: boolean }>(
    client,
    `SELECT rolsuper AND (EXISTS (SELECT FROM rehome.fence WHERE sealed AND schema_name = $1)
       OR EXISTS (SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                  WHERE n.nspname = $1 AND c.relforcerowsecurity)) AS super
     FROM pg_catalog.pg_roles WHERE rolname = current_user`,
    [schema],
  );
  return who?.super === true ? ", run_as_owner = true" : "";
}

/** Makes the subscriber's side of a link, from a slot that is there. It needs no process of ours from then on. */
export async function subscribe(client: pg.Client, link: Link, login: ReplicationLogin): Promise<void> {
  await unsubscribe(client, link.name);
  await unlogged(
    client,
    `CREATE SUBSCRIPTION ${ident(link.name)} CONNECTION ${literal(conninfo(link, login))} PUBLICATION ${ident(link.name)}
     WITH (create_slot = false, copy_data = false, slot_name = ${literal(link.name)}, enabled = true${await appliedBy(client, link)})`,
  );
  await client.query(
    `INSERT INTO rehome.link (name, dataset, side, schema_name) VALUES ($1, $2, 'subscriber', $3) ON CONFLICT (name, side) DO NOTHING`,
    [link.name, link.dataset, link.subscriber.schema],
  );
}

/** Has a subscription reach its publisher where it is now, as who may read it now; its place in the stream is kept. */
export async function reconnect(client: pg.Client, link: Link, login: ReplicationLogin): Promise<void> {
  await unlogged(
    client,
    `ALTER SUBSCRIPTION ${ident(link.name)} CONNECTION ${literal(conninfo(link, login))}`,
  );
}

/** Whether a subscriber's journal says that a link was brought up, and is to be gone on with. */
export async function isSubscribed(client: pg.Client, { name }: Link): Promise<boolean> {
  const found = await rows(client, "SELECT FROM rehome.link WHERE name = $1 AND side = 'subscriber'", [name]);
  return found.length > 0;
}

/** Has the next run begin anew, with a fresh copy. */
export async function distrust(client: pg.Client, { name }: Link): Promise<void> {
  await client.query("DELETE FROM rehome.link WHERE name = $1 AND side = 'subscriber'", [name]);
}

/** Lets the apply worker go or stop; its place in the stream is kept. */
export async function setSubscription(client: pg.Client, name: string, enabled: boolean): Promise<void> {
  const [there] = await rows(client, "SELECT FROM pg_catalog.pg_subscription WHERE subname = $1", [name]);
  if (there !== undefined)
    await client.query(`ALTER SUBSCRIPTION ${ident(name)} ${enabled ? "ENABLE" : "DISABLE"}`);
}

/** Removes a subscription without asking its publisher: the slot there is dropped by itself. */
export async function unsubscribe(client: pg.Client, name: string): Promise<void> {
  const [there] = await rows(
    client,
    `SELECT FROM pg_catalog.pg_subscription s JOIN pg_catalog.pg_database d ON d.oid = s.subdbid
     WHERE s.subname = $1 AND d.datname = current_database()`,
    [name],
  );
  await client.query("DELETE FROM rehome.link WHERE name = $1 AND side = 'subscriber'", [name]);
  if (there === undefined) return;
  const subscription = `SUBSCRIPTION ${ident(name)}`;
  await client.query(`ALTER ${subscription} DISABLE`);
  await client.query(`ALTER ${subscription} SET (slot_name = NONE)`);
  await client.query(`DROP ${subscription}`);
}
