import { spawn } from "node:child_process";
import {
  compareHomes,
  followMove,
  move,
  planMove,
  planReopening,
  prove,
  recordedMove,
  release,
  reopen,
  reopenedHome,
  retire,
  type MoveRequest,
  type ReopenQuery,
} from "@rehome/migration";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { contents, makeWorld, reversed, until, value, type World } from "../migration/dataset";
import { makePlainWorld } from "../migration/plain-admin";
import { startServer, type TestServer } from "../support/servers";

let a: TestServer;
let b: TestServer;
beforeAll(async () => {
  [a, b] = await Promise.all([startServer(), startServer()]);
});
beforeEach(() => b.start());
afterAll(() => Promise.all([a.stop(), b.stop()]));

const SERVICE = `
CREATE TABLE orders (id serial PRIMARY KEY, total numeric);
CREATE TABLE lines (id bigint GENERATED ALWAYS AS IDENTITY, n int, PRIMARY KEY (id, n)) PARTITION BY LIST (n);
CREATE TABLE lines_1 PARTITION OF lines DEFAULT;
CREATE UNLOGGED TABLE cache (note text);
CREATE SEQUENCE numbers;
INSERT INTO orders (total) SELECT i FROM generate_series(1, 20) i;
INSERT INTO lines (n) SELECT 1 FROM generate_series(1, 5);
INSERT INTO cache VALUES ('as it was')`;
const SKIP = { skip: 100 };
/** Queries between two at which a process is killed. */
const STEP = process.env["REHOME_LONG"] ? 1 : 9;

const queryOf = ({ dataset, from, to, tables }: MoveRequest): ReopenQuery => ({
  ...{ dataset, here: from, lost: to },
  ...(tables && { tables }),
});

/** Moved online, proved, written to since, followed back, and lost. */
const lostAfterSwitch = async (name: string, to: string): Promise<World> => {
  const world = await makeWorld(a, b, name, SERVICE, {
    ...{ from: "core", to, options: { mode: "online" } },
  });
  const { request, login } = world;
  await followMove(request);
  await move(request);
  expect(await prove(request)).toBe(true);
  await b.sql(
    name,
    `INSERT INTO ${to}.orders (total) SELECT -i FROM generate_series(1, 30) i; INSERT INTO ${to}.lines (n) VALUES (2), (3);
     DELETE FROM ${to}.orders WHERE id = 3; SELECT nextval('${to}.numbers')`,
    login,
  );
  const { orders, lines_1: lines } = await contents(b, request.to);
  await until(async () => {
    const now = await contents(a, request.from);
    return now["orders"] === orders && now["lines_1"] === lines;
  });
  await b.halt("immediate");
  return world;
};

describe.each([
  ["under its own name", "named", "core"],
  ["under another name", "renamed", "new_home"],
])("a home that followed back %s, when the one after it is lost", (_, name, to) => {
  it("is opened with all that had arrived, and gives out no number twice", async () => {
    const { request, login } = await lostAfterSwitch(name, to);
    const before = await contents(a, request.from);
    const plan = await planReopening(queryOf(request));
    expect(plan).toMatchObject({
      ...{ dataset: name, home: `old/${name}.core`, lost: `new/${name}.${to}` },
      ...{ followed: true, tables: ["cache"], objects: 0 },
      because: expect.stringContaining("ECONNREFUSED") as string,
    });
    await expect(a.sql(name, "SELECT FROM core.orders", login)).rejects.toThrow(/permission denied/);

    expect(await reopen(queryOf(request), SKIP)).toEqual({ ...plan, sequences: 3 });
    expect(await contents(a, request.from)).toEqual(before);
    const returning = async (sql: string): Promise<number> => value(a, name, sql, login);
    expect(await returning("INSERT INTO core.orders (total) VALUES (0) RETURNING id")).toBe(151);
    expect(await returning("INSERT INTO core.lines (n) VALUES (0) RETURNING id::int")).toBe(108);
    expect(await returning("SELECT nextval('core.numbers')::int")).toBe(102);
    expect(await value(a, name, "SELECT count(*)::int FROM pg_subscription")).toBe(0);
    expect(await value(a, name, "SELECT count(*)::int FROM pg_trigger WHERE tgname LIKE 'rehome%'")).toBe(0);

    // A stack in which home and formerly are swapped finds it done, moves nothing, proves nothing, and may forget the lost one.
    const back = reversed(request);
    expect(await reopenedHome(back)).toMatchObject({ strategy: "reopen", clean: false, fenceSeconds: 0 });
    expect(await prove(back)).toBe(false);
    const gone = { dataset: name, old: request.to, home: request.from };
    expect(await release(gone)).toMatchObject({ released: true, lost: true });
    await retire({ ...gone, drop: "objects" });
    await retire({ ...gone, drop: "objects" }); // as of a run whose last word was not saved
    expect(await value(a, name, "SELECT state FROM rehome.migration WHERE strategy = 'reopen'")).toBe(
      "retired",
    );
  });
});

it("a home that comes back is neither taken for the dataset's own nor deleted, and may be compared", async () => {
  const { request, login } = await lostAfterSwitch("returned", "core");
  await reopen(queryOf(request), SKIP);
  await a.sql("returned", "INSERT INTO core.orders (total) VALUES (700)", login);
  await b.start();
  await b.sql("returned", "INSERT INTO core.orders (total) VALUES (800)", login);
  expect(await recordedMove(request)).toBeUndefined();
  expect(await recordedMove(reversed(request))).toMatchObject({ strategy: "reopen" });
  const { findings } = await planMove(request);
  expect(findings.filter(({ level }) => level === "blocker")).toMatchObject([{ code: "target-not-empty" }]);
  await expect(move(request)).rejects.toMatchObject({ code: "blocked" });
  const gone = { dataset: "returned", old: request.to, home: request.from };
  expect(await release(gone)).toMatchObject({
    released: false,
    reason: expect.stringContaining("may be nowhere else") as string,
  });
  expect(await value(a, "returned", "SELECT count(*)::int FROM core.orders WHERE total = 800")).toBe(0);
  const compared = await compareHomes(reversed(request), { rows: 5 });
  expect(compared.tables.find(({ table }) => table === "orders")).toMatchObject({
    ...{ state: "different", different: [{ where: "source" }, { where: "target" }] },
  });

  // Emptied, it is a home like any other.
  await b.sql("returned", "DROP SCHEMA core CASCADE; CREATE SCHEMA core AUTHORIZATION returned_user");
  expect(await release(gone)).toMatchObject({ released: true, lost: true });
  await move(request);
  expect(await value(b, "returned", "SELECT count(*)::int FROM core.orders WHERE total = 700")).toBe(1);
  expect(await prove(request)).toBe(true);
});

it("is not opened while the one after it is there, nor where it is open already", async () => {
  const { request, login } = await makeWorld(a, b, "alive", SERVICE, { from: "core", to: "core" });
  const query = queryOf(request);
  const refused = (code: string): unknown => expect.objectContaining({ code });
  await expect(planReopening(query)).rejects.toEqual(refused("not-left"));
  await move(request);
  await expect(planReopening(query)).rejects.toEqual(refused("not-lost"));
  await expect(reopen(query, SKIP)).rejects.toEqual(refused("not-lost"));
  await expect(reopen({ ...query, lost: { ...query.lost, host: "third" } }, SKIP)).rejects.toEqual(
    refused("not-left"),
  );
  await expect(a.sql("alive", "SELECT FROM core.orders", login)).rejects.toThrow(/permission denied/);

  // Another server in its place, or a database that was dropped, is as good as none.
  await b.sql("postgres", "ALTER DATABASE alive RENAME TO kept");
  expect((await planReopening(query)).because).toBe('its server has no database "alive"');
  await b.sql("postgres", "CREATE DATABASE alive");
  expect((await planReopening(query)).because).toMatch(/^another server answers there/);
  expect(await reopen(query, { skip: 0 })).toMatchObject({
    followed: false,
    tables: ["cache", "lines_1", "orders"],
  });
  expect(await value(a, "alive", "INSERT INTO core.orders (total) VALUES (0) RETURNING id", login)).toBe(21);
  await expect(reopen(query, SKIP)).rejects.toEqual(refused("not-left"));
});

it("opens a part of a schema alone, and leaves the others' sequences where they are", async () => {
  const { request, login } = await makeWorld(a, b, "parted", SERVICE, { from: "core", to: "core" });
  const part = { ...request, dataset: "parted/orders", tables: ["orders"] };
  await move(part);
  await a.sql("parted", "INSERT INTO core.lines (n) VALUES (2)", login);
  await b.halt("immediate");
  const plan = await planReopening(queryOf(part));
  expect(plan).toMatchObject({ followed: false, tables: ["orders"], objects: 0 });
  expect(await reopen(queryOf(part), SKIP)).toEqual({ ...plan, sequences: 1 });
  const returning = async (sql: string): Promise<number> => value(a, "parted", sql, login);
  expect(await returning("INSERT INTO core.orders (total) VALUES (0) RETURNING id")).toBe(121);
  expect(await returning("INSERT INTO core.lines (n) VALUES (2) RETURNING id::int")).toBe(7);
  expect(await returning("SELECT nextval('core.numbers')::int")).toBe(1);
});

it("needs no superuser, and gives each user back what was theirs", async () => {
  const request = await makePlainWorld(a, b, "plain", `${SERVICE}; GRANT SELECT ON orders TO plain_reader`, {
    before: "CREATE ROLE plain_reader",
  });
  await move(request);
  await b.halt("immediate");
  await reopen(queryOf(request), SKIP);
  const login = { user: "plain_user", password: "no superuser's" };
  expect(await value(a, "plain", "INSERT INTO core.orders (total) VALUES (0) RETURNING id", login)).toBe(121);
  const MAY = "SELECT has_table_privilege('plain_reader', 'core.orders', 'SELECT')";
  expect(await value<boolean>(a, "plain", MAY)).toBe(true);
});

const SCRIPT = `
  const engine = require(${JSON.stringify(`${import.meta.dirname}/../../migration`)});
  const { Client } = require("pg");
  const { query, nth } = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
  let asked = 0;
  const own = Client.prototype.query;
  Client.prototype.query = function (...args) {
    if (++asked > nth) process.kill(process.pid, "SIGKILL");
    return own.apply(this, args);
  };
  engine.reopen(query, { skip: 100 }).then(() => process.exit(0), (error) => { console.error(error); process.exit(1); });`;

const killedAt = (query: ReopenQuery, nth: number): Promise<NodeJS.Signals | number | null> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, ["-e", SCRIPT], { stdio: ["pipe", "ignore", "inherit"] });
    child.stdin.end(JSON.stringify({ query, nth }));
    child.on("exit", (code, signal) => resolve(signal ?? code));
  });

it("stays fenced, or is open whole, wherever it is killed", async () => {
  const { request, login } = await lostAfterSwitch("cut_short", "new_home");
  const query = queryOf(request);
  const before = await contents(a, request.from);
  const open = (): Promise<boolean> =>
    a.sql("cut_short", "SELECT FROM core.orders", login).then(
      () => true,
      () => false,
    );
  const recorded = "SELECT count(*)::int FROM rehome.migration WHERE strategy = 'reopen'";
  let end: Awaited<ReturnType<typeof killedAt>> = null;
  for (let nth = 1; end !== 0 && !(await open()); nth += STEP) {
    end = await killedAt(query, nth);
    await until(async () => (await open()) === ((await value(a, "cut_short", recorded)) === 1));
    expect(await contents(a, request.from)).toEqual(before);
    expect(end === 0 || end === "SIGKILL").toBe(true);
  }
  expect(await open()).toBe(true);
  await expect(reopen(query, SKIP)).rejects.toMatchObject({ code: "not-left" });
  const id = await value(a, "cut_short", "INSERT INTO core.orders (total) VALUES (0) RETURNING id", login);
  expect(id).toBeGreaterThan(150);
});
