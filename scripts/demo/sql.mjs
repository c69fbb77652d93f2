// Sessions with the demo's servers.
import pg from "pg";
import { check } from "./tell.mjs";

/** Runs one statement in a session of its own. */
export const sql = async (login, text, values = []) => {
  const { host, port, user, password, database } = login;
  const client = new pg.Client({ host, port, user, password, database, connectionTimeoutMillis: 10_000 });
  client.on("error", () => undefined); // a session that the server ended: the next query says so
  await client.connect();
  try {
    return (await client.query(text, values)).rows;
  } finally {
    await client.end();
  }
};

const INSUFFICIENT_PRIVILEGE = "42501";
const READ_ONLY = "25006";

/** Checks that the server itself refuses: a missing right, or a fence. */
export const refused = async (claim, login, text) => {
  try {
    await sql(login, text);
  } catch (error) {
    const { code, message } = error;
    check([INSUFFICIENT_PRIVILEGE, READ_ONLY].includes(code), `${claim}: “${message}”`, `SQLSTATE ${code}`);
    return;
  }
  check(false, claim, "the server allowed it");
};

const TABLES = `
  SELECT format('%I.%I', n.nspname, c.relname) AS name
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind = 'r' AND n.nspname !~ '^(pg_|information_schema|rehome)' ORDER BY 1`;

/** Every table's count and hash in one text: what is the same has not been touched. */
export const fingerprint = async (login) => {
  const found = [];
  for (const { name } of await sql(login, TABLES)) {
    const [row] = await sql(
      login,
      `SELECT count(*)::text AS n, coalesce(sum(hashtextextended(t::text, 0)), 0)::text AS hash FROM ${name} AS t`,
    );
    found.push(`${name} ${row.n} ${row.hash}`);
  }
  return found.join("\n");
};
