import fc from "fast-check";
import type pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { splitIdentifiers } from "../../migration/src/sql/settings";
import { ident, literal, qualified } from "../../migration/src/sql/quote";
import { startServer, type TestServer } from "../support/servers";

let server: TestServer;
let client: pg.Client;
beforeAll(async () => {
  server = await startServer();
  client = await server.connect("postgres");
});
afterAll(async () => {
  await client.end();
  await server.stop();
});

const text = fc.string({ unit: "grapheme", maxLength: 80 });
/** Letters that end quotes, begin escapes and comments, or mean something to somebody. */
const hostile = fc.string({
  unit: fc.constantFrom(
    "'",
    '"',
    "\\",
    "$",
    "$$",
    ";",
    "--",
    "/*",
    "\n",
    ".",
    ",",
    " ",
    "%",
    "{",
    "é",
    "E'",
    "A",
  ),
});
const anyText = fc.oneof(text, hostile).filter((given) => !given.includes("\0"));
/** What PostgreSQL takes for a name: 1 to 63 bytes. */
const anyName = anyText.filter((given) => given.length > 0 && Buffer.byteLength(given) <= 63);
const runs = { numRuns: 60 };

describe.each(["on", "off"])("with standard_conforming_strings %s", (setting) => {
  beforeAll(() =>
    client.query(`SET standard_conforming_strings = ${setting}; SET escape_string_warning = off`),
  );

  it("a literal reads back as the text that it was made of", () =>
    fc.assert(
      fc.asyncProperty(anyText, anyText, async (one, two) => {
        const { rows } = await client.query<{ one: string; two: string }>(
          `SELECT ${literal(one)} AS one, ${literal(two)} AS two`,
        );
        expect(rows).toEqual([{ one, two }]);
      }),
      runs,
    ));

  it("an identifier names the object that it was made for, also as a text", () =>
    fc.assert(
      fc.asyncProperty(anyName, anyName, async (schema, name) => {
        await client.query("BEGIN");
        try {
          await client.query(
            `CREATE SCHEMA IF NOT EXISTS ${ident(schema)}; CREATE TABLE ${qualified(schema, name)} ()`,
          );
          const { rows } = await client.query<{ schema: string; name: string }>(
            `SELECT n.nspname AS schema, c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE c.oid = ${literal(qualified(schema, name))}::regclass`,
          );
          expect(rows).toEqual([{ schema, name }]);
        } finally {
          await client.query("ROLLBACK");
        }
      }),
      runs,
    ));
});

describe("a list of names", () => {
  it("is split as the server does", () =>
    fc.assert(
      fc.asyncProperty(fc.array(anyName, { minLength: 1, maxLength: 4 }), async (names) => {
        const unique = [...new Set(names)];
        const list = unique.map(ident).join(", ");
        expect(splitIdentifiers(list)).toEqual(unique);
        await client.query(`SET search_path = ${list}`);
        const { rows } = await client.query<{ search_path: string }>("SHOW search_path");
        expect(splitIdentifiers(rows[0]?.search_path ?? "")).toEqual(unique);
      }),
      runs,
    ));

  it("folds what is bare", () => {
    expect(splitIdentifiers('Core, "My Schema" ,"a""b",  public,"$user"')).toEqual([
      "core",
      "My Schema",
      'a"b',
      "public",
      "$user",
    ]);
    expect(splitIdentifiers("")).toEqual([]);
  });
});

it("NUL is refused, for PostgreSQL has no form for it", () => {
  for (const quote of [ident, literal, (name: string) => qualified("s", name)])
    expect(() => quote("a\0b")).toThrow(RangeError);
});
