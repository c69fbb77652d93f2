import { describe, expect, it } from "vitest";
import { runHarness } from "../../bench/faults/src/harness";
import { crossTable } from "../../bench/faults/src/table";
import { Ledger } from "../../bench/faults/src/ledger";

describe("moves under faults (a short part of `make faults`)", () => {
  it("lose nothing, double nothing, leave nothing, and finish with the next run", async () => {
    const told: string[] = [];
    const summary = await runHarness({ count: 12, seed: "tests", lanes: 2, tell: (line) => told.push(line) });
    expect(summary.violations).toEqual([]);
    expect(summary.survived.length, told.join("\n")).toBeGreaterThanOrEqual(12);
    expect(new Set(summary.survived.map(({ strategy }) => strategy))).toEqual(
      new Set(["copy", "template", "set-schema", "follow", "retire"]),
    );
    expect(summary.acknowledged).toBeGreaterThan(500);
  }, 600_000);
});

describe("the ledger that they are judged by", () => {
  const found = (id: string, value: string) => ({ kind: "note", id, value }) as const;

  it("tells a lost, a doubled, a changed and an unknown write", () => {
    const ledger = new Ledger();
    for (const id of ["kept", "lost", "doubled", "changed"]) ledger.acknowledge("note", id, "v");
    ledger.acknowledge("note", "deleted", undefined);
    const there = [
      ...["kept", "doubled", "doubled", "deleted"].map((id) => found(id, "v")),
      ...[found("changed", "w"), found("ghost", "v")],
    ];
    expect(ledger.compare(there).map(({ what, detail }) => `${what} ${detail.split(":")[0] ?? ""}`)).toEqual([
      "lost note lost",
      "duplicated note doubled",
      "changed note changed",
      "changed note deleted",
      "unknown note ghost",
    ]);
  });

  it("takes a write in doubt either way, once", () => {
    const ledger = new Ledger();
    ledger.acknowledge("note", "n", "one");
    ledger.doubt("note", "n", "two");
    expect(ledger.compare([found("n", "two")])).toEqual([]);
    expect(ledger.compare([found("n", "one")])).toMatchObject([{ what: "changed" }]);
    ledger.doubt("note", "m", "new");
    expect(ledger.compare([found("n", "two")])).toEqual([]);
    expect(ledger.compare([found("n", "two"), found("m", "new")])).toMatchObject([{ what: "changed" }]);
  });

  it("tells a number that was given out twice", () => {
    const ledger = new Ledger();
    for (const ticket of ["1", "2", "2"]) ledger.draw(ticket);
    expect(ledger.compare([])).toMatchObject([{ what: "duplicated", detail: "ticket 2: given out 2 times" }]);
  });
});

describe("its table", () => {
  it("counts pairs, in order, with sums", () => {
    const pairs = [
      ["killed", "copy"],
      ["killed", "start"],
      ["cut", "copy"],
    ] as const;
    expect(crossTable(pairs, ["start", "copy", "switch"])).toBe(
      [
        "        start  copy  all",
        "cut         ·     1    1",
        "killed      1     1    2",
        "all         1     2    3",
      ].join("\n"),
    );
  });
});
