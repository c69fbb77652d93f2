import { randomBytes } from "node:crypto";
import {
  chownSync,
  closeSync,
  openSync,
  rmSync,
  statSync,
  statfsSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { move, planMove, type Finding, type MoveRequest } from "@rehome/migration";
import type { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServer, type TestServer } from "../support/servers";
import { contents, makeWorld, value } from "./dataset";

const TABLES = "CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t VALUES (1, 'a'), (2, 'b')";

let a: TestServer;
let b: TestServer;
/** A server with room for little. */
let small: TestServer;
beforeAll(async () => {
  [a, b, small] = await Promise.all([
    startServer(),
    startServer(),
    startServer({
      parameters: {
        max_connections: "10",
        superuser_reserved_connections: "2",
        max_locks_per_transaction: "20",
        max_worker_processes: "1",
        autovacuum_max_workers: "1",
        max_wal_senders: "0",
      },
    }),
  ]);
});
afterAll(() => Promise.all([a.stop(), b.stop(), small.stop()]));

const findings = async (request: MoveRequest): Promise<readonly Finding[]> =>
  (await planMove(request)).findings;
const codes = async (request: MoveRequest): Promise<string[]> =>
  (await findings(request)).map(({ code }) => code);
const blocked = (code: string): object => ({
  code: "blocked",
  message: expect.stringContaining(`[${code}]`) as string,
});
const held = (server: TestServer, database: string, count: number): Promise<Client[]> =>
  Promise.all(Array.from({ length: count }, () => server.connect(database)));
const ended = async (clients: readonly Client[], server: TestServer, left = 0): Promise<void> => {
  await Promise.all(clients.map((client) => client.end()));
  const open =
    "SELECT count(*)::int AS n FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()";
  while ((await value(server, "postgres", open)) > left)
    await new Promise((resolve) => setTimeout(resolve, 20));
};

describe("a server that takes no writes", () => {
  it.each([
    [
      "source-read-only",
      "a",
      (name: string) => `ALTER DATABASE ${name} SET default_transaction_read_only = on`,
    ],
    [
      "target-read-only",
      "b",
      (name: string) => `ALTER DATABASE ${name} SET default_transaction_read_only = on`,
    ],
    [
      "target-read-only",
      "b",
      (name: string) => `ALTER ROLE postgres IN DATABASE ${name} SET default_transaction_read_only = on`,
    ],
  ] as const)("%s: read-only by default in %s", async (code, where, statement) => {
    const name = `read_only_${randomBytes(3).toString("hex")}`;
    const { request } = await makeWorld(a, b, name, TABLES);
    expect(await codes(request)).toEqual([]);
    await (where === "a" ? a : b).sql("postgres", statement(name));
    const found = await findings(request);
    expect(found.map((finding) => finding.code)).toEqual([code]);
    await expect(move(request)).rejects.toMatchObject(blocked(code));
    // The remedy is a statement to run as it stands.
    const remedy = /^Run (ALTER .*)\.$/.exec(found[0]?.remedy ?? "")?.[1];
    await (where === "a" ? a : b).sql("postgres", `SET default_transaction_read_only = off; ${remedy}`);
    await move(request);
  });

  it("a standby, as the old home and as the new one", async () => {
    const { request } = await makeWorld(a, b, "standby", TABLES);
    await b.sql("standby", "CREATE TABLE new_home.t (id int)");
    const signal = join(b.directory, "standby.signal");
    const { uid, gid } = statSync(b.directory);
    await b.halt();
    writeFileSync(signal, "");
    chownSync(signal, uid, gid);
    await b.start();
    try {
      const found = await findings({
        ...request,
        from: request.to,
        to: { ...request.from, schema: "elsewhere" },
      });
      expect(found.map(({ code }) => code)).toEqual(["source-standby"]);
      expect(found[0]?.message).toContain('host "new" is a standby');
      expect((await codes(request)).filter((code) => code !== "target-not-empty")).toEqual([
        "target-read-only",
      ]);
      await expect(move(request)).rejects.toMatchObject(blocked("target-read-only"));
    } finally {
      await b.halt();
      rmSync(signal);
      await b.start();
    }
    await b.sql("standby", "DROP TABLE new_home.t");
    expect(await codes(request)).toEqual([]);
  });
});

describe("a server without room for the run", () => {
  it("connections-too-few: every session that the run has open must find its place", async () => {
    const { request } = await makeWorld(a, small, "crowded", TABLES);
    const busy = await held(small, "postgres", 8);
    const [found] = await findings(request);
    expect(found).toMatchObject({
      code: "connections-too-few",
      message:
        'host "new" has room for 2 more sessions by max_connections of the server; a move with 2 jobs has 5 open.',
    });
    await ended(busy.splice(5), small, 5);
    expect(await codes(request)).toEqual([]);
    // A role that is no superuser may not take the last two.
    await small.sql(
      "postgres",
      "CREATE ROLE plain LOGIN CREATEDB PASSWORD 'p'; GRANT ALL ON DATABASE crowded TO plain",
    );
    const plain = { ...request.to, server: { ...request.to.server, user: "plain", password: "p" } };
    const few = (await findings({ ...request, to: plain })).filter(
      ({ code }) => code === "connections-too-few",
    );
    expect(few).toMatchObject([
      { message: expect.stringContaining("room for 3 more sessions by max_conn") as string },
    ]);
    await ended(busy, small);
    for (const [limit, says] of [
      [
        "ALTER ROLE plain CONNECTION LIMIT 2",
        /room for 2 more sessions by the connection limit of role "plain"/,
      ],
      [
        "ALTER DATABASE crowded CONNECTION LIMIT 1",
        /room for 1 more sessions by the connection limit of the database/,
      ],
    ] as const) {
      await small.sql("postgres", limit);
      const own = (await findings({ ...request, to: plain })).filter(
        ({ code }) => code === "connections-too-few",
      );
      expect(own.map(({ message }) => message)).toEqual([expect.stringMatching(says)]);
    }
    expect(await codes(request)).toEqual([]); // they do not hold for superusers
    await move(request);
  });

  it("a server that is full, or a database that does not let the administrator in, is told as such", async () => {
    const { request } = await makeWorld(a, small, "full", TABLES);
    await small.sql(
      "postgres",
      "CREATE ROLE barred LOGIN PASSWORD 'p'; REVOKE CONNECT ON DATABASE \"full\" FROM PUBLIC",
    );
    const barred = { ...request.to, server: { ...request.to.server, user: "barred", password: "p" } };
    await expect(planMove({ ...request, to: barred })).rejects.toMatchObject({
      code: "rights-missing",
      message: expect.stringMatching(/user "barred" into database "full".*GRANT CONNECT/) as string,
    });
    const busy = await held(small, "postgres", 10);
    await expect(planMove(request)).rejects.toMatchObject({ code: "connections-too-few", retryable: true });
    await ended(busy, small);
    expect(await codes(request)).toEqual([]);
  });

  it("locks-too-few: what is made in one transaction must find room in the lock table", async () => {
    const tables = (count: number): string =>
      `DO $$ BEGIN FOR i IN 1..${count} LOOP EXECUTE format('CREATE TABLE l%s (id int PRIMARY KEY, v text)', i); END LOOP; END $$`;
    const few = await makeWorld(a, small, "few_tables", tables(20));
    expect(await codes(few.request)).toEqual([]);
    await move(few.request);
    const many = await makeWorld(a, small, "many_tables", tables(80));
    const [found] = await findings(many.request);
    expect(found).toMatchObject({
      code: "locks-too-few",
      message: 'host "new" has room for 260 locks; this move holds up to 320 at a time.',
      remedy: expect.stringContaining("max_locks_per_transaction") as string,
    });
    await expect(move(many.request)).rejects.toMatchObject(blocked("locks-too-few"));
  });

  it("disk-short: the data and its indexes must find room on the new server's disk", async () => {
    const { request } = await makeWorld(a, b, "vast", TABLES);
    const plan = await planMove(request);
    const disk = statfsSync(b.directory);
    expect(plan.findings).toEqual([]);
    expect(plan.diskFree).toBeGreaterThan(0);
    expect(plan.diskFree).toBeLessThanOrEqual(disk.blocks * disk.bsize);
    // Files with nothing in them: a table as large as the disk that takes none of it.
    const file = join(a.directory, await value<string>(a, "vast", "SELECT pg_relation_filepath('t')"));
    const { uid, gid } = statSync(file);
    const segments = Math.ceil((disk.blocks * disk.bsize) / 2 ** 30);
    truncateSync(file, 2 ** 30);
    for (let at = 1; at < segments; at += 1) {
      closeSync(openSync(`${file}.${at}`, "w"));
      truncateSync(`${file}.${at}`, 2 ** 30);
      chownSync(`${file}.${at}`, uid, gid);
    }
    const [found] = await findings(request);
    expect(found).toMatchObject({ code: "disk-short", level: "blocker" });
    expect(found?.message).toMatch(
      /^host "new" has [\d.]+ [GT]B free for data and WAL; this move writes about/,
    );
    await expect(move(request)).rejects.toMatchObject(blocked("disk-short"));
    for (let at = 1; at < segments; at += 1) rmSync(`${file}.${at}`);
    await a.sql("vast", "DROP TABLE t");
  });
});

describe("settings of the administrator's own, on either side,", () => {
  it("neither end a run nor change what it reads", async () => {
    const arrays = `CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE TABLE m (id int PRIMARY KEY, moods mood[]);
      INSERT INTO m VALUES (1, '{sad,NULL}'), (2, NULL);
      CREATE VIEW missing AS SELECT id FROM m WHERE moods IS NULL;
      CREATE MATERIALIZED VIEW slow AS SELECT id, pg_sleep(1.5)::text AS waited FROM m`;
    const { request } = await makeWorld(a, b, "timeouts", arrays);
    const settings = {
      statement_timeout: "'2s'",
      lock_timeout: "'1s'",
      idle_in_transaction_session_timeout: "'1s'",
      idle_session_timeout: "'1s'",
      array_nulls: "off",
      transform_null_equals: "on",
      quote_all_identifiers: "on",
      default_transaction_isolation: "serializable",
      default_transaction_deferrable: "on",
      row_security: "on",
      search_path: "nowhere",
      DateStyle: "'German, DMY'",
      bytea_output: "escape",
    };
    for (const [at, server] of [a, b].entries()) {
      for (const [name, setting] of Object.entries(settings)) {
        // Not all on both sides: what differs must not show either.
        if (at === 1 && name === "quote_all_identifiers") continue;
        await server.sql("postgres", `ALTER ROLE postgres IN DATABASE timeouts SET ${name} = ${setting}`);
      }
    }
    expect(await codes(request)).toEqual([]);
    await move(request);
    expect(await contents(b, request.to)).toEqual(await contents(a, request.from));
  });
});
