import { execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { databasesOf } from "@rehome/example-data";
import { findBinaries } from "@rehome/postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { contents, mentions, query, refusal, repeatedNumbers } from "./proof";
import { Journey, theRealCliTakesTheSameSteps } from "./same-steps";
import { stage, type Connection, type Stage } from "./stage";

const SERVICES = ["core", "analytics", "commerce", "crm", "finance", "logistics", "operations", "supply"];
const DATABASES = databasesOf("chiro-erp").map(({ name }) => name);
type Contents = Record<string, Record<string, string>>;

let world: Stage;
let before: Contents;
let admin: Connection;
const journey = new Journey("chiro-erp", () => world);

const legacy = (database: string) => ({ ...world.legacy.connection, database });
const schemaOf = (service: string): string => `${service}_schema`;
const all = async (
  entries: readonly (readonly [string, Promise<Record<string, string>>])[],
): Promise<Contents> =>
  Object.fromEntries(await Promise.all(entries.map(async ([name, found]) => [name, await found] as const)));
const legacyContents = (): Promise<Contents> =>
  all(DATABASES.map((database) => [database, contents(legacy(database), "public")] as const));

const programs = async () => {
  const { path } = await findBinaries();
  return { pgDump: path("pg_dump"), psql: path("psql") };
};
const run = (program: string, args: readonly string[], env: NodeJS.ProcessEnv, input = ""): string =>
  execFileSync(program, args, { env, input, encoding: "utf8", maxBuffer: 1 << 28 });

beforeAll(async () => {
  world = await stage("chiro-erp");
  before = await legacyContents();
});
afterAll(() => world.end());

describe("eight databases of one server", () => {
  it("are adopted as they are", async () => {
    await journey.up(1);
    expect(await legacyContents()).toEqual(before);
    expect((await world.service("core")).database).toBe("core_db");
  });

  it("show their plans in the preview, and nothing is touched", async () => {
    const preview = await world.run("preview", 2);
    expect(preview.exitCode, preview.text).toBe(0);
    for (const name of SERVICES) {
      expect(preview.text).toContain(`${name}: legacy/${name}_db.public → shared/chiro_erp.${name}_schema`);
    }
    expect(await legacyContents()).toEqual(before);
    expect(
      await refusal({ ...legacy("core_db") }, "CREATE TABLE public.probe (); DROP TABLE public.probe"),
    ).toBeUndefined();
  });
});

describe("consolidated into eight schemas of one", () => {
  beforeAll(async () => {
    await journey.up(2);
    admin = await world.administrator("shared", "chiro_erp");
  });

  it("every table has the rows that its source had", async () => {
    const now = await all(SERVICES.map((name) => [`${name}_db`, contents(admin, schemaOf(name))] as const));
    expect(now).toEqual({ ...before, keycloak: undefined });
  });

  it("nothing names the old schema any more", async () => {
    for (const name of SERVICES) {
      expect(await mentions(admin, schemaOf(name), `${name}_user`, "public")).toEqual([]);
    }
  });

  it("each service goes on numbering where it was, by unqualified names", async () => {
    for (const name of SERVICES) expect(await repeatedNumbers(await world.service(name))).toEqual([]);
    await query(await world.service("crm"), "INSERT INTO accounts (name) VALUES ('written in the new home')");
  });

  it("no service reaches into another, nor beyond its database", async () => {
    const core = await world.service("core");
    const denied = [
      "SELECT * FROM crm_schema.accounts",
      "CREATE TABLE crm_schema.mine ()",
      "CREATE TABLE public.mine ()",
      "CREATE SCHEMA mine",
      "SELECT * FROM rehome.migration",
    ];
    for (const text of denied) expect(await refusal(core, text), text).toBe("42501");
    for (const database of ["postgres", "template1"]) {
      expect(await refusal({ ...core, database }, "SELECT 1"), database).toBe("42501");
    }
    expect(
      await query(
        core,
        "SELECT current_user::text AS me, rolsuper FROM pg_roles WHERE rolname = current_user",
      ),
    ).toEqual([{ me: "core_user", rolsuper: false }]);
  });

  it("nobody writes to the old homes, and Keycloak's is left alone", async () => {
    expect(await refusal(legacy("crm_db"), "DELETE FROM public.accounts")).toBe("25006");
    const old = { ...legacy("crm_db"), user: "crm_user", password: process.env["CRM_PASSWORD"] ?? "" };
    expect(await refusal(old, "DELETE FROM public.accounts")).toBe("42501");
    expect(await legacyContents()).toEqual(before);
    expect(await refusal(legacy("keycloak"), "UPDATE realm SET enabled = enabled")).toBeUndefined();
  });

  it("a second up changes nothing, nor does a refresh find anything", async () => {
    expect((await world.run("preview")).steps).toEqual([]);
    expect((await world.run("up")).steps).toEqual([]);
    const refreshed = await world.run("refresh");
    expect(refreshed.exitCode, refreshed.text).toBe(0);
    expect((await world.run("preview")).steps).toEqual([]);
  });
});

describe("what the platform's team looks at", () => {
  const QUERIES = resolve(__dirname, "../../examples/chiro-erp/queries");
  const ask = async (name: string): Promise<Record<string, unknown>[]> =>
    query(admin, await readFile(join(QUERIES, `${name}.sql`), "utf8"));
  const schemas = SERVICES.map(schemaOf).sort();

  it("each service's role has its path, its limit and its settings, and no more rights than its own schema's", async () => {
    const shown = async (name: string, setting: string): Promise<unknown> =>
      Object.values((await query(await world.service(name), `SHOW ${setting}`))[0] ?? {})[0];
    expect(await shown("core", "search_path")).toMatch(/^"?core_schema"?\b/);
    expect(await shown("core", "random_page_cost")).toBe("1.1");
    expect(await shown("analytics", "work_mem")).toBe("64MB");
    const limits =
      "SELECT rolconnlimit AS n FROM pg_roles WHERE rolname IN ('core_user', 'crm_user') ORDER BY rolname";
    expect(await query(admin, limits)).toEqual([{ n: 40 }, { n: 20 }]);
    const rights = await ask("permissions");
    expect(rights).toEqual(
      SERVICES.map((name) => ({
        ...{ schema: schemaOf(name), role: `${name}_user`, may_use: true, may_create: true },
      })).sort((one, other) => (one.schema < other.schema ? -1 : 1)),
    );
    expect((await ask("schemas")).map(({ schema, owner, strangers }) => [schema, owner, strangers])).toEqual(
      schemas.map((schema) => [schema, schema.replace("_schema", "_user"), "0"]),
    );
    expect(await ask("misplaced")).toEqual([]);
  });

  it("row security came along, and holds for the owner too where it is forced", async () => {
    const finance = await world.service("finance");
    const north = "SELECT count(*)::int AS n, count(DISTINCT entity)::int AS entities FROM payroll";
    expect(await query(finance, north)).toEqual([{ n: 0, entities: 0 }]);
    const one = { ...finance, options: "-c app.entity=north" };
    const [seen] = await query<{ n: number; entities: number }>(one, north);
    expect(seen?.n).toBeGreaterThan(0);
    expect(seen?.entities).toBe(1);
  });

  it("monitors sizes, indexes, sessions and cache, schema by schema", async () => {
    await query(admin, "ANALYZE");
    for (const name of ["size", "cache"])
      expect((await ask(name)).map(({ schema }) => schema).sort(), name).toEqual(schemas);
    expect(new Set((await ask("indexes")).map(({ schema }) => schema))).toEqual(new Set(schemas));
    const roles = (await ask("connections")).map(({ role }) => role);
    expect(new Set(roles)).toEqual(new Set(SERVICES.map((name) => `${name}_user`)));
  });

  it("backs up one schema with pg_dump, which comes back elsewhere as it was", async () => {
    const { pgDump, psql } = await programs();
    const login = {
      ...process.env,
      PGHOST: admin.host,
      PGPORT: String(admin.port),
      PGUSER: admin.user,
      PGPASSWORD: admin.password,
    };
    const dump = run(pgDump, ["-d", "chiro_erp", "-n", "core_schema"], login);
    expect(dump).not.toMatch(/crm_schema/);
    await query(admin, "CREATE DATABASE restored");
    try {
      const restored = { ...admin, database: "restored" };
      const extensions = await query<{ name: string }>(
        admin,
        "SELECT format('CREATE EXTENSION IF NOT EXISTS %I', extname) AS name FROM pg_extension",
      );
      for (const { name } of extensions) await query(restored, name);
      run(psql, ["-q", "-v", "ON_ERROR_STOP=1", "-d", "restored"], login, dump);
      expect(await contents(restored, "core_schema")).toEqual(await contents(admin, "core_schema"));
    } finally {
      await query(admin, "DROP DATABASE restored");
    }
  });
});

describe("one service on the way back", () => {
  const FIND = "SELECT name FROM accounts WHERE name LIKE 'written%' ORDER BY id";

  it("takes along what it wrote in the new home", async () => {
    await journey.up(3);
    const crm = await world.service("crm");
    expect(crm.database).toBe("crm_db");
    expect(await query(crm, FIND)).toEqual([{ name: "written in the new home" }]);
    expect(await repeatedNumbers(crm)).toEqual([]);
    await query(crm, "INSERT INTO accounts (name) VALUES ('written on the way back')");
  });

  it("and forward again, with both", async () => {
    await journey.up(4);
    const names = [{ name: "written in the new home" }, { name: "written on the way back" }];
    expect(await query(await world.service("crm"), FIND)).toEqual(names);
  });
});

it("retires the old homes: theirs is the server, so they stay, fenced", async () => {
  await journey.up(5);
  const open = await query(
    admin,
    "SELECT dataset, state FROM rehome.migration WHERE state NOT IN ('retired', 'reversed')",
  );
  expect(open).toEqual([]);
  expect(await refusal(legacy("crm_db"), "DELETE FROM public.accounts")).toBe("25006");
  expect((await world.run("up")).steps).toEqual([]);
});

theRealCliTakesTheSameSteps(journey);
