import { placementName, transition, type DatasetState, type Placement } from "@rehome/topology";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { at } from "./stacks";

const [A, B, C] = [at("a", "one", "s"), at("b", "two", "s"), at("c", "three", "s")];
const home = (placement: Placement, more: Omit<DatasetState, "home"> = {}): DatasetState => ({
  home: placement,
  ...more,
});

describe("a placement's life", () => {
  it.each<[string, DatasetState | undefined, DatasetState, object]>([
    ["new", undefined, home(A), { kind: "settle" }],
    ["new and empty", undefined, home(A, { startEmpty: true }), { kind: "settle" }],
    ["new, preparing at once", undefined, home(A, { next: B }), { kind: "prepare", from: A, to: B }],
    [
      "adopted from where it was",
      undefined,
      home(B, { formerly: A }),
      { kind: "move", from: A, to: B, prepared: false },
    ],
    ["steady", home(A), home(A), { kind: "steady" }],
    [
      "steady, with startEmpty left in",
      home(A, { startEmpty: true }),
      home(A, { startEmpty: true }),
      { kind: "steady" },
    ],
    ["a new home that begins empty", home(A), home(B, { startEmpty: true }), { kind: "settle" }],
    ["next written", home(A), home(A, { next: B }), { kind: "prepare", from: A, to: B }],
    ["next still there", home(A, { next: B }), home(A, { next: B }), { kind: "preparing", from: A, to: B }],
    ["next taken out", home(A, { next: B }), home(A), { kind: "abandon", from: A, to: B }],
    [
      "moved unprepared",
      home(A),
      home(B, { formerly: A }),
      { kind: "move", from: A, to: B, prepared: false },
    ],
    [
      "moved prepared",
      home(A, { next: B }),
      home(B, { formerly: A }),
      { kind: "move", from: A, to: B, prepared: true },
    ],
    ["moved before", home(B, { formerly: A }), home(B, { formerly: A }), { kind: "moved", from: A, to: B }],
    [
      "rolled back",
      home(B, { formerly: A }),
      home(A, { formerly: B }),
      { kind: "roll-back", from: B, to: A },
    ],
    ["retired", home(B, { formerly: A }), home(B), { kind: "retire", home: B, old: A }],
    [
      "a part, named in another order",
      home(B, { formerly: A, tables: ["a", "b"] }),
      home(B, { tables: ["b", "a", "a"] }),
      { kind: "retire", home: B, old: A },
    ],
    ["a part from now on", home(A), home(A, { tables: ["a"] }), { kind: "steady" }],
  ])("%s", (_, before, now, expected) => {
    expect(transition(before, now)).toEqual(expected);
  });

  it.each<[string, DatasetState | undefined, DatasetState, string]>([
    ["home changed alone", home(A), home(B), "home-changed"],
    ["home changed beside next", home(A), home(B, { next: C }), "home-changed"],
    ["formerly names another place", home(A), home(B, { formerly: C }), "formerly-not-home"],
    ["formerly, but no move", home(A), home(A, { formerly: B }), "formerly-without-move"],
    [
      "formerly, but no move, in place of next",
      home(A, { next: B }),
      home(A, { formerly: C }),
      "formerly-without-move",
    ],
    ["another next", home(A, { next: B }), home(A, { next: C }), "next-changed"],
    ["moved elsewhere than prepared", home(A, { next: B }), home(C, { formerly: A }), "home-not-next"],
    [
      "moved elsewhere than prepared, empty",
      home(A, { next: B }),
      home(C, { startEmpty: true }),
      "home-not-next",
    ],
    ["moved to next without formerly", home(A, { next: B }), home(B), "home-changed"],
    ["moved to next, formerly wrong", home(A, { next: B }), home(B, { formerly: C }), "formerly-not-home"],
    ["moved to next, empty", home(A, { next: B }), home(B, { startEmpty: true }), "start-empty-with-data"],
    [
      "tables chosen while preparing",
      home(A, { next: B }),
      home(A, { next: B, tables: ["a"] }),
      "tables-changed",
    ],
    [
      "other tables while going over",
      home(A, { next: B, tables: ["a"] }),
      home(B, { formerly: A, tables: ["a", "b"] }),
      "tables-changed",
    ],
    [
      "other tables on the way back",
      home(B, { formerly: A, tables: ["a", "b"] }),
      home(A, { formerly: B, tables: ["b"] }),
      "tables-changed",
    ],
    ["all tables at the end", home(B, { formerly: A, tables: ["a"] }), home(B), "tables-changed"],
    ["another formerly", home(B, { formerly: A }), home(B, { formerly: C }), "formerly-changed"],
    ["on to C before A is retired", home(B, { formerly: A }), home(C, { formerly: B }), "unretired"],
    ["on to C, A still named", home(B, { formerly: A }), home(C, { formerly: A }), "unretired"],
    ["on to C, empty", home(B, { formerly: A }), home(C, { startEmpty: true }), "unretired"],
    ["preparing C before A is retired", home(B, { formerly: A }), home(B, { next: C }), "unretired"],
    ["back to A without formerly", home(B, { formerly: A }), home(A), "unretired"],
    ["next and formerly", home(A), home(A, { next: B, formerly: C }), "next-with-formerly"],
    ["next is home", undefined, home(A, { next: A }), "same-placement"],
    ["formerly is home", home(B), home(A, { formerly: A }), "same-placement"],
    [
      "empty, and yet taken along",
      home(A),
      home(B, { formerly: A, startEmpty: true }),
      "start-empty-with-data",
    ],
  ])("refuses: %s", (_, before, now, code) => {
    expect(transition(before, now)).toMatchObject({ kind: "refused", code });
  });

  it("refuses in words that can be pasted", () => {
    const result = transition(
      home(at("shared", "waqiti", "payment_schema")),
      home(at("payment", "waqiti payments", "public")),
    );
    expect(result).toEqual({
      kind: "refused",
      code: "home-changed",
      message: `home changed, but nothing says what becomes of the data in the old one.
Until now: home shared/waqiti.payment_schema. The stack file says: home payment/"waqiti payments".public.
To move the data, write:
  home: { host: payment, database: "waqiti payments", schema: public }
  formerly: { host: shared, database: waqiti, schema: payment_schema }
To begin empty there, write:
  home: { host: payment, database: "waqiti payments", schema: public }
  startEmpty: true
To leave the data where it is, write:
  home: { host: shared, database: waqiti, schema: payment_schema }`,
    });
  });
});

describe("whatever the two states", () => {
  const place = fc.constantFrom(A, B, C);
  const optional = { freq: 2, nil: undefined };
  const state: fc.Arbitrary<DatasetState> = fc
    .record({
      home: place,
      next: fc.option(place, optional),
      formerly: fc.option(place, optional),
      tables: fc.option(fc.subarray(["a", "b"], { minLength: 1 }), optional),
      startEmpty: fc.boolean(),
    })
    .map(({ home, next, formerly, tables, startEmpty }) => ({
      home,
      startEmpty,
      ...(tables && { tables }),
      ...(next && { next }),
      ...(formerly && { formerly }),
    }));
  /** States that a stack can be in: those that some transition accepts for a new dataset. */
  const sound = state.filter((each) => transition(undefined, each).kind !== "refused");
  const places = (each: DatasetState | undefined) =>
    [each?.home, each?.next, each?.formerly].filter((placement) => placement !== undefined);

  it("there is one answer, and a refusal names every placement", () => {
    fc.assert(
      fc.property(fc.option(state, { nil: undefined }), state, (before, now) => {
        const result = transition(before, now);
        expect(transition(before, now)).toEqual(result);
        if (result.kind !== "refused") return;
        for (const each of [...places(before), ...places(now)])
          expect(result.message).toContain(placementName(each));
        expect(result.message).toMatch(/write.*:\n {2}home: \{/);
      }),
      { numRuns: 3000 },
    );
  });

  it("what a refusal says to write is accepted, step by step", () => {
    fc.assert(
      fc.property(fc.option(sound, { nil: undefined }), state, (before, now) => {
        const result = transition(before, now);
        if (result.kind !== "refused") return;
        let from = before;
        for (const { to, write: asked } of remedies(result.message)) {
          if (!to.startsWith("Then")) from = before;
          // Lines that it does not speak of stay as they are.
          const tables = to.includes("without tables") ? undefined : (asked.tables ?? now.tables);
          const write = { ...asked, ...(tables && { tables }) };
          expect([result.code, transition(from, write).kind]).not.toContain("refused");
          from = write;
        }
      }),
      { numRuns: 3000 },
    );
  });

  it("nothing changes when nothing is changed", () => {
    fc.assert(
      fc.property(sound, (each) => {
        const { kind } = transition(each, each);
        expect(kind).toBe(each.formerly ? "moved" : each.next ? "preparing" : "steady");
      }),
    );
  });

  it("data is never left behind: leaving a home takes a move, a way back, or startEmpty", () => {
    fc.assert(
      fc.property(sound, state, (before, now) => {
        fc.pre(placementName(before.home) !== placementName(now.home));
        const { kind } = transition(before, now);
        if (kind === "settle")
          expect([now.startEmpty, before.next, before.formerly]).toEqual([true, undefined, undefined]);
        else expect(["move", "roll-back", "refused"]).toContain(kind);
      }),
      { numRuns: 2000 },
    );
  });

  it("there and back again ends where it began", () => {
    const there = [home(A), home(A, { next: B }), home(B, { formerly: A })];
    const back = [home(A, { formerly: B }), home(B, { formerly: A }), home(A, { formerly: B }), home(A)];
    const way = [...there, ...back];
    const kinds = way.slice(1).map((now, index) => transition(way[index], now).kind);
    expect(kinds).toEqual(["prepare", "move", "roll-back", "roll-back", "roll-back", "retire"]);
    expect(transition(way.at(-1), home(A))).toEqual({ kind: "steady" });
  });
});

/** The blocks of lines that a refusal says to write, read back as states. */
function remedies(message: string): { to: string; write: DatasetState }[] {
  const blocks = message.split(/\n(?! )/).filter((block) => block.includes("\n  "));
  return blocks.map((block) => {
    const [to = "", ...lines] = block.split("\n");
    const entries = lines.map((line): [string, Placement | boolean | string[]] => {
      const found = /^ {2}(home|next|formerly): \{ host: (\S+), database: (\S+), schema: (\S+) \}$/.exec(
        line,
      );
      const [, field, host, database, schema] = found ?? [];
      const tables = /^ {2}tables: (\[.*\])$/.exec(line)?.[1];
      if (tables !== undefined) return ["tables", JSON.parse(tables) as string[]];
      if (line === "  startEmpty: true") return ["startEmpty", true];
      if (field === undefined || host === undefined || database === undefined || schema === undefined)
        throw new Error(line);
      return [field, at(host, database, schema)];
    });
    return { to, write: Object.fromEntries(entries) as unknown as DatasetState };
  });
}
