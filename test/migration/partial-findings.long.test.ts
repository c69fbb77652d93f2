import { move, planMove, type Finding, type MoveRequest } from "@rehome/migration";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServer, type TestServer } from "../support/servers";
import { leftovers, makeWorld } from "./dataset";
import { CONTACTS, SALESFLOW } from "./salesflow";

let a: TestServer;
let b: TestServer;
beforeAll(async () => {
  [a, b] = await Promise.all([startServer(), startServer()]);
});
afterAll(() => Promise.all([a.stop(), b.stop()]));

interface Case {
  readonly code: string;
  readonly spoil: string;
  readonly says: RegExp;
  readonly tables?: readonly string[];
  /** What its remedy asks for: then nothing is found any more. */
  readonly heal?: string;
  /** Or this selection. */
  readonly select?: readonly string[];
}

const ALL = ["contacts", "contact_*", "activit*", "deals"];
const cases: readonly (readonly [name: string, Case])[] = [
  [
    "a foreign key of what stays on what moves",
    {
      code: "cut-foreign-key",
      spoil: "ALTER TABLE activities ADD CONSTRAINT by FOREIGN KEY (contact) REFERENCES contacts",
      says: /constraint by on table activities, which stays, needs table contacts, which moves/,
      heal: "ALTER TABLE activities DROP CONSTRAINT by",
    },
  ],
  [
    "a foreign key of what moves on what stays",
    {
      code: "cut-foreign-key",
      spoil:
        "ALTER TABLE contacts ADD COLUMN deal int; ALTER TABLE contacts ADD CONSTRAINT won FOREIGN KEY (deal) REFERENCES deals",
      says: /constraint won on table contacts, which moves, needs table deals, which stays/,
      select: ["contacts", "contact_*", "deals"],
    },
  ],
  [
    "a view of both sides",
    {
      code: "cut-view",
      spoil:
        "CREATE VIEW mixed AS SELECT c.mail, a.label FROM contacts c JOIN activities a ON a.contact = c.id",
      says: /view mixed, which stays, needs table contacts, which moves/,
      select: ALL,
    },
  ],
  [
    "a view on views of either side",
    {
      code: "cut-view",
      spoil: "CREATE VIEW mixed AS SELECT r.mail, x.n FROM reachable r JOIN busy x ON x.contact = r.id",
      says: /view mixed, which stays, needs view reachable, which moves/,
      heal: "DROP VIEW mixed",
    },
  ],
  [
    "a child whose parent stays",
    {
      code: "cut-inheritance",
      spoil: "CREATE TABLE contact_remarks (x int) INHERITS (activity_notes)",
      says: /table contact_remarks, which moves, needs table activity_notes, which stays/,
      heal: "ALTER TABLE contact_remarks NO INHERIT activity_notes",
    },
  ],
  [
    "a partition without its root",
    {
      code: "cut-inheritance",
      tables: ["log_2025"],
      spoil: "SELECT 1",
      says: /table log_2025, which moves, needs table contact_log, which stays/,
      select: ["contact_log"],
    },
  ],
  [
    "a sequence that numbers both sides",
    {
      code: "cut-sequence",
      spoil: "ALTER TABLE deals ALTER COLUMN id SET DEFAULT nextval('contact_number')",
      says: /table contact_phones, which moves, needs sequence contact_number, which stays/,
      heal: "ALTER TABLE deals ALTER COLUMN id DROP DEFAULT",
    },
  ],
  [
    "another table's sequence",
    {
      code: "cut-sequence",
      spoil: "ALTER TABLE contact_phones ALTER COLUMN number SET DEFAULT nextval('deals_id_seq')",
      says: /table contact_phones, which moves, needs sequence deals_id_seq, which stays/,
      heal: "ALTER TABLE contact_phones ALTER COLUMN number SET DEFAULT nextval('contact_number')",
    },
  ],
  [
    "a trigger that writes to the other side",
    {
      code: "cut-code",
      spoil: `CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
          INSERT INTO activities (contact) VALUES (new.id); RETURN new; END $$;
        CREATE TRIGGER note AFTER INSERT ON contacts FOR EACH ROW EXECUTE FUNCTION note()`,
      says: /function note\(\) names activities \(line 2\), which stays; what moves needs it/,
      heal: "DROP TRIGGER note ON contacts",
    },
  ],
  [
    "a trigger of the other side that writes to this one",
    {
      code: "cut-code",
      spoil: `CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
          EXECUTE 'UPDATE contacts SET label = label'; RETURN new; END $$;
        CREATE TRIGGER note AFTER INSERT ON deals FOR EACH ROW EXECUTE FUNCTION note()`,
      says: /function note\(\) names contacts \(line 2\), which moves; what stays needs it/,
      heal: "DROP TRIGGER note ON deals",
    },
  ],
  [
    "a function that reads both sides",
    {
      code: "cut-code",
      spoil: `CREATE FUNCTION report() RETURNS bigint LANGUAGE sql AS '
          SELECT count(*) FROM contacts c, activities a
          WHERE a.contact = c.id'`,
      says: /function report\(\) names contacts \(line 2\), which moves, and activities \(line 2\), which stays/,
      heal: "DROP FUNCTION report()",
    },
  ],
  [
    "a procedure that calls functions of either side",
    {
      code: "cut-code",
      spoil: `CREATE PROCEDURE nightly() LANGUAGE plpgsql AS $$ BEGIN PERFORM close_all(); PERFORM contact_count(); END $$`,
      says: /procedure nightly\(\) names activities, which stays, and contacts, which moves/,
      select: ["contacts", "contact_*", "activities", "activity_notes"],
    },
  ],
  [
    "a policy that asks the other side",
    {
      code: "cut-reference",
      spoil: "CREATE POLICY busy ON contacts USING (EXISTS (SELECT FROM activities a WHERE a.contact = id))",
      says: /policy busy on table contacts, which moves, needs table activities, which stays/,
      heal: "DROP POLICY busy ON contacts",
    },
  ],
  [
    "a pattern without a table",
    {
      code: "pattern-matches-nothing",
      tables: ["contacts", "contact_*", "Contact_*"],
      spoil: "SELECT 1",
      says: /"Contact_\*"/,
      select: CONTACTS,
    },
  ],
];

const blockers = (findings: readonly Finding[]): Finding[] =>
  findings.filter(({ level }) => level === "blocker");

describe("the cut through a schema", () => {
  it.each(cases)("%s: told, and fine once it is mended", async (_, { code, ...given }) => {
    const name = `cut_${cases.findIndex(([, one]) => one.spoil === given.spoil && one.says === given.says)}`;
    const world = await makeWorld(a, b, name, SALESFLOW, { from: "tenant_1" });
    await a.sql(name, given.spoil, world.login);
    const request: MoveRequest = { ...world.request, tables: given.tables ?? CONTACTS };
    const found = blockers((await planMove(request)).findings);
    expect([...new Set(found.map((finding) => finding.code))]).toEqual([code]);
    expect(found[0]?.message).toMatch(given.says);
    await expect(move(request)).rejects.toMatchObject({ code: "blocked" });
    expect(await leftovers(a, request.from)).toEqual([]);
    if (given.heal !== undefined) await a.sql(name, given.heal, world.login);
    const healed = { ...request, tables: given.select ?? CONTACTS };
    expect(blockers((await planMove(healed)).findings)).toEqual([]);
    expect(await move(healed)).toMatchObject({ clean: true });
  });

  it("tells what no table uses: it stays, whoever calls it", async () => {
    const world = await makeWorld(a, b, "unused", SALESFLOW, { from: "tenant_1" });
    await a.sql(
      "unused",
      "CREATE FUNCTION shout(t text) RETURNS text LANGUAGE sql AS 'SELECT upper(t)'; CREATE SEQUENCE tickets; CREATE TYPE colour AS ENUM ('red')",
      world.login,
    );
    const { findings } = await planMove({ ...world.request, tables: CONTACTS });
    const told = findings.find(({ code }) => code === "cut-unused-stays");
    expect(told?.message).toMatch(
      /sequence tickets.*function shout\(t text\)|function shout\(t text\).*sequence tickets/,
    );
    expect(told?.message).toMatch(/type colour/);
    expect(told?.level).toBe("warning");
  });

  it("does not mind what others refer to in other schemas, nor that they change", async () => {
    const world = await makeWorld(a, b, "others", SALESFLOW, {
      from: "tenant_1",
      before:
        "CREATE SCHEMA registry; CREATE TABLE registry.users (id int PRIMARY KEY); CREATE TYPE registry.kind AS ENUM ('a')",
    });
    await a.sql(
      "others",
      `CREATE VIEW tenant_1.far AS SELECT u.id, d.worth FROM registry.users u JOIN tenant_1.deals d USING (id);
       ALTER TABLE tenant_1.deals ADD FOREIGN KEY (id) REFERENCES registry.users NOT VALID, ADD COLUMN kind registry.kind;
       CREATE FUNCTION tenant_1.odd(t text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'DELETE FROM tenant_1.' || t; END $$`,
    );
    const request = { ...world.request, tables: CONTACTS };
    expect(blockers((await planMove(request)).findings)).toEqual([]);
    let changed: Promise<unknown> | undefined;
    const result = await move(request, ({ stage }) => {
      if (stage === "copy") changed ??= a.sql("others", "ALTER TABLE tenant_1.deals ADD COLUMN more int");
    });
    expect(result).toMatchObject({ clean: true });
    expect(await changed).toEqual([]);
  });

  it("minds a crossing that is made in mid-move", async () => {
    const world = await makeWorld(a, b, "crossed", SALESFLOW, { from: "tenant_1" });
    let made: Promise<unknown> | undefined;
    const cross =
      "CREATE VIEW tenant_1.mixed AS SELECT c.mail, d.worth FROM tenant_1.contacts c, tenant_1.deals d";
    await expect(
      move({ ...world.request, tables: CONTACTS }, ({ stage }) => {
        if (stage === "copy") made ??= a.sql("crossed", cross);
      }),
    ).rejects.toMatchObject({
      code: "catalog-changed",
      message: expect.stringContaining("view mixed") as string,
    });
    await made;
    await a.sql("crossed", "INSERT INTO contacts (mail) VALUES ('still@x')", world.login);
  });
});
