import { visible } from "../markup";
import { counted, formatBytes } from "../units";
import type { Line } from "./lines";
import type { Side } from "./layout";

/** Distances of the picture, in its own units: pixels where it is not scaled. */
export const BOX = {
  inset: 10,
  gap: 8,
  padding: 4,
  hostTitle: 34,
  hostGap: 18,
  databaseTitle: 27,
  schemaTitle: 25,
  row: 28,
  rowWithNote: 44,
  /** What a host's or a database's title needs beside its texts: a sign before, room between and after. */
  aroundTitle: 60,
  narrowest: 270,
  widest: 460,
  /** Between both columns, where the links are. */
  between: 150,
  heading: 34,
  margin: 20,
} as const;

/** The sizes of text, in pixels. `name` is monospaced. */
export const TEXT = { title: 13.5, name: 12, label: 12, note: 11, heading: 12 } as const;

/** How wide a letter is at most in the fonts that the picture asks for, in parts of the size. */
const LETTER = { title: 0.68, name: 0.61, label: 0.58, note: 0.58, heading: 0.62 } as const;

/** Letters that take the room of two, such as Chinese, Japanese, Korean and emoji. */
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\u{1f000}-\u{3fffd}]/u;

const letters = (text: string): number =>
  [...visible(text)].reduce((sum, letter) => sum + (WIDE.test(letter) ? 2 : 1), 0);

export const widthOf = (text: string, style: keyof typeof TEXT): number =>
  letters(text) * TEXT[style] * LETTER[style];

/** A text that fits into a width: its middle is left out where it does not. Names tend to differ at their ends. */
export function fitted(text: string, style: keyof typeof TEXT, width: number): string {
  if (widthOf(text, style) <= width) return text;
  const all = [...visible(text)];
  for (let kept = all.length - 1; kept > 2; kept -= 1) {
    const head = Math.ceil(kept / 2);
    const short = `${all.slice(0, head).join("")}…${all.slice(all.length - (kept - head)).join("")}`;
    if (widthOf(short, style) <= width) return short;
  }
  return "…";
}

/** What is said below a dataset's name; undefined when there is nothing to say. */
export function noteOf({ kind, outcome, strategy, tables, bytes }: Line, side: Side): string | undefined {
  if (kind === "stays") return undefined;
  if (outcome === "reopened") return side === "before" ? "lost" : "opened again";
  if (side === "before") {
    if (kind === "moves") return strategy === "set-schema" ? "closed" : "complete and fenced";
    return kind === "given-up" ? "given up" : "still home";
  }
  if (kind === "waits") return outcome === "none" ? "to be moved here" : "not handed out yet";
  const how = kind === "prepares" ? (strategy === "follow" ? "follows" : "made ready") : strategy;
  const size = tables === 0 ? [] : [counted(tables, "table"), formatBytes(bytes)];
  const said = [...(how === undefined ? [] : [how]), ...size];
  return said.length === 0 ? undefined : said.join(" · ");
}

export const rowHeight = (line: Line, side: Side): number =>
  noteOf(line, side) === undefined ? BOX.row : BOX.rowWithNote;
