import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nearest } from "../../topology/src/nearest";
import { patternsMeet } from "../../topology/src/patterns";
import { yamlScalar } from "../../topology/src/yaml";

describe("nearest", () => {
  it.each([
    ["sharde", "shared"],
    ["Shared", "shared"],
    ["legcy", "legacy"],
    ["payments", undefined],
    ["", undefined],
  ])("%j is %j", (word, expected) => {
    expect(nearest(word, ["legacy", "shared"])).toBe(expected);
  });

  it("finds a word that is there", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 90 }), (word) => nearest(word, [word]) === word),
    );
  });
});

describe("patternsMeet", () => {
  const matches = (pattern: string, name: string) =>
    new RegExp(`^${pattern.replaceAll("*", ".*").replaceAll("?", ".")}$`, "s").test(name);
  const pattern = fc.stringMatching(/^[ab*?]{0,5}$/);

  it("holds whenever a name matches both", () => {
    fc.assert(
      fc.property(pattern, pattern, fc.stringMatching(/^[ab]{0,6}$/), (one, other, name) => {
        if (matches(one, name) && matches(other, name)) expect(patternsMeet(one, other)).toBe(true);
        expect(patternsMeet(one, other)).toBe(patternsMeet(other, one));
        expect(patternsMeet(name, one)).toBe(matches(one, name));
      }),
      { numRuns: 5000 },
    );
  });

  it("holds only when some name matches both", () => {
    const names = [""].concat(...Array.from({ length: 10 }, (_, length) => words(length + 1)));
    fc.assert(
      fc.property(pattern, pattern, (one, other) => {
        const [left, right] = [new RegExp(regex(one)), new RegExp(regex(other))];
        expect(patternsMeet(one, other)).toBe(names.some((name) => left.test(name) && right.test(name)));
      }),
      { numRuns: 300 },
    );
  });

  const regex = (text: string) => `^${text.replaceAll("*", ".*").replaceAll("?", ".")}$`;
  const words = (length: number): string[] =>
    Array.from({ length: 2 ** length }, (_, index) =>
      index.toString(2).padStart(length, "0").replaceAll("0", "a").replaceAll("1", "b"),
    );
});

describe("yamlScalar", () => {
  it.each([
    ["payment_schema", "payment_schema"],
    ["no", '"no"'],
    ["123", '"123"'],
    ["a: b", '"a: b"'],
    ['q"uote', '"q\\"uote"'],
  ])("writes %j as %s", (text, expected) => {
    expect(yamlScalar(text)).toBe(expected);
  });
});
