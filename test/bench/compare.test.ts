import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, expect, it } from "vitest";
import type { Measured } from "../../bench/compare/src/results";

const directory = mkdtempSync(join(tmpdir(), "rehome-bench-test-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

it("a small run copies with every contender, compares the copies and writes the page", () => {
  writeFileSync(join(directory, "benchmarks.md"), "# b\n<!-- measured: copy -->\n<!-- end: copy -->\n");
  const ended = spawnSync(
    process.execPath,
    [
      resolve("bench/compare/dist/bin.js"),
      ...["--only", "copy", "--datasets", "wide", "--scale", "0.002", "--rounds", "1"],
      ...["--results", directory, "--docs", directory],
    ],
    { encoding: "utf8" },
  );
  expect(ended.stderr).toBe("");
  expect(ended.status).toBe(0);
  const { result } = JSON.parse(readFileSync(join(directory, "copy.json"), "utf8")) as Measured<"copy">;
  expect(result.map(({ failures }) => failures)).toEqual([[]]);
  const laps = new Map(result[0]?.laps.map((lap) => [lap.contender, lap]));
  expect([...laps.keys()]).toEqual(
    expect.arrayContaining(["pg_dump | psql", "pg_dump -Fd -j2, pg_restore -j2", "Rehome"]),
  );
  expect(laps.get("Rehome")?.resident).toBeGreaterThan(1e7);
  expect(laps.get("Rehome")?.serverCpu.target).toBeGreaterThan(0);
  expect(readFileSync(join(directory, "benchmarks.md"), "utf8")).toContain("| Rehome | **");
  expect(readFileSync(join(directory, "benchmarks/copy.svg"), "utf8")).toContain("</svg>");
});
