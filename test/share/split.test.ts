import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { outlasts, shareBytes, split, type Stored } from "../../migration/src/share/split";

const MB = 1 << 20;

const table: fc.Arbitrary<Stored> = fc
  .record({
    name: fc.string({ minLength: 1, maxLength: 6 }),
    bytes: fc.oneof(fc.nat(1000), fc.nat(300 * MB)),
    columns: fc.constantFrom([], ["id"], ["id", "v"]),
    binary: fc.boolean(),
    heap: fc.option(fc.record({ pages: fc.nat(5000), file: fc.constant("16401") }), { nil: undefined }),
  })
  .map(({ heap, ...rest }) => ({ ...rest, ...(heap && { heap }) }));
const tables = fc.uniqueArray(table, { selector: ({ name }) => name, maxLength: 40 });
const size = fc.integer({ min: 1, max: 64 * MB });

describe("the shares of a copy", () => {
  it("hold every page of every table once", () => {
    fc.assert(
      fc.property(tables, size, (given, bytes) => {
        const parts = split(given, bytes).flatMap((share) => share.parts);
        for (const { name, columns, binary } of given) {
          const own = parts.filter((part) => part.table === name);
          expect(own.every((part) => part.columns === columns && part.binary === binary)).toBe(true);
          const ranges = own.flatMap(({ range }) => range ?? []).sort((a, b) => a.from - b.from);
          if (ranges.length === 0) expect(own).toHaveLength(1);
          else {
            expect(own).toHaveLength(ranges.length);
            expect(ranges[0]?.from).toBe(0);
            expect(ranges.at(-1)?.to).toBeUndefined();
            for (const [at, { to }] of ranges.slice(0, -1).entries()) {
              expect(to).toBe(ranges[at + 1]?.from);
              expect(to).toBeGreaterThan(ranges[at]?.from ?? Infinity);
            }
          }
        }
        expect(new Set(parts.map((part) => part.table)).size).toBe(given.length);
      }),
    );
  });

  it("hold a range alone, and small tables together", () => {
    fc.assert(
      fc.property(tables, size, (given, bytes) => {
        const shares = split(given, bytes);
        for (const { parts } of shares)
          expect(parts.length === 1 || parts.every(({ range }) => range === undefined)).toBe(true);
        expect(shares.map((share) => share.bytes)).toEqual(
          shares.map((share) => share.bytes).sort((a, b) => b - a),
        );
      }),
    );
    const small = Array.from({ length: 1000 }, (_, i) => ({
      ...{ name: `t${i}`, bytes: 8192, columns: ["id"], binary: true, heap: { pages: 1, file: "1" } },
    }));
    expect(split(small, 64 * MB)).toHaveLength(5);
  });

  it("leave a table whole whose rows are not found by their page", () => {
    const [share, ...others] = split([{ name: "t", bytes: 1e12, columns: ["id"], binary: true }], MB);
    expect(others).toEqual([]);
    expect(share?.parts).toEqual([{ table: "t", columns: ["id"], binary: true, bytes: 1e12 }]);
  });

  it("are some for each stream, none of them tiny or endless", () => {
    const workers = { count: 4 };
    expect(shareBytes(10 * MB, 8, workers)).toBe(64 * MB);
    expect(shareBytes(64 * 100 * MB, 8, workers)).toBe(100 * MB);
    expect(shareBytes(1e13, 16, workers)).toBe(1024 * MB);
    expect(shareBytes(1e13, 16, { ...workers, shareBytes: MB })).toBe(MB);
  });
});

describe("a table that would outlast the others", () => {
  const GB = 1 << 30;
  const sized = (...bytes: readonly number[]): { bytes: number }[] => bytes.map((each) => ({ bytes: each }));
  it.each([
    ["alone, with as many streams as pay", sized(GB), 4, true],
    ["with too few streams", sized(50 * GB), 3, false],
    ["too small for it to matter", sized(GB - 1), 8, false],
    [
      "beside as much in small ones, which half of four streams copy meanwhile",
      sized(2 * GB, GB, GB),
      4,
      false,
    ],
    ["the same, with more streams", sized(2 * GB, GB, GB), 5, true],
    ["of tables alike", sized(...Array.from({ length: 8 }, () => 3 * GB)), 8, false],
    ["of none", [], 8, false],
  ])("%s", (_, tables, streams, divided) => {
    expect(outlasts(tables, streams)).toBe(divided);
  });
});
