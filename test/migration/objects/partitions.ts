/** Partitions of every kind, and inheritance. */
export const partitionsSql = (): string => String.raw`
CREATE TABLE log (at timestamptz NOT NULL, region text NOT NULL, n int DEFAULT 3 CHECK (n > 0), doc jsonb, PRIMARY KEY (at, region))
  PARTITION BY RANGE (at);
CREATE TABLE log_old PARTITION OF log FOR VALUES FROM (MINVALUE) TO ('2025-01-01') PARTITION BY LIST (region);
CREATE TABLE log_old_eu PARTITION OF log_old FOR VALUES IN ('eu', 'uk') PARTITION BY HASH (at);
CREATE TABLE log_old_eu_0 PARTITION OF log_old_eu FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE log_old_eu_1 PARTITION OF log_old_eu FOR VALUES WITH (MODULUS 2, REMAINDER 1) WITH (fillfactor = 60);
CREATE TABLE log_old_rest PARTITION OF log_old DEFAULT;
CREATE TABLE log_2025 (doc jsonb, gone int, n int DEFAULT 9 CONSTRAINT log_n_check CHECK (n > 0), region text NOT NULL, at timestamptz NOT NULL);
ALTER TABLE log_2025 DROP COLUMN gone;
CREATE INDEX "Own name" ON log_2025 USING gin (doc);
ALTER TABLE log ATTACH PARTITION log_2025 FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE UNLOGGED TABLE log_rest PARTITION OF log DEFAULT;
CREATE INDEX log_doc ON log USING gin (doc);
CREATE INDEX log_n ON ONLY log (n);
CREATE INDEX log_n_rest ON log_rest (n); ALTER INDEX log_n ATTACH PARTITION log_n_rest;
CREATE TABLE refers_log (at timestamptz, region text, FOREIGN KEY (at, region) REFERENCES log ON DELETE CASCADE);
CREATE TABLE part_ref (id int, person int REFERENCES person ON DELETE CASCADE, k text) PARTITION BY LIST (id);
CREATE TABLE part_ref_1 PARTITION OF part_ref FOR VALUES IN (1, NULL);
CREATE TABLE part_ref_2 PARTITION OF part_ref (k DEFAULT 'two', CONSTRAINT two CHECK (k <> '')) FOR VALUES IN (2);
ALTER TABLE part_ref ADD CONSTRAINT part_unique UNIQUE (id);
CREATE TABLE by_expression (v text, w text COLLATE "C") PARTITION BY RANGE (lower(v) COLLATE "C" text_pattern_ops, w);
CREATE TABLE by_expression_1 PARTITION OF by_expression FOR VALUES FROM ('a', MINVALUE) TO ('n', MAXVALUE);
CREATE TABLE empty_parent (a int) PARTITION BY HASH (a);
CREATE FUNCTION logged() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN new; END $$;
CREATE TRIGGER logged BEFORE INSERT ON log FOR EACH ROW EXECUTE FUNCTION logged();
ALTER TABLE log_old DISABLE TRIGGER logged;
ALTER TABLE log_2025 ENABLE ALWAYS TRIGGER logged;
COMMENT ON INDEX log_doc IS 'all of them';
COMMENT ON TABLE log_2025 IS 'a year';

CREATE TABLE base (a int DEFAULT 1 CONSTRAINT base_a CHECK (a > 0), b text);
CREATE TABLE mixin (m int NOT NULL);
CREATE TABLE derived (own text, b text DEFAULT 'own') INHERITS (base, mixin);
ALTER TABLE base ADD COLUMN d int DEFAULT 4;
CREATE TABLE later_child (b text, a int CONSTRAINT base_a CHECK (a > 0), x int, d int);
ALTER TABLE later_child INHERIT base;
ALTER TABLE ONLY derived ALTER a SET DEFAULT 7;
CREATE TABLE grandchild () INHERITS (derived);

INSERT INTO log SELECT '2024-12-30'::timestamptz + i * interval '9 hours', (ARRAY['eu', 'uk', 'us'])[i % 3 + 1], i, jsonb_build_object('i', i)
  FROM generate_series(1, 60) i;
INSERT INTO log VALUES ('infinity', '', 1, NULL), ('-infinity', 'us', 1, 'null');
INSERT INTO refers_log SELECT at, region FROM log LIMIT 5;
INSERT INTO part_ref VALUES (1, 5, NULL), (NULL, 10, ''), (2, NULL, 'x');
INSERT INTO by_expression VALUES ('B', ''), ('a', 'z');
INSERT INTO base VALUES (1, 'b', 2); INSERT INTO derived (m, own) VALUES (1, 'o'); INSERT INTO later_child VALUES ('l', 3, 4, NULL);
INSERT INTO grandchild (m) VALUES (9);
`;
