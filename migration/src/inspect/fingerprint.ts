import { createHash } from "node:crypto";
import type pg from "pg";
import { COLUMN_VERSION } from "../sql/column-version";
import { ident } from "../sql/quote";
import { amongCatalogs, withSearchPath } from "../sql/search-path";
import { sharedRows } from "../sql/shared-rows";
import { fruitful, type EntryQuery } from "./entry-query";
import { OWN } from "./own-rows";
import { rareEntries } from "./rare-entries";

/** One property of one object: `kind` and `name` say which, `definition` is what must be equal. */
export interface CatalogEntry {
  readonly kind: string;
  readonly name: string;
  readonly definition: string;
  /**
   * The catalog row that it speaks of, `pg_trigger 16400`, or the object that this belongs to. Of one database alone, and
   * no part of the fingerprint.
   */
  readonly row?: string;
}

/** What belongs to no extension. */
const UNEXTENDED = (alias: string, catalog: string): string =>
  `NOT EXISTS (SELECT FROM pg_depend x WHERE x.classid = '${catalog}'::regclass AND x.objid = ${alias}.oid AND x.deptype = 'e')`;

/** A parent in another schema is a facade, which says nothing about the table itself. */
const PARENTS = (expression: string): string =>
  `EXISTS (SELECT FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhparent WHERE i.inhrelid = c.oid AND p.relnamespace = c.relnamespace)
     THEN ${expression}`;

const ENTRIES: readonly EntryQuery[] = [
  {
    of: ["pg_class", "pg_type"],
    select: `SELECT 'pg_class ' || c.oid, 'relation', c.relname::text, concat_ws(' ', c.relkind, c.relpersistence, am.amname, c.reloptions::text,
     c.relrowsecurity, c.relforcerowsecurity, CASE WHEN c.relkind IN ('r', 'p') THEN
       -- A table without a key says its rows whole while it is followed.
       CASE WHEN c.relreplident = 'f' AND NOT EXISTS (SELECT FROM pg_index k WHERE k.indrelid = c.oid AND k.indisprimary AND k.indimmediate)
         THEN 'd' ELSE c.relreplident END END, pg_get_partkeydef(c.oid),
     CASE WHEN ${PARENTS("pg_get_expr(c.relpartbound, c.oid)")} END,
     (SELECT string_agg(i.inhparent::regclass::text, ', ' ORDER BY i.inhseqno) FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhparent
      WHERE i.inhrelid = c.oid AND p.relnamespace = c.relnamespace))
   FROM pg_class c LEFT JOIN pg_am am ON am.oid = c.relam
   WHERE c.oid IN (SELECT oid FROM own_relation) AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c') AND ${UNEXTENDED("c", "pg_class")}`,
  },
  {
    of: ["view"],
    select: `SELECT 'pg_class ' || c.oid, 'query', c.relname::text, pg_get_viewdef(c.oid, true)
   FROM pg_class c WHERE c.oid IN (SELECT oid FROM own_relation) AND c.relkind IN ('v', 'm') AND ${UNEXTENDED("c", "pg_class")}`,
  },
  {
    of: ["pg_class", "pg_type"],
    select: `SELECT 'pg_class ' || c.oid, 'column', c.relname || '.' || a.attname, concat_ws(' ',
     -- A dump puts the columns that a table inherits first, wherever they stood: their place says nothing.
     CASE WHEN c.relispartition OR NOT EXISTS (SELECT FROM pg_inherits h WHERE h.inhrelid = c.oid)
       THEN row_number() OVER (PARTITION BY c.oid ORDER BY a.attnum) END, format_type(a.atttypid, a.atttypmod), a.attnotnull,
     a.attidentity, a.attgenerated, pg_get_expr(d.adbin, d.adrelid, true),
     CASE WHEN a.attcollation <> t.typcollation THEN a.attcollation::regcollation::text END, a.attstorage,
     nullif(a.attstattarget, -1), (SELECT array_agg(o)::text FROM unnest(a.attoptions) o WHERE NOT starts_with(o, '${COLUMN_VERSION}=')))
   FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid JOIN pg_type t ON t.oid = a.atttypid
   LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
   WHERE c.oid IN (SELECT oid FROM own_relation) AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c') AND a.attnum > 0 AND NOT a.attisdropped
     AND ${UNEXTENDED("c", "pg_class")}`,
  },
  // From 18 on a table's NOT NULL, from 17 on a domain's, is a constraint with a name.
  {
    of: ["pg_class", "pg_type"],
    select: `SELECT 'pg_constraint ' || o.oid, CASE o.contype WHEN 'n' THEN 'not-null' ELSE 'constraint' END, coalesce(nullif(o.conrelid, 0)::regclass::text, o.contypid::regtype::text) || '.' || o.conname,
     concat_ws(' ', pg_get_constraintdef(o.oid, true), o.convalidated)
   FROM pg_constraint o WHERE o.oid IN (SELECT oid FROM own_constraint)
     AND NOT EXISTS (SELECT FROM pg_constraint q WHERE q.oid = o.conparentid AND q.connamespace = o.connamespace) AND ${UNEXTENDED("o", "pg_constraint")}`,
  },
  {
    of: ["pg_class"],
    select: `SELECT 'pg_class ' || c.oid, 'index', c.relname::text, concat_ws(' ', pg_get_indexdef(c.oid, 0, true), i.indisvalid, i.indisclustered,
     i.indisreplident, c.reloptions::text, (SELECT h.inhparent::regclass::text FROM pg_inherits h JOIN pg_class p ON p.oid = h.inhparent
      WHERE h.inhrelid = c.oid AND p.relnamespace = c.relnamespace))
   FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE c.oid IN (SELECT oid FROM own_relation) AND ${UNEXTENDED("c", "pg_class")}
     -- A dump leaves out what a failed CREATE INDEX CONCURRENTLY has left.
     AND (i.indisvalid OR c.relkind = 'I')`,
  },
  {
    of: ["trigger"],
    select: `SELECT 'pg_trigger ' || t.oid, 'trigger', t.tgrelid::regclass::text || '.' || t.tgname, concat_ws(' ', pg_get_triggerdef(t.oid, true), t.tgenabled)
   FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
   WHERE c.oid IN (SELECT oid FROM own_relation) AND NOT t.tgisinternal
     AND NOT (t.tgname IN ('rehome_fence', 'rehome_truncate') AND EXISTS (SELECT FROM pg_proc f JOIN pg_namespace n ON n.oid = f.pronamespace
              WHERE f.oid = t.tgfoid AND n.nspname = 'rehome'))`,
  },
  {
    of: ["rule"],
    select: `SELECT 'pg_rewrite ' || r.oid, 'rule', r.ev_class::regclass::text || '.' || r.rulename, concat_ws(' ', pg_get_ruledef(r.oid, true), r.ev_enabled)
   FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class WHERE c.oid IN (SELECT oid FROM own_relation) AND r.rulename <> '_RETURN'
     AND ${UNEXTENDED("c", "pg_class")}`,
  },
  {
    of: ["policy"],
    select: `SELECT 'pg_policy ' || p.oid, 'policy', p.polrelid::regclass::text || '.' || p.polname, concat_ws(' ', p.polcmd, p.polpermissive,
     pg_get_expr(p.polqual, p.polrelid, true), '/', pg_get_expr(p.polwithcheck, p.polrelid, true))
   FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid WHERE c.oid IN (SELECT oid FROM own_relation)`,
  },
  {
    of: ["policy"],
    select: `SELECT 'pg_policy ' || p.oid, 'policy roles', p.polrelid::regclass::text || '.' || p.polname,
     (SELECT jsonb_agg(CASE WHEN r = 0 THEN 'public' ELSE pg_get_userbyid(r)::text END) FROM unnest(p.polroles) r)::text
   FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid WHERE c.oid IN (SELECT oid FROM own_relation)`,
  },
  {
    of: ["pg_class"],
    select: `SELECT 'pg_class ' || c.oid, 'sequence', c.relname::text, concat_ws(' ', s.seqtypid::regtype, s.seqstart, s.seqincrement, s.seqmin, s.seqmax,
     s.seqcache, s.seqcycle,
     (SELECT d.refobjid::regclass::text || '.' || a.attname FROM pg_depend d
      JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
      WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')))
   FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid WHERE c.oid IN (SELECT oid FROM own_relation) AND ${UNEXTENDED("c", "pg_class")}`,
  },
  {
    of: ["pg_type"],
    select: `SELECT 'pg_type ' || t.oid, 'type', t.typname::text, concat_ws(' ', t.typtype,
     CASE WHEN t.typtype = 'd' THEN format_type(t.typbasetype, t.typtypmod) END, t.typnotnull, t.typdefault,
     (SELECT string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid),
     (SELECT format_type(r.rngsubtype, NULL) FROM pg_range r WHERE r.rngtypid = t.oid))
   FROM pg_type t WHERE t.oid IN (SELECT oid FROM own_type) AND t.typtype IN ('e', 'd', 'r', 'm') AND ${UNEXTENDED("t", "pg_type")}`,
  },
  {
    of: ["pg_proc"],
    select: `SELECT 'pg_proc ' || p.oid, 'function', p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')', concat_ws(' ', p.prokind, l.lanname,
     pg_get_function_arguments(p.oid), '->', pg_get_function_result(p.oid), p.provolatile, p.proisstrict, p.prosecdef,
     p.proleakproof, p.proparallel, p.procost, p.prorows, p.probin)
   FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang WHERE p.oid IN (SELECT oid FROM own_routine) AND ${UNEXTENDED("p", "pg_proc")}`,
  },
  {
    of: ["pg_proc"],
    select: `SELECT 'pg_proc ' || p.oid, CASE WHEN p.prosqlbody IS NULL THEN 'body' ELSE 'parsed body' END, p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')',
     coalesce(pg_get_function_sqlbody(p.oid), p.prosrc)
   FROM pg_proc p WHERE p.oid IN (SELECT oid FROM own_routine) AND p.prokind <> 'a' AND ${UNEXTENDED("p", "pg_proc")}`,
  },
  {
    of: ["pg_proc"],
    select: `SELECT 'pg_proc ' || p.oid, 'setting', p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')', setting
   FROM pg_proc p, unnest(p.proconfig) setting WHERE p.oid IN (SELECT oid FROM own_routine) AND ${UNEXTENDED("p", "pg_proc")}`,
  },
  {
    of: ["pg_operator"],
    select: `SELECT 'pg_operator ' || o.oid, 'operator', o.oprname || ' (' || o.oprleft::regtype || ', ' || o.oprright::regtype || ')',
     concat_ws(' ', o.oprresult::regtype, o.oprcode::regprocedure, o.oprcanmerge, o.oprcanhash)
   FROM pg_operator o WHERE o.oprnamespace = $1::oid AND ${UNEXTENDED("o", "pg_operator")}`,
  },
  {
    of: ["pg_collation"],
    select: `SELECT 'pg_collation ' || l.oid, 'collation', l.collname::text, concat_ws(' ', l.collprovider, l.collisdeterministic, l.collcollate, l.collctype,
     -- The column has another name from 17 on, and there is one more from 16 on.
     coalesce(to_jsonb(l) ->> 'colllocale', to_jsonb(l) ->> 'colliculocale'), to_jsonb(l) ->> 'collicurules')
   FROM pg_collation l WHERE l.collnamespace = $1::oid AND ${UNEXTENDED("l", "pg_collation")}`,
  },
  {
    of: ["pg_statistic_ext"],
    select: `SELECT 'pg_statistic_ext ' || s.oid, 'statistics', s.stxname::text, concat_ws(' ', s.stxrelid::regclass, s.stxkind::text,
     (SELECT string_agg(a.attname, ', ' ORDER BY a.attname) FROM pg_attribute a WHERE a.attrelid = s.stxrelid AND a.attnum = ANY (s.stxkeys)))
   FROM pg_statistic_ext s WHERE s.stxnamespace = $1::oid`,
  },
  {
    of: ["comment"],
    select: `SELECT d.classoid::regclass || ' ' || d.objoid, 'comment', pg_describe_object(d.classoid, d.objoid, d.objsubid), d.description
   FROM pg_description d
   WHERE (d.classoid, d.objoid) IN (SELECT classid, oid FROM own)
     AND NOT EXISTS (SELECT FROM pg_depend x WHERE x.classid = d.classoid AND x.objid = d.objoid AND x.deptype = 'e')`,
  },
  ...rareEntries(UNEXTENDED),
];

/** Letters of a fingerprint. */
const LENGTH = 16;

/** Where definitions are read: a schema, and those whose objects are to be printed unqualified too. */
export interface CatalogPlace {
  readonly schema: string;
  readonly oid: number;
  readonly extensionSchemas: readonly string[];
}

/** PostgreSQL prints a list of VALUES that it has read from its own printing with one blank more. */
const allOf = (selects: readonly string[]): string => `WITH ${OWN}, entry AS (
  SELECT row, kind, name, replace(definition, '( VALUES', '(VALUES') AS definition
  FROM (${selects.map((select) => `SELECT * FROM (${select}) entry(row, kind, name, definition)`).join("\nUNION ALL\n")}) read(row, kind, name, definition))`;
const ORDER = `ORDER BY kind COLLATE "C", name COLLATE "C", definition COLLATE "C"`;

/** Runs a query over the entries that prints names as they are seen from the schema; nothing where there are none. */
async function within<T extends object>(
  client: pg.Client,
  { schema, oid, extensionSchemas }: CatalogPlace,
  select: string,
): Promise<T[]> {
  const selects = await amongCatalogs(client, () => fruitful(client, oid, ENTRIES));
  if (selects.length === 0) return [];
  const path = [schema, ...extensionSchemas.filter((name) => name !== schema)].map(ident).join(", ");
  return await withSearchPath(client, path, () =>
    sharedRows<T>(client, `${allOf(selects)} ${select}`, [oid]),
  );
}

/**
 * Everything that defines the schema's objects, in a form that does not name the schema: with the schema first in
 * `search_path`, PostgreSQL prints its objects unqualified, so two placements of one dataset compare equal.
 */
export const catalogEntries = (client: pg.Client, at: CatalogPlace): Promise<CatalogEntry[]> =>
  within<CatalogEntry>(client, at, `SELECT * FROM entry ${ORDER}`);

/** The `fingerprint` of what `catalogEntries` would give, made by the server: of many thousand tables, one line. */
export async function catalogFingerprint(client: pg.Client, at: CatalogPlace): Promise<string> {
  const text = `string_agg(json_build_array(kind, name, definition)::text, '' ${ORDER})`;
  const [row] = await within<{ hash: string }>(
    client,
    at,
    `SELECT left(encode(sha256(convert_to(coalesce(${text}, ''), 'UTF8')), 'hex'), ${LENGTH}) AS hash FROM entry`,
  );
  return row?.hash ?? fingerprint([]);
}

/** A hash of the entries, in the order that they were read in: equal when and only when every definition is. */
export function fingerprint(entries: readonly CatalogEntry[]): string {
  const hash = createHash("sha256");
  // As the server's JSON has it.
  for (const { kind, name, definition } of entries)
    hash.update(`[${[kind, name, definition].map((each) => JSON.stringify(each)).join(", ")}]`);
  return hash.digest("hex").slice(0, LENGTH);
}

/** What differs, in words, at most `limit` lines: `table column orders.total: added`. */
export function differences(
  before: readonly CatalogEntry[],
  after: readonly CatalogEntry[],
  limit = 10,
): string[] {
  const key = (entry: CatalogEntry): string => `${entry.kind} ${entry.name}`;
  const grouped = (entries: readonly CatalogEntry[]): Map<string, string> => {
    const map = new Map<string, string>();
    for (const entry of entries) map.set(key(entry), `${map.get(key(entry)) ?? ""}\0${entry.definition}`);
    return map;
  };
  const [old, now] = [grouped(before), grouped(after)];
  const found: string[] = [];
  for (const [name, definition] of old) {
    if (!now.has(name)) found.push(`${name}: missing`);
    else if (now.get(name) !== definition) found.push(`${name}: different`);
  }
  for (const name of now.keys()) if (!old.has(name)) found.push(`${name}: added`);
  const rest = found.length - limit;
  return rest > 0 ? [...found.slice(0, limit), `and ${rest} more`] : found;
}
