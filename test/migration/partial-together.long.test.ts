import { abandon, move, planMove, release, retire, type MoveRequest } from "@rehome/migration";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServer, type TestServer } from "../support/servers";
import { contents, leftovers, makeWorld, reversed, value, type World } from "./dataset";
import { ACTIVITIES, CONTACTS, SALESFLOW } from "./salesflow";

let a: TestServer;
let b: TestServer;
beforeAll(async () => {
  [a, b] = await Promise.all([startServer(), startServer()]);
});
afterAll(() => Promise.all([a.stop(), b.stop()]));

interface Two {
  readonly world: World;
  readonly contacts: MoveRequest;
  readonly activities: MoveRequest;
}

/** A tenant's schema, and a new home for each of the two services that share it. */
async function two(name: string, elsewhere = true): Promise<Two> {
  const world = await makeWorld(a, elsewhere ? b : a, name, SALESFLOW, {
    from: "tenant_1",
    into: `${name}_new`,
  });
  const { request } = world;
  await (elsewhere ? b : a).sql(`${name}_new`, `CREATE SCHEMA activity AUTHORIZATION ${name}_user`);
  return {
    world,
    contacts: { ...request, dataset: `${name}/contacts`, tables: CONTACTS },
    activities: {
      ...{ ...request, dataset: `${name}/activities`, tables: ACTIVITIES },
      to: { ...request.to, schema: "activity" },
    },
  };
}

const query = ({ dataset, from, to, tables = [] }: MoveRequest) => ({ dataset, old: from, home: to, tables });

/** The enums, domains and routines of a schema. */
const definitions = (server: TestServer, database: string, schema: string): Promise<string[]> =>
  value<string[]>(
    server,
    database,
    `SELECT coalesce(array_agg(name ORDER BY name), '{}') FROM (
       SELECT proname::text AS name FROM pg_proc WHERE pronamespace = '${schema}'::regnamespace
       UNION ALL SELECT typname FROM pg_type WHERE typnamespace = '${schema}'::regnamespace AND typtype IN ('e', 'd')) x`,
  );

describe("two parts of one schema", () => {
  it("leave it, come back to it and retire at once, and share what both need", async () => {
    const { world, contacts, activities } = await two("both");
    const before = await contents(a, contacts.from);
    const all = [contacts, activities];
    for (const result of await Promise.all(all.map((request) => move(request))))
      expect(result).toMatchObject({ clean: true });
    const there = { ...(await contents(b, contacts.to)), ...(await contents(b, activities.to)) };
    const { deals, ...moved } = before;
    expect(there).toEqual(moved);
    expect(deals).toMatch(/^50 /);
    await a.sql("both", "INSERT INTO deals (worth) VALUES (7)", world.login);

    await Promise.all([
      b.sql(
        "both_new",
        "SET search_path = new_home; INSERT INTO contacts (mail) VALUES ('n@x')",
        world.login,
      ),
      b.sql(
        "both_new",
        "SET search_path = activity; INSERT INTO activities (contact) VALUES (9)",
        world.login,
      ),
    ]);
    await Promise.all(all.map((request) => move(reversed(request))));
    expect(await value(a, "both", "SELECT count(*)::int FROM contacts", world.login)).toBe(401);
    expect(await value(a, "both", "SELECT count(*)::int FROM activities", world.login)).toBe(201);
    expect(await value(a, "both", "SELECT count(*)::int FROM deals", world.login)).toBe(51);
    await a.sql("both", "INSERT INTO activities (contact, label) VALUES (9, ' Works')", world.login);

    await Promise.all(all.map((request) => move(request)));
    await Promise.all(all.map((request) => retire({ ...query(request), drop: "database" })));
    expect(Object.keys(await contents(a, contacts.from))).toEqual(["deals"]);
    expect(await definitions(a, "both", "tenant_1")).toEqual(["email"]);
    expect(await leftovers(a, contacts.from)).toEqual([]);
    expect(await value(b, "both_new", "SELECT count(*)::int FROM activity.activities")).toBe(202);
  });

  it("go one after the other, and back in the same order", async () => {
    const { contacts, activities, world } = await two("queue");
    await move(contacts);
    await move(activities);
    await move(reversed(contacts));
    await a.sql("queue", "INSERT INTO contacts (mail) VALUES ('first@x')", world.login);
    await expect(a.sql("queue", "DELETE FROM tenant_1.activities")).rejects.toMatchObject({ code: "25006" });
    await move(reversed(activities));
    expect(await leftovers(a, contacts.from)).toEqual([]);
    expect(await value(a, "queue", "SELECT count(*)::int FROM contacts", world.login)).toBe(401);
    expect(await value(a, "queue", "SELECT count(*)::int FROM activities", world.login)).toBe(200);
  });

  it("leave for schemas of the same database", async () => {
    const world = await makeWorld(a, a, "within", SALESFLOW, { from: "tenant_1", to: "tenant_1_contact" });
    const request = { ...world.request, tables: CONTACTS };
    const plan = await planMove(request);
    expect(plan).toMatchObject({ strategy: "copy", because: "a part of the schema moves" });
    expect(await move(request)).toMatchObject({ clean: true, rows: 1100 });
    const there = await contents(a, request.to);
    await a.sql("within", "INSERT INTO activities (contact, label) VALUES (1, ' Yes')", world.login);
    await move(reversed(request));
    await move(request);
    await retire({ ...query(request), drop: "objects" });
    expect(await contents(a, request.to)).toEqual(there);
    expect(Object.keys(await contents(a, request.from))).toEqual(["activities", "activity_notes", "deals"]);
  });
});

describe("the old home, shared with others", () => {
  it("does not take back what others have made different", async () => {
    const { contacts, world } = await two("differs");
    await move(contacts);
    await b.sql("differs_new", "ALTER TYPE new_home.status ADD VALUE 'lost'", world.login);
    const [finding] = (await planMove(reversed(contacts))).findings;
    expect(finding).toMatchObject({
      code: "target-conflict",
      message: expect.stringMatching(/type status is there, others may use it, and it differs/) as string,
    });
    await expect(move(reversed(contacts))).rejects.toMatchObject({ code: "blocked" });
    await a.sql("differs", "ALTER TYPE status ADD VALUE 'lost'", world.login);
    expect(await move(reversed(contacts))).toMatchObject({ clean: true });
  });

  it("keeps a table of others that the patterns have come to match", async () => {
    const { contacts, world } = await two("matched");
    await move(contacts);
    await a.sql(
      "matched",
      "CREATE TABLE contact_strangers (id int); INSERT INTO contact_strangers VALUES (1)",
      world.login,
    );
    const [finding] = (await planMove(reversed(contacts))).findings;
    expect(finding).toMatchObject({
      code: "target-conflict",
      message: expect.stringContaining("contact_strangers") as string,
    });
    await expect(retire({ ...query(contacts), drop: "objects" })).rejects.toMatchObject({
      code: "not-released",
      message: expect.stringContaining(
        "table contact_strangers matches its patterns and has not moved",
      ) as string,
    });
    // Wider patterns than those it left by take nothing along either.
    await expect(
      retire({ ...query(contacts), tables: ["contacts", "contact_*", "deals"], drop: "objects" }),
    ).rejects.toMatchObject({
      code: "not-released",
      message: expect.stringContaining("table deals") as string,
    });
    const wider = { ...reversed(contacts), tables: ["contacts", "contact_*", "deals"] };
    expect((await planMove(wider)).findings.map(({ code }) => code)).toContain("target-conflict");
    expect(await value(a, "matched", "SELECT count(*)::int FROM deals", world.login)).toBe(50);
    await a.sql("matched", "DROP TABLE contact_strangers", world.login);
    await retire({ ...query(contacts), drop: "objects" });
    expect(Object.keys(await contents(a, contacts.from))).toEqual(["activities", "activity_notes", "deals"]);
  });

  it("is not emptied under what has come to need it", async () => {
    const { contacts } = await two("needed");
    await move(contacts);
    await a.sql(
      "needed",
      "CREATE VIEW tenant_1.late AS SELECT d.id FROM tenant_1.deals d, tenant_1.contacts c",
    );
    await expect(retire({ ...query(contacts), drop: "objects" })).rejects.toMatchObject({
      code: "not-released",
      message: expect.stringContaining("view late") as string,
    });
    await a.sql("needed", "DROP VIEW tenant_1.late");
    await a.sql("needed", "CREATE SCHEMA far; CREATE VIEW far.seen AS SELECT id FROM tenant_1.contacts");
    await expect(retire({ ...query(contacts), drop: "objects" })).rejects.toMatchObject({
      code: "not-released",
      message: expect.stringContaining("view far.seen needs table contacts") as string,
    });
    const back = (await planMove(reversed(contacts))).findings.map(({ code, message }) => [code, message]);
    expect(back).toEqual([["target-conflict", expect.stringContaining("far.seen") as string]]);
    await a.sql("needed", "DROP SCHEMA far CASCADE");
    await retire({ ...query(contacts), drop: "objects" });
  });

  it("tells of tables that the service has made in the new home and not named", async () => {
    const { contacts, world } = await two("left");
    await move(contacts);
    await b.sql("left_new", "CREATE TABLE new_home.segments (id int)", world.login);
    const [finding] = (await planMove(reversed(contacts))).findings;
    expect(finding).toMatchObject({ code: "cut-left-behind", level: "warning" });
    expect(finding?.message).toMatch(/segments/);
    await b.sql("left_new", "DROP TABLE new_home.segments", world.login);
    expect((await planMove(reversed(contacts))).findings).toEqual([]);
  });
});

describe("an attempt that failed", () => {
  const stopAt =
    (at: string) =>
    ({ stage }: { readonly stage: string }): void => {
      if (stage === at) throw new Error("stopped by its user");
    };

  it.each(["fence", "copy", "index", "verify"])(
    "before %s is gone on with, there and back",
    async (stage) => {
      const { contacts, world } = await two(`stopped_${stage}`);
      const name = world.request.dataset;
      const write = "INSERT INTO contacts (mail) VALUES (gen_random_uuid() || '@x')";
      await expect(move(contacts, stopAt(stage))).rejects.toThrow("stopped");
      await a.sql(
        name,
        `${write}; DELETE FROM activities`.replace("DELETE FROM activities", "SELECT 1"),
        world.login,
      );
      expect(await move(contacts)).toMatchObject({ clean: true });
      await b.sql(`${name}_new`, `SET search_path = new_home; ${write}`, world.login);
      await expect(move(reversed(contacts), stopAt(stage))).rejects.toThrow("stopped");
      await a.sql(name, "INSERT INTO activities (contact) VALUES (5)", world.login);
      expect(await move(reversed(contacts))).toMatchObject({ clean: true });
      expect(await value(a, name, "SELECT count(*)::int FROM contacts", world.login)).toBe(402);
      expect(await value(a, name, "SELECT count(*)::int FROM activities", world.login)).toBe(201);
      await a.sql(name, write, world.login);
    },
  );

  it("on a part whose code was altered since is made anew", async () => {
    const { contacts, world } = await two("altered");
    await expect(move(contacts, stopAt("index"))).rejects.toThrow("stopped");
    await a.sql(
      "altered",
      "CREATE OR REPLACE FUNCTION normal(t text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT upper(t)'; ALTER TYPE status ADD VALUE 'won'",
      world.login,
    );
    expect(await move(contacts)).toMatchObject({ clean: true });
    expect(await value<string>(b, "altered_new", "SELECT new_home.normal('a')")).toBe("A");
  });

  it("can be given up: nothing of it is left, and the others' schema is as it was", async () => {
    const { contacts, world } = await two("givenup");
    await expect(move(contacts, stopAt("index"))).rejects.toThrow("stopped");
    const staying = { ...query(contacts), old: contacts.to, home: contacts.from };
    expect((await release(staying)).released).toBe(true);
    await retire({ ...staying, drop: "objects" });
    await abandon(staying);
    expect(Object.keys(await contents(b, contacts.to))).toEqual([]);
    expect(await definitions(b, "givenup_new", "new_home")).toEqual([]);
    expect(await leftovers(a, contacts.from)).toEqual([]);
    await a.sql("givenup", "INSERT INTO contacts (mail) VALUES ('here@x')", world.login);
  });

  it("on the way back can be given up too: the old home is retired all the same", async () => {
    const { contacts, world } = await two("stays");
    await move(contacts);
    await expect(move(reversed(contacts), stopAt("verify"))).rejects.toThrow("stopped");
    await b.sql(
      "stays_new",
      "SET search_path = new_home; INSERT INTO contacts (mail) VALUES ('n@x')",
      world.login,
    );
    await retire({ ...query(contacts), drop: "objects" });
    expect(Object.keys(await contents(a, contacts.from))).toEqual(["activities", "activity_notes", "deals"]);
    await a.sql("stays", "INSERT INTO activities (contact, label) VALUES (9, ' Works')", world.login);
  });
});
