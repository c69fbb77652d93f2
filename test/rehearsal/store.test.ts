import { describe, expect, it } from "vitest";
import { coalesced } from "../../rehearsal/src/state/store";
import { EMPTY, type Snapshot } from "../../rehearsal/src/state/resource";

/** A disk and a clock that move by hand. */
const disk = (took: number) => {
  const written: Snapshot[] = [];
  const rests: number[] = [];
  let now = 0;
  let finish: (error?: Error) => void = () => undefined;
  const write = (snapshot: Snapshot): Promise<void> => {
    written.push(snapshot);
    return new Promise((resolve, reject) => {
      finish = (error) => {
        now += took;
        if (error === undefined) resolve();
        else reject(error);
      };
    });
  };
  const wait = (milliseconds: number): Promise<void> => {
    rests.push(milliseconds);
    return Promise.resolve();
  };
  const save = coalesced(write, () => now, wait);
  return { written, rests, save, finish: (error?: Error) => finish(error) };
};
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const some = (count: number): Snapshot[] => Array.from({ length: count }, () => ({ ...EMPTY }));

describe("saving a state", () => {
  it("covers what comes during a write by one more, of the newest", async () => {
    const { written, save, finish } = disk(1);
    const [first, second, third] = some(3);
    const one = save(() => first ?? EMPTY);
    await turn();
    const two = save(() => second ?? EMPTY);
    const three = save(() => third ?? EMPTY);
    expect(written).toEqual([first]);
    finish();
    await one;
    await turn();
    finish();
    await Promise.all([two, three]);
    expect(written).toHaveLength(2);
    expect(written[1]).toBe(third);
  });

  it("leaves the disk to others after a long write, and goes on at once after a short one", async () => {
    for (const [took, rests] of [
      [400, [800]],
      [5, []],
    ] as const) {
      const { save, finish, rests: found } = disk(took);
      const saved = save(() => EMPTY);
      await turn();
      finish();
      await saved;
      await turn();
      expect(found).toEqual(rests);
    }
  });

  it("tells of a write that fails those who waited for it, and nobody else", async () => {
    const { save, finish } = disk(1);
    const one = save(() => EMPTY);
    await turn();
    const two = save(() => EMPTY);
    finish(new Error("disk full"));
    await expect(one).rejects.toThrow("disk full");
    await turn();
    finish();
    await two;
  });
});
