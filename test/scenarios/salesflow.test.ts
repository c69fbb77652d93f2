import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { tenantNames } from "@rehome/example-data";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { contents, query, refusal } from "./proof";
import { Journey, theRealCliTakesTheSameSteps } from "./same-steps";
import { stage, type Connection, type Stage } from "./stage";

const TENANTS = tenantNames(2);
const CONTACT = ["contact_phones", "contact_tags", "contacts", "flyway_schema_history", "tags"];
const ACTIVITY = ["activities", "activity_notes", "activity_schema_history"];

let world: Stage;
let admin: Connection;
const before: Record<string, Record<string, string>> = {};
const journey = new Journey("salesflow", () => world);

const legacy = () => ({ ...world.legacy.connection, database: "salesflow" });
const of = (names: readonly string[], schema: string): Record<string, string> =>
  Object.fromEntries(Object.entries(before[schema] ?? {}).filter(([name]) => names.includes(name)));
/** Runs a statement as a service that works for one tenant: with that tenant's schema on its path. */
const within = async (service: string, schema: string, sql: string): Promise<Record<string, unknown>[]> => {
  return query({ ...(await world.service(service)), options: `-c search_path=${schema}` }, sql);
};

beforeAll(async () => {
  world = await stage("salesflow");
  for (const schema of ["public", "auth_data", ...TENANTS.map((tenant) => `tenant_${tenant}`)])
    before[schema] = await contents(legacy(), schema);
});
afterAll(() => world.end());

describe("a schema for each tenant, with everything in it, divided among services", () => {
  it("every table arrives in its service's schema, Flyway's histories too", async () => {
    const { text } = await journey.up(1);
    admin = await world.administrator("main", "salesflow_db");
    for (const tenant of TENANTS) {
      const old = `tenant_${tenant}`;
      expect(text).toContain(
        `contact/tenants/${tenant}: legacy/salesflow.${old} → main/salesflow_db.${old}_contact`,
      );
      expect(await contents(admin, `${old}_contact`)).toEqual(of(CONTACT, old));
      expect(await contents(admin, `${old}_activity`)).toEqual(of(ACTIVITY, old));
      expect(Object.keys(before[old] ?? {}).sort()).toEqual([...CONTACT, ...ACTIVITY].sort());
    }
    expect(await contents(admin, "auth")).toEqual(before["auth_data"]);
    expect(await contents(admin, "contact")).toEqual(of(["contact_types", "tag_categories"], "public"));
    expect(await contents(admin, "activity")).toEqual(of(["activity_types"], "public"));
    expect(await contents(admin, "public")).toEqual(of(["tenants", "flyway_schema_history"], "public"));
  });

  it("each service works for each tenant, and sees nothing of the other's", async () => {
    const add = "INSERT INTO contacts (type_code, last_name) VALUES ('lead', 'New') RETURNING full_name";
    expect(await within("contact", "tenant_tenant1_contact", add)).toEqual([{ full_name: "New" }]);
    const plan =
      "INSERT INTO activities (contact_id, type_code, subject) VALUES (1, 'call', 'New') RETURNING done";
    expect(await within("activity", "tenant_tenant2_activity", plan)).toEqual([{ done: false }]);
    const foreign = within(
      "activity",
      "tenant_tenant1_contact",
      "SELECT FROM tenant_tenant1_contact.contacts",
    );
    await expect(foreign).rejects.toMatchObject({ code: "42501" });
    const may = "SELECT count(*)::int AS n FROM auth.active_users";
    expect(await within("contact", "contact", may)).toEqual([{ n: expect.any(Number) as unknown }]);
  });

  it("nobody writes to the old schemas", async () => {
    expect(await refusal(legacy(), "DELETE FROM tenant_tenant1.activity_notes")).toBe("25006");
  });

  it("is tracked in a view of the journal, which a service may read", async () => {
    const file = resolve(__dirname, "../../examples/salesflow/tracking.sql");
    await query(admin, await readFile(file, "utf8"));
    const tracked = `SELECT id::int, description, status, completed_at > started_at AS ended, error_message
                     FROM public.schema_migrations WHERE description LIKE 'contact/tenants/tenant2:%'`;
    expect(await within("contact", "contact", tracked)).toEqual([
      {
        id: expect.any(Number) as unknown,
        description:
          "contact/tenants/tenant2: legacy/salesflow.tenant_tenant2 to main/salesflow_db.tenant_tenant2_contact, by copy",
        status: "COMPLETED",
        ended: true,
        error_message: null,
      },
    ]);
    const all = "SELECT status, count(*)::int AS n FROM public.schema_migrations GROUP BY status";
    expect(await within("contact", "contact", all)).toEqual([{ status: "COMPLETED", n: 8 }]);
    await expect(within("contact", "contact", "DELETE FROM public.schema_migrations")).rejects.toThrow();
  });
});

describe("one service on the way back, with its part of every tenant", () => {
  const FIND = "SELECT subject FROM activities WHERE subject LIKE 'New%' ORDER BY id";

  it("takes along what was written", async () => {
    await journey.up(2);
    expect(await world.service("activity")).toMatchObject({ database: "salesflow" });
    expect(await within("activity", "tenant_tenant2", FIND)).toEqual([{ subject: "New" }]);
    const again = "INSERT INTO activities (contact_id, type_code, subject) VALUES (1, 'call', 'Newer')";
    await within("activity", "tenant_tenant2", again);
    expect(Object.keys(await contents(admin, "tenant_tenant2_contact")).sort()).toEqual(CONTACT);
  });

  it("and forward again, with both", async () => {
    await journey.up(3);
    const both = [{ subject: "New" }, { subject: "Newer" }];
    expect(await within("activity", "tenant_tenant2_activity", FIND)).toEqual(both);
  });
});

it("drops the old database once every part of it is verified elsewhere", async () => {
  await journey.up(4);
  const server = { ...world.legacy.connection, database: "postgres" };
  expect(await query(server, "SELECT datname FROM pg_database WHERE datname = 'salesflow'")).toEqual([]);
  expect(await contents(admin, "tenant_tenant1_activity")).toEqual(of(ACTIVITY, "tenant_tenant1"));
  expect((await world.run("up")).steps).toEqual([]);
});

theRealCliTakesTheSameSteps(journey);
