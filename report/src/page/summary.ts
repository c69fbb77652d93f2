import { journeys } from "../journeys";
import { markup, type Markup } from "../markup";
import type { StackReport } from "../model";
import { fenceOf } from "../timeline";
import { formatBytes, formatCount, formatDuration, secondsBetween } from "../units";
import { time } from "./bits";

/** The page's head: what it is of, and the figures that one asks for first. */
export function summary(report: StackReport): Markup {
  const { stack, writtenAt, datasets, hosts, migrations } = report;
  return markup`<header>
    <p class="over">Rehome · where the data lives, and what moved</p>
    <h1>${stack}</h1>
    <p class="muted">As the journals had it at ${time(writtenAt)} UTC. ${sentence(report)}</p>
    ${unread(report)}
    <dl class="figures">
      ${[
        figure(
          "Datasets",
          formatCount(datasets.length),
          `on ${formatCount(hosts.length)} host${hosts.length === 1 ? "" : "s"}`,
        ),
        ...(migrations.length === 0 ? [] : moved(report)),
      ]}
    </dl>
  </header> `;
}

const unread = ({ unread: all }: StackReport): Markup | undefined =>
  all.length === 0
    ? undefined
    : markup`<div class="unread"><p><b>Not everything could be read.</b> What these hold is missing here:</p>
      <ul>${all.map(({ place, reason }) => markup`<li><span class="mono">${place}</span>: ${reason}</li>`)}</ul></div>`;

const figure = (name: string, value: string, note?: string): Markup =>
  markup`<div>
    <dt>${name}</dt>
    <dd>${value}${note !== undefined && markup`<small>${note}</small>`}</dd>
  </div>`;

/** Of the latest migration of each dataset: what lies behind it is not the home's any more. */
function moved(report: StackReport): Markup[] {
  const current = journeys(report).flatMap(({ migration }) => migration ?? []);
  const verified = current.flatMap((migration) => migration.verified);
  const equal = verified.filter(({ equal: same }) => same).length;
  const rows = verified.reduce((sum, { targetRows }) => sum + BigInt(targetRows ?? 0), 0n);
  const fences = current.flatMap((migration) => {
    const fence = fenceOf(migration);
    return fence?.to === undefined ? [] : [secondsBetween(fence.from, fence.to)];
  });
  const bytes = current.reduce((sum, migration) => sum + migration.bytes, 0);
  const longest = fences.reduce((most, seconds) => Math.max(most, seconds), 0);
  return [
    figure("Moved", formatBytes(bytes), rows > 0n ? `${formatCount(rows.toString())} rows` : undefined),
    figure("Longest fence", fences.length === 0 ? "–" : formatDuration(longest), "no writes meanwhile"),
    figure(
      "Verified equal",
      verified.length === 0 ? "–" : `${formatCount(equal)} of ${formatCount(verified.length)}`,
      "tables, count and hash",
    ),
  ];
}

function sentence(report: StackReport): string {
  const all = journeys(report);
  const count = (...kinds: string[]): number => all.filter(({ kind }) => kinds.includes(kind)).length;
  const wrong = all.filter(({ outcome }) => outcome === "stopped" || outcome === "different").length;
  const parts: readonly (readonly [number, string])[] = [
    [count("moves", "given-up"), "moved"],
    [count("prepares"), "being prepared"],
    [count("waits"), "to move"],
    [count("stays"), "never moved"],
  ];
  const said = parts.flatMap(([number, what]) => (number === 0 ? [] : [`${formatCount(number)} ${what}`]));
  const trouble =
    wrong === 0 ? "" : ` ${formatCount(wrong)} of them need${wrong === 1 ? "s" : ""} attention.`;
  return `Of its datasets ${said.join(", ") || "there are none"}.${trouble}`;
}
