import type { Endpoint, MoveRequest } from "@rehome/migration";
import type { TestServer } from "../support/servers";

/** A schema with what commonly goes wrong: names, types, definitions. Two tables of some size, to be killed in. */
export const LEGACY = String.raw`
CREATE EXTENSION citext;
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE DOMAIN email AS citext CHECK (value LIKE '%@%');
CREATE TYPE place AS (street text, zip text);
CREATE FUNCTION touched() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN new.changed := new.changed + 1; RETURN new; END $$;
CREATE TABLE people (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, mail email NOT NULL UNIQUE, moods mood[] NOT NULL DEFAULT '{ok}',
  at place, score float8, born date, note text, changed int NOT NULL DEFAULT 0,
  label text GENERATED ALWAYS AS (coalesce(note, '-') || '!') STORED);
CREATE TRIGGER people_touched BEFORE UPDATE ON people FOR EACH ROW WHEN (old.mail IS DISTINCT FROM new.mail)
  EXECUTE FUNCTION touched();
CREATE TABLE orders (id bigserial PRIMARY KEY, person int NOT NULL REFERENCES people ON DELETE CASCADE
  DEFERRABLE INITIALLY DEFERRED, total numeric NOT NULL, refers regclass DEFAULT 'people'::regclass);
CREATE TABLE events (at timestamptz NOT NULL, what jsonb) PARTITION BY RANGE (at);
CREATE TABLE events_old PARTITION OF events FOR VALUES FROM (MINVALUE) TO ('2025-01-01');
CREATE TABLE events_new PARTITION OF events DEFAULT;
CREATE INDEX ON events (at);
CREATE TABLE "Odd ""Name"".x" ("select" int, "É" text);
CREATE TABLE nothing ();
CREATE UNLOGGED TABLE cache (k text PRIMARY KEY, v bytea);
CREATE VIEW spenders AS SELECT p.*, (SELECT sum(total) FROM orders o WHERE o.person = p.id) AS spent FROM people p;
CREATE MATERIALIZED VIEW totals AS SELECT p.id, p.mail, count(o.id) AS n FROM people p LEFT JOIN orders o ON o.person = p.id GROUP BY p.id;
CREATE UNIQUE INDEX ON totals (id);
CREATE SEQUENCE countdown INCREMENT -2 START 100 MINVALUE -10 MAXVALUE 100 CYCLE;
CREATE FUNCTION spent_by(m email) RETURNS numeric LANGUAGE sql STABLE SET search_path = public AS
  'SELECT sum(o.total) FROM public.orders o JOIN people p ON p.id = o.person WHERE p.mail = m';
CREATE FUNCTION next_order() RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN RETURN nextval('public.orders_id_seq'); END $$;
COMMENT ON TABLE people IS 'who they are';
COMMENT ON COLUMN people.note IS 'it''s said';
INSERT INTO people (mail, moods, at, score, born, note)
  SELECT 'P' || i || '@x', CASE i % 2 WHEN 0 THEN '{sad,happy}'::mood[] ELSE '{}' END, ROW('s' || i, NULL)::place,
    CASE i % 5 WHEN 0 THEN 'NaN' WHEN 1 THEN '-0' WHEN 2 THEN 'Infinity' ELSE i / 3.0 END::float8,
    CASE i % 3 WHEN 0 THEN 'infinity'::date WHEN 1 THEN '-infinity' ELSE NULL END, CASE i % 3 WHEN 0 THEN '' WHEN 1 THEN NULL ELSE 'ü' END
  FROM generate_series(1, 500) i;
INSERT INTO orders (person, total) SELECT i % 500 + 1, i * 1.10 FROM generate_series(1, 60000) i;
INSERT INTO events SELECT '2024-12-30'::timestamptz + i * interval '1 minute', jsonb_build_object('i', i) FROM generate_series(1, 9000) i;
INSERT INTO "Odd ""Name"".x" VALUES (1, 'é'), (NULL, '');
INSERT INTO cache VALUES ('a', '\x00ff');
REFRESH MATERIALIZED VIEW totals;
`;

/** Rows of every table of a schema, each by its count and a hash of its own, made without the engine. */
export const DIGEST = (schema: string): string => `
SELECT string_agg(t.relname || ' ' || (xpath('/row/d/text()', query_to_xml(format(
  $$SELECT count(*) || ':' || coalesce(md5(string_agg(md5(r::text), '' ORDER BY md5(r::text))), '') AS d FROM ONLY %s r$$, t.oid::regclass),
  false, true, '')))[1]::text, E'\\n' ORDER BY t.relname) AS digest
FROM pg_class t WHERE t.relkind = 'r' AND t.relnamespace = '${schema}'::regnamespace`;

export async function digest(server: TestServer, { database, schema }: Endpoint): Promise<string> {
  const [row] = await server.sql<{ digest: string }>(
    database,
    `SET search_path = "${schema}", public; ${DIGEST(schema)}`,
  );
  return row?.digest ?? "";
}

/** Makes the old home in a database of its own, and the new one's database, role and schema. */
export async function prepareWorld(a: TestServer, b: TestServer, name: string): Promise<MoveRequest> {
  const owner = `${name}_user`;
  for (const server of [a, b]) {
    await server.sql("postgres", `CREATE ROLE ${owner} LOGIN PASSWORD 'pw'`);
    await server.sql("postgres", `CREATE DATABASE ${name}`);
  }
  await a.sql(name, "ALTER SCHEMA public OWNER TO " + owner);
  await a.sql(name, `GRANT CREATE ON DATABASE ${name} TO ${owner}`);
  const lines = LEGACY.replace("CREATE EXTENSION citext;", "");
  await a.sql(name, `CREATE EXTENSION citext; SET ROLE ${owner}; ${lines}`);
  await b.sql(
    name,
    `CREATE SCHEMA new_home AUTHORIZATION ${owner}; ALTER ROLE ${owner} IN DATABASE ${name} SET search_path = new_home, public`,
  );
  return {
    dataset: name,
    from: { host: "old", server: a.connection, database: name, schema: "public", owner },
    to: { host: "new", server: b.connection, database: name, schema: "new_home", owner },
    options: { mode: "offline", verify: "checksum", jobs: 2, fenceTimeout: 3_000 },
  };
}

/** The same move backwards. */
export const back = (request: MoveRequest): MoveRequest => ({
  ...request,
  from: request.to,
  to: request.from,
});

/** The service's own login. */
export const service = (request: MoveRequest): { user: string; password: string } => ({
  user: request.to.owner,
  password: "pw",
});
