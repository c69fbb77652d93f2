import { applyRoleSettings, move, readRoleSettings } from "@rehome/migration";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ident } from "../../migration/src/sql/quote";
import { cases } from "../support/long";
import { startServer, type TestServer } from "../support/servers";
import { contents, leftovers, makeWorld, reversed, value, type World } from "./dataset";
import { EXTENSIONS, richSchema } from "./rich-schema";

let a: TestServer;
let other: TestServer;
beforeAll(async () => {
  [a, other] = await Promise.all([startServer(), startServer()]);
});
afterAll(() => Promise.all([a.stop(), other.stop()]));

/** Gives the service its path in its home, as the stack does after a move. */
const settle = (to: World["request"]["to"]): Promise<void> =>
  applyRoleSettings({
    server: to.server,
    database: to.database,
    role: to.owner,
    settings: { search_path: `${ident(to.schema)}, public`, statement_timeout: "55s" },
  });

const ways = [
  { way: "from public into a schema of its own", name: "renamed", from: "public", to: "new_home" },
  { way: "under the same name", name: "same", from: "core", to: "core" },
  { way: "into public", name: "topublic", from: "core", to: "public" },
  { way: "public as it is", name: "aspublic", from: "public", to: "public" },
  { way: "with hostile names", name: `It's "A.b" é`, from: `O'ld "S".x`, to: "Nèw.schema \\" },
];
const files = { strategy: "template", into: "(new)", oneServer: true } as const;
const names = { strategy: "set-schema", into: "", oneServer: true } as const;
/** The same with the strategies that touch no row, or no server but one. */
const cheaper = [
  ...ways.map((one) => ({ ...one, ...files, name: `t ${one.name}`, way: `${one.way}, by its files` })),
  ...ways
    .filter(({ from, to }) => from !== to)
    .map((one) => ({ ...one, ...names, name: `n ${one.name}`, way: `${one.way}, inside its database` })),
];
const copied = ways.map((one) => ({ ...one, strategy: "copy", into: "", oneServer: false }) as const);

/** Each strategy, and each kind of name. */
const shown = cases([...copied, ...cheaper], ({ strategy, from, to }, at) =>
  strategy === "copy" ? at !== 1 : from === "public" && to !== from,
);

describe.each(shown)("a rich schema moves $way", ({ name, from, to, strategy, into, oneServer }) => {
  let world: World;
  let before: Record<string, string>;
  let b: TestServer;
  beforeAll(() => {
    b = oneServer ? a : other;
  });

  it("with every row, whatever is in it", async () => {
    world = await makeWorld(a, b, name, richSchema(ident(from)), {
      ...{ from, to, into: `${name}${into}`, before: EXTENSIONS },
    });
    before = await contents(a, world.request.from);
    expect(Object.keys(before).length).toBeGreaterThan(15);
    const result = await move(world.request);
    expect(result).toMatchObject({ dataset: name, strategy, clean: true });
    expect(await contents(b, world.request.to)).toEqual(before);
    expect(await contents(a, world.request.from)).toEqual(strategy === "set-schema" ? {} : before);
    await settle(world.request.to);
    expect(
      await readRoleSettings({
        server: b.connection,
        database: world.request.to.database,
        role: world.login.user,
      }),
    ).toMatchObject({ statement_timeout: "55s" });
  });

  it("and its code: the service's role works with unqualified names", async () => {
    const { database } = world.request.to;
    const mine = <T = number>(sql: string): Promise<T> => value<T>(b, database, sql, world.login);
    expect(await mine("INSERT INTO people (mail) VALUES ('new@x') RETURNING id")).toBe(201);
    expect(await mine<string>("INSERT INTO sales (person, total) VALUES (201, 5) RETURNING id")).toBe("2001");
    expect(await mine<string>("SELECT spent_by('NEW@X')::text")).toBe("5");
    expect(await mine<string>("SELECT next_sale()")).toBe("2002");
    expect(await mine<string>("SELECT parsed(0)")).toBe("2001");
    expect(await mine<string>("SELECT longest(v) FROM (VALUES ('a'), ('b')) t(v)")).toBe("ab");
    expect(
      await mine("SELECT count(*)::int FROM (SELECT ROW('a', 'z')::place =~= ROW('b', 'z') AS r) x WHERE r"),
    ).toBe(1);
    expect(await mine("SELECT count(*)::int FROM of_spenders")).toBe(201);
    // citext has no case: the trigger's condition means that in the new home too
    const changed = (mail: string): Promise<number> =>
      mine(`UPDATE people SET mail = '${mail}' WHERE id = 201 RETURNING changed`);
    expect(await changed("NEW@X")).toBe(0);
    expect(await changed("other@x")).toBe(1);
    await b.sql(database, "CALL clear_cache(); REFRESH MATERIALIZED VIEW totals", world.login);
    expect(await mine("SELECT count(*)::int FROM totals")).toBe(201);
    expect(await mine("SELECT count(*)::int FROM cache")).toBe(0);
    await b.sql(database, "BEGIN; INSERT INTO sales (person, total) VALUES (-1, 0)", world.login);
    await expect(
      b.sql(database, "INSERT INTO sales (person, total) VALUES (-1, 0)", world.login),
    ).rejects.toMatchObject({ code: "23503" });
    await expect(
      b.sql(database, "INSERT INTO booking VALUES (1, '[2024-01-01,)')", world.login),
    ).rejects.toMatchObject({ code: "23P01" });
    expect(
      await mine("SELECT count(*)::int FROM (SELECT set_config('app.tenant', 't2', false)) s, secret"),
    ).toBe(1);
  });

  it("and sequences that go on where they stood", async () => {
    const { database } = world.request.to;
    const next = (name: string): Promise<string> =>
      value<string>(b, database, `SELECT nextval('${name}')::text`, world.login);
    expect(await next("uncalled")).toBe("7");
    expect(await next("countdown")).toBe("98");
    expect(Number(await next("called"))).toBeGreaterThan(3);
    expect(await next("select_id_seq")).toBe("2");
  });

  it("and states that only the catalog knows", async () => {
    const { database, schema } = world.request.to;
    const catalog = <T>(sql: string): Promise<T> =>
      value<T>(b, database, `SET search_path = ${ident(schema)}, public; ${sql}`);
    expect(
      await catalog<string>(
        "SELECT string_agg(tgname || tgenabled::text, ' ' ORDER BY tgname) FROM pg_trigger WHERE tgname IN ('always', 'resting', 'touched')",
      ),
    ).toBe("alwaysA restingD touchedO");
    expect(
      await catalog<string>(
        "SELECT relpersistence::text || reloptions::text FROM pg_class WHERE oid = 'cache'::regclass",
      ),
    ).toBe("u{fillfactor=70}");
    expect(
      await catalog<boolean>("SELECT relforcerowsecurity FROM pg_class WHERE oid = 'secret'::regclass"),
    ).toBe(true);
    expect(await catalog<boolean>("SELECT relispopulated FROM pg_class WHERE oid = 'later'::regclass")).toBe(
      false,
    );
    expect(await catalog<string>("SELECT obj_description('people'::regclass)")).toBe('who; they "are"');
    expect(await catalog<string>("SELECT enum_range(NULL::mood)::text")).toBe("{sad,meh,happy}");
    expect(
      await catalog<number>(
        `SELECT count(*)::int FROM pg_class WHERE relnamespace = '${ident(schema).replaceAll("'", "''")}'::regnamespace
           AND relkind <> 'i' AND pg_get_userbyid(relowner) <> '${world.login.user.replaceAll("'", "''")}'
           AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_class.oid AND deptype = 'e')`,
      ),
    ).toBe(0);
  });

  it("leaves nothing behind in the new home, and no way to write in the old one", async () => {
    const { from: old, to: home } = world.request;
    expect(await leftovers(b, home)).toEqual([]);
    expect((await leftovers(a, old)).filter((what) => !what.startsWith("trigger"))).toEqual([]);
    const table = `${ident(old.schema)}.people`;
    await expect(a.sql(old.database, `DELETE FROM ${table}`, world.login)).rejects.toThrow(
      /permission denied|does not exist/,
    );
    await expect(a.sql(old.database, `SELECT FROM ${table}`, world.login)).rejects.toThrow(
      /permission denied|does not exist/,
    );
    for (const write of [
      `DELETE FROM ${table}`,
      `TRUNCATE ${table} CASCADE`,
      `INSERT INTO ${ident(old.schema)}.log_new VALUES ('1', 'eu', 'now')`,
    ])
      await expect(a.sql(old.database, write)).rejects.toMatchObject({
        // Inside one database the table is not there any more; elsewhere the fence answers.
        code: strategy === "set-schema" ? "42P01" : "25006",
      });
  });

  it("and comes back with what was written since", async () => {
    const now = await contents(b, world.request.to);
    await move(reversed(world.request));
    await settle(world.request.from);
    expect(await contents(a, world.request.from)).toEqual(now);
    expect(now).not.toEqual(before);
    expect(await leftovers(a, world.request.from)).toEqual([]);
    expect(
      await value(
        a,
        world.request.from.database,
        "INSERT INTO people (mail) VALUES ('a@x') RETURNING id",
        world.login,
      ),
    ).toBe(202);
  });
});
