import { describe, expect, it } from "vitest";
import { Together } from "../../migration/src/ddl/together";

/** Lets everything run that is ready to. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A batch that ends when told, and what it was asked for each time. */
function slowBatch(fails: (items: readonly string[]) => boolean = () => false) {
  const asked: string[][] = [];
  const ends: (() => void)[] = [];
  const batch = async (items: readonly string[]): Promise<Map<string, string>> => {
    asked.push([...items]);
    await new Promise<void>((resolve) => ends.push(resolve));
    if (fails(items)) throw new Error(`no ${items.join()}`);
    return new Map(items.map((item) => [item, `${item} done`]));
  };
  return { asked, batch, end: async () => (ends.shift()?.(), await settled()) };
}

describe("work for several at once", () => {
  it("begins at once for the first, and then for all who have asked meanwhile", async () => {
    const { asked, batch, end } = slowBatch();
    const together = new Together<string>(2);
    const results = ["a", "b", "c", "d"].map((item) => together.ask("one server", item, batch));
    await settled();
    expect(asked).toEqual([["a"]]);
    await end();
    expect(asked).toEqual([["a"], ["b", "c"]]);
    await end();
    await end();
    expect(asked).toEqual([["a"], ["b", "c"], ["d"]]);
    expect(await Promise.all(results)).toEqual(["a done", "b done", "c done", "d done"]);
  });

  it("never answers with what was begun before the question", async () => {
    const { asked, batch, end } = slowBatch();
    const together = new Together<string>(9);
    const first = together.ask("one server", "a", batch);
    await settled();
    const second = together.ask("one server", "a", batch);
    await end();
    expect(asked).toEqual([["a"], ["a"]]);
    await end();
    expect(await Promise.all([first, second])).toEqual(["a done", "a done"]);
  });

  it("keeps askers of different keys apart", async () => {
    const { asked, batch } = slowBatch();
    const together = new Together<string>(9);
    void together.ask("one server", "a", batch);
    void together.ask("another", "b", batch);
    await settled();
    expect(asked).toEqual([["a"], ["b"]]);
  });

  it("lets nobody fail for another's reason", async () => {
    const { asked, batch, end } = slowBatch((items) => items.includes("bad"));
    const together = new Together<string>(9);
    const results = ["first", "good", "bad"].map((item) => together.ask("one server", item, batch));
    const outcome = Promise.allSettled(results);
    for (let n = 0; n < 4; n += 1) await end();
    expect(asked).toEqual([["first"], ["good", "bad"], ["good"], ["bad"]]);
    const [first, good, bad] = await outcome;
    expect(first).toEqual({ status: "fulfilled", value: "first done" });
    expect(good).toEqual({ status: "fulfilled", value: "good done" });
    expect(bad).toMatchObject({ status: "rejected", reason: new Error("no bad") });
  });
});
