import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { abandon, followHealth, followMove, move, prove, retire, stopFollowing } from "@rehome/migration";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServer, type TestServer } from "../support/servers";
import { contents, makeWorld, until, value, type World } from "../migration/dataset";

const run = promisify(execFile);

let a: TestServer;
let b: TestServer;
beforeAll(async () => {
  [a, b] = await Promise.all([startServer(), startServer()]);
});
afterAll(() => Promise.all([a.stop(), b.stop()]));

const SERVICE = `
CREATE TABLE orders (id bigserial PRIMARY KEY, total numeric, twice numeric GENERATED ALWAYS AS (total * 2) STORED);
CREATE TABLE lines (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "order" bigint REFERENCES orders ON DELETE CASCADE);
CREATE TABLE notes (at timestamptz DEFAULT now(), note text);
CREATE TABLE log (day date, line text) PARTITION BY RANGE (day);
CREATE TABLE log_new PARTITION OF log DEFAULT;
CREATE TABLE events (id int, "order" bigint REFERENCES orders ON DELETE CASCADE) PARTITION BY HASH (id);
CREATE TABLE events_0 PARTITION OF events FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE events_1 PARTITION OF events FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO orders (total) SELECT i FROM generate_series(1, 200) i;
INSERT INTO lines ("order") SELECT i FROM generate_series(1, 200) i;
INSERT INTO notes (note) SELECT 'n' || i FROM generate_series(1, 50) i;
INSERT INTO events SELECT i, i FROM generate_series(1, 50) i;
INSERT INTO log SELECT '2026-01-01'::date + i, 'l' FROM generate_series(1, 50) i`;

/** All that a server says of a database: its dump with owners and rights, and what no dump holds. */
async function everything(server: TestServer, database: string): Promise<string> {
  const { host, port, user, password } = server.connection;
  const flags = ["-h", host, "-p", String(port), "-U", user, "--create", "--schema-only", database];
  const dumped = await run("pg_dump", flags, { env: { ...process.env, PGPASSWORD: password } });
  const lines = dumped.stdout.split("\n").filter((line) => !/^\\(un)?restrict /.test(line));
  const rows = await server.sql(
    database,
    `SELECT 'role ' || rolname AS what FROM pg_roles UNION ALL SELECT 'slot ' || slot_name FROM pg_replication_slots
     UNION ALL SELECT 'publication ' || pubname FROM pg_publication UNION ALL SELECT 'subscription ' || subname FROM pg_subscription
     UNION ALL SELECT 'acl ' || coalesce(datacl::text, 'none') FROM pg_database WHERE datname = current_database()
     UNION ALL SELECT concat_ws(' ', 'column', attrelid::regclass, attname, attislocal, attinhcount) FROM pg_attribute WHERE attrelid >= 16384 AND attnum > 0
     UNION ALL SELECT concat_ws(' ', 'table', oid::regclass, relreplident, relispartition) FROM pg_class WHERE oid > 16384 AND relkind <> 't'
       AND relnamespace <> 'pg_toast'::regnamespace
     UNION ALL SELECT concat_ws(' ', 'trigger', tgname, tgenabled) FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1`,
  );
  return [...lines, ...rows.map((row) => String(row["what"]))].join("\n");
}

it("a dataset goes on following when a neighbour of its next home is given up", async () => {
  const options = { from: "public", into: "shared_home", options: { mode: "online" } } as const;
  const one = await makeWorld(a, b, "trace_one", SERVICE, { ...options, to: "one" });
  const other = await makeWorld(a, b, "trace_other", SERVICE, { ...options, to: "other" });
  await followMove(one.request);
  await followMove(other.request);
  // All that a schema's deletion may ask, of a dataset that has nothing to do with it.
  await abandon({ dataset: "trace_other", old: one.request.to, home: other.request.from });
  await abandon({ dataset: "trace_one", old: one.request.to, home: one.request.from });
  await a.sql("trace_other", "UPDATE notes SET note = note || '!'; DELETE FROM log", other.login);
  const before = await contents(a, other.request.from);
  await until(async () => JSON.stringify(await contents(b, other.request.to)) === JSON.stringify(before));
  await stopFollowing(other.request);
});

describe.each([
  { way: "facades on the old home", name: "traces_old", from: "public", to: "core" },
  { way: "facades in the new home", name: "traces_new", from: "core", to: "other" },
  { way: "no facades", name: "traces_none", from: "core", to: "core" },
])("a home that is followed, with $way", ({ name, from, to }) => {
  let world: World;
  let before: string;
  const write = (server: TestServer, schema: string): Promise<unknown> =>
    server.sql(
      name,
      `SET search_path = ${schema}; INSERT INTO orders (total) VALUES (7); UPDATE notes SET note = note || '!'; DELETE FROM log WHERE day < '2026-01-05'`,
      world.login,
    );

  it("is as it was when the next one is given up", async () => {
    world = await makeWorld(a, b, name, SERVICE, { from, to, options: { mode: "online" } });
    before = await everything(a, name);
    await followMove(world.request);
    await write(a, from);
    expect(await everything(a, name)).not.toBe(before);
    await stopFollowing(world.request);
    await stopFollowing(world.request);
    expect(await everything(a, name)).toBe(before);
    expect(await followHealth(world.request)).toMatchObject({ lost: true });
    await write(a, from);
  });

  it("is as it was, too, when the next one's database is gone", async () => {
    await followMove(world.request);
    const subscription = await value<string>(b, name, "SELECT subname::text FROM pg_subscription");
    await b.sql(
      name,
      `ALTER SUBSCRIPTION ${subscription} DISABLE; ALTER SUBSCRIPTION ${subscription} SET (slot_name = NONE); DROP SUBSCRIPTION ${subscription}`,
    );
    await b.sql("postgres", `DROP DATABASE ${name} WITH (FORCE)`);
    await abandon({ dataset: name, old: world.request.to, home: world.request.from });
    expect(await everything(a, name)).toBe(before);
    await b.sql("postgres", `CREATE DATABASE ${name}`);
    await b.sql(name, `CREATE SCHEMA IF NOT EXISTS ${to}; ALTER SCHEMA ${to} OWNER TO ${name}_user`);
  });

  it("can be begun again, and retired with nothing but the new home left", async () => {
    const content = await contents(a, world.request.from);
    const result = await move(world.request);
    expect(result.strategy).toBe("follow");
    expect(await contents(b, world.request.to)).toEqual(content);
    await write(b, to);
    expect(await prove(world.request)).toBe(true);
    await retire({ dataset: name, old: world.request.from, home: world.request.to, drop: "database" });
    const gone = "SELECT count(*)::int FROM pg_database WHERE datname = current_database()";
    await expect(value(a, name, gone)).rejects.toThrow(/does not exist/);
    const left = (await everything(b, name))
      .split("\n")
      .filter((line) => /rehome_[0-9a-f]|Rehome: fac/.test(line));
    expect(left).toEqual([]);
    expect(
      await value(
        b,
        name,
        "SELECT count(*)::int FROM pg_class WHERE relreplident = 'f' AND relnamespace <> 'rehome'::regnamespace",
      ),
    ).toBe(0);
    expect(
      await value(a, "postgres", "SELECT count(*)::int FROM pg_roles WHERE rolname LIKE 'rehome%'"),
    ).toBe(0);
    await write(b, to);
  });
});
