import { splitTenant } from "../dataset-name";
import { newestFirst, outcomeOf } from "../journeys";
import { markup, type Markup } from "../markup";
import type { Finding, Migration, StackReport } from "../model";
import { lag, mean, throughput, type Series } from "../plots/series";
import { plot } from "../plots/plot";
import { fenceOf } from "../timeline";
import { counted, formatBytes, formatCount, formatDuration, secondsBetween } from "../units";
import { outcome, prose, scrolled, time } from "./bits";
import { stages } from "./stages";
import { sequences, verification } from "./verification";

/** Fewer points are no curve. */
const CURVE_FROM = 3;
/** So few migrations are open from the start. */
const OPEN_TO = 2;

/** A group of so many is closed as a whole. */
const GROUPED_FROM = 12;

/** Every migration that the journals hold, the newest first; those of many tenants stand together. */
export function migrations({ migrations: all, writtenAt }: StackReport): Markup {
  const groups = new Map<string, Migration[]>();
  for (const migration of newestFirst(all)) {
    const { group } = splitTenant(migration.dataset);
    const found = groups.get(group);
    if (found === undefined) groups.set(group, [migration]);
    else found.push(migration);
  }
  const open = all.length <= OPEN_TO;
  let number = 0;
  const articles = (of: readonly Migration[]): Markup[] =>
    of.map((migration) => article(migration, { id: `m${(number += 1)}`, writtenAt, open }));
  return markup`<section aria-labelledby="migrations"><h2 id="migrations">Migrations</h2>
    ${all.length === 0 && markup`<p>No dataset has ever moved here.</p>`}
    ${[...groups].map(([group, of]) => (of.length < GROUPED_FROM ? articles(of) : together(group, of, articles(of))))}
    </section>
    `;
}

function together(group: string, of: readonly Migration[], articles: readonly Markup[]): Markup {
  const proved = of.filter((migration) => outcomeOf(migration) === "proved").length;
  return markup`<details class="group" data-long="yes"><summary><b>${group}</b> ${counted(of.length, "migration")}, ${
    proved === of.length ? "all" : formatCount(proved)
  } moved and proved</summary>
    ${articles}</details>
    `;
}

function article(
  migration: Migration,
  { id, writtenAt, open }: { id: string; writtenAt: string; open: boolean },
): Markup {
  const { dataset, from, to, startedAt, error, state } = migration;
  return markup`<article class="migration" aria-labelledby="${id}"><details${open && markup` open`}><summary><h3 id="${id}">${dataset}</h3>${outcome(outcomeOf(migration))}<span class="when">${time(startedAt)}</span></summary>
<div class="body"><p class="route"><span class="mono">${from}</span> <span aria-hidden="true">→</span><span class="heard"> to </span> <span class="mono">${to}</span></p>
${facts(migration)}${state === "running" && error !== undefined && markup`<pre class="error">${error}</pre>`}${findings(migration.findings)}
${stages(migration, writtenAt)}
${plots(migration, id)}
${verification(migration)}
${sequences(migration)}</div></details></article>
`;
}

function facts(migration: Migration): Markup {
  const { strategy, because, tables, bytes, attempt, startedAt, switchedAt, verified } = migration;
  const fence = fenceOf(migration);
  const speed = throughput(migration);
  const rows = verified.reduce((sum, { targetRows }) => sum + BigInt(targetRows ?? 0), 0n);
  const size = [
    counted(tables, "table"),
    ...(rows > 0n ? [`${formatCount(rows.toString())} rows`] : []),
    formatBytes(bytes),
  ];
  const all: readonly (readonly [string, Markup | string | undefined])[] = [
    ["Strategy", markup`<b>${strategy}</b>${because !== undefined && markup`: ${because}`}`],
    ["Data", size.join(", ")],
    [
      "Handed out",
      switchedAt &&
        markup`${time(switchedAt)}, ${formatDuration(secondsBetween(startedAt, switchedAt))} after it began`,
    ],
    [
      "Fence",
      fence && (fence.to === undefined ? "closed now" : formatDuration(secondsBetween(fence.from, fence.to))),
    ],
    ["Copied", speed && `at ${rate(mean(speed))}`],
    ["Attempts", attempt > 1 ? formatCount(attempt) : undefined],
  ];
  return markup`<dl class="facts">
    ${all.map(
      ([name, value]) =>
        value !== undefined &&
        markup`<dt>${name}</dt>
          <dd>${value}</dd>`,
    )}
  </dl> `;
}

const findings = (all: readonly Finding[]): Markup | undefined =>
  all.length === 0
    ? undefined
    : markup`<h4>What its reader should know</h4>
        <ul class="findings">
          ${all.map(
            ({ code, message, remedy }) =>
              markup`<li>
                <p>${prose(message)}</p>
                <p class="muted">${prose(remedy)} <code>${code}</code></p>
              </li>`,
          )}
        </ul>`;

function plots(migration: Migration, id: string): Markup {
  const speed = throughput(migration);
  const behind = lag(migration);
  return markup`${
    speed &&
    speed.points.length >= CURVE_FROM &&
    figure("Throughput of the copy", speed, {
      id: `${id}-speed`,
      title: "Throughput of the copy",
      summary: `At most ${rate(most(speed))}, over ${formatDuration(speed.points.at(-1)?.[0] ?? 0)}.`,
      format: rate,
      steps: true,
    })
  }${
    behind &&
    figure("Lag: what had not arrived yet", behind, {
      id: `${id}-lag`,
      title: "Lag of the new home",
      summary: `At most ${formatBytes(most(behind))} of WAL, ${formatBytes(behind.points.at(-1)?.[1] ?? 0)} at the end.`,
      format: formatBytes,
      steps: false,
    })
  }`;
}

const rate = (bytes: number): string => `${formatBytes(bytes)}/s`;
const most = ({ points }: Series): number => Math.max(...points.map(([, value]) => value));

const figure = (caption: string, series: Series, labels: Parameters<typeof plot>[1]): Markup =>
  markup`<figure>
    <figcaption><b>${caption}</b> ${labels.summary}</figcaption>
    ${scrolled(caption, plot(series, labels))}
  </figure>`;
