import { chownSync, mkdirSync, rmSync, statSync } from "node:fs";
import { move, planMove, type Finding, type MoveRequest } from "@rehome/migration";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { armFence } from "../../migration/src/fence/fence";
import { ensureJournal } from "../../migration/src/journal/journal";
import { takeRunLock } from "../../migration/src/journal/locks";
import { placementName } from "../../migration/src/naming";
import { withSession } from "../../migration/src/sql/connect";
import { startServer, type TestServer } from "../support/servers";
import { contents, makeWorld, reversed, value } from "./dataset";

const TABLES = "CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t VALUES (1, 'a'), (2, 'a')";

let a: TestServer;
let b: TestServer;
beforeAll(async () => {
  [a, b] = await Promise.all([
    startServer({ parameters: { max_prepared_transactions: "4" } }),
    startServer({ parameters: { max_prepared_transactions: "4" } }),
  ]);
});
afterAll(() => Promise.all([a.stop(), b.stop()]));

const findings = async (request: MoveRequest): Promise<readonly Finding[]> =>
  (await planMove(request)).findings;
const codes = async (request: MoveRequest): Promise<string[]> =>
  (await findings(request)).map(({ code }) => code);
const blocked = (code: string): object => ({
  code: "blocked",
  message: expect.stringContaining(`[${code}]`) as string,
});
const to = (request: MoveRequest, change: Partial<MoveRequest["to"]>): MoveRequest => ({
  ...request,
  to: { ...request.to, ...change },
});

describe("what stands in the way", () => {
  it("is read in a fixed number of queries, however much there is", async () => {
    const tables = (count: number): string =>
      `DO $$ BEGIN FOR i IN 1..${count} LOOP EXECUTE format('CREATE TABLE q%s (id serial PRIMARY KEY, v text)', i); END LOOP; END $$`;
    const queries = async (name: string, count: number): Promise<number> => {
      const { request } = await makeWorld(a, b, name, tables(count));
      const asked = vi.spyOn(pg.Client.prototype, "query");
      await planMove(request);
      const { length } = asked.mock.calls;
      asked.mockRestore();
      return length;
    };
    const few = await queries("asked_few", 1);
    expect(few).toBeGreaterThan(10);
    expect(await queries("asked_many", 60)).toBe(few);
  });

  it("prepared-transactions: on tables that move, and no others", async () => {
    const { request } = await makeWorld(a, b, "prepared", TABLES);
    await a.sql("prepared", "CREATE SCHEMA x; CREATE TABLE x.u (id int)");
    await a.sql("prepared", "BEGIN; INSERT INTO x.u VALUES (1); PREPARE TRANSACTION 'elsewhere'");
    await a.sql("prepared", "BEGIN; TABLE public.t; PREPARE TRANSACTION 'reading'");
    expect(await codes(request)).toEqual([]);
    // Inside one database a table's name cannot change under a reader.
    const renamed = { server: a.connection, host: "old", database: "prepared", schema: "beside" };
    expect(await codes(to(request, renamed))).toEqual(["prepared-transactions"]);
    await a.sql("prepared", "ROLLBACK PREPARED 'reading'");
    expect(await codes(to(request, renamed))).toEqual([]);
    await a.sql("prepared", "BEGIN; INSERT INTO t VALUES (3, 'c'); PREPARE TRANSACTION 'it''s here'");
    const [found] = await findings(request);
    expect(found).toMatchObject({
      code: "prepared-transactions",
      message: expect.stringContaining("'it''s here' of postgres (on t)") as string,
    });
    await expect(move(request)).rejects.toMatchObject(blocked("prepared-transactions"));
    const remedy = /COMMIT PREPARED '.*'/.exec(found?.remedy ?? "")?.[0] ?? "";
    await a.sql("prepared", remedy);
    await a.sql("prepared", "ROLLBACK PREPARED 'elsewhere'");
    await move(request);
    expect(await value(b, "prepared", "SELECT count(*)::int FROM new_home.t")).toBe(3);
    // On the way back the same holds for what the old home is to take again.
    await a.sql("prepared", "BEGIN; LOCK TABLE public.t IN SHARE MODE; PREPARE TRANSACTION 'there'");
    expect(await codes(reversed(request))).toEqual(["prepared-transactions"]);
    await a.sql("prepared", "ROLLBACK PREPARED 'there'");
    expect(await codes(reversed(request))).toEqual([]);
  });

  it("already-running: another run holds the dataset's lock at either end", async () => {
    const { request } = await makeWorld(a, b, "busy", TABLES);
    for (const end of [request.from, request.to]) {
      await withSession(end.server, end.database, async (client) => {
        await takeRunLock(client, "another", placementName(end));
        expect(await codes(request)).toEqual([]);
        await takeRunLock(client, "busy", placementName(end));
        expect(await findings(request)).toMatchObject([{ code: "already-running", level: "warning" }]);
        await expect(move(request)).rejects.toMatchObject({ code: "already-running", retryable: true });
      });
    }
    expect(await codes(request)).toEqual([]);
  });

  it("source-fenced: the data has gone elsewhere, or another move is taking it", async () => {
    const { request } = await makeWorld(a, b, "stale", TABLES);
    const elsewhere = to(request, { schema: "third_home" });
    await withSession(request.from.server, "stale", async (client) => {
      await ensureJournal(client);
      const migration = "11111111-2222-4333-8444-555555555555";
      await armFence(client, { dataset: "crm", schema: "public", migration, target: "far/away.crm" }, 1000);
    });
    const [found] = await findings(request);
    expect(found).toMatchObject({
      code: "source-fenced",
      message: "t of old/stale.public stands under the fence of crm, which is moving to far/away.crm.",
    });
    await expect(move(request)).rejects.toMatchObject(blocked("source-fenced"));
    await a.sql("stale", "DROP TRIGGER rehome_fence ON t; DROP SCHEMA rehome CASCADE");
    await move(request);
    // Its own fence: gone to where the journal says, and no longer here.
    expect(await findings(elsewhere)).toMatchObject([
      {
        code: "source-fenced",
        message: expect.stringContaining("since stale has moved to new/stale.new_home") as string,
        remedy: "Move from new/stale.new_home instead.",
      },
    ]);
    // Under another name it is the same data.
    expect(await codes({ ...elsewhere, dataset: "renamed" })).toEqual(["source-fenced"]);
    expect(await codes({ ...reversed(request) })).toEqual([]);
  });

  it("owner-missing: unless the stack is about to declare it", async () => {
    const { request } = await makeWorld(a, b, "ownerless", TABLES);
    const orphaned = to(request, { owner: "nobody_here" });
    expect(await codes(orphaned)).toEqual(["owner-missing"]);
    expect((await planMove({ ...orphaned, ownerToCome: true })).findings).toEqual([]);
    expect(await codes(request)).toEqual([]);
    await expect(move(orphaned)).rejects.toMatchObject(blocked("owner-missing"));
  });

  it("same-placement: one server by two addresses, and nothing else is said of it", async () => {
    const { request } = await makeWorld(a, b, "twins", TABLES);
    const login = { user: "twins_other", password: "another superuser's" };
    await a.sql(
      "twins",
      `CREATE ROLE ${login.user} SUPERUSER LOGIN PASSWORD '${login.password.replace("'", "''")}';
       ALTER ROLE ${login.user} SET TimeZone = 'Asia/Kolkata'`,
    );
    const alias = { ...request.from.server, ...login, host: "localhost" };
    const here = to(request, { server: alias, host: "alias", schema: "public" });
    expect(await findings(here)).toMatchObject([
      { code: "same-placement", message: expect.stringContaining("alias/twins.public") as string },
    ]);
    await expect(move(here)).rejects.toMatchObject(blocked("same-placement"));
    expect(await codes(to(request, { server: alias, host: "alias" }))).toEqual([]);
  });

  it("names that PostgreSQL would cut or keeps for itself", async () => {
    const { request } = await makeWorld(a, b, "names", TABLES);
    expect(await codes(to(request, { schema: "n".repeat(64) }))).toEqual(["name-too-long"]);
    expect(await codes(to(request, { schema: "pg_mine" }))).toEqual(["reserved-name"]);
    expect(await codes(to(request, { schema: "rehome" }))).toEqual(["reserved-name"]);
    const longest = to(request, { schema: "n".repeat(63) });
    expect(await codes(longest)).toEqual([]);
    await move(longest);
    expect(await contents(b, longest.to)).toEqual(await contents(a, longest.from));
  });
});

describe("what does not come along is said, and the move goes on", () => {
  it("index-invalid: what a failed CREATE INDEX CONCURRENTLY has left", async () => {
    const { request } = await makeWorld(a, b, "invalid", TABLES);
    await expect(a.sql("invalid", "CREATE UNIQUE INDEX CONCURRENTLY t_v ON public.t (v)")).rejects.toThrow(
      /v/,
    );
    const plan = await planMove(request);
    expect(plan.findings).toMatchObject([
      { code: "index-invalid", level: "warning", message: expect.stringContaining("t_v on t") as string },
    ]);
    await move(request);
    expect(await contents(b, request.to)).toEqual(await contents(a, request.from));
    const indexes =
      "SELECT string_agg(relname, ' ') FROM pg_class WHERE relkind = 'i' AND relnamespace = 'new_home'::regnamespace";
    expect(await value<string>(b, "invalid", indexes)).toBe("t_pkey");
    await b.sql("invalid", "DROP INDEX IF EXISTS new_home.t_v");
    expect(await codes(reversed(request))).toEqual([]);
  });

  it("tablespaces-not-carried: tables come to the new database's own", async () => {
    const directory = `${a.directory}-fast`;
    mkdirSync(directory);
    const { uid, gid } = statSync(a.directory);
    chownSync(directory, uid, gid);
    try {
      const { request } = await makeWorld(a, b, "spaced", TABLES);
      expect(await codes(request)).toEqual([]);
      await a.sql("spaced", `CREATE TABLESPACE fast LOCATION '${directory}'`);
      await a.sql("spaced", "ALTER TABLE public.t SET TABLESPACE fast");
      expect(await findings(request)).toMatchObject([
        {
          code: "tablespaces-not-carried",
          level: "warning",
          message: expect.stringContaining("t from fast") as string,
        },
      ]);
      await move(request);
      expect(await contents(b, request.to)).toEqual(await contents(a, request.from));
      expect(await codes(reversed(request))).toEqual([]);
      await a.sql("spaced", "DROP TABLE public.t");
      await a.sql("postgres", "DROP TABLESPACE fast");
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });
});
