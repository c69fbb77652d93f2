import { journeys } from "./journeys";
import { Markup, markup } from "./markup";
import type { StackReport } from "./model";
import { drawPicture } from "./picture/draw";
import { PICTURE_STYLE } from "./picture/style";

/** Where a stack's data was and is, as an SVG that stands alone: for a README, or a pull request. */
export function renderTopology(report: Pick<StackReport, "hosts" | "datasets" | "migrations">): string {
  const rules = markup`<style>${new Markup(PICTURE_STYLE)}</style>`;
  return `${drawPicture({ hosts: report.hosts, journeys: journeys(report) }, "rehome", rules).text}\n`;
}
