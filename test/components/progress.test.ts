import { formatBytes, type Progress } from "@rehome/migration";
import { expect, it } from "vitest";
import { formatProgress, reporter } from "../../components/src/migration/progress";

const progress = (given: Partial<Progress>): Progress => ({
  ...{ dataset: "crm", stage: "copy", tablesDone: 0, tablesTotal: 0, bytesDone: 0, bytesTotal: 0, rate: 0 },
  ...given,
});

it("says what is done, how fast, and what is left", () => {
  const line = formatProgress(
    progress({
      tablesDone: 12,
      tablesTotal: 40,
      bytesDone: 1.2e9,
      bytesTotal: 3.4e9,
      rate: 110e6,
      secondsLeft: 19.2,
    }),
  );
  expect(line).toBe("crm: copy, 12 of 40 tables, 1.2 GB of 3.4 GB, 110 MB/s, 20 s left");
});

it("counts bytes in readable units", () => {
  expect([0, 999, 1000, 123456, 5e12].map(formatBytes)).toEqual([
    "0 B",
    "999 B",
    "1.0 kB",
    "123 kB",
    "5.0 TB",
  ]);
});

it("says each stage once, and shows progress twice a second at most", () => {
  const [said, shown]: [string[], string[]] = [[], []];
  let clock = 0;
  const report = reporter(
    (line) => said.push(line),
    (line) => shown.push(line),
    () => clock,
  );
  for (; clock < 2000; clock += 100) report(progress({ stage: clock < 1000 ? "copy" : "verify" }));
  expect(said).toEqual(["crm: copy", "crm: verify"]);
  expect(shown).toEqual(["crm: copy", "crm: verify"]);
});
