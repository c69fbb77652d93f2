import { execFileSync } from "node:child_process";
import { open, rm } from "node:fs/promises";
import { join } from "node:path";

/** A small file system in memory that can be filled to its last byte. */
export interface Disk {
  readonly path: string;
  /** Leaves no free block. */
  readonly fill: () => Promise<void>;
  readonly free: () => Promise<void>;
  readonly remove: () => void;
}

const MEGABYTES = 640;

/** Mounts a disk at `path`; undefined where this process may not mount. */
export function mountDisk(path: string): Disk | undefined {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return undefined;
  try {
    const options = `size=${MEGABYTES}m,mode=0755`;
    execFileSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", path], { stdio: "ignore" });
  } catch {
    return undefined; // a container without the right: the harness does without full disks
  }
  const filler = join(path, "filler");
  return {
    path,
    fill: async () => {
      const file = await open(filler, "w");
      try {
        for (const size of [4 << 20, 4096]) {
          const block = Buffer.alloc(size);
          await writeAll(file, block);
        }
      } finally {
        await file.close();
      }
    },
    free: () => rm(filler, { force: true }),
    remove: () => {
      execFileSync("umount", ["-l", path], { stdio: "ignore" });
    },
  };
}

async function writeAll(file: Awaited<ReturnType<typeof open>>, block: Buffer): Promise<void> {
  try {
    for (;;) {
      const { bytesWritten } = await file.write(block);
      if (bytesWritten < block.length) return;
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
  }
}
