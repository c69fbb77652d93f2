import {
  databasesOf,
  loadWorld,
  tenantNames,
  WORLDS,
  type LoadedWorld,
  type World,
} from "@rehome/example-data";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServer, type TestServer } from "../support/servers";

let one: TestServer;
let other: TestServer;
beforeAll(async () => {
  [one, other] = await Promise.all([startServer(), startServer()]);
});
afterAll(() => Promise.all([one.stop(), other.stop()]));

const USER_RELATIONS = `
  SELECT n.nspname AS schema, c.relname AS name, c.relkind::text AS kind, format('%I.%I', n.nspname, c.relname) AS full_name
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname !~ '^(pg_|information_schema)'
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
  ORDER BY 1, 2`;
interface Relation {
  readonly schema: string;
  readonly name: string;
  readonly kind: string;
  readonly full_name: string;
}

/** Every table's and materialized view's rows and hash, every sequence's state, every trigger's state. */
const fingerprint = async (server: TestServer, world: World): Promise<Record<string, string>> => {
  const found: Record<string, string> = {};
  for (const { name: database } of databasesOf(world)) {
    const relations = await server.sql<Relation>(database, USER_RELATIONS);
    for (const { kind, full_name } of relations) {
      const text =
        kind === "S"
          ? `SELECT format('%s %s', last_value, is_called) AS found FROM ${full_name}`
          : `SELECT format('%s %s', count(*), sum(hashtextextended(t::text, 0))) AS found FROM ${full_name} AS t`;
      if (!["r", "p", "m", "S"].includes(kind)) continue;
      found[`${database}.${full_name}`] =
        (await server.sql<{ found: string }>(database, text))[0]?.found ?? "";
    }
    const triggers = await server.sql<{ trigger: string; state: string }>(
      database,
      "SELECT format('%s.%s', tgrelid::regclass, tgname) AS trigger, tgenabled AS state FROM pg_trigger WHERE NOT tgisinternal",
    );
    for (const { trigger, state } of triggers) found[`${database} trigger ${trigger}`] = state;
  }
  return found;
};

const loaded: Partial<Record<World, LoadedWorld>> = {};
const login = (world: World, user: string) => ({ user, password: loaded[world]?.passwords[user] ?? "" });

describe.each(WORLDS)("%s", (world) => {
  it("is the same on two servers, row by row", async () => {
    const load = (server: TestServer) => loadWorld({ world, server: server.connection, scale: 1 });
    const [first] = await Promise.all([load(one), load(other)]);
    loaded[world] = first;
    const [here, there] = await Promise.all([fingerprint(one, world), fingerprint(other, world)]);
    expect(here).toEqual(there);
    const tables = Object.values(here).filter((value) => / -?\d+$/.test(value));
    expect(tables.length).toBeGreaterThan(15);
    expect(first.rows).toBeGreaterThan(10_000);
  });

  it("has rows in every table and materialized view", async () => {
    const found = await fingerprint(one, world);
    expect(Object.entries(found).filter(([, value]) => value.startsWith("0 "))).toEqual([]);
  });

  it("refuses to load over what is there, and replaces it only when told", async () => {
    const args = { world, server: one.connection, scale: 1 };
    await expect(loadWorld(args)).rejects.toThrow(/already on 127\.0\.0\.1/);
    const again = await loadWorld({ ...args, replace: true });
    expect(again.rows).toBe(loaded[world]?.rows);
    expect(await fingerprint(one, world)).toEqual(await fingerprint(other, world));
  });

  it("belongs to the services' roles, extensions aside", async () => {
    for (const { name, schemas, tenants } of databasesOf(world)) {
      const all = tenants === undefined ? [] : tenantNames(2).map((tenant) => [`tenant_${tenant}`, tenants]);
      const owners = await one.sql<{ schema: string; owner: string }>(
        name,
        `SELECT DISTINCT n.nspname AS schema, pg_get_userbyid(c.relowner) AS owner
         FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname !~ '^(pg_|information_schema)'
           AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')`,
      );
      expect(Object.fromEntries(owners.map(({ schema, owner }) => [schema, owner]))).toEqual({
        ...schemas,
        ...Object.fromEntries(all),
      });
    }
  });
});

it("refuses a scale that is no whole number", async () => {
  const args = { world: "chiro-erp", server: one.connection } as const;
  await expect(loadWorld({ ...args, scale: 0 })).rejects.toThrow(/Scale 0: expected a whole number/);
  await expect(loadWorld({ ...args, scale: 1.5 })).rejects.toThrow(/Scale 1.5/);
});

describe("the services' own code works with unqualified names", () => {
  const asService = <Row>(world: World, database: string, user: string, text: string) =>
    one.sql<Row>(database, text, login(world, user));
  const chiro: readonly (readonly [database: string, text: string])[] = [
    [
      "core_db",
      "CALL lock_user(11); UPDATE users SET status = 'active' WHERE id = 11; SELECT * FROM active_users",
    ],
    ["core_db", "SELECT * FROM authenticate('USER1@example.com', 'secret'), tenant_limit(NULL, 'users')"],
    [
      "analytics_db",
      "CALL refresh_reports(); SELECT metric_peak('metric 1'), count_rows('reports') FROM best_months",
    ],
    ["commerce_db", "SELECT * FROM similar_products('Soft pillow'), open_orders, \"Best Sellers\" LIMIT 1"],
    ["commerce_db", "INSERT INTO orders (customer_id) SELECT id FROM customers LIMIT 1 RETURNING number"],
    [
      "crm_db",
      "CALL refresh_summary(); UPDATE leads SET stage = 'lost' WHERE id = 1; SELECT * FROM find_contact('a')",
    ],
    [
      "finance_db",
      "CALL close_period(5); SELECT *, convert(1, 'EUR', 'CHF', '2024-01-01') FROM trial_balance",
    ],
    ["finance_db", "SET app.entity = 'north'; SELECT * FROM payroll WHERE entity = 'north'"],
    ["logistics_db", "SELECT d.*, f.id FROM depot_load d, free_vehicles('[2024-01-02,2024-01-03)') f"],
    ["operations_db", "SELECT book(5001, 1, '[2030-01-01 10:00+00,2030-01-01 10:30+00)')"],
    ["operations_db", "INSERT INTO group_names VALUES (99, 'x'); SELECT * FROM \"group\", day_plan LIMIT 1"],
    ["supply_db", "CALL recount('W1'); SELECT next_lot('PN4', 'W1') FROM explode('PN2')"],
  ];
  it.each(chiro)("%s: %s", async (database, text) => {
    const rows = await asService("chiro-erp", database, database.replace(/db$/, "user"), text);
    expect(rows.length).toBeGreaterThan(0);
  });

  const ads: readonly (readonly [module: string, text: string])[] = [
    ["Product", `SELECT f."Code" FROM "FindProducts"('bicycle') AS f, "Expensive Products" LIMIT 1`],
    ["Identity", `SELECT "MayEnter"('user7') FROM "Administrators" LIMIT 1`],
    ["Configuration", `SELECT "Translate"('text.3', 'vi')`],
  ];
  it.each(ads)("ClassifiedAds_%s: %s", async (module, text) => {
    const rows = await asService("classified-ads", `ClassifiedAds_${module}`, "classifiedads_user", text);
    expect(rows.length).toBeGreaterThan(0);
  });

  const hexabuilders: readonly (readonly [user: string, text: string])[] = [
    ["partner_user", "SELECT profile_360(id), token_for(id) FROM active_partners"],
    ["onboarding_user", "UPDATE steps SET state = 'approved'; SELECT sign(10)"],
    ["recruitment_user", "CALL refresh_funnel(); SELECT fits(id, 2) FROM candidates LIMIT 1"],
    ["campaign_user", "SELECT spend(id, '2024-06-01', 5), overlap(id, id) FROM campaigns LIMIT 1"],
  ];
  it.each(hexabuilders)("%s: %s", async (user, text) => {
    expect((await asService("hexabuilders", "hexabuilders", user, text)).length).toBeGreaterThan(0);
  });
});
