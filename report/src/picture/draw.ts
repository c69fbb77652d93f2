import type { Host } from "../model";
import type { Journey } from "../journeys";
import { markup, type Markup } from "../markup";
import { counted } from "../units";
import { drawColumn } from "./draw-column";
import { column, type Column, type Row } from "./layout";
import { lines, type Line } from "./lines";
import { BOX, TEXT } from "./measures";

/**
 * The picture of where data was and is.
 * @param rules stands in it, when it does not stand in a page that has them
 */
export function drawPicture(
  given: { readonly journeys: readonly Journey[]; readonly hosts: readonly Host[] },
  id: string,
  rules?: Markup,
): Markup {
  const all = lines(given.journeys);
  const hosts = new Map(given.hosts.map((host) => [host.name, host]));
  const inOrder = new Map(all.map((line, at) => [line, at]));
  const before = column(all, "before", { hosts, rank: inOrder });
  // What comes from one place stands together: links cross as little as they can.
  const heights = new Map([...before.rows].map(([line, row]) => [line, row.y]));
  const after = shifted(column(all, "after", { hosts, rank: heights }), before);
  const height = Math.max(before.height, after.height);
  const top = BOX.margin + BOX.heading;
  const size = { width: after.x + after.width + 2 * BOX.margin, height: top + height + BOX.margin };
  const centred = (side: Column): number => Math.min((height - side.height) / 2, 220);
  const [left, right] = [top + centred(before), top + centred(after)];
  return markup`<svg
    xmlns="http://www.w3.org/2000/svg"
    class="rh-picture"
    role="img"
    aria-labelledby="${id}-title ${id}-desc"
    width="${size.width}"
    height="${size.height}"
    viewBox="0 0 ${size.width} ${size.height}"
  >
    <title id="${id}-title">Where the data was, and where it is</title>
    <desc id="${id}-desc">${inWords(all)}</desc>
    ${rules}<rect class="rh-paper" x="0.5" y="0.5" width="${size.width - 1}" height="${size.height - 1}" rx="10" />
    ${heading("Before", BOX.margin)}${heading("After", BOX.margin + after.x)}
    <g transform="translate(${BOX.margin} ${left})">${drawColumn(before, "before")}</g>
    <g transform="translate(${BOX.margin + after.x} ${right})">${drawColumn(after, "after")}</g>
    ${all.map((line) => link(line, { before, after, left, right }))}
  </svg>`;
}

const shifted = (side: Column, other: Column): Column => ({ ...side, x: other.width + BOX.between });

const heading = (text: string, x: number): Markup =>
  markup`<text
    class="rh-muted"
    x="${x + 2}"
    y="${BOX.margin + 12}"
    font-size="${TEXT.heading}"
    font-weight="600"
    letter-spacing="0.6"
    >${text}</text
  >`;

/** For those who cannot see it. */
function inWords(all: readonly Line[]): string {
  const place = ({ host, database, schema }: Line["before"]): string => `${host}/${database}.${schema}`;
  const sentence = (line: Line): string => {
    const [from, to] = [place(line.before), place(line.after)];
    if (line.kind === "stays") return `${line.label} stays in ${to}.`;
    if (line.kind === "prepares") return `${line.label} is in ${from}, and ${to} is being made ready.`;
    if (line.kind === "waits") return `${line.label} is to move from ${from} to ${to}.`;
    return `${line.label} has moved from ${from} to ${to}.`;
  };
  const told = all.slice(0, 40).map(sentence);
  return [...told, ...(all.length > 40 ? [`And ${counted(all.length - 40, "more line")}.`] : [])].join(" ");
}

interface Ends {
  readonly before: Column;
  readonly after: Column;
  readonly left: number;
  readonly right: number;
}

/** From the dataset's row on the left to its row on the right; the more data, the stronger. */
function link(line: Line, { before, after, left, right }: Ends): Markup {
  const [from, to] = [before.rows.get(line) as Row, after.rows.get(line) as Row];
  const x1 = BOX.margin + before.width - 2 * BOX.inset;
  const x2 = BOX.margin + after.x + 2 * BOX.inset;
  const [y1, y2] = [left + from.y + from.height / 2, right + to.y + to.height / 2];
  const stays = line.kind === "stays";
  const open = line.kind === "prepares" || line.kind === "waits";
  const weight = stays ? 1.25 : Math.min(4, 1.5 + Math.max(0, Math.log10(line.bytes + 1) - 4) * 0.35);
  const bend = (x2 - x1) * 0.42;
  return markup`<path
      class="${stays ? "rh-link-stays" : "rh-link"}"
      d="M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2 - 5} ${y2}"
      stroke-width="${round(weight)}"
      ${open && markup` stroke-dasharray="6 5"`}
    />
    <path class="${stays ? "rh-end-stays" : "rh-end"}" d="M${x2} ${y2}l-9 -4.5v9z" /> `;
}

const round = (value: number): number => Math.round(value * 100) / 100;
