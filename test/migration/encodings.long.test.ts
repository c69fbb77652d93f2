import { move, planMove, type MoveRequest } from "@rehome/migration";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServer, type TestServer } from "../support/servers";
import { contents, leftovers, makeWorld, reversed, value, type World } from "./dataset";

let a: TestServer;
let b: TestServer;
beforeAll(async () => {
  [a, b] = await Promise.all([startServer(), startServer()]);
});
afterAll(() => Promise.all([a.stop(), b.stop()]));

const created = (encoding: string, locale = "C"): string =>
  `TEMPLATE template0 ENCODING '${encoding}' LC_COLLATE '${locale}' LC_CTYPE '${locale}'`;

/** Text of every kind, in letters that `letters` gives; names and code with letters too. */
const text = (letters: string): string => `
CREATE TYPE mood AS ENUM ('${letters}', 'plain'); CREATE TYPE pair AS (l text, r jsonb);
CREATE TABLE "t${letters}" (id int PRIMARY KEY, v text, c varchar(5), b char(9), doc jsonb, raw json, words tsvector, m mood, ms mood[],
  docs jsonb[], p pair, x xml, bytes bytea, one "char", n name, made text GENERATED ALWAYS AS (upper(v) || '${letters}') STORED);
COMMENT ON TABLE "t${letters}" IS 'about ${letters}';
CREATE FUNCTION said() RETURNS text LANGUAGE sql AS $$ SELECT '${letters}' -- ${letters} $$;
CREATE INDEX ON "t${letters}" (v); CREATE VIEW w AS SELECT v || '${letters}' AS v FROM "t${letters}";
INSERT INTO "t${letters}" (id, v, c, b, doc, raw, words, m, ms, docs, p, x, bytes, one, n)
  SELECT i, '${letters}' || i, '${letters.slice(0, 1)}', '${letters}', jsonb_build_object('${letters}', i, 'zzzz', '${letters}', 'y', 1, 'a b', '{"['),
    '{"b":"${letters}", "a":1}', to_tsvector('simple', '${letters} zzzz y ' || i), '${letters}', '{plain,${letters}}',
    ARRAY['{"${letters}": 1, "zzzz": 2, "y": 3}'::jsonb], ROW('${letters}', '{"${letters}": 1, "zz": 2}'::jsonb)::pair, '<e>${letters}</e>'::text::xml,
    '\\x00e9ff', 'x', '${letters}' FROM generate_series(1, 50) i;
INSERT INTO "t${letters}" (id) VALUES (51);`;

const codes = async (request: MoveRequest): Promise<string[]> =>
  (await planMove(request)).findings.map((finding) => `${finding.level} ${finding.code}`);

const same = async (world: World): Promise<void> => {
  const { from, to } = world.request;
  // Outside of the databases the same text may be in another order: jsonb sorts its keys by bytes.
  const rows = async (server: TestServer, { database, schema }: typeof from): Promise<unknown> => {
    const [table] = Object.keys(await contents(server, { ...from, database, schema }));
    const found = await server.sql<{ words: string; doc: unknown; docs: string[] }>(
      database,
      `SET search_path = "${schema}"; SELECT *, (doc::text COLLATE "C") IS NULL AS gone FROM "${String(table)}" ORDER BY id`,
    );
    return found.map(({ words, ...row }) => [words?.split(" ").sort(), row]);
  };
  expect(await rows(b, to)).toEqual(await rows(a, from));
};

describe.each([
  ["LATIN1", "UTF8", "äé"],
  ["UTF8", "LATIN1", "äé"],
  ["LATIN1", "LATIN9", "äé"],
  ["EUC_JP", "UTF8", "数字"],
  ["WIN1251", "UTF8", "жы"],
  ["LATIN1", "LATIN1", "äé"],
  ["UTF8", "SQL_ASCII", "äé"],
])("from %s to %s", (from, to, letters) => {
  it("every letter arrives, is verified, and comes back", async () => {
    const name = `enc_${from}_${to}`.toLowerCase();
    // SQL_ASCII counts bytes, so that what is padded there has fewer blanks: verified as another content.
    const definitions = to === "SQL_ASCII" ? text(letters).replace("b char(9)", "b text") : text(letters);
    const world = await makeWorld(a, b, name, definitions, {
      created: { old: created(from), now: created(to) },
    });
    expect(await codes(world.request)).toEqual(to === "SQL_ASCII" ? ["warning encoding-unchecked"] : []);
    expect(await move(world.request)).toMatchObject({ clean: true, rows: 51 });
    await same(world);
    expect(await value<string>(b, name, "SELECT new_home.said()")).toContain(letters);
    await b.sql(name, `INSERT INTO new_home."t${letters}" (id, v) VALUES (52, '${letters}')`);
    expect(await move(reversed(world.request))).toMatchObject({ clean: true, rows: 52 });
    await same(world);
  });
});

describe("text that does not fit", () => {
  const spoilt: readonly [from: string, to: string, spoil: string, says: RegExp][] = [
    ["UTF8", "LATIN1", "INSERT INTO bad VALUES ('€')", /UTF8.*LATIN1.*no form in LATIN1: Odd n; bad\./],
    [
      "SQL_ASCII",
      "UTF8",
      "INSERT INTO bad VALUES (E'\\xe9')",
      /SQL_ASCII.*is not UTF8: Odd n; bad\..*ENCODING 'SQL_ASCII'/s,
    ],
    ["UTF8", "EUC_JP", "INSERT INTO bad VALUES ('ж€')", /no form in EUC_JP: Odd n; bad\./],
  ];
  it.each(spoilt)("from %s to %s is refused in the plan, by table", async (from, to, spoil, says) => {
    const name = `unfit_${from}_${to}`.toLowerCase();
    const odd = spoil.replace("bad", '"Odd n"');
    const { request } = await makeWorld(
      a,
      b,
      name,
      `CREATE TABLE bad (v text); CREATE TABLE "Odd n" (v text); CREATE TABLE fine (v text, b bytea);
       INSERT INTO fine VALUES ('plain', '\\xe9'); ${spoil}; ${odd}`,
      { created: { old: created(from), now: created(to) } },
    );
    const { findings } = await planMove(request);
    expect(findings.map((finding) => finding.code)).toEqual(["encoding-mismatch"]);
    expect(`${findings[0]?.message} ${findings[0]?.remedy}`).toMatch(says);
    await expect(move(request)).rejects.toMatchObject({ code: "blocked" });
    await a.sql(name, `DELETE FROM bad; DELETE FROM "Odd n"`);
    expect(await move(request)).toMatchObject({ clean: true });
  });

  it("and comes after the plan fails the move by name, without the row's bytes, and the service goes on", async () => {
    const { request } = await makeWorld(
      a,
      b,
      "unfit_later",
      "CREATE TABLE bad (v text); CREATE TABLE t (v text)",
      {
        created: { now: created("LATIN1") },
      },
    );
    let written: Promise<unknown> | undefined;
    const moving = move(request, ({ stage }) => {
      if (stage === "prepare") written ??= a.sql("unfit_later", "INSERT INTO bad VALUES ('€')");
    });
    await expect(moving).rejects.toMatchObject({
      code: "encoding-mismatch",
      message: expect.stringMatching(/^table bad holds text that has no form(?!.*0x)/) as string,
    });
    await written;
    expect(await leftovers(a, request.from)).toEqual([]);
    await a.sql("unfit_later", "INSERT INTO bad VALUES ('x')");
  });

  it("a table partitioned by a hash of text is refused where the encoding changes", async () => {
    const { request } = await makeWorld(
      a,
      b,
      "hashed",
      "CREATE TABLE h (v text) PARTITION BY HASH (v); CREATE TABLE h0 PARTITION OF h FOR VALUES WITH (modulus 1, remainder 0)",
      { created: { old: created("LATIN1"), now: created("UTF8") } },
    );
    expect(await codes(request)).toEqual(["blocker encoding-partitions"]);
  });
});

describe("collations", () => {
  it("another default and another provider are told, and the data arrives sorted anew", async () => {
    const { request } = await makeWorld(
      a,
      b,
      "sorting",
      `CREATE TABLE t (v text PRIMARY KEY, g text COLLATE "de-x-icu" UNIQUE, c text COLLATE "C");
       CREATE COLLATION blind (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
       CREATE TABLE n (v text COLLATE blind UNIQUE);
       CREATE TABLE p (v text) PARTITION BY RANGE (v); CREATE TABLE p1 PARTITION OF p FOR VALUES FROM ('a') TO ('n');
       INSERT INTO p VALUES ('b'), ('m');
       INSERT INTO t SELECT x || i, x || i, x FROM unnest('{a,B,ä,z}'::text[]) x, generate_series(1, 100) i; INSERT INTO n VALUES ('Abc'), ('äbc')`,
      {
        created: {
          now: "TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en-US' LC_COLLATE 'C' LC_CTYPE 'C'",
        },
      },
    );
    const { findings } = await planMove(request);
    expect(findings).toMatchObject([
      {
        code: "collation-differs",
        level: "warning",
        message: expect.stringMatching(/the default: libc C.* there, icu en-US.* here\)/) as string,
      },
    ]);
    const before = await contents(a, request.from);
    await move(request);
    expect(await contents(b, request.to)).toEqual(before);
    const sorted =
      "SET search_path = new_home; SET enable_seqscan = off; SELECT string_agg(v, ' ') FROM (SELECT v FROM t WHERE v LIKE '%7' AND length(v) = 2 ORDER BY v) s";
    expect(await value<string>(b, "sorting", sorted)).toBe("a7 ä7 B7 z7");
    await expect(b.sql("sorting", "INSERT INTO new_home.n VALUES ('aBC')")).rejects.toMatchObject({
      code: "23505",
    });
    await move(reversed(request));
    expect(await contents(a, request.from)).toEqual(before);
  });

  it("one that the new home's server lacks is refused by name, wherever it is used", async () => {
    const name = "own_locale";
    const { request } = await makeWorld(a, b, name, "CREATE TABLE t (v text, w text)", {
      before: `CREATE COLLATION pg_catalog.house (provider = icu, locale = 'de'); CREATE COLLATION pg_catalog.garden (provider = icu, locale = 'fr');
        CREATE COLLATION pg_catalog.unused (provider = icu, locale = 'fr')`,
    });
    await a.sql(
      name,
      `ALTER TABLE public.t ALTER w TYPE text COLLATE pg_catalog.house; CREATE VIEW public.w AS SELECT v COLLATE pg_catalog.garden AS v FROM public.t`,
    );
    const { findings } = await planMove(request);
    expect(findings.map(({ code, message }) => [code, /names: (.*)\./.exec(message)?.[1]])).toEqual([
      ["collation-missing", "garden; house"],
    ]);
    await b.sql(
      name,
      "CREATE COLLATION pg_catalog.house (provider = icu, locale = 'de'); CREATE COLLATION pg_catalog.garden (provider = icu, locale = 'es')",
    );
    const { findings: now } = await planMove(request);
    expect(
      now.map(({ code, message }) => [code, /garden: icu fr.* there, icu es.* here/.test(message)]),
    ).toEqual([["collation-differs", true]]);
  });
});
