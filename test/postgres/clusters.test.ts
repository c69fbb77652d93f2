import { randomBytes } from "node:crypto";
import {
  lstat,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  readlink,
  rm,
  stat,
  symlink,
  unlink,
  writeFile,
} from "node:fs/promises";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { userInfo } from "node:os";
import {
  clusterStatus,
  ensureCluster,
  freePort,
  removeCluster,
  startIfStopped,
  stopCluster,
} from "@rehome/postgres";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { throwawayDirectory } from "../support/throwaway";

let parent: string;
let directory: string;
const password = randomBytes(9).toString("hex");
const quick = { fsync: "off", shared_buffers: "16MB", max_connections: "20" };

const ask = async (port: number, secret: string, text: string): Promise<string> => {
  const client = new Client({
    host: "127.0.0.1",
    port,
    user: "postgres",
    password: secret,
    database: "postgres",
  });
  try {
    await client.connect();
    const { rows } = await client.query<unknown[]>({ text, rowMode: "array" });
    return String(rows[0]?.[0]);
  } finally {
    await client.end().catch(() => undefined);
  }
};
const startedAt = (port: number, secret = password) =>
  ask(port, secret, "SELECT pg_postmaster_start_time()::text");
const postmaster = async (): Promise<number> =>
  Number((await readFile(join(directory, "postmaster.pid"), "utf8")).split("\n")[0]);

beforeAll(async () => {
  parent = await throwawayDirectory("clusters");
  directory = join(parent, "main");
});
afterAll(async () => {
  await removeCluster(directory);
  await rm(parent, { recursive: true, force: true });
});

describe("a local cluster", () => {
  it("is initialized when absent: UTF8, C.UTF-8, scram-sha-256, production-like durability, never as root", async () => {
    expect(await clusterStatus(directory)).toBe("absent");
    const cluster = await ensureCluster({ directory, password, parameters: { max_connections: "20" } });
    expect(cluster).toMatchObject({ directory, host: "127.0.0.1", user: "postgres" });
    const { port } = cluster;
    expect(await ask(port, password, "SHOW server_encoding")).toBe("UTF8");
    expect(await ask(port, password, "SHOW lc_collate")).toMatch(/^C/);
    expect(await ask(port, password, "SHOW fsync")).toBe("on");
    expect(await ask(port, password, "SHOW max_connections")).toBe("20");
    expect(
      await ask(
        port,
        password,
        "SELECT rolpassword LIKE 'SCRAM-SHA-256$%' FROM pg_authid WHERE rolname = 'postgres'",
      ),
    ).toBe("true");
    expect(Math.floor(cluster.version)).toBe(
      Math.floor(Number(await ask(port, password, "SHOW server_version_num")) / 10000),
    );
    const { uid, mode } = await stat(directory);
    expect(uid).not.toBe(0);
    expect(mode & 0o077).toBe(0);
    expect(await clusterStatus(directory)).toBe("running");
  });

  it("keeps no password file, no lock and no half-made directory behind", async () => {
    expect(await readdir(parent)).toEqual(["main"]);
    const { port } = await ensureCluster({ directory, password, parameters: quick });
    const sockets = await ask(port, password, "SHOW unix_socket_directories");
    expect((await readdir(sockets)).sort()).toEqual([`.s.PGSQL.${port}`, `.s.PGSQL.${port}.lock`]);
  });

  it.each(['"', "$(touch owned)", "`", "\\", "\n"])(
    "refuses a directory with %j, which a shell would read",
    async (part) => {
      const unusable = ensureCluster({ directory: join(parent, `a${part}b`), password });
      await expect(unusable).rejects.toMatchObject({ code: "directory-unusable" });
      expect(await readdir(parent)).toEqual(["main"]);
    },
  );

  it("refuses a connection without the password", async () => {
    const { port } = await ensureCluster({ directory, password, parameters: quick });
    await expect(ask(port, "wrong", "SELECT 1")).rejects.toMatchObject({ code: "28P01" });
  });

  it("does nothing when all is as it should be", async () => {
    const { port } = await ensureCluster({ directory, password, parameters: quick });
    const before = await startedAt(port);
    expect((await ensureCluster({ directory, password, parameters: quick })).port).toBe(port);
    expect(await startedAt(port)).toBe(before);
  });

  it("applies a parameter by reading it anew, and restarts only for one that needs it", async () => {
    const { port } = await ensureCluster({ directory, password, parameters: quick });
    const before = await startedAt(port);
    await ensureCluster({ directory, password, parameters: { ...quick, work_mem: "7MB" } });
    expect(await ask(port, password, "SHOW work_mem")).toBe("7MB");
    expect(await startedAt(port)).toBe(before);
    await ensureCluster({ directory, password, parameters: { ...quick, max_connections: "23" } });
    expect(await ask(port, password, "SHOW max_connections")).toBe("23");
    expect(await ask(port, password, "SHOW work_mem")).toBe("4MB");
    expect(await startedAt(port)).not.toBe(before);
  });

  it("refuses a parameter that PostgreSQL does not know or accept, and goes on as it was", async () => {
    const { port } = await ensureCluster({ directory, password, parameters: quick });
    const before = await startedAt(port);
    const ensure = (parameters: Record<string, string>) => ensureCluster({ directory, password, parameters });
    await expect(ensure({ ...quick, max_conections: "9" })).rejects.toThrow(/max_conections/);
    await expect(ensure({ ...quick, max_connections: "many" })).rejects.toThrow(/max_connections/);
    await expect(ensure({ ...quick, port: "1" })).rejects.toThrow(/Parameter port is set by/);
    await expect(ensure({ ...quick, "x\nport": "1" })).rejects.toMatchObject({ code: "parameter-refused" });
    expect(await startedAt(port)).toBe(before);
  });

  it("goes on with the old parameters when the new ones keep it from starting", async () => {
    const { port } = await ensureCluster({ directory, password, parameters: quick });
    const impossible = { ...quick, max_wal_senders: "30", wal_level: "minimal" };
    await expect(ensureCluster({ directory, password, parameters: impossible })).rejects.toMatchObject({
      code: "start-failed",
    });
    expect(await ask(port, password, "SHOW max_connections")).toBe("20");
    await ensureCluster({ directory, password, parameters: quick });
  });

  it("starts again on the same port after it was stopped", async () => {
    const { port } = await ensureCluster({ directory, password, parameters: quick });
    await stopCluster(directory);
    expect(await clusterStatus(directory)).toBe("stopped");
    await stopCluster(directory);
    expect((await startIfStopped(directory))?.port).toBe(port);
    await stopCluster(directory, "immediate");
    expect((await ensureCluster({ directory, password, parameters: quick })).port).toBe(port);
  });

  it("recovers after the postmaster was killed, although its lock file is still there", async () => {
    const { port } = await ensureCluster({ directory, password, parameters: quick });
    await ask(port, password, "CREATE TABLE IF NOT EXISTS kept AS SELECT 42 AS answer");
    process.kill(await postmaster(), "SIGKILL");
    await expect.poll(() => clusterStatus(directory)).toBe("stopped");
    await ensureCluster({ directory, password, parameters: quick });
    expect(await ask(port, password, "SELECT answer FROM kept")).toBe("42");
  });

  it("starts although the process id in a stale lock file belongs to another process by now", async () => {
    const file = join(directory, "postmaster.pid");
    const text = await readFile(file, "utf8");
    process.kill(await postmaster(), "SIGKILL");
    await expect.poll(() => clusterStatus(directory)).toBe("stopped");
    await writeFile(file, text.replace(/^\d+/, String(process.ppid)));
    expect(await clusterStatus(directory)).toBe("stopped");
    await startIfStopped(directory);
    expect(await clusterStatus(directory)).toBe("running");
  });

  it("alters the password when it differs", async () => {
    const { port } = await ensureCluster({ directory, password: "another one, longer", parameters: quick });
    expect(await ask(port, "another one, longer", "SELECT 1")).toBe("1");
    await expect(ask(port, password, "SELECT 1")).rejects.toMatchObject({ code: "28P01" });
    await ensureCluster({ directory, password, parameters: quick });
    expect(await ask(port, password, "SELECT 1")).toBe("1");
  });

  it("moves to another port when told", async () => {
    const before = await ensureCluster({ directory, password, parameters: quick });
    const port = await freePort(`${directory}, elsewhere`);
    const moved = await ensureCluster({ directory, password, parameters: quick, port });
    expect([moved.port, moved.port === before.port]).toEqual([port, false]);
    expect(await ask(port, password, "SELECT 1")).toBe("1");
    expect((await ensureCluster({ directory, password, parameters: quick })).port).toBe(port);
  });

  it("takes another port when its own is taken meanwhile, unless it was told that one", async () => {
    const { port } = await ensureCluster({ directory, password, parameters: quick });
    await stopCluster(directory);
    const squatter = createServer().listen(port, "127.0.0.1");
    await once(squatter, "listening");
    const spec = { directory, password, parameters: quick };
    await expect(ensureCluster({ ...spec, port })).rejects.toMatchObject({ code: "port-taken" });
    const elsewhere = await ensureCluster(spec);
    expect(elsewhere.port).not.toBe(port);
    expect(await ask(elsewhere.port, password, "SELECT 1")).toBe("1");
    squatter.close();
  });

  it("says so when it is of another version than asked for", async () => {
    const { version } = await ensureCluster({ directory, password, parameters: quick });
    await expect(
      ensureCluster({ directory, password, parameters: quick, version: version + 1 }),
    ).rejects.toMatchObject({ code: "version-differs" });
  });

  it("is removed with its data, and a second time without complaint", async () => {
    await removeCluster(directory);
    await removeCluster(directory);
    expect(await readdir(parent)).toEqual([]);
    expect(await clusterStatus(directory)).toBe("absent");
    expect(await startIfStopped(directory)).toBeUndefined();
  });
});

describe("two at once", () => {
  it("end in one cluster", async () => {
    const spec = { directory, password, parameters: quick };
    const both = await Promise.all([ensureCluster(spec), ensureCluster(spec), ensureCluster(spec)]);
    expect(new Set(both.map(({ port }) => port)).size).toBe(1);
    expect(await ask(both[0].port, password, "SELECT 1")).toBe("1");
  });

  it("do not wait for one that died while it worked", async () => {
    await mkdir(`${directory}.lock`);
    await writeFile(`${directory}.lock/dead 2147483646 1 x`, "");
    const spec = { directory, password, parameters: quick };
    await Promise.all([ensureCluster(spec), ensureCluster(spec)]);
    expect(await readdir(parent)).toEqual(["main"]);
  });
});

describe("a directory that is something else", () => {
  it("is refused and left alone", async () => {
    await writeFile(join(parent, "notes"), "mine");
    await expect(ensureCluster({ directory: parent, password })).rejects.toMatchObject({
      code: "not-a-cluster",
    });
    await removeCluster(parent);
    expect(await readFile(join(parent, "notes"), "utf8")).toBe("mine");
  });

  it.runIf(userInfo().uid === 0)(
    "is used through a link when the server's account cannot reach it",
    async () => {
      const hidden = join(await mkdtemp("/tmp/rehome-hidden-"), "cluster"); // mode 700, root's
      const { port } = await ensureCluster({ directory: hidden, password, parameters: quick });
      expect(await ask(port, password, "SELECT 1")).toBe("1");
      expect((await lstat(hidden)).isSymbolicLink()).toBe(true);
      await stopCluster(hidden);
      expect((await startIfStopped(hidden))?.port).toBe(port);
      await removeCluster(hidden);
      await expect(lstat(hidden)).rejects.toMatchObject({ code: "ENOENT" });
      await rm(join(hidden, ".."), { recursive: true });
    },
  );

  it.runIf(userInfo().uid === 0)("does not trip over data whose link was deleted", async () => {
    const above = await mkdtemp("/tmp/rehome-hidden-");
    const hidden = join(above, "cluster");
    const spec = { directory: hidden, password, parameters: quick };
    await ensureCluster(spec);
    const orphan = await readlink(hidden);
    await unlink(hidden);
    const { port } = await ensureCluster(spec);
    expect(await ask(port, password, "SELECT 1")).toBe("1");
    await removeCluster(hidden);
    await symlink(orphan, hidden);
    await removeCluster(hidden);
    expect(
      (await readdir("/var/lib/rehome")).filter((name) => join("/var/lib/rehome", name).startsWith(orphan)),
    ).toEqual([]);
    await rm(above, { recursive: true });
  });
});
