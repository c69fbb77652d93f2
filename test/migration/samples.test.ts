import { expect, it } from "vitest";
import { Sampler } from "../../migration/src/journal/samples";

/** A journal that keeps what it is given, and answers when it is let. */
function journal(failing = false) {
  const written: unknown[][] = [];
  const query = async (_: string, values: unknown[]): Promise<never> => {
    written.push(values);
    if (failing) throw new Error("the session is gone");
    return undefined as never;
  };
  return { written, client: { query } as unknown as ConstructorParameters<typeof Sampler>[0] };
}
const AT = { migration: "m", stage: "copy" } as const;
const settled = () => new Promise((resolve) => setImmediate(resolve));

it("takes few samples of a long stage, and enough of a short one", async () => {
  const taken = async (seconds: number): Promise<number> => {
    let clock = 0;
    const { written, client } = journal();
    const sampler = new Sampler(client, AT, () => clock);
    for (; clock <= seconds * 1000; clock += 250) {
      sampler.tell({ bytes: clock });
      await settled();
    }
    return written.length;
  };
  expect(await taken(10)).toBe(21);
  const hour = await taken(3600);
  expect(hour).toBeGreaterThan(200);
  expect(hour).toBeLessThan(400);
});

it("writes one at a time, and the last one always", async () => {
  const { written, client } = journal();
  let answer: () => void = () => undefined;
  const slow = {
    query: async (text: string, values: unknown[]) => {
      await client.query(text, values);
      await new Promise<void>((resolve) => (answer = resolve));
    },
  } as unknown as typeof client;
  let clock = 0;
  const sampler = new Sampler(slow, AT, () => clock);
  sampler.tell({ bytes: 1 });
  await settled();
  clock = 10_000;
  sampler.tell({ bytes: 2 });
  expect(written.map((values) => values[3])).toEqual([1]);
  const ended = sampler.end({ bytes: 3, tables: 4 });
  answer();
  await settled();
  answer();
  await ended;
  expect(written.map(([, stage, tables, bytes, lag]) => [stage, tables, bytes, lag])).toEqual([
    ["copy", null, 1, null],
    ["copy", 4, 3, null],
  ]);
});

it("fails nobody when the journal cannot be written", async () => {
  const { written, client } = journal(true);
  const sampler = new Sampler(client, AT);
  sampler.tell({ lag: 5 });
  await sampler.end({ lag: 0 });
  expect(written).toHaveLength(2);
});
