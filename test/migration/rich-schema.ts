import { literal } from "../../migration/src/sql/quote";

/** What the administrator installs first. */
export const EXTENSIONS = "CREATE EXTENSION citext; CREATE EXTENSION btree_gist";

/** A name as long as PostgreSQL takes: 63 bytes, the last two of them one letter. */
export const LONGEST = `${"n".repeat(61)}é`;

/**
 * A schema with a bit of everything that a move must survive, for one whose name (as it is written in SQL) is `schema`:
 * qualified names in code, functions with a path of their own, names and values that break careless code.
 */
export const richSchema = (schema: string): string => String.raw`
CREATE TYPE mood AS ENUM ('sad', 'meh', 'happy');
CREATE DOMAIN email AS citext CHECK (value LIKE '%@%');
CREATE DOMAIN emails AS email[];
CREATE TYPE place AS (street text, "Zip" text);
CREATE TYPE span AS RANGE (subtype = numeric);
CREATE SEQUENCE uncalled START 7;
CREATE SEQUENCE countdown INCREMENT -2 START 100 MINVALUE -10 MAXVALUE 100 CYCLE;
CREATE SEQUENCE called CACHE 5;

CREATE FUNCTION normal(t text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT lower(trim(t))';
CREATE FUNCTION slug(t text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN normal(t); END $$;
CREATE FUNCTION touched() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  new.changed := new.changed + 1; -- ${schema}.sales is not meant here; nor 'here'
  RETURN new;
END $body$;
CREATE FUNCTION forbid() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'never'; END $$;

CREATE TABLE people (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, gone text, mail email NOT NULL UNIQUE, others emails,
  moods mood[] NOT NULL DEFAULT '{happy}', lives place, score float8, small real, amount numeric,
  born date, seen timestamptz, note text, raw bytea, doc jsonb, changed int NOT NULL DEFAULT 0,
  label text GENERATED ALWAYS AS (coalesce(note, '-') || '!') STORED,
  slug text NOT NULL DEFAULT 'X' CHECK (slug(slug) = lower(slug)));
ALTER TABLE people DROP COLUMN gone;
CREATE STATISTICS people_stats (dependencies) ON born, note FROM people;
CREATE INDEX people_slug ON people (slug(note)) WHERE note IS NOT NULL;
CREATE TRIGGER touched BEFORE UPDATE ON people FOR EACH ROW WHEN (old.mail IS DISTINCT FROM new.mail)
  EXECUTE FUNCTION touched();
CREATE TRIGGER resting BEFORE INSERT ON people FOR EACH ROW EXECUTE FUNCTION forbid();
ALTER TABLE people DISABLE TRIGGER resting;

CREATE TABLE sales (id bigserial PRIMARY KEY, person int NOT NULL REFERENCES people ON DELETE CASCADE
  DEFERRABLE INITIALLY DEFERRED, total numeric NOT NULL, kind regclass DEFAULT ${literal(`${schema}.sales`)}::regclass,
  changed int NOT NULL DEFAULT 0);
CREATE TRIGGER always BEFORE UPDATE ON sales FOR EACH ROW EXECUTE FUNCTION touched();
ALTER TABLE sales ENABLE ALWAYS TRIGGER always;
CREATE TABLE log (at timestamptz NOT NULL, region text NOT NULL, what jsonb, PRIMARY KEY (at, region))
  PARTITION BY RANGE (at);
CREATE TABLE log_old PARTITION OF log FOR VALUES FROM (MINVALUE) TO ('2025-01-01') PARTITION BY LIST (region);
CREATE TABLE log_old_eu PARTITION OF log_old FOR VALUES IN ('eu');
CREATE TABLE log_old_rest PARTITION OF log_old DEFAULT;
CREATE TABLE log_new (what jsonb, region text NOT NULL, at timestamptz NOT NULL);
ALTER TABLE log ATTACH PARTITION log_new DEFAULT;
CREATE INDEX log_what ON log USING gin (what);
CREATE TABLE booking (room int, during tstzrange, EXCLUDE USING gist (room WITH =, during WITH &&));
CREATE TABLE secret (id int PRIMARY KEY, tenant text NOT NULL, v text);
ALTER TABLE secret ENABLE ROW LEVEL SECURITY;
ALTER TABLE secret FORCE ROW LEVEL SECURITY;
CREATE POLICY mine ON secret USING (tenant = current_setting('app.tenant', true));
CREATE TABLE base (a int, b text);
CREATE TABLE derived (c text) INHERITS (base);
ALTER TABLE base ADD COLUMN d int DEFAULT 4;
CREATE TABLE nothing ();
CREATE UNLOGGED TABLE cache (k text PRIMARY KEY, v bytea) WITH (fillfactor = 70);
CREATE TABLE doubles (v float8);
CREATE TABLE ranges (s span, m nummultirange, xs mood, deep int[][]);
CREATE TABLE "UPPER" ("select" int, "É ""q""" text, "a.b" text, "back\slash" text, "O'Neil" text);
CREATE TABLE "select" (id serial PRIMARY KEY);
CREATE TABLE "say ""hi"".x" (id int);
CREATE TABLE "数据 it's" (v text);
CREATE TABLE ${LONGEST} (${LONGEST} int);
CREATE TABLE rule_target (v int);
CREATE RULE quiet AS ON UPDATE TO rule_target DO INSTEAD NOTHING;

CREATE VIEW spenders AS SELECT p.id, p.mail, (SELECT sum(total) FROM sales o WHERE o.person = p.id) AS spent FROM people p;
CREATE VIEW of_spenders AS SELECT mail FROM spenders WHERE spent > 0;
CREATE MATERIALIZED VIEW totals AS SELECT p.id, p.mail, p.note, count(o.id) AS n FROM people p
  LEFT JOIN sales o ON o.person = p.id GROUP BY p.id;
CREATE UNIQUE INDEX totals_id ON totals (id);
CREATE MATERIALIZED VIEW later AS SELECT count(*) AS n FROM totals WITH NO DATA;
CREATE FUNCTION spent_by(m email) RETURNS numeric LANGUAGE sql STABLE SET search_path = ${schema}, public AS
  $$SELECT sum(o.total) FROM ${schema}.sales o JOIN people p ON p.id = o.person WHERE p.mail = m; -- it's; all$$;
CREATE FUNCTION next_sale() RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN RETURN nextval(${literal(`${schema}.sales_id_seq`)}); END $$;
CREATE FUNCTION parsed(i int) RETURNS bigint LANGUAGE sql BEGIN ATOMIC
  SELECT count(*) FROM people WHERE people.id > i; SELECT count(*) FROM sales; END;
CREATE PROCEDURE clear_cache() LANGUAGE plpgsql AS $$ BEGIN DELETE FROM ${schema}.cache; END $$;
CREATE AGGREGATE longest(text) (sfunc = textcat, stype = text);
CREATE FUNCTION closeto(a place, b place) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT a."Zip" = b."Zip"';
CREATE OPERATOR =~= (leftarg = place, rightarg = place, function = closeto);
CREATE TEXT SEARCH DICTIONARY words (TEMPLATE = simple, STOPWORDS = english);
CREATE TEXT SEARCH CONFIGURATION plain (COPY = simple);
ALTER TEXT SEARCH CONFIGURATION plain ALTER MAPPING FOR word WITH words;
COMMENT ON TABLE people IS 'who; they "are"';
COMMENT ON COLUMN people.note IS 'it''s said';
COMMENT ON FUNCTION touched() IS 'counts';
COMMENT ON TRIGGER touched ON people IS 'fires';
COMMENT ON CONSTRAINT people_pkey ON people IS 'key';
COMMENT ON INDEX people_slug IS 'by slug';
COMMENT ON DOMAIN email IS 'a mail';
COMMENT ON VIEW spenders IS 'who pays';
COMMENT ON SEQUENCE countdown IS 'backwards';

INSERT INTO people (mail, others, moods, lives, score, small, amount, born, seen, note, raw, doc)
  SELECT 'P' || i || '@x', CASE i % 4 WHEN 0 THEN ARRAY['a@b', NULL]::emails END,
    CASE i % 3 WHEN 0 THEN '{sad,meh}' WHEN 1 THEN '{NULL,happy}' ELSE '{}' END::mood[],
    CASE i % 3 WHEN 0 THEN NULL WHEN 1 THEN ROW(NULL, NULL)::place ELSE ROW('s"' || i, '')::place END,
    CASE i % 6 WHEN 0 THEN 'NaN' WHEN 1 THEN '-0' WHEN 2 THEN 'Infinity' WHEN 3 THEN '1e-320' WHEN 4 THEN '-Infinity'
      ELSE 0.1 + i END::float8, 0.1::real * i,
    CASE i % 4 WHEN 0 THEN 'NaN' WHEN 1 THEN '1.500' WHEN 2 THEN 'Infinity' ELSE '-0.00' END::numeric,
    CASE i % 4 WHEN 0 THEN 'infinity' WHEN 1 THEN '-infinity' WHEN 2 THEN '4713-01-01 BC' END::date,
    CASE i % 3 WHEN 0 THEN '-infinity'::timestamptz ELSE '2024-02-29 23:59:59.999999+05'::timestamptz END,
    CASE i % 5 WHEN 0 THEN '' WHEN 1 THEN NULL WHEN 2 THEN E'tab\tnew\nline\\.\\N' WHEN 3 THEN '\N' ELSE 'ü数' END,
    CASE i % 3 WHEN 0 THEN '\x'::bytea WHEN 1 THEN '\x00ff5c'::bytea END,
    jsonb_build_object('i', i, 'deep', jsonb_build_array(NULL, 'é', 1.10))
  FROM generate_series(1, 200) i;
INSERT INTO sales (person, total) SELECT i % 200 + 1, i * 1.10 FROM generate_series(1, 2000) i;
INSERT INTO log SELECT '2024-12-30'::timestamptz + i * interval '20 minute', CASE i % 2 WHEN 0 THEN 'eu' ELSE 'us' END,
  jsonb_build_object('i', i) FROM generate_series(1, 500) i;
INSERT INTO booking SELECT i, tstzrange('2024-01-01', '2024-01-02') FROM generate_series(1, 5) i;
INSERT INTO base VALUES (1, 'b'); INSERT INTO derived (a, b, c, d) VALUES (2, 'b', 'c', NULL);
INSERT INTO nothing SELECT FROM generate_series(1, 3);
INSERT INTO cache VALUES ('a', '\x00ff'), ('', '');
INSERT INTO doubles SELECT i % 2 FROM generate_series(1, 100) i;
INSERT INTO ranges VALUES ('[1,2.50)', '{[1,2),(5,)}', 'meh', '{{1,2},{3,NULL}}'), ('empty', '{}', NULL, '[0:1]={7,8}');
INSERT INTO "UPPER" VALUES (1, 'é', NULL, '\', ''''), (NULL, '', '', '\\', '"');
INSERT INTO "select" DEFAULT VALUES; INSERT INTO "say ""hi"".x" VALUES (1); INSERT INTO "数据 it's" VALUES ('x');
INSERT INTO ${LONGEST} VALUES (63); INSERT INTO rule_target VALUES (1);
SET app.tenant = 't1'; ALTER TABLE secret NO FORCE ROW LEVEL SECURITY;
INSERT INTO secret VALUES (1, 't1', 'mine'), (2, 't2', 'yours');
ALTER TABLE secret FORCE ROW LEVEL SECURITY;
SELECT nextval('called') FROM generate_series(1, 3); SELECT nextval('countdown');
REFRESH MATERIALIZED VIEW totals;
`;
