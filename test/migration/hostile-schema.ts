import { ident, literal, qualified } from "../../migration/src/sql/quote";

/** Names that end quotes, begin comments, stand for something in `format()` or `psql`, or are cut by the byte. */
export const HOSTILE: readonly string[] = [
  `it's`,
  `say "hi"`,
  `''"''`,
  `public"; DROP SCHEMA public CASCADE; --`,
  `'); DROP TABLE x; --`,
  "back\\slash\\",
  "\\x41\\n",
  "\\restrict me",
  "$$",
  "$fence$; SELECT 1/0; $fence$",
  "$function$",
  "$1",
  "%s",
  "%I %L %%",
  "-- comment",
  "/* comment */",
  "two\nlines\r\nand\ta tab",
  "\n\\restrict evil\n-- Name: x; Type: TABLE",
  " leading and trailing ",
  "a.b.c",
  "a,b",
  "{a,b}",
  "*?[a-z]|+(x)^",
  "select",
  "DEFAULT",
  "MixedCase",
  "1st",
  "ünïcödé",
  "e\u0301 combining",
  "👩‍👩‍👧 emoji",
  "\u202eright to left: שלום",
  "no\u00a0break\u3000space\ufeff",
  "rehome",
  "rehome_fence",
  "pg_temp",
  "pg_catalog",
  "=host=x dbname=y",
  "postgres://u:p@h/d?x=y",
  'U&"\\0041"',
  "E'\\''",
  "日".repeat(21),
  `"${"é".repeat(31)}`,
];

/** Shortens a name from its front until `name + suffix` fits into PostgreSQL's 63 bytes, never within a letter. */
export const fit = (name: string, suffix: string): string => {
  const letters = [...name];
  while (Buffer.byteLength(letters.join("") + suffix) > 63) letters.shift();
  return letters.join("") + suffix;
};

/**
 * A table for each name, and around it everything that has a name: type, domain, sequence, columns, constraints, index,
 * view, trigger, policy, statistics, routines whose code names the table with its schema. Values are the names too.
 */
export const hostileDefinitions = (schema: string, names: readonly string[] = HOSTILE): string => {
  const place = (name: string): string => qualified(schema, name);
  const first = names[0] ?? "first";
  const one = (name: string): string => {
    const [table, id, value] = [place(name), ident(name), ident(fit(name, "_c"))];
    const [kind, domain, counter] = ["_e", "_d", "_s"].map((suffix) => place(fit(name, suffix)));
    const own = (suffix: string): string => ident(fit(name, suffix));
    const body = `DECLARE found text; BEGIN SELECT max(t.${value}) INTO found FROM ${table} t; RETURN found; END`;
    const touched = `BEGIN new.${value} := new.${value} || ${literal(`+${name}`)}; RETURN new; END`;
    return `
      CREATE DOMAIN ${domain} AS text CONSTRAINT ${own("_dc")} CHECK (value <> ${literal(`no ${name}`)});
      CREATE TYPE ${kind} AS ENUM (${literal(fit(name, ""))}, 'other');
      CREATE SEQUENCE ${counter} START 7;
      CREATE TABLE ${table} (
        ${id} int GENERATED ALWAYS AS IDENTITY CONSTRAINT ${own("_p")} PRIMARY KEY,
        ${value} ${domain} NOT NULL DEFAULT ${literal(name)},
        ${own("_x")} ${kind} DEFAULT ${literal(fit(name, ""))},
        ${own("_n")} bigint DEFAULT nextval(${literal(counter ?? "")}),
        ${own("_g")} text GENERATED ALWAYS AS (${value} || ${literal(name)}) STORED,
        ${own("_r")} int CONSTRAINT ${own("_f")} REFERENCES ${place(first)},
        CONSTRAINT ${own("_k")} CHECK (${value} <> ${literal(`never ${name}`)}));
      CREATE INDEX ${own("_i")} ON ${table} (${value}) WHERE ${value} <> ${literal(name)};
      CREATE VIEW ${place(fit(name, "_v"))} AS SELECT ${id}, ${value} AS ${own("_a")} FROM ${table} WHERE ${value} <> '';
      CREATE FUNCTION ${place(fit(name, "_q"))}(${own("_w")} text) RETURNS text LANGUAGE plpgsql AS ${literal(body)};
      CREATE FUNCTION ${place(fit(name, "_t"))}() RETURNS trigger LANGUAGE plpgsql AS ${literal(touched)};
      CREATE TRIGGER ${own("_tr")} BEFORE UPDATE ON ${table} FOR EACH ROW EXECUTE FUNCTION ${place(fit(name, "_t"))}();
      CREATE POLICY ${id} ON ${table} USING (${value} <> ${literal(name)});
      CREATE STATISTICS ${place(fit(name, "_st"))} ON ${value}, ${own("_n")} FROM ${table};
      COMMENT ON TABLE ${table} IS ${literal(name)};
      COMMENT ON COLUMN ${table}.${value} IS ${literal(`of ${name}`)};
      INSERT INTO ${table} (${value}) VALUES (${literal(name)}), (''), (${literal(`${name}\n\\.\n\\N\t`)});`;
  };
  return names.map(one).join("\n");
};
