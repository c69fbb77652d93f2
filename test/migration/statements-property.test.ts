import fc from "fast-check";
import { expect, it } from "vitest";
import { splitStatements } from "../../migration/src/ddl/statements";
import { ident, literal, qualified } from "../../migration/src/sql/quote";
import { HOSTILE } from "./hostile-schema";

const name = fc.oneof(
  fc.constantFrom(...HOSTILE),
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }).filter((each) => !each.includes("\0")),
);
const statement = fc.oneof(
  fc.tuple(name, name).map(([s, t]) => `CREATE TABLE ${qualified(s, t)} ()`),
  fc.tuple(name, name).map(([t, text]) => `COMMENT ON TABLE ${ident(t)} IS ${literal(text)}`),
  fc
    .tuple(name, name)
    .map(
      ([f, body]) =>
        `CREATE FUNCTION ${ident(f)}() RETURNS text LANGUAGE sql AS ${literal(`SELECT ${literal(body)};`)}`,
    ),
  name
    .filter((body) => !body.includes("$x$") && !body.endsWith("$x"))
    .map((body) => `CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $x$\n${body};\n--;\n$x$`),
  fc
    .tuple(name, name)
    .map(
      ([f, text]) =>
        `CREATE FUNCTION ${ident(f)}() RETURNS text LANGUAGE sql BEGIN ATOMIC SELECT ${literal(text)}; SELECT 'x'; END`,
    ),
  fc
    .tuple(name, name)
    .map(([v, text]) => `CREATE VIEW ${ident(v)} AS SELECT ${literal(text)}::text AS ${ident(v)}`),
);
/** What a dump puts between two statements. */
const gap = fc.constantFrom(
  "\n",
  "\n\n",
  "\n\n--\n-- Name: x; Type: TABLE; Schema: s; Owner: -\n--\n\n",
  '\n-- it\'s "$$" /* ;\n',
);

it("a dump is split into the statements that it was made of, whatever their names hold", () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(statement, gap), { maxLength: 8 }),
      fc.boolean(),
      async (parts, guarded) => {
        const text = parts.map(([sql, space]) => `${space}${sql};`).join("");
        const dump = guarded
          ? `--\n-- PostgreSQL database dump\n--\n\n\\restrict aB3\n${text}\n\\unrestrict aB3\n\n`
          : text;
        expect((await splitStatements(dump)).map(({ sql }) => sql)).toEqual(parts.map(([sql]) => sql));
      },
    ),
    { numRuns: 300 },
  ));
