import { execFileSync, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmdirSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readdir, rm, statfs, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ensureCluster, removeCluster } from "@rehome/postgres";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { installed, useVersions } from "../support/versions";

const MB = 1024 * 1024;
/** File systems whose files can share blocks, and how one is made in a file. */
const MAKERS = [
  ["mkfs.xfs", "-q", "-m", "reflink=1"],
  ["mkfs.btrfs", "-q"],
] as const;
const maker = MAKERS.find(([program]) => spawnSync(program, ["-V"]).error === undefined);

/** Whether file systems may be mounted here, from files too: root of a container may not. */
const mayMount = (): boolean => {
  const place = mkdtempSync("/tmp/rehome-mount-");
  const run = (program: string, ...args: readonly string[]) => spawnSync(program, args).status === 0;
  try {
    return run("losetup", "--find") && run("mount", "-t", "tmpfs", "none", place) && run("umount", place);
  } finally {
    rmdirSync(place);
  }
};

/** Why this is skipped; false where it can run. */
const why = (): string | false => {
  if (process.getuid?.() !== 0 || !mayMount()) return "no file system can be mounted here";
  if (maker === undefined) return "neither mkfs.xfs nor mkfs.btrfs is installed";
  return installed.includes(18) ? false : "PostgreSQL 18 is not installed; make test-versions sees to it";
};

const skipped = why();

let parent: string;
const mounted: string[] = [];
const mount = async (name: string, ...args: readonly string[]): Promise<string> => {
  const directory = join(parent, name);
  await mkdir(directory);
  execFileSync("mount", [...args, directory]);
  mounted.push(directory);
  await chmod(directory, 0o755);
  return directory;
};

const password = randomBytes(9).toString("hex");
const clusters: string[] = [];
const clusterIn = async (directory: string, parameters: Readonly<Record<string, string>> = {}) => {
  const quick = { fsync: "off", shared_buffers: "16MB", max_connections: "20", max_wal_size: "64MB" };
  const data = join(directory, "data");
  const { port } = await ensureCluster({
    directory: data,
    password,
    version: 18,
    parameters: { ...quick, ...parameters },
  });
  clusters.push(data);
  return async (database: string, text: string): Promise<unknown> => {
    const client = new Client({ host: "127.0.0.1", port, user: "postgres", password, database });
    await client.connect();
    try {
      const { rows } = await client.query<unknown[]>({ text, rowMode: "array" });
      return rows[0]?.[0];
    } finally {
      await client.end();
    }
  };
};

const bytesUsed = async (directory: string): Promise<number> => {
  execFileSync("sync", ["-f", directory]);
  const { blocks, bfree, bsize } = await statfs(directory);
  return (blocks - bfree) * bsize;
};

describe.skipIf(skipped)(
  `copies of databases whose blocks are shared${skipped ? ` (${skipped})` : ""}`,
  () => {
    let sharing: string;
    let before: string | undefined;
    beforeAll(async () => {
      before = process.env["REHOME_PG_BIN"];
      useVersions();
      parent = await mkdtemp("/tmp/rehome-blocks-");
      await chmod(parent, 0o755);
      const image = join(parent, "image");
      await writeFile(image, "");
      await truncate(image, 1024 * MB);
      const [program, ...options] = maker ?? ["", ""];
      execFileSync(program, [...options, image]);
      sharing = await mount("sharing", "-o", "loop", image);
    }, 60_000);
    afterAll(async () => {
      for (const cluster of clusters) await removeCluster(cluster);
      for (const directory of mounted) execFileSync("umount", [directory]);
      if (before === undefined) delete process.env["REHOME_PG_BIN"];
      else process.env["REHOME_PG_BIN"] = before;
      await rm(parent, { recursive: true, force: true });
    });

    it("take no room of their own where the file system can", async () => {
      const ask = await clusterIn(sharing);
      expect(await ask("postgres", "SHOW file_copy_method")).toBe("clone");
      expect((await readdir(join(sharing, "data"))).filter((name) => name.startsWith("rehome-"))).toEqual([]);
      await ask("postgres", "CREATE DATABASE shop");
      await ask(
        "shop",
        "CREATE UNLOGGED TABLE t AS SELECT i, repeat('x', 1000) AS x FROM generate_series(1, 100000) i",
      );
      await ask("shop", "VACUUM t"); // or whoever reads it first writes every page
      await ask("shop", "CHECKPOINT");
      const used = await bytesUsed(sharing);
      await ask("postgres", "CREATE DATABASE other TEMPLATE shop STRATEGY file_copy");
      expect(await ask("other", "SELECT count(*) FROM t WHERE length(x) = 1000")).toBe("100000");
      expect((await bytesUsed(sharing)) - used).toBeLessThan(40 * MB); // of 117 MB; a segment of the log is 16
    }, 60_000);

    it("are made as is declared", async () => {
      const directory = join(sharing, "declared");
      await mkdir(directory);
      const ask = await clusterIn(directory, { file_copy_method: "copy" });
      expect(await ask("postgres", "SHOW file_copy_method")).toBe("copy");
    }, 60_000);

    it("are PostgreSQL's own where the file system cannot", async () => {
      const ask = await clusterIn(await mount("tmpfs", "-t", "tmpfs", "-o", "size=200m", "none"));
      expect(await ask("postgres", "SHOW file_copy_method")).toBe("copy");
    }, 60_000);
  },
);
