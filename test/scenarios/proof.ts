import { Client } from "pg";
import type { Connection } from "./stage";

/** Who opens a session; `options` are the server's, for this session: `-c search_path=crm`. */
type Login = Omit<Connection, "schema"> & { readonly options?: string };

/** Runs one statement in a session of its own. */
export const query = async <Row = Record<string, unknown>>(
  { host, port, user, password, database, options, sslmode, serverCa }: Login,
  text: string,
  values: unknown[] = [],
): Promise<Row[]> => {
  // As with sslmode=verify-ca: by the authority, whatever the name.
  const ssl = sslmode === "require" && { ca: serverCa ?? "", checkServerIdentity: () => undefined };
  const client = new Client({
    ...{ host, port, user, password, database, ssl },
    ...(options !== undefined && { options }),
  });
  client.on("error", () => undefined);
  await client.connect();
  try {
    return (await client.query(text, values)).rows as Row[];
  } finally {
    await client.end();
  }
};

/** The SQLSTATE that the server answers with; `undefined` when it does as told. */
export const refusal = async (login: Login, text: string): Promise<string | undefined> => {
  try {
    await query(login, text);
    return undefined;
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
};

const TABLES = `
  SELECT c.relname AS name, format('%I.%I', n.nspname, c.relname) AS place
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = $1 AND c.relkind IN ('r', 'm') AND c.relispopulated
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.classid = 'pg_class'::regclass AND d.deptype = 'e')
  ORDER BY 1`;

/** Every table's count and a hash of its rows whatever their order, told by SQL that the engine has no part in. */
export const contents = async (login: Login, schema: string): Promise<Record<string, string>> => {
  const found: Record<string, string> = {};
  for (const { name, place } of await query<{ name: string; place: string }>(login, TABLES, [schema])) {
    const [row] = await query<{ sum: string }>(
      login,
      `SELECT count(*) || ' rows, ' || coalesce(md5(string_agg(md5(t::text), '' ORDER BY md5(t::text))), '') AS sum FROM ${place} AS t`,
    );
    found[name] = row?.sum ?? "";
  }
  return found;
};

/** Wherever a schema may be named in a text that the server does not keep by reference. */
const MENTIONS = `
  WITH here AS (SELECT oid, nspname FROM pg_namespace WHERE nspname = $1)
  SELECT 'function ' || p.proname AS place, pg_get_functiondef(p.oid) AS text FROM pg_proc p JOIN here h ON h.oid = p.pronamespace
    WHERE p.prokind <> 'a' AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
  UNION ALL SELECT 'view ' || c.relname, pg_get_viewdef(c.oid) FROM pg_class c JOIN here h ON h.oid = c.relnamespace WHERE c.relkind IN ('v', 'm')
  UNION ALL SELECT 'default of ' || c.relname, pg_get_expr(d.adbin, d.adrelid) FROM pg_attrdef d JOIN pg_class c ON c.oid = d.adrelid JOIN here h ON h.oid = c.relnamespace
  UNION ALL SELECT 'constraint ' || k.conname, pg_get_constraintdef(k.oid) FROM pg_constraint k JOIN here h ON h.oid = k.connamespace
  UNION ALL SELECT 'index ' || c.relname, pg_get_indexdef(c.oid) FROM pg_class c JOIN here h ON h.oid = c.relnamespace WHERE c.relkind = 'i'
  UNION ALL SELECT 'trigger ' || t.tgname, pg_get_triggerdef(t.oid) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN here h ON h.oid = c.relnamespace
  UNION ALL SELECT 'policy ' || p.polname, concat(pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)) FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN here h ON h.oid = c.relnamespace
  UNION ALL SELECT 'setting of ' || r.rolname, s.setconfig::text FROM pg_db_role_setting s JOIN pg_roles r ON r.oid = s.setrole
    JOIN pg_database d ON d.oid = s.setdatabase WHERE d.datname = current_database() AND r.rolname = $2`;

/** A function that needs an extension has `public` at the end of its path: extensions are there. */
const EXTENSIONS_PATH = /^ SET search_path TO .*, 'public'(, 'pg_temp')?$/m;

/** Names of the old schema, as a qualifier or quoted, that are left in what the new home's objects say. */
export const mentions = async (
  login: Login,
  schema: string,
  role: string,
  old: string,
): Promise<string[]> => {
  const rows = await query<{ place: string; text: string | null }>(login, MENTIONS, [schema, role]);
  const name = new RegExp(`(?<![\\w.])"?${old}"?\\.|'${old}'`);
  return rows
    .filter(({ text }) => name.test((text ?? "").replace(EXTENSIONS_PATH, "")))
    .map(({ place, text }) => `${place}: ${text ?? ""}`);
};

const SEQUENCES = `
  SELECT c.relname AS sequence, t.relname AS table, a.attname AS column
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0
  JOIN pg_class t ON t.oid = d.refobjid JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
  WHERE n.nspname = $1 AND c.relkind = 'S' ORDER BY 1`;

/**
 * Draws the next number of every sequence that numbers a column, as the service itself and by unqualified names. Gives
 * those whose number is in the column already: an insert would be a duplicate.
 */
export const repeatedNumbers = async (service: Connection): Promise<string[]> => {
  const repeated: string[] = [];
  const found = await query<{ sequence: string; table: string; column: string }>(service, SEQUENCES, [
    service.schema,
  ]);
  for (const { sequence, table, column } of found) {
    const [row] = await query<{ n: number }>(
      service,
      `SELECT count(*)::int AS n FROM "${table}" WHERE "${column}" = (SELECT nextval('"${sequence}"'))`,
    );
    if (row?.n !== 0) repeated.push(`${table}.${column}`);
  }
  return repeated;
};
