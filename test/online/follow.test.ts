import { followHealth, followMove, move, prove, release, retire, stopFollowing } from "@rehome/migration";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServer, type TestServer } from "../support/servers";
import { contents, makeWorld, reversed, until, value, type World } from "../migration/dataset";

let a: TestServer;
let b: TestServer;
beforeAll(async () => {
  [a, b] = await Promise.all([startServer(), startServer()]);
});
afterAll(() => Promise.all([a.stop(), b.stop()]));

const SERVICE = `
CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE TABLE people (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, mail text UNIQUE, mood mood NOT NULL DEFAULT 'happy',
  label text GENERATED ALWAYS AS (mail || '!') STORED);
CREATE TABLE orders (id bigserial PRIMARY KEY, person int NOT NULL REFERENCES people ON DELETE CASCADE, total numeric);
CREATE TABLE notes (at timestamptz DEFAULT now(), note text);
CREATE TABLE log (id bigserial, day date NOT NULL, line text, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
CREATE TABLE log_old PARTITION OF log FOR VALUES FROM ('2020-01-01') TO ('2026-01-01');
CREATE TABLE log_new PARTITION OF log DEFAULT;
CREATE UNLOGGED TABLE cache (k text PRIMARY KEY, v text);
CREATE TABLE watched (id int PRIMARY KEY, n int DEFAULT 0);
CREATE FUNCTION count_up() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN new.n := new.n + 1; RETURN new; END $$;
CREATE TRIGGER up BEFORE UPDATE ON watched FOR EACH ROW EXECUTE FUNCTION count_up();
CREATE VIEW rich AS SELECT p.mail, sum(o.total) FROM people p JOIN orders o ON o.person = p.id GROUP BY 1;
INSERT INTO people (mail) SELECT 'p' || i FROM generate_series(1, 500) i;
INSERT INTO orders (person, total) SELECT i % 500 + 1, i FROM generate_series(1, 3000) i;
INSERT INTO notes (note) SELECT 'n' || i % 7 FROM generate_series(1, 100) i;
INSERT INTO log (day, line) SELECT '2025-12-01'::date + i % 60, 'l' || i FROM generate_series(1, 1000) i;
INSERT INTO cache VALUES ('a', '1');
INSERT INTO watched SELECT i FROM generate_series(1, 50) i`;

const CHANGES = `
INSERT INTO people (mail) VALUES ('new' || random());
UPDATE people SET mood = 'sad' WHERE id % 10 = 0;
UPDATE orders SET total = total + 1 WHERE id % 7 = 0;
DELETE FROM orders WHERE id % 11 = 0;
INSERT INTO notes (note) VALUES ('n1'), ('n1'), (NULL);
UPDATE notes SET note = 'changed' WHERE note = 'n2';
DELETE FROM notes WHERE note = 'n3';
INSERT INTO log (day, line) VALUES ('2025-12-05', 'x'), ('2026-03-01', 'y');
UPDATE log SET day = '2026-02-01' WHERE line = 'l5';
UPDATE watched SET n = n WHERE id < 10;
INSERT INTO cache VALUES (random()::text, 'c')`;

const query = ({ request }: World) => ({ dataset: request.dataset, old: request.from, home: request.to });

describe.each([
  { way: "a schema of its own from public", name: "renamed", from: "public", to: "core" },
  { way: "public from a schema of its own", name: "back", from: "core", to: "public" },
  { way: "the same name", name: "same", from: "core", to: "core" },
])("a service moves online into $way", ({ name, from, to }) => {
  let world: World;
  const write = (server: TestServer, schema: string, sql = CHANGES): Promise<unknown> =>
    server.sql(name, `SET search_path = ${schema}; ${sql}`, world.login);

  it("is prepared, and followed with no process of ours", async () => {
    world = await makeWorld(a, b, name, SERVICE, { from, to, options: { mode: "online" } });
    await followMove(world.request);
    expect(await followHealth(world.request)).toMatchObject({ broken: null, lost: false });
    await write(a, from);
    await write(a, from, "TRUNCATE watched; INSERT INTO watched VALUES (1, 7)");
    const followed = async (): Promise<boolean> => {
      const [here, there] = [await contents(a, world.request.from), await contents(b, world.request.to)];
      return Object.keys(here).every((table) => table === "cache" || here[table] === there[table]);
    };
    await until(followed);
    expect(await followMove(world.request)).toMatchObject({ broken: null });
  });

  it("is switched with everything, and proved", async () => {
    await write(a, from);
    const before = await contents(a, world.request.from);
    const result = await move(world.request);
    expect(result).toMatchObject({ strategy: "follow", clean: false });
    expect(await contents(b, world.request.to)).toEqual(before);
    await expect(write(a, from)).rejects.toThrow();
    expect((await release(query(world))).released).toBe(false);
    await write(b, to);
    expect(await prove(world.request)).toBe(true);
    expect((await release(query(world))).released).toBe(true);
    expect(await move(world.request)).toMatchObject({ clean: true });
  });

  it("goes on in the old home with all that was written in the new one", async () => {
    await write(b, to);
    await write(b, to, "TRUNCATE watched; INSERT INTO watched VALUES (2, 9)");
    const before = await contents(b, world.request.to);
    await move(reversed(world.request));
    expect(await contents(a, world.request.from)).toEqual(before);
    await expect(write(b, to)).rejects.toThrow();
    await write(a, from);
    await prove(reversed(world.request));
  });

  it("and again in the new one, until the old one is retired", async () => {
    await write(a, from);
    const before = await contents(a, world.request.from);
    await move(world.request);
    expect(await contents(b, world.request.to)).toEqual(before);
    await write(b, to);
    await prove(world.request);
    await retire({ ...query(world), drop: "objects" });
    expect(await value(b, name, "SELECT count(*)::int FROM pg_replication_slots")).toBe(0);
    expect(await value(a, name, "SELECT count(*)::int FROM pg_replication_slots")).toBe(0);
    expect(await value(b, name, "SELECT count(*)::int FROM pg_publication")).toBe(0);
    expect(await value(a, name, "SELECT count(*)::int FROM pg_subscription")).toBe(0);
    expect(await value(b, name, "SELECT count(*)::int FROM pg_roles WHERE rolname LIKE 'rehome%'")).toBe(0);
    await write(b, to);
  });
});
void stopFollowing;
