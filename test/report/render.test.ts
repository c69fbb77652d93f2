import { renderReport, renderTopology, type StackReport } from "@rehome/report";
import { describe, expect, it } from "vitest";
import { HOSTILE, at, copied, followed, hostile, single, split, tenants } from "./stacks";
import { parseXml } from "./xml";

const pictureOf = (report: StackReport): string =>
  /<svg[^>]*class="rh-picture"[\s\S]*?<\/svg>/.exec(renderReport(report))?.[0] ?? "";
const count = (text: string, part: string): number => text.split(part).length - 1;

describe("a report", () => {
  it("is the same text for the same data", () => {
    expect(renderReport(split())).toBe(renderReport(split()));
    expect(renderTopology(split())).toBe(renderTopology(split()));
  });

  it("refers to nothing outside of itself", () => {
    const text = renderReport(split());
    expect(text).not.toMatch(/\s(?:src|srcset|action|poster|data)=|@import|url\(/);
    const links = [...text.matchAll(/href="([^"]*)"/g)].map(([, to = ""]) => to);
    expect(links.every((to) => to.startsWith("#"))).toBe(true);
    for (const to of links) expect(text).toContain(`id="${to.slice(1)}"`);
    expect(renderTopology(split()).replace("http://www.w3.org/2000/svg", "")).not.toMatch(
      /https?:|url\(|@import/,
    );
  });

  it("has every count and every hash of both homes", () => {
    const report = split();
    const text = renderReport(report);
    for (const row of report.migrations.flatMap(({ verified }) => verified)) {
      expect(text).toContain(`>${row.targetHash}</td>`);
      expect(text).toContain(`>${Number(row.sourceRows).toLocaleString("en-US")}</td>`);
    }
    expect(count(text, 'data-equal="yes"')).toBe(124 + 8);
  });

  it("marks what is not equal, and says so at the top", () => {
    const report = single();
    const [move] = report.migrations;
    if (move === undefined) throw new Error("a migration is missing");
    const verified = move.verified.map((row, index) =>
      index === 2 ? { ...row, targetRows: "1", targetHash: "5", equal: false } : row,
    );
    const text = renderReport({ ...report, migrations: [{ ...move, verified, clean: false }] });
    expect(count(text, 'data-equal="no"')).toBe(1);
    expect(text).toContain("1 of 6 tables</b> differ");
    expect(text).toContain("1 of them needs attention");
    expect(text).toContain("5 of 6");
  });

  it("escapes every name, in text, attributes and pictures", () => {
    for (const text of [renderReport(hostile()), renderTopology(hostile())]) {
      expect(text).not.toContain("<script>alert");
      expect(text).not.toContain("\u202e");
      expect(text).not.toContain("\u0000");
      expect(text).not.toContain(HOSTILE);
    }
    const text = renderReport(hostile());
    expect(text).toContain(
      "&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&#96;&amp;&lt;!--]]&gt;\\u202e\\u0000😀名",
    );
    expect(count(text, "</script>")).toBe(1);
    expect(count(text, "</style>")).toBe(1);
  });

  it("is well-formed, every element closed where it was opened, and no id is there twice", () => {
    for (const report of [single(), split(), tenants(5), hostile(), empty]) {
      const page = parseXml(renderReport(report));
      const ids = page.elements.flatMap(({ attributes }) => attributes.get("id") ?? []);
      expect(new Set(ids).size).toBe(ids.length);
      const named = page.elements.flatMap(({ attributes }) =>
        (attributes.get("aria-labelledby") ?? "").split(" "),
      );
      for (const name of named.filter((one) => one !== "")) expect(ids).toContain(name);
      parseXml(renderTopology(report));
    }
  });

  it("says that nothing has moved", () => {
    expect(renderReport(empty)).toContain("there is nothing to go back to");
    expect(renderReport(empty)).toContain("No dataset has ever moved here.");
  });
});

const empty: StackReport = {
  stack: "new/dev",
  writtenAt: at(0),
  hosts: [],
  datasets: [],
  migrations: [],
  rights: [],
  unread: [],
};

describe("the way back", () => {
  it("is written as the stack file has it, for all services at once", () => {
    const text = renderReport(split());
    expect(text).toContain(
      "  ledger:\n    home: { host: shared, database: waqiti, schema: ledger_schema }\n    formerly: { host: ledger-db, database: waqiti_ledger, schema: public }",
    );
    expect(count(text, "<h3>Go back</h3>")).toBe(1);
    expect(text).toContain("<h3>Finish</h3>");
  });

  it("of tenants is written once, with {tenant}", () => {
    const text = renderReport(tenants(40));
    expect(text).toContain("schema: &quot;tenant_{tenant}_contact&quot;");
    expect(count(text, "formerly: {")).toBe(3);
  });

  it("does not let go of an old home before the proof", () => {
    const report = single();
    const [move] = report.migrations.map((one) => {
      const { clean, ...rest } = one;
      return clean === true ? rest : one;
    });
    const text = renderReport({ ...report, migrations: move === undefined ? [] : [move] });
    expect(text).toContain("Proof to come");
    expect(text).not.toContain("<h3>Finish</h3>");
  });

  it("is to run it again where an attempt was stopped", () => {
    const report = single();
    const error = "the disk is full";
    const stopped = report.migrations.map(({ switchedAt: _s, endedAt: _e, clean: _c, events, ...rest }) => ({
      ...rest,
      events: [...events.slice(0, 4), { at: at(3), stage: "stopped", message: error }],
      state: "running" as const,
      error,
    }));
    const text = renderReport({ ...report, migrations: stopped });
    expect(text).toContain("<h3>Go on</h3>");
    expect(text).toContain('<pre class="error">the disk is full</pre>');
    expect(text).toContain("cut short");
    expect(text).not.toContain("formerly: {");
  });
});

describe("the timeline", () => {
  const [move] = split().migrations.filter(({ strategy }) => strategy === "follow");
  const text = renderReport({ ...single(), migrations: move === undefined ? [] : [move] });

  it("has each stage and how long it took, and the fence magnified", () => {
    expect(text).toContain("The fence, magnified");
    expect(text).toMatch(/<th scope="row">follow<\/th>[\s\S]*?8\u00a0min 25\u00a0s/);
    expect(text).toMatch(/<b class="fence">1\.4\u00a0s<\/b> fenced/);
    // The switch ends at the hand-out, not with the proof's beginning.
    expect(text).toMatch(/<th scope="row">switch<\/th>[\s\S]{0,160}?300\u00a0ms/);
    expect(text).toMatch(/<th scope="row">prove<\/th>[\s\S]{0,220}?23\.0\u00a0s/);
  });

  it("has plots of throughput and lag, each with its figures in words", () => {
    expect(text).toContain("Throughput of the copy");
    expect(text).toContain("At most 90.4\u00a0MB of WAL, 407\u00a0kB at the end.");
  });

  it("has no plot where there is no curve, and the rate all the same", () => {
    const report = single();
    const brief = report.migrations.map((one) => ({ ...one, samples: one.samples.slice(-1) }));
    const page = renderReport({ ...report, migrations: brief });
    expect(page).not.toContain("Throughput of the copy");
    expect(page).toContain("at 8.7\u00a0MB/s");
  });

  it("reads a rate from whole tables where no samples were taken", () => {
    const report = single();
    const plain = report.migrations.map((one) => ({ ...one, samples: [] }));
    expect(renderReport({ ...report, migrations: plain })).toContain(
      "At most 8.7\u00a0MB/s, over 5.5\u00a0s.",
    );
  });
});

describe("the picture", () => {
  it("of the page and of a README are one, but for its rules", () => {
    const alone = renderTopology(split());
    const stripped = alone
      .replace(/<style>[\s\S]*?<\/style>/, "")
      .replaceAll("rehome-", "places-")
      .trim();
    expect(pictureOf(split())).toBe(stripped);
  });

  it("draws a link for every service, and a thousand tenants as one", () => {
    expect(count(renderTopology(split()), 'class="rh-link"')).toBe(8);
    const text = renderTopology(tenants(1000));
    expect(count(text, 'class="rh-link"')).toBe(3);
    expect(text).toContain("contact/tenants ×1,000");
    expect(text).toContain("tenant_{tenant}_deal");
    expect(text.length).toBeLessThan(12_000);
  });

  it("tells a tenant whose move was stopped from the others", () => {
    const report = tenants(20);
    const migrations = report.migrations.map((move) =>
      move.dataset === "deal/tenants/tenant7" ? { ...move, state: "running" as const, error: "no" } : move,
    );
    const text = renderTopology({ ...report, migrations });
    expect(text).toContain("deal/tenants ×19");
    expect(text).toContain("deal/tenants/tenant7");
  });

  it("puts no box outside of the one around it, and no two over each other", () => {
    for (const report of [single(), split(), tenants(30), hostile()])
      expect(overlaps(renderTopology(report))).toEqual([]);
  });

  it("draws what is prepared as open, and what stays as staying", () => {
    const { datasets, migrations, ...rest } = single();
    const [orders, billing] = datasets;
    if (orders === undefined || billing?.formerly === undefined) throw new Error("a dataset is missing");
    const { formerly, ...steady } = billing;
    const next = { ...steady, home: formerly, next: steady.home };
    const text = renderTopology({
      ...rest,
      datasets: [orders, next],
      migrations: migrations.map((one) => ({ ...one, state: "running" })),
    });
    expect(count(text, "stroke-dasharray")).toBeGreaterThan(0);
    expect(text).toContain(
      "billing is in main/shop.billing, and billing/billing.public is being made ready.",
    );
    expect(text).toContain("orders stays in main/shop.orders.");
  });
});

it("knows from the journal where a retired move came from", () => {
  const report = single();
  const datasets = report.datasets.map(({ formerly: _, ...one }) => one);
  const text = renderTopology({ ...report, datasets });
  expect(text).toContain("billing has moved from main/shop.billing to billing/billing.public.");
  expect(text).toContain("given up");
});

it("keeps earlier moves of a dataset apart from its latest", () => {
  const report = single();
  const [move] = report.migrations;
  const billing = report.datasets.find(({ name }) => name === "billing");
  if (move === undefined || billing?.formerly === undefined) throw new Error("a migration is missing");
  const back = { ...billing, home: billing.formerly, formerly: billing.home };
  const there = followed(billing, { begins: 1000 });
  const migrations = [move, { ...copied(back, { begins: 500 }), state: "reversed" as const }, there];
  const text = renderReport({ ...report, migrations });
  expect(count(text, '<article class="migration"')).toBe(3);
  expect(text).toContain("follow · 6 tables");
});

interface Rect {
  readonly kind: string;
  readonly x: number;
  readonly y: number;
  readonly right: number;
  readonly bottom: number;
}

/** Boxes that cross each other: neither apart nor one within the other. Columns are told apart by their order. */
function overlaps(svg: string): string[] {
  const problems: string[] = [];
  for (const side of svg.split("<g transform=").slice(1)) {
    const rects = [
      ...side.matchAll(
        /<rect\s+class="rh-([a-z-]+)"\s+x="([\d.]+)"\s+y="([\d.]+)"\s+width="([\d.]+)"\s+height="([\d.]+)"/g,
      ),
    ].map(([, kind = "", x, y, width, height]): Rect => ({
      kind,
      x: Number(x),
      y: Number(y),
      right: Number(x) + Number(width),
      bottom: Number(y) + Number(height),
    }));
    expect(rects.length).toBeGreaterThan(2);
    rects.forEach((a, at) =>
      rects.slice(at + 1).forEach((b) => {
        const apart = a.bottom <= b.y || b.bottom <= a.y;
        const within = b.x >= a.x && b.right <= a.right && b.y >= a.y && b.bottom <= a.bottom;
        if (!apart && !within) problems.push(JSON.stringify([a, b]));
      }),
    );
  }
  return problems;
}
