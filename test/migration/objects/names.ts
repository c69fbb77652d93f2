/** A name as long as PostgreSQL takes: 63 bytes, the last two of them one letter. */
export const LONG = `${"n".repeat(61)}é`;

/** Names that break careless code. */
export const namesSql = (): string => String.raw`
CREATE TABLE "select" ("from" serial PRIMARY KEY, "Order" int, "a.b" text, "back\slash" text, "O'Neil" text, "say ""hi""" text);
CREATE TABLE "say ""hi"".x" (id int); CREATE TABLE "数据 it's" (v text); CREATE TABLE "UPPER" ("É ""q""" text);
CREATE TABLE ${LONG} (${LONG} serial, CONSTRAINT ${LONG.slice(1)} CHECK (${LONG} > 0));
CREATE INDEX "i -- no comment" ON "select" ("a.b", "O'Neil"); CREATE INDEX ON ${LONG} (${LONG});
CREATE SEQUENCE "seq; DROP" OWNED BY "select"."Order"; CREATE TYPE "ty pe" AS ENUM ('$$', '\', '''');
CREATE VIEW "v $1" AS SELECT "back\slash" AS "$$", 'E\n'::text AS "e" FROM "select";
CREATE FUNCTION "f()"("$1" "ty pe" DEFAULT '$$') RETURNS text LANGUAGE sql AS $_$ SELECT 'a$$b' || $1::text $_$;
COMMENT ON TABLE "select" IS E'line\nline -- not a comment; $$ \\';
INSERT INTO "select" VALUES (DEFAULT, 1, NULL, '\', '''', '"'); INSERT INTO "say ""hi"".x" VALUES (1);
INSERT INTO "数据 it's" VALUES ('x'); INSERT INTO "UPPER" VALUES ('é'); INSERT INTO ${LONG} DEFAULT VALUES;
`;
