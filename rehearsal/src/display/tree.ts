import type { Op } from "../events";
import { displayType, parseUrn, type Urn } from "../wire/urn";
import { WORDS } from "./words";

/** One resource of a plan. */
export interface Row {
  readonly urn: Urn;
  readonly parent: Urn;
  readonly op: Op;
  /** It only leaves the state: `delete[retain]`. */
  readonly retained: boolean;
  /** After the plan's word: `[diff: ~size]`. */
  readonly info: string;
}

interface Line {
  readonly row: Row;
  readonly type: string;
}

const hasChange = (row: Row, children: ReadonlyMap<Urn, readonly Row[]>): boolean =>
  row.op !== "same" || (children.get(row.urn) ?? []).some((child) => hasChange(child, children));

/** What is shown: everything that changes, and whatever that stands under. */
const lines = (rows: readonly Row[]): Line[] => {
  const urns = new Set(rows.map(({ urn }) => urn));
  const children = new Map<Urn, Row[]>();
  for (const row of rows) {
    const key = urns.has(row.parent) ? row.parent : "";
    const siblings = children.get(key);
    if (siblings === undefined) children.set(key, [row]);
    else siblings.push(row);
  }
  const walk = (row: Row, lead: string, branch: string): Line[] => {
    const below = (children.get(row.urn) ?? []).filter((child) => hasChange(child, children));
    const nested = below.flatMap((child, i) => {
      const last = i === below.length - 1;
      return walk(
        child,
        lead + (branch === "" ? "" : branch === "└─ " ? "   " : "│  "),
        last ? "└─ " : "├─ ",
      );
    });
    return [{ row, type: `${lead}${branch}${displayType(parseUrn(row.urn).type)}` }, ...nested];
  };
  return (children.get("") ?? []).flatMap((row) => walk(row, "", ""));
};

/** A plan as a table of which resource stands under which. */
export const renderTree = (rows: readonly Row[]): string[] => {
  const shown = lines(rows).map(({ row, type }) => ({
    sign: WORDS[row.op].sign,
    type,
    name: parseUrn(row.urn).name,
    plan: `${WORDS[row.op].plan}${row.retained ? "[retain]" : ""}`,
    info: row.info,
  }));
  const cells = [{ sign: "  ", type: "Type", name: "Name", plan: "Plan", info: "Info" }, ...shown];
  const hasInfo = shown.some(({ info }) => info !== "");
  const width = (key: "type" | "name" | "plan"): number => Math.max(...cells.map((cell) => cell[key].length));
  const [type, name, plan] = [width("type"), width("name"), width("plan")];
  return cells.map((cell) => {
    const info = hasInfo ? `  ${cell.info}` : "";
    return ` ${cell.sign}  ${cell.type.padEnd(type)}  ${cell.name.padEnd(name)}  ${cell.plan.padEnd(plan)}${info}`.trimEnd();
  });
};
