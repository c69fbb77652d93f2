import { describe, expect, it } from "vitest";
import { copyPage } from "../../bench/compare/src/page/copy-page";
import { withSection } from "../../bench/compare/src/page/page";
import { barPlot, linePlot } from "../../bench/compare/src/page/plot";
import { median, type Measured } from "../../bench/compare/src/results";
import type { Lap } from "../../bench/compare/src/sections/copy";

const lap = (contender: string, round: number, seconds: number): Lap => ({
  ...{ contender, round, seconds, clientCpu: 1, serverCpu: { source: 2, target: 4 } },
});

const measured: Measured<"copy"> = {
  section: "copy",
  machine: {
    ...{
      cores: 2,
      processor: "some",
      memory: 8e9,
      system: "linux x64",
      node: "v20.19.0",
      postgresql: "15.1",
    },
  },
  ...{
    versions: { "pgcopydb, 2 + 2 jobs": "0.10" },
    scale: 1,
    rounds: 3,
    parameters: { wal_level: "replica" },
  },
  result: [
    {
      ...{ dataset: "d", what: "some tables", bytes: 2e9, tables: 3 },
      laps: [
        ...[30, 20, 40].map((time, at) => lap("pgcopydb, 2 + 2 jobs", at + 1, time)),
        lap("pgcopydb, 4 + 4 jobs", 1, 24),
        ...[10, 20, 15].map((time, at) => ({ ...lap("Rehome", at + 1, time), verify: 5, resident: 1e8 })),
        { ...lap("Rehome, own server", 1, 12), verify: 3, resident: 1e8 },
      ],
      failures: [{ contender: "pg_dump | psql", reason: "first\nnot done after 240 s" }],
    },
  ],
};

describe("the page of figures", () => {
  it("takes the median of the rounds, shows them all, and says who could not", () => {
    const { text, plots } = copyPage(measured);
    expect(text).toContain(
      "| pgcopydb, 2 + 2 jobs | **30.0 s** | 30.0, 20.0, 40.0 | – | 6.00 s | 3.00 s | 1.00 s |",
    );
    expect(text).toContain("| Rehome | **15.0 s** | 10.0, 20.0, 15.0 | 5.00 s |");
    expect(text).toContain("| pg_dump \\| psql | not done after 240 s |");
    expect(text).toContain("| d | 2.00× | 1.60× | – | 15 % |");
    expect(text).toContain("| d, own server | 2.50× | 2.00× | – | 20 % |");
    expect(text).toContain(
      "Rehome: **2.00×** as fast as pgcopydb at equal jobs, **1.60×** as fast as pgcopydb's best.",
    );
    expect(text).toContain("Rehome, own server: **2.50×** as fast as pgcopydb at equal jobs");
    expect(text).toContain("Both servers on one disk, with `wal_level = replica`");
    expect(text).toContain("repeat it with `make bench ONLY=copy ROUNDS=3`");
    expect(plots["copy.svg"]).toContain("<title>");
  });

  it("puts figures between their marks, and leaves other words alone", () => {
    const page = "a\n<!-- measured: copy -->\nold\n<!-- end: copy -->\nz";
    const once = withSection(page, "copy", "new");
    expect(once).toBe("a\n<!-- measured: copy -->\n\nnew\n\n<!-- end: copy -->\nz");
    expect(withSection(once, "copy", "new")).toBe(once);
    expect(() => withSection("a", "copy", "new")).toThrow("no place for copy");
  });
});

describe("plots", () => {
  it("draw a bar as long as its value, and nothing that is not a number", () => {
    const bars = [
      { label: "a & b", value: 10, least: 10, most: 10 },
      { label: "half", value: 5, least: 4, most: 6 },
    ];
    const plot = barPlot("t", [{ label: "g", bars }], "s");
    const widths = [...plot.matchAll(/<rect [^>]*width="([\d.]+)"/g)].map((match) => Number(match[1]));
    expect(widths[1]).toBe((widths[0] ?? 0) / 2);
    expect(plot).toContain("a &amp; b");
    expect(plot).not.toContain("NaN");
  });

  it("draw growth in proportion as a straight line", () => {
    const points = [1, 10, 100].map((x) => ({ x, y: 2 * x }));
    const plot = linePlot("t", [{ label: "l", points }], "x", "y");
    const at = (/points="([^"]+)"/.exec(plot)?.[1] ?? "")
      .split(" ")
      .map((pair) => pair.split(",").map(Number) as [number, number]);
    const slopes = [1, 2].map(
      (i) => ((at[i]?.[1] ?? 0) - (at[i - 1]?.[1] ?? 0)) / ((at[i]?.[0] ?? 0) - (at[i - 1]?.[0] ?? 0)),
    );
    expect(slopes[0]).toBeCloseTo(slopes[1] ?? 0, 1);
  });
});

it("a median is the middle one, or between the two", () => {
  expect([median([3, 1, 2]), median([4, 1])]).toEqual([2, 2.5]);
});
