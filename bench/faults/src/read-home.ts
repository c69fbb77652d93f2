import type { Found, Ledger, Violation } from "./ledger";
import { UNTOUCHED } from "./shop";
import type { Client } from "pg";

/** Every write that a client of the service can have made, as it stands in a home. */
const WRITES = `
SELECT 'note' AS kind, wid AS id, body AS value FROM notes
UNION ALL SELECT 'order', o.wid, format('version %s, touched %s, lines %s', o.version, o.touched,
  (SELECT string_agg(l.n::text, '+' ORDER BY l.n) FROM lines l WHERE l."order" = o.id AND l.wid = o.wid)) FROM orders o WHERE wid IS NOT NULL
UNION ALL SELECT 'event', wid, kind FROM events WHERE wid IS NOT NULL
UNION ALL SELECT 'transfer', wid, format('%s>%s:%s', source, target, amount) FROM transfers`;

/** What changes of the schema leave: columns and tables by the names that clients give them, and every index. */
const DEFINED = `
SELECT 'column' AS kind, c.relname || '.' || a.attname AS id, format_type(a.atttypid, a.atttypmod) AS value
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND a.attname ~ '^extra'
  AND NOT EXISTS (SELECT FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhparent WHERE i.inhrelid = c.oid AND p.relnamespace = c.relnamespace)
UNION ALL SELECT 'index', c.relname, pg_get_indexdef(c.oid, 0, true) FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('i', 'I')
UNION ALL SELECT 'table', c.relname, (xpath('/row/n/text()', query_to_xml(format('SELECT count(*) AS n FROM %s', c.oid::regclass), false, true, '')))[1]::text || ' rows'
FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND c.relname ~ '^more'`;

const SUMS = "SELECT id::text, amount::text FROM accounts ORDER BY id";

/** Reads all of a home that the ledger knows; the client's search_path is the home's. */
export async function readHome(client: Client): Promise<Found[]> {
  return [...(await client.query<Found>(WRITES)).rows, ...(await definitions(client))];
}

/** Indexes, and what changes of the schema have added. */
export async function definitions(client: Client): Promise<Found[]> {
  return (await client.query<Found>(DEFINED)).rows;
}

export async function untouched(client: Client): Promise<Map<string, string>> {
  const { rows } = await client.query<{ name: string; hash: string }>(UNTOUCHED);
  return new Map(rows.map(({ name, hash }) => [name, hash]));
}

/** Compares a home with what clients were told and with what it began with. Nobody may write meanwhile. */
export async function compareHome(
  client: Client,
  ledger: Ledger,
  began: ReadonlyMap<string, string>,
): Promise<Violation[]> {
  const violations = ledger.compare(await readHome(client));
  for (const [name, hash] of await untouched(client)) {
    if (began.get(name) !== hash)
      violations.push({ what: "changed", detail: `rows of ${name} that nobody wrote to` });
  }
  const due = new Map<string, number>();
  for (const value of ledger.values("transfer")) {
    const [, source = "", target = "", amount = "0"] = /^(\d+)>(\d+):(\d+)$/.exec(value) ?? [];
    due.set(source, (due.get(source) ?? 0) - Number(amount));
    due.set(target, (due.get(target) ?? 0) + Number(amount));
  }
  const { rows } = await client.query<{ id: string; amount: string }>(SUMS);
  for (const { id, amount } of rows) {
    const expected = 1000 + (due.get(id) ?? 0);
    if (Number(amount) !== expected)
      violations.push({ what: "changed", detail: `account ${id}: ${amount}, and ${expected} is due` });
  }
  if (rows.length !== 50) violations.push({ what: "lost", detail: `${50 - rows.length} accounts` });
  return violations;
}
