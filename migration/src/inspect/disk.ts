import { readFile, stat, statfs } from "node:fs/promises";
import { join } from "node:path";
import { isLoopback } from "../sql/tls";
import type { ServerConnection } from "../types";
import type { ServerFiles } from "./server";

/** Free bytes where a server of this machine keeps its files. */
export interface Disk {
  /** Where new tables go. */
  readonly data: number;
  readonly wal: number;
  /** Whether both are the same bytes. */
  readonly shared: boolean;
}

/** Seconds by which the postmaster's file and the server's own word of its start may differ. */
const LEEWAY = 60;

/**
 * What is free on the server's disks; undefined when that cannot be known: SQL does not tell, so the server must be on
 * this machine and its directory readable. A forwarded port is seen through by the postmaster's own file.
 */
export async function inspectDisk(
  server: ServerConnection,
  files: ServerFiles | undefined,
): Promise<Disk | undefined> {
  if (files === undefined || !isLoopback(server.host)) return undefined;
  try {
    const lines = (await readFile(join(files.directory, "postmaster.pid"), "utf8")).split("\n");
    const [started, port] = [Number(lines[2]), Number(lines[3])];
    if (port !== files.port || Math.abs(started - files.started) > LEEWAY) return undefined;
    const data = files.tablespace ?? files.directory;
    const wal = join(files.directory, "pg_wal");
    const [one, other] = await Promise.all([stat(data), stat(wal)]);
    return { data: await freeBytes(data), wal: await freeBytes(wal), shared: one.dev === other.dev };
  } catch {
    // Not there, or not for us to read: then it is not known.
    return undefined;
  }
}

async function freeBytes(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(path);
  return bavail * bsize;
}
