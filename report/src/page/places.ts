import { journeys, type Journey } from "../journeys";
import { markup, type Markup } from "../markup";
import type { StackReport } from "../model";
import { drawPicture } from "../picture/draw";
import { fenceOf } from "../timeline";
import { counted, formatBytes, formatDuration, secondsBetween } from "../units";
import { CLOSED_FROM, FILTERED_FROM, outcome, place, scrolled } from "./bits";

/** The picture of where the data was and is, and the same as a table. */
export function places(report: StackReport): Markup {
  const all = journeys(report);
  const picture = drawPicture({ hosts: report.hosts, journeys: all }, "places");
  const filter = all.length >= FILTERED_FROM;
  return markup`<section aria-labelledby="places">
    <h2 id="places">Where the data lives</h2>
    <figure class="picture">${scrolled("Picture of hosts, databases and schemas", picture)}</figure>
    <details class="part" ${all.length < CLOSED_FROM && markup` open`}>
      <summary><b>${counted(all.length, "dataset")}</b> in words</summary>
      ${scrolled(
        "Datasets",
        markup`<table${filter && markup` data-filter="Find a dataset"`}><caption>Each dataset’s home, and the one before it</caption>
<thead><tr><th scope="col">Dataset</th><th scope="col">Before</th><th scope="col">After</th><th scope="col">State</th><th scope="col">Strategy</th><th scope="col" class="num">Size</th><th scope="col" class="num">Fence</th></tr></thead>
<tbody>${all.map((journey) => {
          const { dataset, before, after, migration, kind } = journey;
          const fence = migration && fenceOf(migration);
          return markup`<tr>
            <th scope="row" class="name">${dataset.name}</th>
            <td class="name">${kind === "stays" ? "the same" : place(before)}</td>
            <td class="name">${place(after)}</td>
            <td>
              ${stateOf(journey)}
            </td>
            <td>${migration?.strategy ?? "–"}</td>
            <td class="num">${migration === undefined ? "–" : formatBytes(migration.bytes)}</td>
            <td class="num">
              ${fence?.to === undefined ? "–" : formatDuration(secondsBetween(fence.from, fence.to))}
            </td>
          </tr> `;
        })}</tbody></table>`,
      )}
    </details>
  </section> `;
}

function stateOf({ kind, outcome: stands }: Journey): Markup {
  if (kind === "prepares")
    return markup`<span class="state doing"><span aria-hidden="true">→</span> being prepared</span>`;
  if (kind === "waits" && stands === "none") return markup`<span class="state muted">to move</span>`;
  return outcome(stands);
}
