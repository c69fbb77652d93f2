import { mkdtemp, open, rm } from "node:fs/promises";
import { freemem, tmpdir } from "node:os";
import { join } from "node:path";
import { runProgram } from "./program";

/** Bytes that stay free, for what starts meanwhile. */
const SPARE = 1e9;

/** The directory of the file whose pages fill the memory, once there is one. */
let directory: string | undefined;

/**
 * Fills the memory that nobody uses with the pages of a file of nothing but holes, as it is full on any machine that has been up
 * for a while. Where it is free instead, a virtual machine may have given it back to its host, and who writes first waits until
 * it is there again: seconds for each gigabyte.
 * @param used a server's data directory, whose tables are to be in it too
 */
export async function fillMemory(used: string): Promise<void> {
  directory ??= await holes();
  await runProgram({
    // A server's files come and go.
    script: 'cat "$1" > /dev/null; find "$2/base" -type f -exec cat {} + > /dev/null 2>&1 || true',
    args: [join(directory, "holes"), used],
  });
}

/** Gives it back: also for one that is told to end. */
export async function releaseMemory(): Promise<void> {
  if (directory !== undefined) await rm(directory, { recursive: true, force: true });
}

async function holes(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), "rehome-bench-memory-"));
  const file = await open(join(made, "holes"), "w");
  await file.truncate(Math.max(0, freemem() - SPARE));
  await file.close();
  return made;
}
