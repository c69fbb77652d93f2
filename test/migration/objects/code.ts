import { literal } from "../../../migration/src/sql/quote";

/** Functions, procedures, triggers, rules, views, row security. `schema` as it is written in SQL. */
export const codeSql = (schema: string): string => String.raw`
CREATE FUNCTION plain_sql(n int DEFAULT 1, VARIADIC rest text[] DEFAULT '{}') RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE COST 7
  SET search_path = ${schema}, pg_temp SET work_mem = '8MB' AS $$SELECT count(*) FROM ${schema}.person WHERE id > n; -- it's; "all"$$;
CREATE FUNCTION atomic_one(n int) RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM person WHERE id > n; SELECT count(*) FROM pair; END;
CREATE FUNCTION returns_one(n int) RETURNS int LANGUAGE sql IMMUTABLE RETURN n + 1;
CREATE FUNCTION many(OUT a int, OUT b mood, INOUT c text) RETURNS SETOF record LANGUAGE plpgsql ROWS 5 STRICT SECURITY DEFINER AS $body$
DECLARE r ${schema}.person%ROWTYPE; k ${schema}.pair.a%TYPE;
BEGIN
  FOR r IN SELECT * FROM ${schema}.person LOOP a := r.id; b := r.mood; RETURN NEXT; END LOOP;
  PERFORM nextval(${literal(`${schema}.uncalled`)});
END $body$;
CREATE FUNCTION table_of() RETURNS TABLE (who person, n int) LANGUAGE sql AS 'SELECT p, 1 FROM person p';
CREATE PROCEDURE tidy(INOUT n int DEFAULT 0) LANGUAGE plpgsql AS $$ BEGIN DELETE FROM ${schema}.cache; n := n + 1; END $$;
CREATE PROCEDURE tidy_atomic() LANGUAGE sql BEGIN ATOMIC DELETE FROM cache; INSERT INTO cache VALUES ('k', NULL); END;
CREATE FUNCTION poly(anyelement, anycompatible) RETURNS anyelement LANGUAGE sql AS 'SELECT $1';
CREATE FUNCTION "Odd Name"("in" int, "select" text) RETURNS text LANGUAGE sql AS 'SELECT "select"';
CREATE FUNCTION overload(int) RETURNS int LANGUAGE sql AS 'SELECT $1';
CREATE FUNCTION overload(text) RETURNS text LANGUAGE sql AS 'SELECT $1';
CREATE FUNCTION touched() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN new.born := coalesce(new.born, old.born); RETURN new; END $$;
CREATE FUNCTION noticed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE FUNCTION seen(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN plain($1); END $$;
CREATE FUNCTION plain(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT lower(trim($1))';

CREATE TRIGGER touched BEFORE UPDATE OF nick, mail ON person FOR EACH ROW WHEN (old.nick IS DISTINCT FROM new.nick) EXECUTE FUNCTION touched('arg', 'it''s');
CREATE TRIGGER resting BEFORE INSERT ON person FOR EACH ROW EXECUTE FUNCTION touched();
ALTER TABLE person DISABLE TRIGGER resting;
CREATE TRIGGER on_replica AFTER DELETE ON person FOR EACH STATEMENT EXECUTE FUNCTION noticed();
ALTER TABLE person ENABLE REPLICA TRIGGER on_replica;
CREATE TRIGGER always AFTER TRUNCATE ON person FOR EACH STATEMENT EXECUTE FUNCTION noticed();
ALTER TABLE person ENABLE ALWAYS TRIGGER always;
CREATE TRIGGER "Moved rows" AFTER UPDATE ON person REFERENCING OLD TABLE AS before NEW TABLE AS "After" FOR EACH STATEMENT EXECUTE FUNCTION noticed();
CREATE CONSTRAINT TRIGGER agreed AFTER INSERT OR UPDATE ON pair FROM person DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION noticed();
COMMENT ON TRIGGER touched ON person IS 'fires';

CREATE VIEW people AS SELECT id, nick, mood FROM person WHERE mood = 'it''s' WITH LOCAL CHECK OPTION;
CREATE VIEW people_more WITH (security_barrier) AS SELECT * FROM people WHERE id > 1 WITH CASCADED CHECK OPTION;
CREATE VIEW invoked WITH (security_invoker = true) AS SELECT count(*) AS "Number" FROM people_more;
CREATE RECURSIVE VIEW chain (id, depth) AS SELECT id, 0 FROM person WHERE boss IS NULL UNION ALL SELECT p.id, depth + 1 FROM person p, chain c WHERE p.boss = c.id;
CREATE VIEW grouped AS SELECT p.*, count(r.p) AS n FROM person p LEFT JOIN refers r ON r.p = p.id GROUP BY p.id;
CREATE VIEW of_grouped AS SELECT g.id, plain_sql(g.id) AS f, g.mood::int AS rank, g.lives #= g.lives AS same FROM grouped g;
ALTER VIEW people ALTER mood SET DEFAULT 'it''s';
CREATE VIEW odd ("select", "A.b") AS VALUES (1, 'sad'::mood::text);
CREATE RULE quiet AS ON DELETE TO grouped DO INSTEAD (UPDATE pair SET a = a WHERE false; SELECT 1);
CREATE TRIGGER instead INSTEAD OF UPDATE ON grouped FOR EACH ROW EXECUTE FUNCTION noticed();
CREATE RULE also AS ON INSERT TO pair WHERE new.a < 0 DO ALSO INSERT INTO whole_row VALUES (new.b);
ALTER TABLE pair DISABLE RULE also;
COMMENT ON RULE also ON pair IS 'kept';
COMMENT ON VIEW people IS 'some'; COMMENT ON COLUMN people.nick IS 'name';
CREATE MATERIALIZED VIEW z_totals WITH (fillfactor = 90) AS SELECT p.id, p.nick, count(*) AS n FROM person p GROUP BY p.id;
CREATE UNIQUE INDEX z_totals_id ON z_totals (id);
CREATE MATERIALIZED VIEW a_of_totals AS SELECT sum(n) AS n, seen(' X ') AS s FROM z_totals;
CREATE MATERIALIZED VIEW unfilled AS SELECT n FROM a_of_totals WITH NO DATA;
CREATE VIEW over_totals AS SELECT n FROM unfilled;
ALTER MATERIALIZED VIEW z_totals ALTER nick SET STORAGE EXTERNAL;
ALTER MATERIALIZED VIEW z_totals CLUSTER ON z_totals_id;
COMMENT ON MATERIALIZED VIEW z_totals IS 'sums';
CREATE INDEX person_seen ON person (seen(nick));
ALTER TABLE checked ADD CHECK (seen(a::text) <> 'x');

CREATE TABLE secret (id int PRIMARY KEY, tenant text NOT NULL, v text);
INSERT INTO secret VALUES (1, 't1', 'mine'), (2, 't2', 'yours');
ALTER TABLE secret ENABLE ROW LEVEL SECURITY; ALTER TABLE secret FORCE ROW LEVEL SECURITY;
CREATE POLICY mine ON secret USING (tenant = current_setting('app.tenant', true)) WITH CHECK (EXISTS (SELECT FROM person WHERE nick = tenant));
CREATE POLICY never ON secret AS RESTRICTIVE FOR DELETE TO public USING (false);
CREATE POLICY "Only me" ON secret FOR SELECT TO CURRENT_USER USING (plain_sql(id) > 0);
COMMENT ON POLICY mine ON secret IS 'own rows';

CREATE TEXT SEARCH DICTIONARY words (TEMPLATE = simple, STOPWORDS = english);
CREATE TEXT SEARCH DICTIONARY snow (TEMPLATE = snowball, LANGUAGE = german);
CREATE TEXT SEARCH CONFIGURATION searched (PARSER = default);
ALTER TEXT SEARCH CONFIGURATION searched ADD MAPPING FOR word, asciiword WITH words, snow;
COMMENT ON TEXT SEARCH CONFIGURATION searched IS 'how'; COMMENT ON TEXT SEARCH DICTIONARY words IS 'what';
CREATE TABLE texts (t text, v tsvector GENERATED ALWAYS AS (to_tsvector('searched'::regconfig, t)) STORED);
CREATE INDEX texts_v ON texts USING gin (v);
INSERT INTO texts VALUES ('the quick häuser'), (NULL), ('');
CREATE CONVERSION latin FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
COMMENT ON FUNCTION touched() IS 'counts'; COMMENT ON PROCEDURE tidy(int) IS 'clears'; COMMENT ON CONVERSION latin IS 'bytes';
`;
