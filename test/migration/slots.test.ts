import { describe, expect, it } from "vitest";
import { onServers } from "../../migration/src/slots";

const at = (port: number) => ({
  ...{ host: "h", database: "d", schema: "s", owner: "o" },
  server: { host: "127.0.0.1", port, user: "postgres" },
});

/** Works that are begun and end when told. */
const works = () => {
  const open: { name: string; end: () => void }[] = [];
  const begin = (name: string, ports: readonly number[]): Promise<void> =>
    onServers(ports.map(at), () => new Promise((end) => open.push({ name, end: () => end(undefined) })));
  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return {
    begin,
    names: async () => {
      await settled();
      return open.map(({ name }) => name);
    },
    end: async (name: string) => {
      open
        .splice(
          open.findIndex((one) => one.name === name),
          1,
        )[0]
        ?.end();
      await settled();
    },
  };
};

describe("moves of one process", () => {
  it("are few at a time on a server, in the order of their coming, and do not wait for other servers", async () => {
    const { begin, names, end } = works();
    const all = Array.from({ length: 8 }, (_, i) => begin(`m${i}`, [1, 10 + i]));
    const few = (await names()).length;
    expect(few).toBeGreaterThanOrEqual(2);
    expect(few).toBeLessThanOrEqual(4);
    const elsewhere = begin("elsewhere", [2, 3]);
    expect(await names()).toContain("elsewhere");
    await end("m0");
    expect(await names()).toContain(`m${few}`);
    expect(await names()).toHaveLength(few + 1);
    await end("elsewhere");
    for (let left = 7; left > 0; left -= 1) await end((await names())[0] ?? "");
    await Promise.all([...all, elsewhere]);
  });

  it("give their place free when they fail, and one server for both ends takes one", async () => {
    for (let times = 0; times < 6; times += 1)
      await expect(onServers([at(5), at(5)], () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    const both = Array.from({ length: 2 }, () => onServers([at(5), at(5)], () => Promise.resolve("done")));
    expect(await Promise.all(both)).toEqual(["done", "done"]);
  });

  it("do not wait for each other in a circle", async () => {
    const ends = [
      [6, 7],
      [7, 6],
    ];
    const all = Array.from({ length: 12 }, (_, i) =>
      onServers((ends[i % 2] ?? []).map(at), () => Promise.resolve(i)),
    );
    expect(await Promise.all(all)).toHaveLength(12);
  });
});
