import type { Host, Placement } from "../model";
import type { Line } from "./lines";
import { BOX, noteOf, rowHeight, widthOf } from "./measures";

export type Side = "before" | "after";

/** A rectangle of the picture with a name: a host, a database or a schema. */
export interface Box {
  readonly kind: "host" | "database" | "schema";
  readonly name: string;
  /** Beside the name: a host's platform. */
  readonly note?: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A dataset where it stands in a schema; the link begins or ends at its middle. */
export interface Row {
  readonly line: Line;
  readonly y: number;
  readonly height: number;
  /** Whether it shares its schema with others, which has a title then. */
  readonly shared: boolean;
}

export interface Column {
  readonly x: number;
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly Box[];
  readonly rows: ReadonlyMap<Line, Row>;
}

interface Node {
  readonly name: string;
  readonly children: readonly Node[];
  readonly lines: readonly Line[];
}

/** Places of one level with what is in them, in the order given by `rank`. */
function tree(lines: readonly Line[], side: Side, rank: ReadonlyMap<Line, number>): Node[] {
  const build = (of: readonly Line[], levels: readonly (keyof Placement)[]): Node[] => {
    const [level, ...below] = levels;
    if (level === undefined) return [];
    const groups = new Map<string, Line[]>();
    for (const line of of) {
      const name = line[side][level];
      const found = groups.get(name);
      if (found === undefined) groups.set(name, [line]);
      else found.push(line);
    }
    const middle = (group: readonly Line[]): number =>
      group.reduce((sum, line) => sum + (rank.get(line) ?? 0), 0) / group.length;
    return [...groups]
      .sort(([, a], [, b]) => middle(a) - middle(b))
      .map(([name, group]) => ({
        name,
        children: build(group, below),
        lines: [...group].sort((a, b) => (rank.get(a) ?? 0) - (rank.get(b) ?? 0)),
      }));
  };
  return build(lines, ["host", "database", "schema"]);
}

/**
 * One side of the picture: boxes in boxes, from the top down.
 * @param rank where a line should stand, as near as its boxes allow
 */
export function column(
  lines: readonly Line[],
  side: Side,
  given: { hosts: ReadonlyMap<string, Host>; rank: ReadonlyMap<Line, number> },
): Column {
  const boxes: Box[] = [];
  const rows = new Map<Line, Row>();
  const width = columnWidth(lines, side, given.hosts);
  const inner = (depth: number): { x: number; width: number } => ({
    x: depth * BOX.inset,
    width: width - 2 * depth * BOX.inset,
  });
  let y = 0;
  const host = (node: Node): void => {
    const top = y;
    const at = boxes.push({ kind: "host", name: node.name, ...inner(0), y, height: 0 }) - 1;
    y += BOX.hostTitle;
    node.children.forEach(database);
    y += BOX.inset - BOX.gap;
    const note = hostNote(given.hosts.get(node.name));
    boxes[at] = { ...(boxes[at] as Box), height: y - top, ...(note === undefined ? {} : { note }) };
    y += BOX.hostGap;
  };
  const database = (node: Node): void => {
    const top = y;
    const at = boxes.push({ kind: "database", name: node.name, ...inner(1), y, height: 0 }) - 1;
    y += BOX.databaseTitle;
    node.children.forEach(schema);
    y += BOX.inset - BOX.gap;
    boxes[at] = { ...(boxes[at] as Box), height: y - top };
    y += BOX.gap;
  };
  const schema = (node: Node): void => {
    const top = y;
    const shared = node.lines.length > 1;
    const at = boxes.push({ kind: "schema", name: node.name, ...inner(2), y, height: 0 }) - 1;
    if (shared) y += BOX.schemaTitle;
    for (const line of node.lines) {
      const height = rowHeight(line, side);
      rows.set(line, { line, y, height, shared });
      y += height;
    }
    if (shared) y += BOX.padding;
    boxes[at] = { ...(boxes[at] as Box), height: y - top };
    y += BOX.gap;
  };
  tree(lines, side, given.rank).forEach(host);
  return { x: 0, width, height: Math.max(0, y - BOX.hostGap), boxes, rows };
}

const hostNote = (host: Host | undefined): string | undefined =>
  host && (host.version === undefined ? host.platform : `${host.platform} · PostgreSQL ${host.version}`);

function columnWidth(lines: readonly Line[], side: Side, hosts: ReadonlyMap<string, Host>): number {
  const needs = lines.map((line) => {
    const { host, database, schema } = line[side];
    const note = hostNote(hosts.get(host)) ?? "";
    return Math.max(
      widthOf(host, "title") + widthOf(note, "note") + BOX.aroundTitle,
      widthOf(database, "name") + 2 * BOX.inset + BOX.aroundTitle,
      widthOf(schema, "name") + widthOf(line.label, "label") + 8 * BOX.inset,
      widthOf(noteOf(line, side) ?? "", "note") + 8 * BOX.inset,
    );
  });
  return Math.min(BOX.widest, Math.max(BOX.narrowest, ...needs));
}
