import { inspect } from "node:util";
import { move, planMove, type Stage } from "@rehome/migration";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RehomeError, messageOf, withoutRows } from "../../migration/src/errors";
import { withoutPasswords } from "../../migration/src/sql/without-passwords";
import { startServer, type TestServer } from "../support/servers";
import { makeWorld } from "./dataset";
import { meanwhileBy, moveWith, type Meanwhile } from "./meanwhile";

const ROW = "anna.secret@example.com";
const TABLES = `
CREATE FUNCTION fits(v text) RETURNS bool LANGUAGE plpgsql AS $$ BEGIN RETURN v <> 'x'; END $$;
CREATE TYPE mood AS ENUM ('${ROW}', 'ok');
CREATE TABLE parents (id int PRIMARY KEY, mail text UNIQUE, digits text, CHECK (fits(mail)));
CREATE INDEX ON parents ((digits::int));
CREATE TABLE children (id int PRIMARY KEY, mail text REFERENCES parents (mail), moods mood[]);
INSERT INTO parents VALUES (1, '${ROW}', '1'), (2, 'other', '2');
INSERT INTO children VALUES (1, '${ROW}', '{${ROW}}');`;

let a: TestServer;
let b: TestServer;
let meanwhile: Meanwhile;
beforeAll(async () => {
  meanwhile = await meanwhileBy();
  [a, b] = await Promise.all([startServer(), startServer()]);
});
afterAll(() => Promise.all([a.stop(), b.stop()]));

/** Everything that an error holds, its causes, hidden fields and stacks included. */
const whole = (error: unknown): string =>
  inspect(error, { depth: Infinity, showHidden: true, getters: true });

const raising = (code: string): string =>
  `CREATE OR REPLACE FUNCTION new_home.fits(v text) RETURNS bool LANGUAGE plpgsql AS
   $$ BEGIN RAISE EXCEPTION 'will not have %', v USING ERRCODE = '${code}', DETAIL = v, HINT = v; END $$`;

/** Spoils rows as they come: once they are here, those who build indexes may be in the way of one who changes them. */
const arriving = (when: "BEFORE" | "AFTER", body: string): string =>
  `CREATE FUNCTION new_home.spoil() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${body} END $$;
   CREATE TRIGGER spoil ${when} INSERT ON new_home.parents FOR EACH ROW EXECUTE FUNCTION new_home.spoil();
   ALTER TABLE new_home.parents ENABLE ALWAYS TRIGGER spoil`;

describe("no row is told when the new home refuses", () => {
  const refusals: [what: string, stage: Stage, spoil: string, code: string][] = [
    [
      "a unique index",
      "copy",
      arriving(
        "AFTER",
        "IF new.id = 1 THEN INSERT INTO new_home.parents VALUES (3, new.mail, '3'); END IF; RETURN NULL;",
      ),
      "definition-refused",
    ],
    [
      "a foreign key",
      "copy",
      arriving("BEFORE", `IF new.mail = '${ROW}' THEN RETURN NULL; END IF; RETURN new;`),
      "definition-refused",
    ],
    [
      "an index's expression",
      "copy",
      arriving("BEFORE", "new.digits := new.mail; RETURN new;"),
      "definition-refused",
    ],
    ["a row, in a function's words", "copy", raising("P0001"), "server-refused"],
    ["a row, in a function's words with a code of its own", "copy", raising("23514"), "server-refused"],
    ["a row's form", "copy", `ALTER TYPE new_home.mood RENAME VALUE '${ROW}' TO 'gone'`, "server-refused"],
    [
      "the proof",
      "verify",
      `UPDATE new_home.parents SET digits = '7' WHERE mail = '${ROW}'`,
      "verification-failed",
    ],
  ];
  it.each(refusals)("%s", async (_, stage, spoil, code) => {
    const name = `rows_${refusals.findIndex((one) => one[2] === spoil)}`;
    const world = await makeWorld(a, b, name, TABLES);
    const error: unknown = await moveWith(world.request, stage, () => void meanwhile(b, name, spoil)).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ code });
    expect(whole(error)).not.toContain(ROW);
    expect(messageOf(error).length).toBeGreaterThan(10);
    const journal = await b.sql<{ text: string }>(
      name,
      "SELECT query_to_xml('TABLE rehome.migration', true, true, '')::text || query_to_xml('TABLE rehome.event', true, true, '')::text AS text",
    );
    expect(journal[0]?.text).toContain("<error>");
    expect(journal[0]?.text).not.toContain(ROW);
  });

  it("though the server's own error does tell it: the test can fail", async () => {
    const duplicate = `CREATE TEMP TABLE t AS SELECT '${ROW}' AS v FROM generate_series(1, 2); CREATE UNIQUE INDEX ON t (v)`;
    const error: unknown = await a.sql("postgres", duplicate).catch((thrown: unknown) => thrown);
    expect(whole(error)).toContain(ROW);
    expect(whole(withoutRows(error))).not.toContain(ROW);
    expect(whole(new RehomeError("server-refused", messageOf(error), { cause: error }))).not.toContain(ROW);
    expect(messageOf(withoutRows(error))).toMatch(/^could not create unique index/);
  });
});

describe("passwords in code", () => {
  it.each([
    ["dblink('host=x password=hunter2 dbname=y')", "dblink('host=x password=*** dbname=y')"],
    ["dblink('password=''hun ter2'' host=x')", "dblink('password=*** host=x')"],
    ["'postgres://me:hunter2@host/db'", "'postgres://me:***@host/db'"],
    ["CREATE ROLE x PASSWORD 'hun''ter2' LOGIN", "CREATE ROLE x PASSWORD *** LOGIN"],
    [`'{"api_key": "hunter2"}'`, `'{"api_key": ***}'`],
    ["v_token text := 'hunter2';", "v_token text := 'hunter2';"],
    ["v_token := 'hunter2';", "v_token := ***;"],
    [
      "CREATE TABLE t (password text NOT NULL, token int)",
      "CREATE TABLE t (password text NOT NULL, token int)",
    ],
  ])("%s", (given, shown) => {
    expect(withoutPasswords(given)).toBe(shown);
  });

  it("do not show in a preview or a refusal that quotes the code", async () => {
    const body = "SELECT dblink('password=hunter2 options=-csearch_path=public', 'x')";
    const definitions = `CREATE FUNCTION away() RETURNS text LANGUAGE plpgsql AS $f$ BEGIN EXECUTE $q$${body}$q$; END $f$`;
    const { request } = await makeWorld(a, b, "told", definitions);
    const plan = await planMove(request);
    expect(plan.findings.map(({ code }) => code)).toContain("code-unclear");
    expect(JSON.stringify(plan)).not.toContain("hunter2");
    const error: unknown = await move(request).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "blocked" });
    expect(whole(error)).not.toContain("hunter2");
  });
});
