import { spawnSync } from "node:child_process";
import { expect, it } from "vitest";
import { runProgram } from "../../bench/compare/src/program";

/** Whether it is there and is not just waiting for somebody to take note of its end. */
const runs = (pid: number): boolean =>
  /^[^Z]/.test(spawnSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" }).stdout);

it("what a program leaves running is ended with it, so that it takes nothing from who comes next", async () => {
  const { output } = await runProgram({ script: "sleep 60 & echo $!" });
  await expect.poll(() => runs(Number(output))).toBe(false);
});

it("a program that takes too long is ended, and told as such", async () => {
  await expect(runProgram({ script: "sleep 60", limit: 0.2 })).rejects.toThrow("not done after 0.2 s");
});

it("a program that fails is told with what it said", async () => {
  await expect(runProgram({ script: "echo no room >&2; false" })).rejects.toThrow(
    /ended with status 1: no room/,
  );
});
