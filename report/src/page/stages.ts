import { markup, type Markup } from "../markup";
import type { Migration } from "../model";
import { fenceOf, stagesOf, type FenceSpan, type StageSpan } from "../timeline";
import { formatDuration, secondsBetween } from "../units";
import { scrolled } from "./bits";

/** A fence that takes less of the whole than this is shown a second time, magnified. */
const MAGNIFIED_BELOW = 0.25;

interface Axis {
  readonly from: number;
  readonly to: number;
}

/** When which stage ran, as bars beside their figures; where the service could not write is marked. */
export function stages(migration: Migration, writtenAt: string): Markup {
  const spans = stagesOf(migration);
  if (spans.length === 0) return markup`<p class="muted">The journal holds no stages of it.</p>`;
  const fence = fenceOf(migration);
  const ends = spans.map(({ to }) => Date.parse(to ?? writtenAt));
  const whole = { from: Date.parse(spans[0]?.from ?? writtenAt), to: Math.max(...ends) };
  const total = markup`<b>${formatDuration((whole.to - whole.from) / 1000)}</b> from begin to end`;
  const held = fence?.to === undefined ? undefined : secondsBetween(fence.from, fence.to);
  const caption = markup`${total}${
    held === undefined
      ? ""
      : markup`; <b class="fence">${formatDuration(held)}</b> fenced, when the service could not write`
  }`;
  return markup`<h4>Timeline</h4>
    ${table("Timeline", caption, spans, whole, fence)}${magnified(spans, whole, fence)}`;
}

/** A time of the day, as fine as the axis needs it; its date is the article's. */
const clock = (at: number, { from, to }: Axis): Markup => {
  const iso = new Date(at).toISOString();
  return markup`<time datetime="${iso}">${iso.slice(11, to - from < 10_000 ? 21 : 19)}</time>`;
};

function magnified(
  spans: readonly StageSpan[],
  whole: Axis,
  fence: FenceSpan | undefined,
): Markup | undefined {
  if (fence?.to === undefined) return undefined;
  const axis = { from: Date.parse(fence.from), to: Date.parse(fence.to) };
  if ((axis.to - axis.from) / Math.max(1, whole.to - whole.from) > MAGNIFIED_BELOW) return undefined;
  const within = spans.filter(
    ({ from, to }) => Date.parse(from) < axis.to && (to === undefined || Date.parse(to) > axis.from),
  );
  if (within.length < 2) return undefined;
  const caption = markup`The fence, magnified:
    <b class="fence">${formatDuration((axis.to - axis.from) / 1000)}</b>`;
  return table("The fence, magnified", caption, within, axis, fence);
}

function table(
  label: string,
  caption: Markup,
  spans: readonly StageSpan[],
  axis: Axis,
  fence: FenceSpan | undefined,
): Markup {
  return scrolled(
    label,
    markup`<table class="stages">
      <caption>
        ${caption}
      </caption>
      <thead>
        <tr>
          <th scope="col">Stage</th>
          <th scope="col" class="what">What</th>
          <th scope="col" class="num">Took</th>
          <th scope="col"><span class="axis">${clock(axis.from, axis)}${clock(axis.to, axis)}</span></th>
        </tr>
      </thead>
      <tbody>
        ${spans.map((span) => row(span, axis, fence))}
      </tbody>
    </table>`,
  );
}

function row(span: StageSpan, axis: Axis, fence: FenceSpan | undefined): Markup {
  const { stage, message, from, to, stopped } = span;
  const under = fence !== undefined && Date.parse(from) >= Date.parse(fence.from) - 1 && stage !== "prove";
  const took = to === undefined ? "under way" : formatDuration(secondsBetween(from, to));
  const classes = [...(under ? ["under"] : []), ...(stopped ? ["cut"] : [])].join(" ");
  return markup`<tr class="${classes}">
    <th scope="row">${stage}</th>
    <td class="what muted">
      ${message}${stopped && markup` <span class="bad">cut short</span>`}${under && markup` <span class="fence">fenced</span>`}
    </td>
    <td class="num">${took}</td>
    <td class="bar">
      <svg aria-hidden="true">
        ${fence && bar("held", fence.from, fence.to, axis)}${bar("span", from, to, axis)}
      </svg>
    </td>
  </tr> `;
}

function bar(
  kind: "held" | "span",
  from: string,
  to: string | undefined,
  { from: begin, to: end }: Axis,
): Markup {
  const share = (at: number): number => {
    const part = (Math.min(end, Math.max(begin, at)) - begin) / Math.max(1, end - begin);
    return Math.round(part * 10000) / 100;
  };
  const [left, right] = [share(Date.parse(from)), share(to === undefined ? end : Date.parse(to))];
  const x = Math.min(left, 99.6);
  const size = markup`x="${x}%" width="${Math.max(0.4, Math.round((right - x) * 100) / 100)}%"`;
  return kind === "held"
    ? markup`<rect class="held" ${size} y="-60%" height="220%" />`
    : markup`<rect class="span" ${size} y="0" height="100%" rx="1.5" />`;
}
