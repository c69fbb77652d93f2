/** Types of every kind that one can make, with what stands on them: casts, operators, aggregates, collations. */
export const typesSql = (schema: string): string => String.raw`
CREATE TYPE mood AS ENUM ('sad', 'happy');
ALTER TYPE mood ADD VALUE 'so, "so"' BEFORE 'happy';
ALTER TYPE mood ADD VALUE 'it''s' AFTER 'sad'; COMMIT;
CREATE TYPE nobody AS ENUM ();
CREATE DOMAIN positive AS numeric(12,4) DEFAULT 1.5 CONSTRAINT above_zero CHECK (value > 0);
CREATE DOMAIN small AS positive CONSTRAINT below CHECK (value < 1000) NOT NULL;
CREATE DOMAIN smalls AS positive[] CHECK (cardinality(value) < 10);
CREATE DOMAIN late AS text COLLATE "C" CONSTRAINT short CHECK (length(value) < 5);
ALTER DOMAIN late ADD CONSTRAINT old_values CHECK (value <> 'x') NOT VALID;
CREATE TYPE place AS (street text COLLATE "POSIX", "Zip" varchar(10), at point);
CREATE TYPE trip AS ("from" place, via place[], cost positive);
CREATE TYPE span AS RANGE (subtype = numeric, multirange_type_name = spans);
CREATE FUNCTION gap(a time, b time) RETURNS float8 LANGUAGE sql IMMUTABLE STRICT AS 'SELECT extract(epoch FROM a - b)::float8';
CREATE TYPE hours AS RANGE (subtype = time, subtype_diff = gap);
CREATE COLLATION plain (LOCALE = 'C');
CREATE COLLATION copied FROM "POSIX";
CREATE DOMAIN word AS text COLLATE plain;

CREATE FUNCTION mood_number(m mood) RETURNS int LANGUAGE sql IMMUTABLE STRICT AS
  $$SELECT array_position(enum_range(NULL::mood), m)$$;
CREATE FUNCTION to_place(text) RETURNS place LANGUAGE sql IMMUTABLE STRICT AS $$SELECT ROW($1, '', NULL)::place$$;
CREATE CAST (mood AS int) WITH FUNCTION mood_number(mood) AS ASSIGNMENT;
CREATE CAST (text AS place) WITH FUNCTION to_place(text);
CREATE CAST (int AS mood) WITH INOUT AS IMPLICIT;
COMMENT ON CAST (mood AS int) IS 'its rank';

CREATE FUNCTION place_cmp(a place, b place) RETURNS int LANGUAGE sql IMMUTABLE STRICT AS $$SELECT CASE WHEN a.street < b.street THEN -1 WHEN a.street > b.street THEN 1 ELSE 0 END$$;
CREATE FUNCTION place_lt(a place, b place) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT AS $$SELECT a.street < b.street$$;
CREATE FUNCTION place_gt(a place, b place) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT AS $$SELECT a.street > b.street$$;
CREATE FUNCTION place_le(a place, b place) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT AS $$SELECT a.street <= b.street$$;
CREATE FUNCTION place_ge(a place, b place) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT AS $$SELECT a.street >= b.street$$;
CREATE FUNCTION place_eq(a place, b place) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT AS $$SELECT a.street = b.street$$;
CREATE OPERATOR #< (leftarg = place, rightarg = place, function = place_lt, commutator = #>, negator = #>=, restrict = scalarltsel, join = scalarltjoinsel);
CREATE OPERATOR #> (leftarg = place, rightarg = place, function = place_gt, commutator = #<, negator = #<=);
CREATE OPERATOR #<= (leftarg = place, rightarg = place, function = place_le, commutator = #>=, negator = #>);
CREATE OPERATOR #>= (leftarg = place, rightarg = place, function = place_ge, commutator = #<=, negator = #<);
CREATE OPERATOR #= (leftarg = place, rightarg = place, function = place_eq, commutator = #=, merges, restrict = eqsel, join = eqjoinsel);
CREATE FUNCTION stars(int) RETURNS text LANGUAGE sql IMMUTABLE STRICT AS $$SELECT repeat('*', $1)$$;
CREATE OPERATOR !*! (rightarg = int, function = stars);
COMMENT ON OPERATOR !*! (NONE, int) IS 'stars';

CREATE AGGREGATE longest(text) (sfunc = textcat, stype = text, initcond = '');
CREATE AGGREGATE mean(float8) (sfunc = float8_accum, stype = float8[], finalfunc = float8_avg, initcond = '{0,0,0}',
  msfunc = float8_accum, minvfunc = float8_accum, mstype = float8[], minitcond = '{0,0,0}', mfinalfunc = float8_avg, parallel = safe);
COMMENT ON AGGREGATE longest(text) IS 'all of it';
COMMENT ON TYPE mood IS 'how one is';
COMMENT ON TYPE trip IS 'a way';
COMMENT ON COLUMN trip.via IS 'through';
COMMENT ON DOMAIN small IS 'little';
COMMENT ON CONSTRAINT below ON DOMAIN small IS 'not much';
COMMENT ON COLLATION plain IS 'bytes';
CREATE FUNCTION ${schema}.schema_said() RETURNS text LANGUAGE sql AS $$SELECT 'said'$$;
`;

/** What only a superuser makes; whoever runs the rest owns it. */
export const superuserSql = (schema: string, owner: string): string => String.raw`
CREATE OPERATOR FAMILY ${schema}.places USING btree;
CREATE OPERATOR CLASS ${schema}.place_ops DEFAULT FOR TYPE ${schema}.place USING btree FAMILY ${schema}.places AS
  OPERATOR 1 ${schema}.#<, OPERATOR 2 ${schema}.#<=, OPERATOR 3 ${schema}.#=, OPERATOR 4 ${schema}.#>=, OPERATOR 5 ${schema}.#>,
  FUNCTION 1 ${schema}.place_cmp(${schema}.place, ${schema}.place);
CREATE OPERATOR CLASS ${schema}.backwards FOR TYPE int4 USING btree AS
  OPERATOR 1 >, OPERATOR 2 >=, OPERATOR 3 =, OPERATOR 4 <=, OPERATOR 5 <, FUNCTION 1 btint4cmp(int4, int4);
COMMENT ON OPERATOR CLASS ${schema}.place_ops USING btree IS 'by street';
COMMENT ON OPERATOR FAMILY ${schema}.places USING btree IS 'all of them';
CREATE AGGREGATE ${schema}.nth(float8 ORDER BY anyelement) (sfunc = ordered_set_transition, stype = internal, finalfunc = percentile_disc_final, finalfunc_extra);
CREATE FUNCTION ${schema}.builtin(text) RETURNS text LANGUAGE internal IMMUTABLE STRICT AS 'upper';
CREATE FUNCTION ${schema}.tight(int) RETURNS boolean LANGUAGE sql IMMUTABLE LEAKPROOF AS 'SELECT $1 > 0';
ALTER OPERATOR FAMILY ${schema}.places USING btree OWNER TO ${owner};
ALTER OPERATOR CLASS ${schema}.place_ops USING btree OWNER TO ${owner};
CREATE TABLE ${schema}.by_street (lives ${schema}.place, n int);
CREATE INDEX by_street_lives ON ${schema}.by_street (lives DESC NULLS LAST);
CREATE INDEX by_street_n ON ${schema}.by_street (n ${schema}.backwards);
INSERT INTO ${schema}.by_street VALUES (('b', '1', NULL), 1), (('a', '2', '(1,2)'), 2), (NULL, 3);
ALTER TABLE ${schema}.by_street OWNER TO ${owner};
`;
