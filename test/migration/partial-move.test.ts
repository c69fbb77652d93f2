import { formatPlan, move, planMove, retire, type MoveRequest } from "@rehome/migration";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServer, type TestServer } from "../support/servers";
import { contents, leftovers, makeWorld, reversed, value, type World } from "./dataset";
import { CONTACTS, SALESFLOW } from "./salesflow";

let a: TestServer;
let b: TestServer;
let world: World;
let request: MoveRequest;
beforeAll(async () => {
  [a, b] = await Promise.all([startServer(), startServer()]);
  world = await makeWorld(a, b, "tenant", SALESFLOW, { from: "tenant_1", to: "tenant_1_contact" });
  request = { ...world.request, tables: CONTACTS };
});
afterAll(() => Promise.all([a.stop(), b.stop()]));

const THEIRS = ["activities", "activity_notes", "deals"];
const OURS = ["contact_phones", "contacts", "counted", "log_2025", "log_rest"];
const only = (names: readonly string[], found: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(found).filter(([name]) => names.includes(name)));
const objects = (server: TestServer, schema: string): Promise<string[]> =>
  value<string[]>(
    server,
    "tenant",
    `SELECT array_agg(name ORDER BY name) FROM (
       SELECT relname::text AS name FROM pg_class WHERE relnamespace = '${schema}'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'S')
       UNION ALL SELECT proname || '()' FROM pg_proc WHERE pronamespace = '${schema}'::regnamespace
       UNION ALL SELECT 'type ' || typname FROM pg_type WHERE typnamespace = '${schema}'::regnamespace AND typtype IN ('e', 'd')) x`,
  );
const COMING = [
  ...["contact_count()", "contact_log", "contact_number", "contact_phones", "contacts", "contacts_id_seq"],
  ...["contacts_seq", "counted", "log_2025", "log_rest", "normal()", "reachable", "touched()"],
  ...["type channel", "type email", "type status"],
];
const STAYING = [
  ...["activities", "activities_id_seq", "activity_notes", "busy", "close_all()", "deals", "deals_id_seq"],
  ...["normal()", "touched()", "type email", "type status"],
];

describe("a part of a schema", () => {
  it("is planned with what goes along, and what is copied is told", async () => {
    const plan = await planMove(request);
    expect(plan.findings.map(({ code, level }) => [code, level])).toEqual([["cut-type-copied", "warning"]]);
    expect(plan.findings[0]?.message).toMatch(
      /function normal\(t text\); function touched\(\); type email; type status:/,
    );
    expect(plan.tables).toBe(4);
    expect(formatPlan(plan)).toMatch(/4 tables/);
  });

  it("moves alone, under new names, with all that it needs", async () => {
    const [old, rest] = [await contents(a, request.from), await contents(a, request.from)];
    expect(await move(request)).toMatchObject({ clean: true, tables: 4, rows: 1100 });
    expect(await contents(b, request.to)).toEqual(only(OURS, old));
    expect(only(THEIRS, await contents(a, request.from))).toEqual(only(THEIRS, rest));
    expect(await objects(b, "tenant_1_contact")).toEqual(COMING);
    expect(await value(b, "tenant", "SELECT nextval('tenant_1_contact.contacts_seq')::int")).toBe(51);
    expect(await leftovers(b, request.to)).toEqual([]);
  });

  it("is fenced alone: the others go on with theirs, in the same schema", async () => {
    for (const sql of [
      "DELETE FROM contacts",
      "SELECT FROM contacts",
      "SELECT FROM log_2025",
      "SELECT nextval('contacts_id_seq')",
    ])
      await expect(a.sql("tenant", sql, world.login), sql).rejects.toMatchObject({ code: "42501" });
    await expect(a.sql("tenant", "DELETE FROM tenant_1.contacts")).rejects.toMatchObject({ code: "25006" });
    await a.sql(
      "tenant",
      "INSERT INTO activities (contact, label) VALUES (1, ' Later'); CREATE TABLE mine (id int)",
      world.login,
    );
    expect(await value<string>(a, "tenant", "SELECT max(label) FROM activities", world.login)).toBe("later");
  });

  it("goes back with what was written, into the midst of the others", async () => {
    await b.sql(
      "tenant",
      `SET search_path = tenant_1_contact; INSERT INTO contacts (mail, label) VALUES ('back@x', ' NEW ');
       INSERT INTO contact_log VALUES ('2031-01-01', 1, 'b'); CREATE TABLE contact_tags (tag text PRIMARY KEY, via channel);
       REFRESH MATERIALIZED VIEW counted`,
      world.login,
    );
    const [theirs, ours] = [await contents(a, request.from), await contents(b, request.to)];
    const plan = await planMove(reversed(request));
    expect(plan.findings).toEqual([]);
    expect(await move(reversed(request))).toMatchObject({ clean: true, rows: 1102 });
    const now = await contents(a, request.from);
    expect(only([...THEIRS, "mine"], now)).toEqual(only([...THEIRS, "mine"], theirs));
    expect(only([...OURS, "contact_tags"], now)).toEqual(ours);
    const all = [...new Set([...COMING, ...STAYING, "contact_tags", "mine"])].sort();
    expect((await objects(a, "tenant_1")).sort()).toEqual(all);
    expect(await leftovers(a, request.from)).toEqual([]);
    const id = await value(
      a,
      "tenant",
      "INSERT INTO contacts (mail, label) VALUES ('a@x', ' A') RETURNING id::int",
      world.login,
    );
    expect(id).toBe(402);
    await a.sql(
      "tenant",
      "INSERT INTO contact_tags VALUES ('t', 'mail'); REFRESH MATERIALIZED VIEW counted",
      world.login,
    );
  });

  it("goes there again, and takes alone what is its own when the old home is retired", async () => {
    expect(await move(request)).toMatchObject({ clean: true, rows: 1104 });
    const theirs = only([...THEIRS, "mine"], await contents(a, request.from));
    const query = { dataset: "tenant", old: request.from, home: request.to, tables: CONTACTS };
    await retire({ ...query, drop: "database" });
    expect(await contents(a, request.from)).toEqual(theirs);
    expect((await objects(a, "tenant_1")).sort()).toEqual([...STAYING, "mine"].sort());
    expect(await leftovers(a, request.from)).toEqual([]);
    expect(await value(b, "tenant", "SELECT count(*)::int FROM tenant_1_contact.contacts")).toBe(402);
    await a.sql("tenant", "INSERT INTO activities (contact, label) VALUES (2, ' Still')", world.login);
  });
});
