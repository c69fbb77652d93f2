import { describe, expect, it } from "vitest";
import { advanced } from "../../migration/src/reopen/sequences";

const at = (last: number, rest: object = {}) => ({
  last: BigInt(last),
  increment: 1n,
  end: 2_147_483_647n,
  ...rest,
});

describe("where a sequence goes on after its dataset's home was lost", () => {
  it.each([
    ["behind what it has given out, and what may have been elsewhere", at(20), 10_020n],
    ["behind the highest number that a row has", at(20, { used: 50n }), 10_050n],
    ["not back to a lower one", at(50, { used: 20n }), 10_050n],
    ["in its own steps", at(20, { increment: 5n }), 50_020n],
    ["downwards", at(-20, { used: -30n, increment: -1n, end: -2_147_483_647n }), -10_030n],
    ["by a hundredth of what is left at most", at(30_000, { end: 32_767n }), 30_027n],
    ["nowhere from its end", at(32_767, { end: 32_767n }), 32_767n],
    ["whatever somebody has written beyond its end", at(20, { used: 5_000n, end: 1_000n }), 29n],
  ])("%s", (_, standing, next) => {
    expect(advanced(standing, 10_000n)).toBe(next);
  });

  it("leaves nothing out where nothing is to be", () => {
    expect(advanced(at(20, { used: 50n }), 0n)).toBe(50n);
  });
});
