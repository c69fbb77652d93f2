-- What the data files generate from: the same seed and number give the same value on every server.
-- Rows per table: pg_temp.rows(n) is n times the scale (setting rehome.scale).
CREATE FUNCTION pg_temp.rows(base bigint) RETURNS bigint LANGUAGE sql STABLE AS
  $$ SELECT base * current_setting('rehome.scale')::bigint $$;
CREATE FUNCTION pg_temp.h(seed text, i bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS
  $$ SELECT hashtextextended(seed, i) & 9223372036854775807 $$;
CREATE FUNCTION pg_temp.n(seed text, i bigint, below bigint) RETURNS integer LANGUAGE sql IMMUTABLE AS
  $$ SELECT ((hashtextextended(seed, i) & 9223372036854775807) % below)::integer $$;
CREATE FUNCTION pg_temp.pick(seed text, i bigint, choices text[]) RETURNS text LANGUAGE sql IMMUTABLE AS
  $$ SELECT choices[1 + ((hashtextextended(seed, i) & 9223372036854775807) % cardinality(choices))] $$;
CREATE FUNCTION pg_temp.amount(seed text, i bigint, below bigint) RETURNS numeric LANGUAGE sql IMMUTABLE AS
  $$ SELECT round(((hashtextextended(seed, i) & 9223372036854775807) % (below * 100))::numeric / 100, 2) $$;
CREATE FUNCTION pg_temp.at(seed text, i bigint) RETURNS timestamptz LANGUAGE sql STABLE AS
  $$ SELECT timestamptz '2023-01-01 00:00:00+00'
            + make_interval(secs => (hashtextextended(seed, i) & 9223372036854775807) % 63072000) $$;
CREATE FUNCTION pg_temp.day(seed text, i bigint) RETURNS date LANGUAGE sql IMMUTABLE AS
  $$ SELECT date '2023-01-01' + ((hashtextextended(seed, i) & 9223372036854775807) % 730)::integer $$;
CREATE FUNCTION pg_temp.uid(seed text, i bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS
  $$ SELECT md5(seed || ':' || i)::uuid $$;
CREATE FUNCTION pg_temp.person(i bigint) RETURNS text LANGUAGE sql IMMUTABLE AS
  $$ SELECT pg_temp.pick('first', i, ARRAY['Ada','Björn','Chloé','Đorđe','Ewa','Fatima','Γιάννης','Hanna','Ivan','José','Κατερίνα',
                                          'Łukasz','Māra','Nguyễn','O''Neil','Paulo','李','佐藤','Şule','Zoë','محمد','दीपा'])
            || ' ' || pg_temp.pick('last', i, ARRAY['Abel','Bianchi','Çelik','Dvořák','Eriksson','Fernández','García-López',
                                          'Hoang','Ibáñez','Jørgensen','Kowalski','Müller','Nowak','Ødegård','Petrov','Quinn',
                                          'Ramos','Smith','Tanaka','Варшавский','Weiß','王','Young','Žižek']) $$;
-- Text that does not compress: k chunks of 32 characters.
CREATE FUNCTION pg_temp.noise(seed text, i bigint, k integer) RETURNS text LANGUAGE sql IMMUTABLE AS
  $$ SELECT string_agg(md5(seed || i || '/' || c), '' ORDER BY c) FROM generate_series(1, k) AS c $$;
