/** What each version has brought to definitions, on top of what came before; `before` is the administrator's part. */
export const FEATURES: Readonly<Record<number, { readonly before: string; readonly definitions: string }>> = {
  16: {
    before: "",
    definitions: `
CREATE COLLATION swapped (provider = icu, locale = 'und', rules = '&a < g');
CREATE TABLE words (w text COLLATE swapped, j jsonb);
INSERT INTO words VALUES ('a', '[1]'), ('g', '{"k": null}'), ('b', NULL);
CREATE INDEX words_w ON words (w);
CREATE VIEW arrays AS SELECT w, j IS JSON ARRAY AS listed FROM (SELECT w, j::text AS j FROM words);
CREATE VIEW built AS SELECT JSON_ARRAY(w, 1) AS a, JSON_OBJECTAGG(w: j) OVER () AS o FROM words;`,
  },
  17: {
    before: "",
    definitions: `
CREATE COLLATION plain (provider = builtin, locale = 'C.UTF-8');
CREATE DOMAIN held AS text COLLATE plain CONSTRAINT must NOT NULL;
CREATE TABLE parted (id int GENERATED ALWAYS AS IDENTITY, kind text COLLATE plain NOT NULL, h held,
  during int4range) PARTITION BY LIST (kind);
CREATE TABLE parted_a PARTITION OF parted FOR VALUES IN ('a');
CREATE TABLE parted_rest PARTITION OF parted DEFAULT;
INSERT INTO parted (kind, h, during) SELECT CASE i % 2 WHEN 0 THEN 'a' ELSE 'z' END, 'h' || i, int4range(i, i + 1) FROM generate_series(1, 50) i;
CREATE TABLE spans (i interval); INSERT INTO spans VALUES ('infinity'), ('-infinity'), ('1 year -2 days');
CREATE VIEW tabled AS SELECT t.n FROM spans, JSON_TABLE('[1,2]', '$[*]' COLUMNS (n int PATH '$')) t;
GRANT MAINTAIN ON parted TO pg_monitor;`,
  },
  18: {
    before: "CREATE EXTENSION btree_gist",
    definitions: `
CREATE TABLE rooms (room int, during tstzrange, area int CONSTRAINT sized NOT NULL, twice int GENERATED ALWAYS AS (area * 2) VIRTUAL,
  thrice int GENERATED ALWAYS AS (area * 3) STORED, note text, PRIMARY KEY (room, during WITHOUT OVERLAPS),
  CONSTRAINT soft CHECK (area > 100) NOT ENFORCED);
CREATE TABLE stays (id int PRIMARY KEY, room int, at tstzrange, FOREIGN KEY (room, PERIOD at) REFERENCES rooms (room, PERIOD during),
  CONSTRAINT unheld FOREIGN KEY (id) REFERENCES stays NOT ENFORCED);
ALTER TABLE rooms RENAME TO chambers;
INSERT INTO chambers SELECT i, '[2024-01-01,2025-01-01)', i FROM generate_series(1, 20) i;
INSERT INTO stays SELECT i, i, '[2024-02-01,2024-03-01)' FROM generate_series(1, 20) i;
ALTER TABLE chambers ADD CONSTRAINT noted NOT NULL note NOT VALID;
CREATE TABLE parents (a int, CONSTRAINT own NOT NULL a NO INHERIT); CREATE TABLE children () INHERITS (parents);
INSERT INTO parents VALUES (1); INSERT INTO children VALUES (NULL);`,
  },
};
