import type pg from "pg";
import { fenceKey } from "../fence/fence";
import { fenceFunctionName } from "../fence/fence-sql";
import { inspectExtensions } from "../inspect/extensions";
import { catalogEntries, type CatalogEntry } from "../inspect/fingerprint";
import { inspectReferences } from "../inspect/references";
import { extensionSchemas, schemaOid, steadily } from "../inspect/schema";
import { journalHas } from "../journal/journal-has";
import { rows, serverVersion } from "../sql/connect";
import { readPart } from "./read-scope";
import { isTable, type SchemaObject, type Scope } from "./scope";

/** What stands in a schema that a part of it left or comes to, beside what others have there. */
export interface Standing {
  /** The major version of its server, which prints definitions in its own way. */
  readonly serverVersion: number;
  /** What the patterns select there. */
  readonly scope: Scope;
  /** Everything in the schema. */
  readonly objects: readonly SchemaObject[];
  /** The definitions of everything, by the object's key. */
  readonly entries: ReadonlyMap<string, readonly CatalogEntry[]>;
  /** Dependencies of other schemas' objects on these: what they are, by the key of what they need. */
  readonly users: ReadonlyMap<string, readonly string[]>;
  /** Keys of what is certainly the dataset's own: tables under its fence, and what its running migration has put there. */
  readonly ours: ReadonlySet<string>;
  /** Whether the dataset has lived here and left. */
  readonly left: boolean;
  /** Whether every table here is of the dataset or came by the migration of another that is a part of the schema. */
  readonly accounted: boolean;
  /** Keys of what other migrations under way need: their triggers, say, are still to be created. */
  readonly others: ReadonlySet<string>;
}

/** Reads what stands in a schema; undefined when there is none of that name. */
export async function readStanding(
  client: pg.Client,
  { dataset, schema, target }: { readonly dataset: string; readonly schema: string; readonly target: string },
  patterns: readonly string[],
): Promise<Standing | undefined> {
  const oid = await schemaOid(client, schema);
  if (oid === undefined) return undefined;
  const paths = extensionSchemas(await inspectExtensions(client));
  const fenced = await fencedTables(client, dataset, schema);
  const restored = await restoredObjects(client, dataset, target);
  const version = await serverVersion(client);
  return await steadily(async () => {
    const at = { schema, oid, extensionSchemas: paths };
    const { scope, graph } = await readPart(client, at, patterns);
    const entries = new Map<string, CatalogEntry[]>();
    for (const entry of await catalogEntries(client, at)) {
      const key = graph.belongs.get(entry.row ?? "");
      if (key !== undefined) entries.set(key, [...(entries.get(key) ?? []), entry]);
    }
    const users = new Map<string, string[]>();
    for (const { direction, object, row } of await inspectReferences(client, oid)) {
      const key = direction === "inward" ? graph.belongs.get(row) : undefined;
      if (key !== undefined) users.set(key, [...(users.get(key) ?? []), object]);
    }
    const keys = (is: (object: SchemaObject) => boolean): Set<string> =>
      new Set(graph.objects.filter(is).map(({ key }) => key));
    return {
      ...{ serverVersion: version, scope, objects: graph.objects, entries, users },
      ours: keys(({ key, identity }) => fenced.has(key) || restored.get(identity) === "ours"),
      left: fenced.size > 0,
      accounted: graph.objects.every(
        (object) => !isTable(object) || fenced.has(object.key) || restored.has(object.identity),
      ),
      others: keys(({ identity }) => restored.get(identity) === "others"),
    };
  });
}

async function fencedTables(client: pg.Client, dataset: string, schema: string): Promise<Set<string>> {
  const found = await rows<{ key: string }>(
    client,
    `SELECT 'pg_class ' || t.tgrelid AS key FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_proc p ON p.oid = t.tgfoid
     JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = 'rehome' AND p.proname = $1`,
    [fenceFunctionName(fenceKey(dataset, schema))],
  );
  return new Set(found.map(({ key }) => key));
}

/**
 * What migrations have put into their targets, or found there: this dataset's and others' under way, and others' that are
 * done. By `SchemaObject.identity`.
 */
async function restoredObjects(
  client: pg.Client,
  dataset: string,
  target: string,
): Promise<Map<string, "ours" | "others" | "settled">> {
  if (!(await journalHas(client, "restored"))) return new Map();
  const found = await rows<{ object: string; whose: "ours" | "others" | "settled" }>(
    client,
    `SELECT * FROM (SELECT r.object, CASE WHEN m.state <> 'running' THEN 'settled' WHEN m.dataset = $1 THEN 'ours' ELSE 'others' END AS whose
     FROM rehome.restored r JOIN rehome.migration m ON m.id = r.migration
     WHERE m.dataset <> $1 OR (m.state = 'running' AND m.target = $2 AND NOT r.kept)
    ) known ORDER BY array_position(ARRAY['settled', 'others', 'ours'], whose)`,
    [dataset, target],
  );
  return new Map(found.map(({ object, whose }) => [object, whose]));
}
