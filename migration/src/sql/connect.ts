import pg from "pg";
import { RehomeError, SQLSTATE, codeOf, messageOf } from "../errors";
import type { ServerConnection } from "../types";
import { address, clientConfig } from "./client-config";
import { endIdle, statementName, withKept } from "./kept-sessions";
import { refusePooled } from "./pooled";
import { ident } from "./quote";
import { tlsFailure } from "./tls";
import { watch } from "./watch";

/**
 * Settings of every session of the engine, whatever its role or database has of its own: the text form of values, which
 * hashes and comparisons read, must be the same on both sides; names must resolve by their schema alone; code must mean
 * what it says; tables go where their database has them, and are kept as a statement says; no timeout ends a long stage; no
 * catalog query is compiled, which takes longer than to run it; and a session whose peer has vanished ends within half a
 * minute, with the locks that the next run would wait for.
 */
const SESSION = {
  search_path: "",
  row_security: "off",
  datestyle: "ISO, YMD",
  intervalstyle: "postgres",
  timezone: "UTC",
  lc_monetary: "C",
  extra_float_digits: "3",
  bytea_output: "hex",
  xmloption: "content",
  standard_conforming_strings: "on",
  array_nulls: "on",
  quote_all_identifiers: "off",
  transform_null_equals: "off",
  default_tablespace: "",
  default_table_access_method: "heap",
  jit: "off",
  default_transaction_isolation: "read committed",
  default_transaction_deferrable: "off",
  client_min_messages: "warning",
  statement_timeout: "0",
  lock_timeout: "0",
  idle_in_transaction_session_timeout: "0",
  idle_session_timeout: "0",
  tcp_keepalives_idle: "10",
  tcp_keepalives_interval: "5",
  tcp_keepalives_count: "3",
} as const;

/** A timeout that only servers from 17 on know. */
const NEWER =
  "SELECT pg_catalog.set_config('transaction_timeout', '0', false) WHERE pg_catalog.current_setting('transaction_timeout', true) IS NOT NULL";

/** What the journal and the fence say must outlive the server, also where its clients do without. */
const DURABLE =
  "SELECT pg_catalog.set_config('synchronous_commit', 'on', false) WHERE pg_catalog.current_setting('synchronous_commit') = 'off'";

const sessionSql = [
  ...Object.entries(SESSION).map(([name, value]) => `SET ${name} = '${value}'`),
  NEWER,
  DURABLE,
].join("; ");

/**
 * Gives a session the engine's settings: `open` does so by itself.
 * @returns the server's process
 */
export async function setUp(client: pg.Client): Promise<number | undefined> {
  const results: unknown = await client.query(`${sessionSql}; SELECT pg_catalog.pg_backend_pid() AS pid`);
  return (results as pg.QueryResult<{ pid: number }>[]).at(-1)?.rows[0]?.pid;
}

/**
 * Opens a session with the engine's settings. Those that wait in this process for the next plan make room for it.
 * @throws RehomeError `unreachable`, `authentication-failed`, `database-missing`, `connections-too-few`,
 * `rights-missing`, `pooled-connection`, `tls-refused`, `tls-missing`, `tls-required`, `tls-root-unreadable`,
 * `connector-missing`, `connector-failed` with the address and the remedy; as it came, what says that the session was lost.
 */
export async function open(server: ServerConnection, database: string): Promise<pg.Client> {
  try {
    return await openOnce(server, database);
  } catch (error) {
    if (codeOf(error) !== "connections-too-few" || (await endIdle(server)) === 0) throw error;
    return await openOnce(server, database);
  }
}

async function openOnce(server: ServerConnection, database: string): Promise<pg.Client> {
  const client = new pg.Client(await clientConfig(server, database));
  // A session that breaks while idle says so at its next query; without a listener Node would end the process.
  client.on("error", () => undefined);
  let reached = false;
  try {
    await client.connect();
    reached = true;
    const known = watch(server, client);
    await refusePooled(client, `PostgreSQL at ${address(server)}`, () => another(server, database));
    known(await setUp(client));
    return client;
  } catch (error) {
    await client.end().catch(() => undefined);
    // A session that was ended as soon as it was there is lost like any other: the server is where it should be.
    if (reached ? isConnectionLost(error) : isEnded(error)) throw error;
    throw connectionError(server, database, error);
  }
}

async function another(server: ServerConnection, database: string): Promise<pg.Client> {
  const client = new pg.Client(await clientConfig(server, database));
  client.on("error", () => undefined);
  await client.connect();
  return client;
}

/**
 * Has the server end what a session is at within a second of its client's leaving, however long it would take. Otherwise it
 * notices when there is something to send.
 */
export async function endWithClient(client: pg.Client): Promise<void> {
  // Not every platform can tell that a client has gone.
  await client.query("SET client_connection_check_interval = 1000").catch(() => undefined);
}

/** Runs `work` with a session of its own and closes it; where sessions are reused, it is left for who comes next. */
export async function withSession<T>(
  server: ServerConnection,
  database: string,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  return await withKept([server, database], () => open(server, database), work);
}

/** As `withSession`; undefined where there is no such database. */
export async function withSessionIfThere<T>(
  ...[server, database, work]: Parameters<typeof withSession<T>>
): Promise<T | undefined> {
  try {
    return await withSession(server, database, work);
  } catch (error) {
    if (codeOf(error) === "database-missing") return undefined;
    throw error;
  }
}

/** Runs `work` in a transaction; rolls back and rethrows when it throws. */
export async function transaction<T>(client: pg.Client, work: () => Promise<T>): Promise<T> {
  await client.query("BEGIN");
  try {
    const result = await work();
    await client.query("COMMIT");
    return result;
  } catch (error) {
    // The connection may be gone; then there is nothing to roll back.
    await client.query("ROLLBACK").catch(() => undefined);
    throw error;
  }
}

/** The rows of a query, typed by the caller's knowledge of its own SQL. */
export async function rows<T>(
  client: pg.Client,
  text: string,
  values: readonly unknown[] = [],
): Promise<T[]> {
  const name = values.length > 0 ? statementName(client, text) : undefined;
  const result = await client.query({ text, values: [...values], ...(name !== undefined && { name }) });
  return result.rows as T[];
}

/** The major version of the server of a session. */
export async function serverVersion(client: pg.Client): Promise<number> {
  const [row] = await rows<{ version: number }>(
    client,
    "SELECT pg_catalog.current_setting('server_version_num')::int / 10000 AS version",
  );
  return row?.version ?? 0;
}

/** SQLSTATEs of a session that its server has ended. */
const ENDED = ["25P03", "57P01", "57P02", "57P05"];
/** SQLSTATEs and Node codes of a session that its server or the network has ended; class 08 is all of this kind. */
const LOST = new Set([...ENDED, "57P03", "ECONNRESET", "ECONNREFUSED", "EPIPE", "ETIMEDOUT"]);

/** Whether an error says that the server has ended the session. */
const isEnded = (error: unknown): boolean => ENDED.includes(codeOf(error) ?? "");

/** Whether an error says that a session is gone. `pg` gives what comes after the first such error no code. */
export function isConnectionLost(error: unknown): boolean {
  const code = codeOf(error) ?? "";
  return (
    LOST.has(code) ||
    /^08...$/.test(code) ||
    /^(Connection terminated|Client has encountered a connection error)/.test(messageOf(error))
  );
}

/** The error to tell when a session could not be opened. */
export function connectionError(server: ServerConnection, database: string, error: unknown): RehomeError {
  if (error instanceof RehomeError) return error;
  const encryption = tlsFailure(server, error);
  if (encryption !== undefined) return encryption;
  const where = `PostgreSQL at ${address(server)}`;
  const code = codeOf(error);
  if (code === SQLSTATE.invalidPassword || code === SQLSTATE.invalidAuthorization) {
    return new RehomeError(
      "authentication-failed",
      `${where} refused user "${server.user}": ${messageOf(error)}. Check the user and the password configured for this host.`,
      { cause: error },
    );
  }
  if (code === SQLSTATE.notInPrerequisiteState) {
    return new RehomeError(
      "database-closed",
      `${where} lets nobody into database "${database}": its deletion was cut short, or somebody closed it. Open it and run it again: ALTER DATABASE ${ident(database)} ALLOW_CONNECTIONS true.`,
      { cause: error },
    );
  }
  if (code === SQLSTATE.invalidCatalogName) {
    return new RehomeError(
      "database-missing",
      `${where} has no database "${database}". Check the placement's database name.`,
      { cause: error },
    );
  }
  if (code === SQLSTATE.insufficientPrivilege) {
    return new RehomeError(
      "rights-missing",
      `${where} does not let user "${server.user}" into database "${database}": ${messageOf(error)}. Run GRANT CONNECT ON DATABASE there.`,
      { cause: error },
    );
  }
  if (code === SQLSTATE.tooManyConnections) {
    return new RehomeError(
      "connections-too-few",
      `${where} has no session left for user "${server.user}" in database "${database}": ${messageOf(error)}. End idle ones, or raise the limit.`,
      { cause: error, retryable: true },
    );
  }
  return new RehomeError(
    "unreachable",
    `${where} cannot be reached: ${messageOf(error) || (code ?? "no reason given")}. Check that it runs and that its address is right.`,
    { cause: error, retryable: true },
  );
}
