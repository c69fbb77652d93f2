import { spawn } from "node:child_process";
import { readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { findBinaries, removeCluster } from "@rehome/postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { blocksOf, root, textOf } from "./markdown";
import { missing, stepsOf } from "./walk";
import { throwawayDirectory } from "../support/throwaway";

const steps = stepsOf(blocksOf(textOf("docs/tutorial.md")), "tutorial");
let folder: string;

/** One shell for the whole page, as its reader has one; each step's output goes to a file of its own. */
const script = steps.map((step, index) => `{\n${step.script}} > "$OUT/${index}" 2>&1\n`).join("");

const outputOf = (index: number): Promise<string> => readFile(join(folder, "out", String(index)), "utf8");

const walk = async (): Promise<number | null> => {
  const path = [(await findBinaries()).directory, process.env["PATH"]].join(":");
  const env = { ...process.env, OUT: join(folder, "out"), PATH: path, NO_COLOR: "1" };
  const shell = spawn("bash", ["-euo", "pipefail", "tutorial"], { cwd: folder, env, stdio: "ignore" });
  return new Promise((resolve) => shell.once("exit", resolve));
};

/** Whatever a walk that ended early has left running. */
const stopServers = async (): Promise<void> => {
  const clusters = join(folder, "shop/.rehome/shop/dev");
  if (!existsSync(clusters)) return;
  for (const name of await readdir(clusters)) {
    if (existsSync(join(clusters, name, "PG_VERSION"))) await removeCluster(join(clusters, name));
  }
};

beforeAll(async () => {
  folder = await throwawayDirectory("tutorial");
  await symlink(join(root, "node_modules"), join(folder, "node_modules"));
  await writeFile(join(folder, "tutorial"), `mkdir "$OUT"\n${script}`);
});
afterAll(async () => {
  await stopServers();
  await rm(folder, { recursive: true, force: true });
});

describe("docs/tutorial.md", () => {
  it("goes through, step by step, and shows what it says", { timeout: 900_000 }, async () => {
    expect(steps.length).toBeGreaterThan(10);
    const code = await walk();
    for (const [index, { line, shows }] of steps.entries()) {
      const output = await outputOf(index).catch(() => "");
      expect(missing(shows, output), `line ${line}:\n${output}`).toEqual([]);
    }
    const ran = await readdir(join(folder, "out"));
    expect(code, await outputOf(ran.length - 1)).toBe(0);
    expect(existsSync(join(folder, "shop"))).toBe(false);
  });
});
