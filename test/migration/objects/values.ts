/** Tables whose values careless code changes, each with the columns that binary COPY must show equal too. */
export const valuesSql = (): string => String.raw`
CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE TYPE pair AS (a int, b text); CREATE DOMAIN positive AS numeric CHECK (value > 0);
CREATE TYPE span AS RANGE (subtype = numeric);
CREATE TABLE floats (id serial, f8 float8, f4 real);
INSERT INTO floats (f8, f4) VALUES ('NaN', 'NaN'), ('Infinity', 'Infinity'), ('-Infinity', '-Infinity'), ('-0', '-0'), (0, 0),
  (4.9e-324, 1e-45), (1.7976931348623157e308, 3.4028235e38), (0.1, 0.1), (0.30000000000000004, 16777217), (NULL, NULL);
CREATE TABLE numbers (id serial, n numeric, s numeric(12,4), neg numeric(5,-2), i2 int2, i4 int4, i8 int8, m money, p positive);
INSERT INTO numbers (n, s, i2, i4, i8, m) VALUES ('NaN', 'NaN', -32768, -2147483648, -9223372036854775808, '-92233720368547758.08'),
  ('Infinity', 1.5, 32767, 2147483647, 9223372036854775807, '92233720368547758.07'), ('-Infinity', 0, 0, 0, 0, 0),
  (('1' || repeat('0', 131071))::numeric, 1, 1, 1, 1, 1), (('-0.' || repeat('0', 16382) || '1')::numeric, -0.0001, NULL, NULL, NULL, NULL),
  (1.50, 1.5, 1, 1, 1, 1), (1.5000, NULL, 1, 1, 1, 1), ('0.000', NULL, NULL, NULL, NULL, NULL);
UPDATE numbers SET neg = 12345.678, p = 0.00001 WHERE id = 6;
CREATE TABLE times (id serial, d date, t time, tz timetz, ts timestamp, tstz timestamptz, iv interval);
INSERT INTO times (d, t, tz, ts, tstz, iv) VALUES ('infinity', '24:00', '24:00:00+15:59', 'infinity', 'infinity', '178000000 years'),
  ('-infinity', '00:00', '00:00-15:59', '-infinity', '-infinity', '-178000000 years'), ('4713-01-01 BC', '23:59:59.999999', '12:00:00.000001+05:45', '4713-01-01 BC', '4713-01-02 BC', '1 mon -1 day 00:00:00.000001'),
  ('5874897-12-31', NULL, NULL, '294276-12-31 23:59:59.999999', '294276-12-31 23:59:59.999999+00', '-1 mon 30 days -720:00'), ('2024-02-29', '12:00', '12:00+02:30:15', 'epoch', '1900-01-01 00:00+00:19:32', '0'),
  (NULL, NULL, NULL, NULL, NULL, NULL);
CREATE TABLE texts (id serial, t text, v varchar(5), c char(5), n name, q "char");
INSERT INTO texts (t, v, c, n, q) VALUES ('', '', '', '', ''), (NULL, NULL, NULL, NULL, NULL), (E'\\N', E'\\.', 'NULL', 'null', '\'), (E'tab\tnew\nline\rcr\\back\bbell\x07', E'\n', E'\t', 'é', '\200'),
  (E'a\u0301 á \u200d \ufeff \u202e \U0001F468\u200d\U0001F469 \ufffd \uffff \U0010ffff', '  x  ', '  x  ', 'select', 'a'), (repeat('ü', 300000), 'ß', 'ẞ', repeat('n', 63), NULL), ('''', '"', '$$', '{}', ' '), (E'\x01\x1f\x7f\u0080\u009f', NULL, NULL, NULL, NULL);
CREATE TABLE documents (id serial, j json, b jsonb, x xml, p jsonpath);
INSERT INTO documents (j, b, x, p) VALUES (E'{"b" : 1,\n "b":2, "a" : null }', '{"b": 1, "b": 2, "a": null}', '<a  b = "1"><!-- c --><![CDATA[<]]></a>', '$.a[*] ? (@ > 1)'),
  ('  [ 1.0, 1e2 , -0 ]  ', '[1.0, 1e2, -0, 1.10, 123456789012345678901234567890.5]', 'text <b/> and more', 'strict $'), ('"\u0041 \ud83d\ude00 é"', '"\u0041 \ud83d\ude00 é"', '', NULL), ('null', 'null', NULL, NULL), (NULL, NULL, NULL, NULL), ('{}', '{"": {"": []}}', NULL, NULL);
CREATE TABLE bits (id serial, b bytea, f bit(3), v bit varying, u uuid);
INSERT INTO bits (b, f, v, u) VALUES ('\x', B'000', B'', '00000000-0000-0000-0000-000000000000'), ('\x00ff5c270a0d', B'101', B'1', 'FFFFFFFF-ffff-ffff-ffff-ffffffffffff'), (decode(repeat('00ff', 200000), 'hex'), NULL, B'0101010101010101010', NULL), (NULL, NULL, NULL, NULL);
CREATE TABLE nets (id serial, i inet, c cidr, m macaddr, m8 macaddr8);
INSERT INTO nets (i, c, m, m8) VALUES ('0.0.0.0/0', '0.0.0.0/0', '00:00:00:00:00:00', '08:00:2b:01:02:03:04:05'), ('::1', '::/0', 'ff:ff:ff:ff:ff:ff', '08:00:2b:01:02:03'), ('10.1.2.3/8', '10.0.0.0/8', NULL, NULL), ('::ffff:1.2.3.4/127', NULL, NULL, NULL);
CREATE TABLE shapes (id serial, p point, l line, s lseg, b box, h path, g polygon, c circle);
INSERT INTO shapes (p, l, s, b, h, g, c) VALUES ('(NaN,-0)', '{1,2,3}', '[(0,0),(1,1)]', '(1,1),(0,0)', '[(0,0),(1,1)]', '((0,0),(1,1),(1,0))', '<(0,0),Infinity>'), ('(1e-300,Infinity)', NULL, NULL, NULL, '((0,0),(1,1))', NULL, NULL);
CREATE TABLE search (id serial, v tsvector, q tsquery);
INSERT INTO search (v, q) VALUES ('a:1A,2B b ''it''''s'':3', 'a:*A & !(b | c) <-> ''d e'''), ('', ''), (NULL, NULL);
CREATE TABLE lists (id serial, a int[], t text[], b bigint[][], d numeric[], z jsonb[]);
INSERT INTO lists (a, t, b, d, z) VALUES ('{}', '{}', '{}', '{}', '{}'), ('[-2:0]={1,NULL,3}', '{NULL,"NULL","",",","{","\\","\""}', '[2:3][-1:0]={{1,2},{3,NULL}}', '{NaN,Infinity,1.50}', ARRAY['null'::jsonb, NULL]), (NULL, NULL, NULL, NULL, NULL);
CREATE TABLE made (id serial, m mood, ms mood[], p pair, ps pair[], s span, n int4range, nm int4multirange, tr tstzrange);
INSERT INTO made (m, ms, p, ps, s, n, nm, tr) VALUES ('sad', '{ok,NULL,sad}', (NULL, NULL), ARRAY[(1, NULL)::pair, NULL, (NULL, '')::pair], 'empty', 'empty', '{}', 'empty'),
  ('ok', '{}', (1, '"(,)'), '{}', '(,)', '(,)', '{(,)}', '[-infinity,infinity]'), (NULL, NULL, NULL, NULL, '[1.0,1.00]', '[1,2]', '{[1,2),[5,6)}', '(,infinity)'), (NULL, NULL, (NULL, ''), NULL, '(1,NaN)', NULL, NULL, NULL);
CREATE TABLE inner_ones (id serial, o oid, l pg_lsn, x xid, x8 xid8, t tid, s txid_snapshot, ps pg_snapshot, ov oidvector, iv int2vector, rc regclass, rt regtype, ro regproc, rp regprocedure, ca aclitem);
INSERT INTO inner_ones (o, l, x, x8, t, s, ps, ov, iv, rc, rt, ro, rp) VALUES (0, '0/0', '0', '0', '(0,0)', '1:1:', '10:20:10,14', '', '', 'lists', 'mood', 'now', 'length(text)'),
  (4294967295, 'FFFFFFFF/FFFFFFFF', '4294967295', '18446744073709551615', '(4294967295,65535)', '10:20:10,14', '1:1:', '1 2 4294967295', '1 -2 3', 'pg_class', 'pair[]', 'pg_backend_pid', 'upper(anyrange)'), (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
CREATE TABLE contrib (id serial, h hstore, c citext, l ltree, lq lquery);
INSERT INTO contrib (h, c, l, lq) VALUES ('"a"=>NULL, "NULL"=>"NULL", ""=>"", "q\"=>"=>"\\"', 'MiXed', 'Top.Science', '*{1,3}.a*|b@.!c'), ('', '', '', NULL), (NULL, NULL, NULL, NULL);
`;

/** Tables with types whose binary form holds OIDs, which differ between databases by right. */
export const WITH_OIDS = new Set(["made", "inner_ones", "contrib"]);
