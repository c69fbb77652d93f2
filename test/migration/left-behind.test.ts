import { move, planMove, retire, type PlanRequest } from "@rehome/migration";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServer, type TestServer } from "../support/servers";
import { makeWorld } from "./dataset";
import { ACTIVITIES, CONTACTS, SALESFLOW } from "./salesflow";

let a: TestServer;
let b: TestServer;
beforeAll(async () => {
  [a, b] = await Promise.all([startServer(), startServer()]);
});
afterAll(() => Promise.all([a.stop(), b.stop()]));

const LEFT = ["cut-left-behind", "tenants-not-listed"];
/** What a plan says of what stays, as it is printed. */
const left = async (request: PlanRequest): Promise<[code: string, message: string][]> =>
  (await planMove(request)).findings
    .filter(({ code }) => LEFT.includes(code))
    .map(({ level, code, message }) => [`${level} ${code}`, message]);

describe("a part of a schema that leaves for the first time", () => {
  const AUDIT = `CREATE TABLE "Audit ""log""" (at date) PARTITION BY RANGE (at);
    CREATE TABLE audit_2025 PARTITION OF "Audit ""log""" FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
    CREATE TABLE audit_rest PARTITION OF "Audit ""log""" DEFAULT;`;

  it("names the tables that nobody takes, of a partitioned one the root alone", async () => {
    const { request } = await makeWorld(a, b, "untaken", `${SALESFLOW}; ${AUDIT}`, { from: "tenant_1" });
    const contacts = { ...request, tables: CONTACTS };
    expect(await left({ ...contacts, others: ACTIVITIES })).toEqual([
      [
        "warning cut-left-behind",
        `tables that no pattern takes stay in old/untaken.tenant_1: Audit "log"; deals.`,
      ],
    ]);
    expect(await left({ ...contacts, others: [] })).toEqual([
      ["warning cut-left-behind", expect.stringMatching(/activities.*activity_notes/) as string],
    ]);
    expect(await left({ ...contacts, others: [...ACTIVITIES, "deals", "Audit*"] })).toEqual([]);
    // Of a schema whose other tables can be anyone's, nobody knows what is left.
    expect(await left(contacts)).toEqual([]);
  });

  it("names none that went with a dataset whose old home was kept", async () => {
    const { request } = await makeWorld(a, b, "gone", SALESFLOW, { from: "tenant_1" });
    const activities = { ...request, dataset: "activities", tables: ACTIVITIES };
    await move(activities);
    const { dataset, from: old, to: home, tables } = activities;
    await retire({ dataset, old, home, tables, drop: "nothing" });
    expect(await left({ ...request, tables: CONTACTS, others: [] })).toEqual([
      ["warning cut-left-behind", "tables that no pattern takes stay in old/gone.tenant_1: deals."],
    ]);
  });
});

it("schemas that are named as tenants' are, and that the stack does not have, are named", async () => {
  const { request } = await makeWorld(a, b, "tenancy", SALESFLOW, { from: "tenant_one" });
  const schemas = ["tenant_three", 'tenant_"four"', "tenant_one_contact", "shared", "tenant_gone"];
  for (const schema of schemas) {
    const quoted = `"${schema.replaceAll('"', '""')}"`;
    await a.sql("tenancy", `CREATE SCHEMA ${quoted}; CREATE TABLE ${quoted}.t (id int PRIMARY KEY)`);
  }
  await a.sql(
    "tenancy",
    "CREATE SCHEMA tenant_empty; CREATE SCHEMA tenant_two; CREATE TABLE tenant_two.t ()",
  );
  const tenants = { pattern: "tenant_*", known: ["tenant_*_contact", "tenant_one", "tenant_two"] };
  const moved = { ...request, from: { ...request.from, schema: "tenant_gone" } };
  await a.sql("tenancy", "ALTER SCHEMA tenant_gone OWNER TO tenancy_user");
  await a.sql("tenancy", "ALTER TABLE tenant_gone.t OWNER TO tenancy_user");
  await b.sql("tenancy", "CREATE SCHEMA gone AUTHORIZATION tenancy_user");
  await move({ ...moved, dataset: "gone", to: { ...request.to, schema: "gone" } });
  expect(await left({ ...request, tenants })).toEqual([
    [
      "warning tenants-not-listed",
      `schemas of database "tenancy" on host "old" are named as tenants' are ("tenant_*"), and belong to none that the stack lists: tenant_"four"; tenant_three.`,
    ],
  ]);
  const known = [...tenants.known, "tenant_three", 'tenant_"four"'];
  expect(await left({ ...request, tenants: { ...tenants, known } })).toEqual([]);
  expect(await left(request)).toEqual([]);
});
