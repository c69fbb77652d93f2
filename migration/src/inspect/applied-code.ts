import type pg from "pg";
import { loadGrammar } from "../ddl/grammar";
import { namesInCode, type CodeName } from "../scope/code-names";
import { rows } from "../sql/connect";
import { ident } from "../sql/quote";
import { ownRelation } from "./own-rows";

/*
 * A subscription's worker applies changes with an empty search_path. What a change runs into there (checks, those of domains
 * too, indexes, generated columns, expressions that partition) is bound to its functions, but a function's text is read when
 * it is called: what it names without a schema is not found then, and the link stands still.
 */

/** A function that finds what its text names by its caller's path. */
export interface PathlessFunction {
  /** `core.f(t text)`, quoted. */
  readonly signature: string;
  /** Schemas, its own first, in which it and what it calls find their names now. */
  readonly schemas: readonly string[];
}

interface Routine {
  readonly oid: string;
  readonly schema: string;
  readonly signature: string;
  /** Null where nothing in it is looked up by the caller's path, as far as can be read. */
  readonly body: string | null;
}

interface Named {
  readonly kind: "relation" | "routine" | "type";
  readonly schema: string;
  readonly name: string;
  /** Whether PostgreSQL itself has one of this name and kind, which is found without any path. */
  readonly shadowed: boolean;
  readonly routine: Routine | null;
}

const ROUTINE = `p.oid::text AS oid, n.nspname::text AS schema,
    format('%I.%I(%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)) AS signature,
    CASE WHEN l.lanname IN ('sql', 'plpgsql') AND p.prosqlbody IS NULL
      AND NOT EXISTS (SELECT FROM unnest(p.proconfig) s WHERE s LIKE 'search\\_path=%') THEN p.prosrc END AS body`;

/** By table, the functions that its changes may call. What has been bound to others brings them along. */
const CALLED = `
  WITH RECURSIVE ${ownRelation()},
  held(relid, type) AS (
    SELECT a.attrelid, a.atttypid FROM pg_attribute a
    WHERE a.attrelid IN (SELECT oid FROM own_table) AND a.attnum > 0 AND NOT a.attisdropped
    UNION SELECT h.relid, part.oid FROM held h JOIN pg_type t ON t.oid = h.type CROSS JOIN LATERAL (
      SELECT t.typbasetype UNION ALL SELECT t.typelem
      UNION ALL SELECT r.rngsubtype FROM pg_range r WHERE t.oid IN (r.rngtypid, r.rngmultitypid)
      UNION ALL SELECT f.atttypid FROM pg_attribute f
        WHERE t.typtype = 'c' AND f.attrelid = t.typrelid AND f.attnum > 0 AND NOT f.attisdropped) part(oid)
    WHERE part.oid <> 0),
  reached(relid, classid, objid) AS (
    (SELECT k.conrelid, 'pg_constraint'::regclass::oid, k.oid FROM pg_constraint k
     WHERE k.conrelid IN (SELECT oid FROM own_table) AND k.contype IN ('c', 'x')
     UNION ALL SELECT h.relid, 'pg_constraint'::regclass, k.oid FROM held h JOIN pg_constraint k ON k.contypid = h.type
     UNION ALL SELECT i.indrelid, 'pg_class'::regclass, i.indexrelid FROM pg_index i WHERE i.indrelid IN (SELECT oid FROM own_table)
     UNION ALL SELECT p.partrelid, 'pg_class'::regclass, p.partrelid FROM pg_partitioned_table p WHERE p.partrelid IN (SELECT oid FROM own_table)
     UNION ALL SELECT d.adrelid, 'pg_attrdef'::regclass, d.oid FROM pg_attrdef d JOIN pg_attribute a ON a.attrelid = d.adrelid
       AND a.attnum = d.adnum AND a.attgenerated <> '' WHERE d.adrelid IN (SELECT oid FROM own_table))
    UNION SELECT r.relid, d.refclassid, d.refobjid FROM reached r JOIN pg_depend d ON d.classid = r.classid AND d.objid = r.objid
    WHERE d.refclassid IN ('pg_proc'::regclass, 'pg_operator'::regclass))
  SELECT DISTINCT r.relid::text AS relid, ${ROUTINE} FROM reached r
  JOIN pg_proc p ON r.classid = 'pg_proc'::regclass AND p.oid = r.objid
  JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang ORDER BY signature, relid`;

/** Of these names, what others than PostgreSQL itself have made. */
const NAMED = `
  WITH named AS (
    SELECT 'relation' AS kind, relname AS name, relnamespace AS schema, NULL::oid AS routine FROM pg_class
    WHERE relname = ANY ($1::name[]) AND relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
    UNION ALL SELECT 'routine', proname, pronamespace, oid FROM pg_proc WHERE proname = ANY ($1::name[])
    UNION ALL SELECT 'type', typname, typnamespace, NULL FROM pg_type WHERE typname = ANY ($1::name[]))
  SELECT m.kind, n.nspname::text AS schema, m.name::text AS name,
    EXISTS (SELECT FROM named b WHERE b.kind = m.kind AND b.name = m.name AND b.schema = 'pg_catalog'::regnamespace) AS shadowed,
    CASE WHEN m.routine IS NOT NULL THEN (SELECT to_json(r) FROM (
      SELECT ${ROUTINE} FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang WHERE p.oid = m.routine) r) END AS routine
  FROM named m JOIN pg_namespace n ON n.oid = m.schema
  WHERE n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%' ORDER BY 1, 2, 3`;

/**
 * By a table's oid, functions that rely on their caller's path where changes of the table are applied. Two queries, and one
 * more for each call of a function in a function's text. The session's path is `pg_catalog`.
 */
export async function inspectAppliedCode(
  client: pg.Client,
  schemaOid: number,
): Promise<ReadonlyMap<string, readonly PathlessFunction[]>> {
  const called = await rows<Routine & { relid: string }>(client, CALLED, [schemaOid]);
  const reading = await readAll(client, called);
  const found = new Map<string, PathlessFunction[]>();
  for (const { relid, ...routine } of called) {
    const { signature, schema } = routine;
    const missed = missedBy(routine.oid, reading);
    if (missed.size === 0) continue;
    const schemas = [schema, ...[...missed].filter((name) => name !== schema)];
    found.set(relid, [...(found.get(relid) ?? []), { signature, schemas }]);
  }
  return found;
}

/** The statement that has a function find its names wherever it is called. */
export const settlingPath = ({ signature, schemas }: PathlessFunction): string =>
  `ALTER FUNCTION ${signature} SET search_path = ${schemas.map(ident).join(", ")}`;

/** What a function's text names. */
interface Reading {
  /** Schemas in which its unqualified names are found. */
  readonly missed: ReadonlySet<string>;
  /** Oids of those that it calls by a qualified name. */
  readonly calls: readonly string[];
}

async function readAll(client: pg.Client, called: readonly Routine[]): Promise<ReadonlyMap<string, Reading>> {
  const reading = new Map<string, Reading>();
  let next = unread(called, reading);
  if (next.length > 0) await loadGrammar();
  while (next.length > 0) {
    const texts = next.map((routine) => ({ routine, names: namesOf(routine.body ?? "") }));
    const names = new Set(texts.flatMap(({ names: all }) => all.map(({ name }) => name)));
    const known = await rows<Named>(client, NAMED, [[...names]]);
    for (const { routine, names: all } of texts) reading.set(routine.oid, readingOf(all, known));
    const among = new Set([...reading.values()].flatMap(({ calls }) => calls));
    next = unread(
      known.flatMap(({ routine }) => (routine !== null && among.has(routine.oid) ? [routine] : [])),
      reading,
    );
  }
  return reading;
}

const unread = (routines: readonly Routine[], reading: ReadonlyMap<string, Reading>): Routine[] => [
  ...new Map(
    routines
      .filter(({ oid, body }) => body !== null && !reading.has(oid))
      .map((routine) => [routine.oid, routine]),
  ).values(),
];

/** A word may be the type of a cast, and is a column or a variable where nothing is cast. */
function namesOf(body: string): CodeName[] {
  const casts = /\bcast\s*\(/i.test(body);
  try {
    return namesInCode(body).filter(({ as }) => as !== "word" || casts);
  } catch {
    return []; // no text that PostgreSQL's scanner can read: it fails in the old home too
  }
}

function readingOf(names: readonly CodeName[], known: readonly Named[]): Reading {
  const fitting = names.map((used) => ({
    used,
    objects: known.filter((object) => object.name === used.name && fits(used, object)),
  }));
  return {
    missed: new Set(
      fitting.flatMap(({ used, objects }) =>
        used.schema === undefined ? objects.filter((o) => !o.shadowed).map((o) => o.schema) : [],
      ),
    ),
    calls: fitting.flatMap(({ used, objects }) =>
      objects.flatMap(({ schema, routine }) =>
        routine !== null && used.schema === schema ? [routine.oid] : [],
      ),
    ),
  };
}

function fits({ as }: CodeName, { kind }: Named): boolean {
  switch (as) {
    case "any":
      return true;
    case "relation":
    case "routine":
      return kind === as;
    case "row-type":
      return kind !== "routine";
    case "word":
      return kind === "type";
  }
}

/** Schemas in which a function, and those that it calls by their qualified names, find what they do not qualify. */
function missedBy(oid: string, reading: ReadonlyMap<string, Reading>, seen = new Set<string>()): Set<string> {
  const read = reading.get(oid);
  if (read === undefined || seen.has(oid)) return new Set();
  seen.add(oid);
  return new Set([...read.missed, ...read.calls.flatMap((call) => [...missedBy(call, reading, seen)])]);
}
