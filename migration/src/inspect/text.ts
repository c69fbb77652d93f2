import type pg from "pg";
import { rows } from "../sql/connect";
import { literal, qualified } from "../sql/quote";
import { amongCatalogs } from "../sql/search-path";
import { OWN, ownRelation } from "./own-rows";
import type { Relation } from "./relations";

/** How a database keeps text and sorts it. */
export interface TextFacts {
  /** `UTF8`, `LATIN1`, `SQL_ASCII`. */
  readonly encoding: string;
  /** What text is sorted by where no collation is named: `libc C.UTF-8`, `icu de-DE (153.120)`. */
  readonly collation: string;
}

/** A collation of the server's own that the schema's objects name. */
export interface Collation {
  readonly name: string;
  /** Provider, locale and version: two collations of one name that sort alike have it in common. */
  readonly sorts: string;
}

/** What the text of one schema depends on. */
export interface SchemaText extends TextFacts {
  readonly collations: readonly Collation[];
  /** Tables partitioned by a hash of text: the hash is one of bytes, so that another encoding has other partitions. */
  readonly hashedByText: readonly string[];
  /** Tables whose text does not fit the new home's encoding. */
  readonly unfit: readonly string[];
}

const PROVIDER = (letter: string): string =>
  `CASE ${letter} WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' ELSE 'libc' END`;

/** Columns that some versions lack, or name otherwise, are read through `to_jsonb`. */
const FACTS = `
  SELECT pg_encoding_to_char(d.encoding) AS encoding, concat_ws(' ', ${PROVIDER("to_jsonb(d) ->> 'datlocprovider'")},
    coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale', nullif(d.datcollate, d.datctype) || ' / ' || d.datctype, d.datcollate),
    '(' || (to_jsonb(d) ->> 'datcollversion') || ')') AS collation
  FROM pg_catalog.pg_database d WHERE d.datname = current_database()`;

const SORTS = `concat_ws(' ', ${PROVIDER("l.collprovider")},
    coalesce(to_jsonb(l) ->> 'colllocale', to_jsonb(l) ->> 'colliculocale', l.collcollate),
    '(' || pg_collation_actual_version(l.oid) || ')')`;

/** A collation that servers may differ in. */
const NAMED = (alias: string): string =>
  `${alias}.collnamespace = 'pg_catalog'::regnamespace AND ${alias}.collname NOT IN ('default', 'C', 'POSIX')`;

// What a collation sorts by takes long to tell, for it is opened for that: first of all, which ones.
const OFFERED = `
  SELECT l.collname::text AS name, ${SORTS} AS sorts FROM (
    SELECT c.* FROM pg_collation c WHERE ${NAMED("c")} AND c.collname = ANY ($1)
      AND c.collencoding IN (-1, (SELECT encoding FROM pg_database WHERE datname = current_database())) OFFSET 0) l`;

const USED = `
  WITH ${OWN}, used(oid, row) AS (
    SELECT a.attcollation, 'pg_class ' || c.oid FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid WHERE c.oid IN (SELECT oid FROM own_relation)
    UNION SELECT unnest(i.indcollation), 'pg_class ' || c.oid FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid WHERE c.oid IN (SELECT oid FROM own_relation)
    UNION SELECT t.typcollation, 'pg_type ' || t.oid FROM pg_type t WHERE t.oid IN (SELECT oid FROM own_type)
    UNION SELECT r.rngcollation, 'pg_type ' || t.oid FROM pg_range r JOIN pg_type t ON t.oid = r.rngtypid WHERE t.oid IN (SELECT oid FROM own_type)
    UNION SELECT d.refobjid, 'pg_class ' || c.oid FROM own m JOIN pg_depend d ON d.classid = m.classid AND d.objid = m.oid
    LEFT JOIN pg_rewrite w ON d.classid = 'pg_rewrite'::regclass AND w.oid = d.objid
    LEFT JOIN pg_constraint o ON d.classid = 'pg_constraint'::regclass AND o.oid = d.objid
    LEFT JOIN pg_attrdef f ON d.classid = 'pg_attrdef'::regclass AND f.oid = d.objid
    LEFT JOIN pg_class c ON c.oid = coalesce(w.ev_class, o.conrelid, f.adrelid, CASE d.classid WHEN 'pg_class'::regclass THEN d.objid END)
    WHERE d.refclassid = 'pg_collation'::regclass AND c.oid IN (SELECT oid FROM own_relation))
  SELECT l.collname::text AS name, ${SORTS} AS sorts, l.row FROM (
    SELECT c.*, used.row FROM used JOIN pg_collation c ON c.oid = used.oid WHERE ${NAMED("c")} OFFSET 0) l ORDER BY 1, 3`;

const HASHED = `
  WITH ${ownRelation()}
  SELECT c.relname::text AS name, 'pg_class ' || c.oid AS row FROM pg_partitioned_table p JOIN pg_class c ON c.oid = p.partrelid
  WHERE c.oid IN (SELECT oid FROM own_relation) AND p.partstrat = 'h' AND EXISTS (SELECT FROM unnest(p.partcollation) o WHERE o <> 0)
  ORDER BY 1`;

/** Reads how the database of a session keeps text. */
export async function inspectTextFacts(client: pg.Client): Promise<TextFacts> {
  const [facts] = await rows<TextFacts>(client, FACTS);
  return facts ?? { encoding: "", collation: "" };
}

/**
 * Reads what the text of a schema depends on; whether it fits elsewhere is asked by `inspectUnfit`.
 * @param holds whether a catalog row is of what moves
 */
export async function inspectSchemaText(
  client: pg.Client,
  schemaOid: number,
  holds: (row: string) => boolean,
): Promise<SchemaText> {
  return await amongCatalogs(client, async () => {
    const facts = await inspectTextFacts(client);
    const own = ({ row }: { readonly row: string }): boolean => holds(row);
    const used = (await rows<Collation & { row: string }>(client, USED, [schemaOid])).filter(own);
    const hashed = (await rows<{ name: string; row: string }>(client, HASHED, [schemaOid])).filter(own);
    const collations = new Map(used.map(({ name, sorts }) => [name, { name, sorts }]));
    return {
      ...facts,
      collations: [...collations.values()],
      hashedByText: hashed.map((row) => row.name),
      unfit: [],
    };
  });
}

/** Which of these collations a database offers, with what each sorts by there. */
export async function offeredCollations(
  client: pg.Client,
  names: readonly string[],
): Promise<Map<string, string>> {
  if (names.length === 0) return new Map();
  const found = await amongCatalogs(client, () => rows<Collation>(client, OFFERED, [names]));
  return new Map(found.map(({ name, sorts }) => [name, sorts]));
}

/**
 * Whether a conversion may fail: not within one encoding, and not into UTF8, which has everything, unless the source
 * does not say what its bytes mean. Whatever goes into SQL_ASCII is kept as the bytes of UTF8.
 */
export function mayNotFit(from: string, to: string): boolean {
  if (from === to) return false;
  return from === "SQL_ASCII" || (to !== "UTF8" && to !== "SQL_ASCII");
}

/**
 * Tables that hold text which the encoding `to` has no form for. Rows travel as UTF8, so that is what they are read as
 * first. Reads every row, in one statement.
 */
export async function inspectUnfit(
  client: pg.Client,
  schema: string,
  relations: readonly Relation[],
  { from, to }: { readonly from: string; readonly to: string },
): Promise<string[]> {
  const bytes = `pg_catalog.convert_to(t::pg_catalog.text, ${literal(from === "SQL_ASCII" ? from : "UTF8")})`;
  const fits = `pg_catalog.convert(${bytes}, 'UTF8', ${literal(to === "SQL_ASCII" ? "UTF8" : to)})`;
  const scans = relations
    .filter((relation) => relation.kind === "r")
    .map(
      ({ name }) =>
        `BEGIN PERFORM pg_catalog.count(${fits}) FROM ONLY ${qualified(schema, name)} t;
         EXCEPTION WHEN untranslatable_character OR character_not_in_repertoire THEN unfit := unfit || ${literal(name)}::text; END;`,
    );
  const block = `DECLARE unfit text[] := '{}'; BEGIN ${scans.join("\n")}
    PERFORM pg_catalog.set_config('rehome.unfit', pg_catalog.to_json(unfit)::text, false); END`;
  await client.query(`DO ${literal(block)}`);
  const [row] = await rows<{ unfit: string }>(
    client,
    "SELECT pg_catalog.current_setting('rehome.unfit') AS unfit",
  );
  return JSON.parse(row?.unfit ?? "[]") as string[];
}
