import { codeLinks } from "./code-links";
import { matcher } from "./match";
import {
  isRelation,
  isTable,
  type Crossing,
  type Link,
  type SchemaGraph,
  type SchemaObject,
  type Scope,
} from "./scope";

/** A graph that can be walked. */
interface Net {
  readonly byKey: ReadonlyMap<string, SchemaObject>;
  readonly needs: ReadonlyMap<string, readonly Link[]>;
}

/**
 * Cuts a schema by table patterns: which of its objects the tables take along, and what is on both sides. Partitions
 * follow their root; sequences, views and code follow the tables that they serve; definitions go wherever they are needed.
 */
export function cut(graph: SchemaGraph, patterns: readonly string[]): Scope {
  const net = netOf(graph);
  const matches = patterns.map(matcher);
  const named = (object: SchemaObject): boolean => matches.some((match) => match(object.name));
  const relations = graph.objects.filter(isRelation);
  const inside = withPartitions(
    net,
    relations.filter((each) => isTable(each) && named(each)),
  );
  const tables = relations.filter(isTable);
  const uses = usesOf(graph.objects, net);
  for (const each of relations) if (viewFollows(each, net, inside, named)) inside.add(each.key);
  const sequences = relations.filter(({ relkind }) => relkind === "S");
  for (const each of sequences)
    if (sequenceFollows(each, net, { uses, inside, tables, named })) inside.add(each.key);
  const definitions = graph.objects.filter((each) => !isRelation(each));
  const touched = new Map(definitions.map((each) => [each.key, relationsBelow(net, [each.key])]));
  const needed = definitionsBelow(net, inside);
  const outsideRelations = relations.filter(({ key }) => !inside.has(key)).map(({ key }) => key);
  const neededOutside = definitionsBelow(net, outsideRelations);
  const along = definitions.filter(({ key }) => {
    const found = [...(touched.get(key) ?? [])];
    return found.length > 0 && !neededOutside.has(key) && found.every((relation) => inside.has(relation));
  });
  const scope = new Set([
    ...inside,
    ...needed,
    ...along.map(({ key }) => key),
    ...definitionsBelow(
      net,
      along.map(({ key }) => key),
    ),
  ]);
  const others = graph.objects.filter(({ key }) => !scope.has(key)).map(({ key }) => key);
  const shared = definitionsBelow(net, others);
  return {
    patterns,
    objects: graph.objects
      .filter(({ key }) => scope.has(key))
      .map((each) => ({ ...each, shared: shared.has(each.key) })),
    crossings: [
      ...relationCrossings(graph, net, inside),
      ...definitionCrossings(definitions, net, { inside, touched, needed, neededOutside }),
    ],
    unmatched: patterns.filter((_, at) => !relations.some(({ name }) => matches[at]?.(name) === true)),
    staying: tables.filter(({ key }) => !inside.has(key) && !isPartition(net, key)).map(({ name }) => name),
    unused: graph.objects
      .filter(
        (each) =>
          !scope.has(each.key) &&
          !(uses.get(each.key)?.size ?? 0) &&
          (each.relkind === "S"
            ? ownerOf(each, net) === undefined
            : !isRelation(each) && touched.get(each.key)?.size === 0),
      )
      .map(({ kind, name }) => `${kind} ${name}`),
  };
}

function netOf(graph: SchemaGraph): Net {
  const byKey = new Map(graph.objects.map((object) => [object.key, object]));
  const needs = new Map<string, Link[]>();
  for (const link of [...graph.links, ...codeLinks(graph)]) {
    if (!byKey.has(link.from) || !byKey.has(link.to)) continue;
    const list = needs.get(link.from);
    if (list === undefined) needs.set(link.from, [link]);
    else list.push(link);
  }
  return { byKey, needs };
}

const kindOf = (net: Net, key: string): SchemaObject | undefined => net.byKey.get(key);

/** Definitions that the objects need, and those that these need. Relations end the way: they have a side of their own. */
function definitionsBelow(net: Net, keys: Iterable<string>): Set<string> {
  const found = new Set<string>();
  const queue = [...keys];
  for (let key = queue.pop(); key !== undefined; key = queue.pop()) {
    for (const { to } of net.needs.get(key) ?? []) {
      const object = kindOf(net, to);
      if (object === undefined || isRelation(object) || found.has(to)) continue;
      found.add(to);
      queue.push(to);
    }
  }
  return found;
}

/** Relations that the objects need, by way of definitions too. */
function relationsBelow(net: Net, keys: readonly string[]): Set<string> {
  const through = [...keys, ...definitionsBelow(net, keys)];
  const links = through.flatMap((key) => net.needs.get(key) ?? []);
  return new Set(links.map(({ to }) => to).filter((to) => net.byKey.get(to)?.relkind !== undefined));
}

function withPartitions(net: Net, roots: readonly SchemaObject[]): Set<string> {
  const inside = new Set(roots.map(({ key }) => key));
  const partitions = [...net.needs.values()].flat().filter(({ kind }) => kind === "partition");
  for (let before = -1; before !== inside.size;) {
    before = inside.size;
    for (const { from, to } of partitions) if (inside.has(to)) inside.add(from);
  }
  return inside;
}

const isPartition = (net: Net, key: string): boolean =>
  net.needs.get(key)?.some(({ kind }) => kind === "partition") ?? false;

/** The tables that need each object, by way of definitions too. */
function usesOf(objects: readonly SchemaObject[], net: Net): Map<string, Set<string>> {
  const uses = new Map<string, Set<string>>();
  for (const table of objects.filter((each) => isRelation(each) && each.relkind !== "S")) {
    for (const key of [...definitionsBelow(net, [table.key]), ...relationsBelow(net, [table.key])]) {
      const users = uses.get(key) ?? new Set();
      uses.set(key, users.add(table.key));
    }
  }
  return uses;
}

const ownerOf = ({ key }: SchemaObject, net: Net): string | undefined =>
  net.needs.get(key)?.find(({ kind }) => kind === "owned")?.to;

interface Choice {
  readonly uses: ReadonlyMap<string, ReadonlySet<string>>;
  readonly inside: ReadonlySet<string>;
  readonly tables: readonly SchemaObject[];
  readonly named: (object: SchemaObject) => boolean;
}

/** A sequence follows its owner; without one, its users; without these, the table that it is named after. */
function sequenceFollows(sequence: SchemaObject, net: Net, { uses, inside, tables, named }: Choice): boolean {
  const owner = ownerOf(sequence, net);
  if (owner !== undefined) return inside.has(owner);
  const users = [...(uses.get(sequence.key) ?? [])];
  if (users.length > 0) return users.every((user) => inside.has(user));
  const lower = sequence.name.toLowerCase();
  const [namesake] = tables
    .filter(({ name }) => lower.startsWith(`${name.toLowerCase()}_`) && lower.endsWith("_seq"))
    .sort((one, other) => other.name.length - one.name.length);
  return namesake === undefined ? named(sequence) : inside.has(namesake.key);
}

/** A view follows the tables that it reads; one that reads none, the patterns. */
function viewFollows(
  view: SchemaObject,
  net: Net,
  inside: ReadonlySet<string>,
  named: (object: SchemaObject) => boolean,
): boolean {
  if (view.relkind !== "v" && view.relkind !== "m") return false;
  const tables = tablesBelow(net, view.key);
  return tables.length === 0 ? named(view) : tables.every((table) => inside.has(table));
}

/** The tables that a view reads, by way of other views too. */
function tablesBelow(net: Net, view: string): string[] {
  const seen = new Set([view]);
  const queue = [view];
  for (let key = queue.pop(); key !== undefined; key = queue.pop()) {
    for (const below of relationsBelow(net, [key])) {
      if (seen.has(below)) continue;
      seen.add(below);
      const object = kindOf(net, below);
      if (object !== undefined && !isTable(object)) queue.push(below);
    }
  }
  return [...seen].filter((key) => {
    const object = kindOf(net, key);
    return object !== undefined && isTable(object);
  });
}

const CODES: Readonly<Record<Link["kind"], Crossing["code"]>> = {
  "foreign-key": "cut-foreign-key",
  view: "cut-view",
  partition: "cut-inheritance",
  inheritance: "cut-inheritance",
  owned: "cut-sequence",
  sequence: "cut-sequence",
  code: "cut-code",
  other: "cut-reference",
};

const said = (object: SchemaObject | undefined): string => `${object?.kind} ${object?.name}`;

/** Relations that need one of the other side: foreign keys, views, parents, sequences, policies. */
function relationCrossings(graph: SchemaGraph, net: Net, inside: ReadonlySet<string>): Crossing[] {
  const found = new Map<string, Crossing>();
  for (const link of graph.links) {
    const [from, to] = [net.byKey.get(link.from), net.byKey.get(link.to)];
    if (from === undefined || to === undefined || !isRelation(from) || !isRelation(to)) continue;
    if (inside.has(link.from) === inside.has(link.to)) continue;
    const code = CODES[link.kind];
    const who = code === "cut-foreign-key" || code === "cut-reference" ? link.what : said(from);
    const [leaves, stays] = inside.has(link.from) ? ["moves", "stays"] : ["stays", "moves"];
    const text = `${who}, which ${leaves}, needs ${said(to)}, which ${stays}`;
    found.set(text, { code, text });
  }
  return [...found.values()];
}

interface Sides {
  readonly inside: ReadonlySet<string>;
  readonly touched: ReadonlyMap<string, ReadonlySet<string>>;
  readonly needed: ReadonlySet<string>;
  readonly neededOutside: ReadonlySet<string>;
}

/** Code, and types, that have to do with tables of the side that does not need them, or of both. */
function definitionCrossings(
  definitions: readonly SchemaObject[],
  net: Net,
  { inside, touched, needed, neededOutside }: Sides,
): Crossing[] {
  const crosses = ({ key }: SchemaObject): boolean => {
    const tables = [...(touched.get(key) ?? [])];
    if (tables.length === 0) return false;
    const moves = needed.has(key) || tables.some((table) => inside.has(table));
    return moves && (neededOutside.has(key) || tables.some((table) => !inside.has(table)));
  };
  const crossing = definitions.filter(crosses);
  const keys = new Set(crossing.map(({ key }) => key));
  return crossing.flatMap((each) => {
    const lines = new Map((net.needs.get(each.key) ?? []).map(({ to, line }) => [to, line]));
    const below = definitionsBelow(net, [each.key]);
    const tables = [...(touched.get(each.key) ?? [])];
    // What it calls is told of by itself.
    if (!tables.some((table) => lines.has(table)) && [...below].some((key) => keys.has(key))) return [];
    const told = tables.map((table) => {
      const line = lines.get(table);
      const where = line === undefined ? "" : ` (line ${line})`;
      return `${net.byKey.get(table)?.name}${where}, which ${inside.has(table) ? "moves" : "stays"}`;
    });
    const users = [
      ...(needed.has(each.key) ? ["; what moves needs it"] : []),
      ...(neededOutside.has(each.key) ? ["; what stays needs it"] : []),
    ];
    const routine = ["function", "procedure", "aggregate"].includes(each.kind);
    const text = `${said(each)} names ${told.join(", and ")}${users.join("")}`;
    return [{ code: routine ? "cut-code" : "cut-reference", text } as const];
  });
}
