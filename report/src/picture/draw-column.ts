import { markup, type Markup } from "../markup";
import type { Box, Column, Row, Side } from "./layout";
import { BOX, TEXT, fitted, noteOf, widthOf } from "./measures";

/** One side of the picture: hosts, their databases, the schemas in them, and whose they are. */
export function drawColumn({ boxes, rows }: Column, side: Side): Markup {
  const schemas = boxes.filter((box) => box.kind === "schema");
  const around = (row: Row): Box =>
    schemas.find((box) => row.y >= box.y && row.y < box.y + box.height) as Box;
  return markup`${boxes.map((box) =>
    drawBox(
      box,
      [...rows.values()].filter((row) => box.kind === "schema" && around(row) === box),
      side,
    ),
  )}`;
}

const TITLE = { host: BOX.hostTitle, database: BOX.databaseTitle, schema: BOX.schemaTitle } as const;

function drawBox(box: Box, rows: readonly Row[], side: Side): Markup {
  const { x, y, width, height } = box;
  if (box.kind === "schema") return drawSchema(box, rows, side);
  const style = box.kind === "host" ? "title" : "name";
  const note = box.note === undefined ? 0 : widthOf(box.note, "note");
  const name = fitted(box.name, style, width - note - BOX.aroundTitle);
  const middle = y + TITLE[box.kind] / 2 + 4.5;
  return markup`<g
    ><title>${box.kind} ${box.name}</title
    ><rect
      class="rh-${box.kind}"
      x="${x + 0.5}"
      y="${y + 0.5}"
      width="${width - 1}"
      height="${height - 1}"
      rx="${box.kind === "host" ? 8 : 6}"
    />
    ${box.kind === "host" ? server(x + 12, y + 11) : cylinder(x + 11, y + 8)}<text
      class="rh-text${box.kind === "host" ? "" : " rh-mono"}"
      x="${x + 32}"
      y="${middle}"
      font-size="${TEXT[style]}"
      ${box.kind === "host" && markup` font-weight="600"`}
      >${name}</text
    >${box.note !== undefined && markup`<text class="rh-muted" x="${x + width - 12}" y="${middle}" font-size="${TEXT.note}" text-anchor="end">${box.note}</text>`}</g
  > `;
}

const server = (x: number, y: number): Markup =>
  markup`<path
    class="rh-icon"
    d="M${x} ${y}h13v5.5h-13zM${x} ${y + 7}h13v5.5h-13zM${x + 3} ${y + 2.75}h1.5M${x + 3} ${y + 9.75}h1.5"
    stroke-width="1.1"
  />`;

const cylinder = (x: number, y: number): Markup =>
  markup`<path
    class="rh-icon"
    d="M${x} ${y + 2}c0-2.7 11-2.7 11 0s-11 2.7-11 0v7.5c0 2.7 11 2.7 11 0V${y + 2}"
    stroke-width="1.1"
  />`;

function drawSchema(box: Box, rows: readonly Row[], side: Side): Markup {
  const moved = side === "after" && rows.some(({ line }) => line.kind !== "stays");
  const left =
    side === "before" && rows.every(({ line }) => line.kind === "moves" || line.kind === "given-up");
  const { x, y, width, height } = box;
  const shared = rows.length > 1;
  return markup`<g
    ><title>schema ${box.name}</title
    ><rect
      class="${moved ? "rh-schema-moved" : left ? "rh-left" : "rh-schema"}"
      x="${x + 0.5}"
      y="${y + 0.5}"
      width="${width - 1}"
      height="${height - 1}"
      rx="5"
    />
    ${shared && markup`<text class="rh-text rh-mono" x="${x + 10}" y="${y + 17}" font-size="${TEXT.name}">${fitted(box.name, "name", width - 20)}</text>`}${rows.map((row) => drawRow(row, box, side))}</g
  > `;
}

function drawRow({ line, y, shared }: Row, { x, width, name }: Box, side: Side): Markup {
  const note = noteOf(line, side);
  const base = y + (shared ? 15 : 18);
  const room = width - 20;
  if (shared) {
    return markup`<text class="rh-muted" x="${x + 22}" y="${base}" font-size="${TEXT.label}"
        >${fitted(line.label, "label", room - 12)}</text
      >${noteText(note, x + 22, base, room - 12)}`;
  }
  const label = fitted(line.label, "label", room * 0.6);
  const rest = room - widthOf(label, "label") - 10;
  return markup`<text class="rh-text rh-mono" x="${x + 10}" y="${base}" font-size="${TEXT.name}"
      >${fitted(name, "name", rest)}</text
    ><text class="rh-muted" x="${x + width - 10}" y="${base}" font-size="${TEXT.label}" text-anchor="end"
      >${label}</text
    >${noteText(note, x + 10, base, room)}`;
}

const noteText = (note: string | undefined, x: number, base: number, room: number): Markup | undefined =>
  note === undefined
    ? undefined
    : markup`<text class="rh-muted" x="${x}" y="${base + 16}" font-size="${TEXT.note}"
        >${fitted(note, "note", room)}</text
      >`;
