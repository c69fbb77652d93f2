import { parseSync } from "libpg-query";
import type { CatalogEntry } from "./fingerprint";

/** What the catalog entries of two servers have to be read for before they can be compared. */
export interface Versions {
  readonly source: number;
  readonly target: number;
}

/** From this version on the catalog names what `NOT NULL` makes. */
const NAMED_NOT_NULL = 18;

/**
 * The entries in a form that two servers of different versions print alike. PostgreSQL 16 leaves qualifiers out of
 * views that read one relation; PostgreSQL 18 has names for `NOT NULL`. Within one version nothing is changed.
 */
export function comparable(entries: readonly CatalogEntry[], versions: Versions): CatalogEntry[] {
  if (versions.source === versions.target) return [...entries];
  const named = Math.min(versions.source, versions.target) >= NAMED_NOT_NULL;
  return entries
    .filter((entry) => named || entry.kind !== "not-null")
    .map((entry) =>
      entry.kind === "query" ? { ...entry, definition: withoutQualifiers(entry.definition) } : entry,
    );
}

type Tree = Readonly<Record<string, unknown>>;

const isTree = (value: unknown): value is Tree =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * The syntax tree of a view's query. Where its outermost level reads one relation alone, that relation's name is left
 * out of column references, for one version writes it and another does not.
 */
export function withoutQualifiers(query: string): string {
  const { stmts } = parseSync(query);
  const select = (stmts?.[0]?.stmt as { SelectStmt?: Tree } | undefined)?.SelectStmt;
  return JSON.stringify(simplified(stmts, select === undefined ? undefined : onlySource(select)));
}

/** What column references call the one relation of `FROM`; undefined when there are more, or none. */
function onlySource(select: Tree): string | undefined {
  const from = (select["fromClause"] ?? []) as Tree[];
  const [source] = from.length === 1 ? Object.values(from[0] ?? {}) : [];
  if (!isTree(source)) return undefined;
  const { alias, relname } = source as { alias?: { aliasname?: string }; relname?: string };
  return alias?.aliasname ?? relname;
}

/** Without positions, and without `source.` in front of a column. */
function simplified(node: unknown, source: string | undefined): unknown {
  if (Array.isArray(node)) return node.map((item) => simplified(item, source));
  if (!isTree(node)) return node;
  return Object.fromEntries(
    Object.entries(node).flatMap(([name, value]): [string, unknown][] => {
      if (name === "location" || name.startsWith("stmt_l")) return [];
      if (name === "ColumnRef" && isTree(value)) return [[name, columnFields(value, source)]];
      return [[name, simplified(value, source)]];
    }),
  );
}

function columnFields({ fields }: Tree, source: string | undefined): unknown {
  const names = (fields ?? []) as { String?: { sval?: string } }[];
  return names.length === 2 && source !== undefined && names[0]?.String?.sval === source
    ? names.slice(1)
    : names;
}
