import { followHealth, followMove, move, prove, release, retire, type Endpoint } from "@rehome/migration";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServer, type TestServer } from "../support/servers";
import { contents, makeWorld, reversed, until, value, type World } from "../migration/dataset";

let a: TestServer;
let b: TestServer;
beforeAll(async () => {
  [a, b] = await Promise.all([startServer(), startServer()]);
});
afterAll(() => Promise.all([a.stop(), b.stop()]));

/** What takes a road of its own: no key, no order, no replica, no facade. */
const SERVICE = `
CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE SEQUENCE tickets INCREMENT -3 MINVALUE -100000 START -5;
CREATE TABLE people (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, mail text UNIQUE DEFERRABLE INITIALLY DEFERRED, mood mood NOT NULL DEFAULT 'happy',
  label text GENERATED ALWAYS AS (mail || '!') STORED);
CREATE TABLE orders (id bigserial, person int NOT NULL REFERENCES people ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED, total numeric,
  PRIMARY KEY (id) INCLUDE (total), ticket int DEFAULT nextval('tickets'));
CREATE TABLE notes (at timestamptz DEFAULT now(), note text);
CREATE TABLE log (id bigserial, day date NOT NULL, line text, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
CREATE TABLE log_old PARTITION OF log FOR VALUES FROM ('2020-01-01') TO ('2026-01-01');
CREATE TABLE log_new PARTITION OF log DEFAULT;
CREATE TABLE keyless (n int, line text) PARTITION BY LIST (n);
CREATE TABLE keyless_1 PARTITION OF keyless FOR VALUES IN (1);
CREATE TABLE keyless_2 PARTITION OF keyless DEFAULT PARTITION BY RANGE (n);
CREATE TABLE keyless_3 PARTITION OF keyless_2 DEFAULT;
CREATE TABLE late_key (id int PRIMARY KEY DEFERRABLE INITIALLY DEFERRED, v int);
CREATE TABLE by_index (k int NOT NULL, v text);
CREATE UNIQUE INDEX by_k ON by_index (k);
ALTER TABLE by_index REPLICA IDENTITY USING INDEX by_k;
CREATE TABLE whole (id int PRIMARY KEY, v text);
ALTER TABLE whole REPLICA IDENTITY FULL;
CREATE TABLE documents (doc json, at point);
CREATE TABLE base (id int PRIMARY KEY, v text);
CREATE TABLE derived (extra int) INHERITS (base);
ALTER TABLE derived ADD PRIMARY KEY (id);
CREATE UNLOGGED TABLE cache (k text PRIMARY KEY, v text);
CREATE TABLE watched (id int PRIMARY KEY, n int DEFAULT 0);
CREATE FUNCTION count_up() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN new.n := new.n + 1; RETURN new; END $$;
CREATE TRIGGER up BEFORE UPDATE ON watched FOR EACH ROW EXECUTE FUNCTION count_up();
CREATE TABLE audited (id int PRIMARY KEY, n int DEFAULT 0);
CREATE TABLE audit (id int REFERENCES audited ON DELETE SET NULL, what text);
CREATE FUNCTION note_it() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$ BEGIN INSERT INTO audit VALUES (new.id, tg_op); RETURN NULL; END $$;
CREATE TRIGGER note AFTER INSERT OR UPDATE ON audited FOR EACH ROW EXECUTE FUNCTION note_it();
ALTER TABLE audited ENABLE ALWAYS TRIGGER note;
CREATE TABLE pictures (id int PRIMARY KEY, data oid);
CREATE TABLE doubled (n int, twice int GENERATED ALWAYS AS (n * 2) STORED PRIMARY KEY);
CREATE FUNCTION people_count() RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN RETURN (SELECT count(*) FROM people); END $$;
CREATE VIEW rich AS SELECT p.mail, sum(o.total) FROM people p JOIN orders o ON o.person = p.id GROUP BY 1;
CREATE MATERIALIZED VIEW totals AS SELECT mood, count(*) FROM people GROUP BY 1;
CREATE MATERIALIZED VIEW counted AS SELECT people_count();
INSERT INTO doubled SELECT generate_series(1, 20);
INSERT INTO people (mail) SELECT 'p' || i FROM generate_series(1, 500) i;
INSERT INTO orders (person, total) SELECT i % 500 + 1, i FROM generate_series(1, 3000) i;
INSERT INTO notes (note) SELECT 'n' || i % 7 FROM generate_series(1, 100) i;
INSERT INTO log (day, line) SELECT '2025-12-01'::date + i % 60, 'l' || i FROM generate_series(1, 1000) i;
INSERT INTO keyless SELECT i % 3, 'l' || i % 9 FROM generate_series(1, 90) i;
INSERT INTO late_key SELECT i, i FROM generate_series(1, 20) i;
INSERT INTO by_index SELECT i, i FROM generate_series(1, 20) i;
INSERT INTO whole SELECT i, i FROM generate_series(1, 20) i;
INSERT INTO documents SELECT json_build_object('i', i), point(i, i) FROM generate_series(1, 20) i;
INSERT INTO base SELECT i, 'b' FROM generate_series(1, 20) i;
INSERT INTO derived SELECT i + 100, 'd', i FROM generate_series(1, 20) i;
INSERT INTO cache VALUES ('a', '1');
INSERT INTO watched SELECT i FROM generate_series(1, 50) i;
INSERT INTO audited SELECT i FROM generate_series(1, 20) i;
INSERT INTO pictures SELECT i, lo_from_bytea(0, convert_to('picture ' || i, 'UTF8')) FROM generate_series(1, 5) i`;

const CHANGES = `
INSERT INTO people (mail) VALUES ('new' || random());
UPDATE people SET mood = 'sad' WHERE id % 10 = 0;
BEGIN; UPDATE people SET mail = CASE mail WHEN 'p7' THEN 'p8' ELSE 'p7' END WHERE mail IN ('p7', 'p8');
INSERT INTO orders (person, total) VALUES (100000, 1); DELETE FROM orders WHERE person = 100000; COMMIT;
UPDATE orders SET total = total + 1 WHERE id % 7 = 0;
DELETE FROM orders WHERE id % 11 = 0;
INSERT INTO orders (person, total) VALUES (2, 5);
DELETE FROM people WHERE id = (SELECT max(id) FROM people WHERE mail LIKE 'p%');
INSERT INTO notes (note) VALUES ('n1'), ('n1'), (NULL);
UPDATE notes SET note = 'changed' WHERE note = 'n2';
DELETE FROM notes WHERE note = 'n3';
INSERT INTO log (day, line) VALUES ('2025-12-05', 'x'), ('2026-03-01', 'y');
UPDATE log SET day = '2026-02-01' WHERE line = 'l5';
INSERT INTO keyless VALUES (1, 'new'), (5, 'new');
UPDATE keyless SET n = n + 1 WHERE line IN ('l2', 'new');
DELETE FROM keyless WHERE line = 'l3';
UPDATE late_key SET id = id + 1;
UPDATE by_index SET k = k + 1000 WHERE k % 3 = 0;
DELETE FROM by_index WHERE k % 5 = 0;
UPDATE whole SET v = v || '!';
DELETE FROM whole WHERE id % 7 = 0;
INSERT INTO documents VALUES ('{"new": 1}', point(0, 1));
UPDATE documents SET at = point(5, 5) WHERE doc->>'i' = '3';
UPDATE base SET v = v || '!' WHERE id % 4 = 0;
DELETE FROM derived WHERE id % 6 = 0;
UPDATE watched SET n = n WHERE id < 10;
UPDATE audited SET n = n + 1 WHERE id < 5;
DELETE FROM audited WHERE id = (SELECT max(id) FROM audited);
UPDATE pictures SET data = lo_from_bytea(0, 'anew') WHERE id = 1;
SELECT lo_put(data, 0, 'changed') FROM pictures WHERE id = 2;
SELECT lo_unlink(data) FROM pictures WHERE id = (SELECT max(id) FROM pictures);
DELETE FROM pictures WHERE id = (SELECT max(id) FROM pictures);
UPDATE doubled SET n = n + 100 WHERE n = (SELECT min(n) FROM doubled);
REFRESH MATERIALIZED VIEW totals;
REFRESH MATERIALIZED VIEW counted;
INSERT INTO cache VALUES (random()::text, 'c')`;

/** What is beside the rows of tables: large objects, and where sequences stand. */
const beside = async (server: TestServer, { database, schema }: Endpoint): Promise<unknown> =>
  server.sql(
    database,
    `SELECT md5(string_agg(x, ' ' ORDER BY x)) FROM (
       SELECT 'object ' || oid || ' ' || md5(lo_get(oid)) AS x FROM pg_largeobject_metadata
       UNION ALL SELECT sequencename || ' ' || coalesce(last_value, 0) FROM pg_sequences WHERE schemaname = '${schema}') s`,
  );

const UNFOLLOWED = new Set("cache audited documents base derived by_index totals counted doubled".split(" "));

const query = ({ request }: World) => ({ dataset: request.dataset, old: request.from, home: request.to });

const state = async (server: TestServer, end: Endpoint): Promise<unknown> => ({
  ...(await contents(server, end)),
  beside: await beside(server, end),
});

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
      return Object.keys(here).every((table) => UNFOLLOWED.has(table) || here[table] === there[table]);
    };
    await until(followed);
    expect(await followMove(world.request)).toMatchObject({ broken: null });
  });

  it("is switched with everything, and proved", async () => {
    await write(a, from);
    const before = await state(a, world.request.from);
    const result = await move(world.request);
    expect(result).toMatchObject({ strategy: "follow", clean: false });
    expect(await state(b, world.request.to)).toEqual(before);
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
    const before = await state(b, world.request.to);
    await move(reversed(world.request));
    expect(await state(a, world.request.from)).toEqual(before);
    await expect(write(b, to)).rejects.toThrow();
    await write(a, from);
    await prove(reversed(world.request));
  });

  it("and again in the new one, until the old one is retired", async () => {
    await write(a, from);
    const before = await state(a, world.request.from);
    await move(world.request);
    expect(await state(b, world.request.to)).toEqual(before);
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
