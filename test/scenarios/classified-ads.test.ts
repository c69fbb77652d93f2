import { databasesOf } from "@rehome/example-data";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { contents, mentions, query, refusal, repeatedNumbers } from "./proof";
import { Journey, theRealCliTakesTheSameSteps } from "./same-steps";
import { stage, type Connection, type Stage } from "./stage";

/** Each module's old database, by its new schema. */
const MODULES = Object.fromEntries(
  databasesOf("classified-ads").map(({ name }) => [name.replace("ClassifiedAds_", "").toLowerCase(), name]),
);
const SCHEMAS = Object.keys(MODULES);
const ROLE = "classifiedads_user";

let world: Stage;
let admin: Connection;
const before: Record<string, Record<string, string>> = {};
const journey = new Journey("classified-ads", () => world);

const legacy = (schema: string) => ({ ...world.legacy.connection, database: MODULES[schema] ?? "" });

beforeAll(async () => {
  world = await stage("classified-ads");
  for (const schema of SCHEMAS) before[schema] = await contents(legacy(schema), "public");
});
afterAll(() => world.end());

describe("six databases of one application", () => {
  it("are adopted as they are, with the role that they share", async () => {
    await journey.up(1);
    expect(await world.service("product")).toMatchObject({ database: "ClassifiedAds_Product", user: ROLE });
    expect(await world.service("identity")).toMatchObject({ database: "ClassifiedAds_Identity", user: ROLE });
  });
});

describe("consolidated into six schemas of one", () => {
  beforeAll(async () => {
    await journey.up(2);
    admin = await world.administrator("main", "ClassifiedAds");
  });

  it.each(SCHEMAS)("%s has the rows that its database had, EF's history among them", async (schema) => {
    const now = await contents(admin, schema);
    expect(now).toEqual(before[schema]);
    expect(Object.keys(now)).toContain("__EFMigrationsHistory");
    expect(await mentions(admin, schema, ROLE, "public")).toEqual([]);
  });

  it("is reached by one connection string", async () => {
    const connections = Object.values(await world.connections());
    const strings = connections.map(
      ({ host, port, database, user, password }) =>
        `Host=${host};Port=${port};Database=${database};Username=${user};Password=${password}`,
    );
    expect(connections).toHaveLength(6);
    expect(new Set(strings).size).toBe(1);
    expect(strings[0]).toMatch(/Database=ClassifiedAds;Username=classifiedads_user;Password=\w{32}$/);
  });

  it("goes on numbering where each module was, names and cases as they were", async () => {
    for (const schema of SCHEMAS) expect(await repeatedNumbers(await world.service(schema))).toEqual([]);
    const [made] = await query<{ Code: string; after: string }>(
      await world.service("product"),
      `INSERT INTO product."Products" ("Name", "CreatedDateTime") VALUES ('Neu', now())
       RETURNING "Code", (SELECT max("Code") FROM product."Products") AS after`,
    );
    expect(made?.Code).toMatch(/^P\d{6}$/);
    expect(made?.Code).not.toBe(made?.after);
    const search = `SELECT count(*)::int AS n FROM product."FindProducts"('neu')`;
    expect(await query(await world.service("product"), search)).toEqual([{ n: 1 }]);
  });

  it("lets modules be joined by qualified names, and nobody write to the old databases", async () => {
    const joined = `SELECT count(*)::int AS n FROM notification."EmailMessageAttachments" a
                    JOIN storage."FileEntries" f ON f."Id" = a."FileEntryId"`;
    expect(await query(await world.service("product"), joined)).toEqual([{ n: 200 }]);
    expect(await refusal(legacy("product"), `DELETE FROM "Products"`)).toBe("25006");
  });
});

describe("one module on the way back", () => {
  const SAVE = `INSERT INTO "SmsMessages" ("PhoneNumber", "CreatedDateTime") VALUES ($1, now())`;
  const FIND = `SELECT "PhoneNumber" AS at FROM "SmsMessages" WHERE "PhoneNumber" LIKE 'at %' ORDER BY "Id"`;

  it("takes along what it wrote, and the other five work on", async () => {
    await query(await world.service("notification"), SAVE, ["at the new home"]);
    await journey.up(3);
    const notification = await world.service("notification");
    expect(notification.database).toBe("ClassifiedAds_Notification");
    expect(await query(notification, FIND)).toEqual([{ at: "at the new home" }]);
    await query(notification, SAVE, ["at the old one"]);
    await query(await world.service("identity"), `UPDATE identity."Users" SET "AccessFailedCount" = 0`);
    expect(await refusal(admin, `DELETE FROM notification."SmsMessages"`)).toBe("25006");
  });

  it("and forward again, with both", async () => {
    await journey.up(4);
    const both = [{ at: "at the new home" }, { at: "at the old one" }];
    expect(await query(await world.service("notification"), FIND)).toEqual(both);
  });
});

it("drops the old databases, which were verified, and nothing else", async () => {
  const left = "SELECT datname AS name FROM pg_database WHERE datname LIKE 'ClassifiedAds%' ORDER BY 1";
  const server = { ...world.legacy.connection, database: "postgres" };
  expect(await query(server, left)).toHaveLength(6);
  await journey.up(5);
  expect(await query(server, left)).toEqual([]);
  for (const schema of SCHEMAS)
    expect(Object.keys(await contents(admin, schema))).toEqual(Object.keys(before[schema] ?? {}));
  expect((await world.run("up")).steps).toEqual([]);
});

theRealCliTakesTheSameSteps(journey);
