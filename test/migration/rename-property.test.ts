import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { nameOf, valueOf } from "../../migration/src/ddl/constants";
import { loadGrammar } from "../../migration/src/ddl/grammar";
import { renameInCode, type Renaming } from "../../migration/src/ddl/rename-code";
import { ident, literal } from "../../migration/src/sql/quote";

beforeAll(loadGrammar);

/** Every way to write a name in code, and inside of a string. */
const written = (name: string): string[] => [
  ident(name),
  ...(/^[a-z_][a-z0-9_]*$/.test(name) ? [name, name.toUpperCase()] : []),
  `U&"${[...name].map((letter) => `\\+${(letter.codePointAt(0) ?? 0).toString(16).padStart(6, "0")}`).join("")}"`,
];
const inEscapes = (text: string): string =>
  `E'${[...Buffer.from(text, "latin1")].map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("")}'`;
const inUnicode = (text: string): string =>
  `U&'${[...text].map((letter) => `\\+${(letter.codePointAt(0) ?? 0).toString(16).padStart(6, "0")}`).join("")}'`;
/** Every way to write a text as a constant. */
const constants = (text: string): string[] => [
  literal(text).trimStart(),
  ...(text.includes("$") ? [] : [`$q$${text}$q$`]),
  inUnicode(text),
  `'${text.slice(0, 2).replaceAll("'", "''")}'\n  '${text.slice(2).replaceAll("'", "''")}'`,
  ...(/^[ -~]*$/.test(text) ? [inEscapes(text)] : []),
];

/** Code that uses the schema, by how it is written there (`q`) and by its name (`n`). */
const USES: ((q: string, n: string, constant: (text: string) => string) => string)[] = [
  (q) => `PERFORM 1 FROM ${q}.users;`,
  (q) => `INSERT INTO ${q} . users (a) VALUES (1);`,
  (q) => `x := ${q}/* here */.f(1);`,
  (q) => `SET LOCAL search_path = ${q}, public;`,
  (q) => `GRANT USAGE ON SCHEMA public, ${q} TO reader;`,
  (q) => `SET SCHEMA ${q};`,
  (q) => `PERFORM nextval(${literal(`${q}.users_id_seq`)});`,
  (q, _, c) => `x := ${c(`${q}.users`)}::regclass;`,
  (q, _, c) => `EXECUTE ${c(`DELETE FROM ${q}.users`)};`,
  (q, _, c) => `EXECUTE ${c(`DELETE FROM ${q}.`)} || t;`,
  (q, _, c) => `EXECUTE ${c(`SET search_path = ${q}, public`)};`,
  (_, n, c) => `EXECUTE format('DELETE FROM %I.users', ${c(n)});`,
  (_, n, c) => `EXECUTE 'DELETE FROM ' || ${c(n)} || '.users';`,
  (_, n, c) => `PERFORM set_config('search_path', ${c(n)}, true);`,
  (_, n, c) => `PERFORM 1 FROM information_schema.tables WHERE table_schema = ${c(n)};`,
  (_, n, c) => `PERFORM 1 FROM pg_namespace WHERE nspname IN (${c(n)});`,
  (_, n, c) => `PERFORM ${c(n)}::regnamespace;`,
  (_, n, c) => `SET SCHEMA ${c(n)};`,
  (_, n, c) => `s := ${c(n)}; EXECUTE format('DELETE FROM %I.users', s);`,
  (_, n, c) => `PERFORM f(${c(n)}, 'users');`,
];
/** Code in which the name means something else; nothing to find, nothing to change. */
const INNOCENT: ((n: string) => string)[] = [
  (n) => `PERFORM 1; -- ${n.replaceAll("\n", " ")}.users`,
  (n) => `/* ${n.replaceAll(/[*/]/g, "")}.users */ PERFORM 2;`,
  () => `PERFORM 1 FROM elsewhere.users WHERE a = 'b';`,
  (n) => `x := ${ident(`${n}x`)}.users;`,
  (n) => `UPDATE users SET visibility = ${literal(n)} WHERE id = 1;`,
];

const moving = new Set(["users", "users_id_seq", "f"]);
const name = fc
  .oneof(
    fc.constantFrom(
      "core",
      "public",
      "Mixed Case",
      `say "hi"`,
      "it's",
      "a.b",
      "back\\slash",
      "ünï",
      "日本",
      "%I",
      "$q",
    ),
    fc.stringMatching(/^[a-z_][a-z0-9_]{3,10}$/),
  )
  .filter(
    (each) =>
      !/^(users|public|elsewhere|reader|format|search_path|nspname|information_schema|users_id_seq)$/.test(
        each,
      ),
  );

const renamingOf = (from: string): Renaming => ({
  from,
  to: "brand new",
  moving,
  staying: new Set(),
  extensionSchema: "public",
});

describe("whatever the schema's name and however code writes it", () => {
  it("a use is renamed or said to be unclear, and never left silently", () => {
    const pick = fc.record({
      use: fc.constantFrom(...USES),
      way: fc.nat(),
      form: fc.nat(),
      before: fc.constantFrom(...INNOCENT),
    });
    fc.assert(
      fc.property(name, pick, (from, { use, way, form, before }) => {
        const [ways, innocent] = [written(from), before(from)];
        const constant = (text: string): string => constants(text)[form % constants(text).length] ?? "";
        const line = use(ways[way % ways.length] ?? "", from, constant);
        const code = `${innocent}\n${line}`;
        const { text, unclear } = renameInCode(code, renamingOf(from));
        if (unclear.length > 0) expect(text).toContain(innocent);
        else expect({ code, text: text.slice(innocent.length + 1) }).not.toEqual({ code, text: line });
        if (unclear.length === 0) expect(text).toMatch(/brand new/);
      }),
      { numRuns: 3000 },
    );
  });

  it("what means something else is left as it is", () => {
    fc.assert(
      fc.property(
        name,
        fc.array(fc.constantFrom(...INNOCENT), { minLength: 1, maxLength: 6 }),
        (from, pieces) => {
          const code = pieces.map((piece) => piece(from)).join("\n");
          expect(renameInCode(code, renamingOf(from))).toEqual({ text: code, unclear: [] });
        },
      ),
      { numRuns: 500 },
    );
  });

  it("renaming twice changes nothing more", () => {
    fc.assert(
      fc.property(name, fc.array(fc.constantFrom(...USES), { minLength: 1, maxLength: 5 }), (from, uses) => {
        const code = uses
          .map((use) => use(ident(from), from, (text) => literal(text).trimStart()))
          .join("\n");
        const once = renameInCode(code, renamingOf(from));
        const twice = renameInCode(once.text, renamingOf(from));
        expect(twice.text).toBe(once.text);
        expect(twice.unclear.length).toBeLessThanOrEqual(once.unclear.length);
      }),
      { numRuns: 500 },
    );
  });
});

it("constants and names are read as PostgreSQL reads them", () => {
  const text = fc.string({ unit: "grapheme", minLength: 2 }).filter((each) => !/[\0$]/.test(each));
  fc.assert(
    fc.property(text, (given) => {
      for (const one of written(given).slice(0, 1)) expect(nameOf(one)).toBe(given);
      expect(nameOf(written(given).at(-1) ?? "")).toBe(given);
      for (const one of constants(given)) expect(valueOf(one)).toBe(given);
    }),
  );
});
