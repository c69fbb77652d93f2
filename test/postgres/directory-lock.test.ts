import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { withDirectoryLock } from "../../postgres/src/directory-lock";

/** What those wait for who ask after a holder that is dead. */
const asked = vi.hoisted(() => [] as Promise<void>[]);

vi.mock("../../postgres/src/process-identity", async (original) => {
  const real = await original<typeof import("../../postgres/src/process-identity")>();
  return {
    ...real,
    processIdentity: async (pid: number) => {
      if (pid !== process.pid) await asked.shift();
      return await real.processIdentity(pid);
    },
  };
});

/** Somebody at work, who ends when told. */
const worker = (directory: string, at: string[], name: string) => {
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  const done = withDirectoryLock(directory, async () => {
    at.push(name);
    await ended;
    at.splice(at.indexOf(name), 1);
  });
  return { done, end };
};

describe("a lock whose holder has died", () => {
  let parent: string;
  let directory: string;
  beforeEach(async () => {
    parent = await mkdtemp("/tmp/rehome-lock-");
    directory = join(parent, "main");
    await mkdir(`${directory}.lock`);
    await writeFile(`${directory}.lock/dead 2147483646 1 x`, "");
    return () => rm(parent, { recursive: true, force: true });
  });

  it("is taken over by one of many, and each has its turn", async () => {
    let at = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      most = Math.max(most, (at += 1));
      await new Promise((resolve) => setTimeout(resolve, 5));
      at -= 1;
    };
    await Promise.all(Array.from({ length: 8 }, () => withDirectoryLock(directory, work)));
    expect(most).toBe(1);
    expect(await readdir(parent)).toEqual([]);
  });

  it("is not taken from who has it by now by one that found it dead long ago", async () => {
    const at: string[] = [];
    let find: () => void = () => undefined;
    asked.push(new Promise((resolve) => (find = resolve)));
    const late = worker(directory, at, "late");
    await vi.waitFor(() => expect(asked).toEqual([]));
    const first = worker(directory, at, "first");
    first.end();
    await first.done;
    const second = worker(directory, at, "second");
    await vi.waitFor(() => expect(at).toEqual(["second"]));
    find();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(at).toEqual(["second"]);
    second.end();
    await vi.waitFor(() => expect(at).toEqual(["late"]));
    late.end();
    await Promise.all([second.done, late.done]);
    expect(await readdir(parent)).toEqual([]);
  });
});
