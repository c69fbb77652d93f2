import { cp, rm, symlink, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { removeCluster } from "@rehome/postgres";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SALESFLOW } from "../migration/salesflow";
import { startServer, type TestServer } from "../support/servers";
import { contents, query } from "./proof";
import { rehearsalHost } from "./rehearsal-host";
import { STACK, type Connection, type Outcome, type Runner } from "./stage";
import { throwawayDirectory } from "../support/throwaway";

const repository = resolve(__dirname, "../..");
const TENANTS = ["t1", "t2"];

let legacy: TestServer;
let folder: string;
let runner: Runner;
const before: Record<string, Record<string, string>> = {};

/** A placement of every tenant. */
const at = (host: string, schema: string): string =>
  `{ host: ${host}, database: salesflow, schema: "${schema}" }`;
const LEGACY = at("legacy", "tenant_{tenant}");
const TOGETHER = at("main", "tenant_{tenant}");
const APART = at("contact", "{tenant}_contact");

interface Where {
  readonly home: string;
  readonly formerly?: string;
}

/** The stack file with both services' parts of each tenant where they are, and were. */
const place = async (contact: Where, activity: Where): Promise<void> => {
  const part = (tables: string, { home, formerly }: Where): string =>
    `{ datasets: { tenants: { forEachTenant: true, tables: ${tables}, home: ${home}${formerly === undefined ? "" : `, formerly: ${formerly}`} } } }`;
  const stack = `config:
  rehome:topology:
    hosts:
      legacy: { platform: existing, url: "postgres://postgres@127.0.0.1:${legacy.port}/postgres", password: { env: LEGACY_PASSWORD } }
      main: { platform: local }
      contact: { platform: local }
    tenants: [${TENANTS.join(", ")}]
    services:
      contact: ${part('[contacts, "contact_*"]', contact)}
      activity: ${part('["activit*"]', activity)}
`;
  await writeFile(join(folder, `Pulumi.${STACK}.yaml`), stack);
};

const run = async (contact: Where, activity: Where): Promise<Outcome> => {
  await place(contact, activity);
  return await runner.run("up", true);
};
const up = async (contact: Where, activity: Where): Promise<Outcome> => {
  const done = await run(contact, activity);
  expect(done.exitCode, done.text).toBe(0);
  return done;
};

const administrator = async (host: string): Promise<Connection> => {
  const found = (await runner.resources()).find(
    ({ type, urn }) => type.endsWith(":Cluster") && urn.endsWith(`::${host}`),
  );
  const { port, password } = found?.outputs as { port: number; password: string };
  return { host: "127.0.0.1", port, user: "postgres", password, database: "salesflow", schema: "public" };
};
const service = async (name: string): Promise<Connection> => {
  const found = (await runner.connections())[name];
  if (found === undefined) throw new Error(`no connection of ${name}`);
  return found;
};
/** Runs a statement as a service that works for one tenant: with that schema on its path. */
const within = async (name: string, schema: string, sql: string): Promise<unknown[]> => {
  const { host, port, user, password, database } = await service(name);
  const client = new Client({ host, port, user, password, database, options: `-c search_path=${schema}` });
  await client.connect();
  try {
    return (await client.query(sql)).rows as unknown[];
  } finally {
    await client.end();
  }
};
const of = (names: readonly string[], all: Record<string, string> = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(all).filter(([name]) => names.includes(name)));
const ACTIVITIES = ["activities", "activity_notes"];
const CONTACTS = ["contact_phones", "contacts", "counted", "log_2025", "log_rest"];

beforeAll(async () => {
  legacy = await startServer();
  await legacy.sql("postgres", "CREATE DATABASE salesflow");
  for (const tenant of TENANTS) {
    const schema = `tenant_${tenant}`;
    await legacy.sql("salesflow", `CREATE SCHEMA ${schema}; SET search_path = ${schema}; ${SALESFLOW}`);
    before[tenant] = await contents({ ...legacy.connection, database: "salesflow" }, schema);
  }
  await legacy.sql("salesflow", "CREATE SCHEMA tenant_t3; CREATE TABLE tenant_t3.contacts (id int)");
  folder = await throwawayDirectory("parts");
  await cp(join(repository, "examples/hexabuilders/index.ts"), join(folder, "index.ts"));
  await writeFile(
    join(folder, "Pulumi.yaml"),
    "name: salesflow\nmain: index.ts\nruntime: { name: nodejs, options: { packagemanager: npm } }\n",
  );
  const compilerOptions = { composite: false, noEmit: true, noCheck: true };
  const tsconfig = { extends: join(repository, "tsconfig.base.json"), compilerOptions, files: ["index.ts"] };
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify(tsconfig));
  await symlink(join(repository, "node_modules"), join(folder, "node_modules"));
  runner = rehearsalHost(folder, { LEGACY_PASSWORD: legacy.password });
});
afterAll(async () => {
  for (const host of ["main", "contact"])
    await removeCluster(join(folder, ".rehome", "salesflow", STACK, host)).catch(() => undefined);
  await rm(folder, { recursive: true, force: true });
  await legacy.stop();
});

describe("two services with a part of every tenant's schema", () => {
  it("come with their parts into one schema, and leave the rest where it was", async () => {
    const { text } = await up({ home: TOGETHER, formerly: LEGACY }, { home: TOGETHER, formerly: LEGACY });
    for (const tenant of TENANTS)
      expect(text).toContain(
        `tables that no pattern takes stay in legacy/salesflow.tenant_${tenant}: deals.`,
      );
    // Once for each of the two services, by its last tenant.
    const plans = text.split(/^ +(?=\w+\/tenants\/t\d: legacy)/m);
    const telling = plans.filter((plan) => /lists: tenant_t3\.\s.*\[tenants-not-listed\]$/m.test(plan));
    expect(new Set(telling.map((plan) => plan.slice(0, plan.indexOf(":"))))).toEqual(
      new Set(["contact/tenants/t2", "activity/tenants/t2"]),
    );
    const main = await administrator("main");
    for (const tenant of TENANTS) {
      const moved = of([...ACTIVITIES, ...CONTACTS], before[tenant]);
      expect(await contents(main, `tenant_${tenant}`)).toEqual(moved);
    }
    await up({ home: TOGETHER }, { home: TOGETHER });
    await legacy.sql("salesflow", "INSERT INTO tenant_t1.deals (worth) VALUES (1)");
  });

  it("each works with its own, and one moves away alone", async () => {
    const done = await up({ home: APART, formerly: TOGETHER }, { home: TOGETHER });
    expect(done.text).toMatch(/cut-type-copied/);
    const [main, contact] = [await administrator("main"), await administrator("contact")];
    for (const tenant of TENANTS) {
      expect(await contents(contact, `${tenant}_contact`)).toEqual(of(CONTACTS, before[tenant]));
      expect(of(ACTIVITIES, await contents(main, `tenant_${tenant}`))).toEqual(
        of(ACTIVITIES, before[tenant]),
      );
    }
    await within("activity", "tenant_t1", "INSERT INTO activities (contact) VALUES (1)");
    await within("contact", "t1_contact", "INSERT INTO contact_phones (contact, phone) VALUES (1, 'new')");
  });

  it("goes back to the other's with what was written, and away again", async () => {
    await up({ home: TOGETHER, formerly: APART }, { home: TOGETHER });
    const phones = "SELECT phone FROM contact_phones WHERE phone LIKE 'new%'";
    expect(await within("contact", "tenant_t1", phones)).toHaveLength(1);
    await within("contact", "tenant_t1", "INSERT INTO contact_phones (contact, phone) VALUES (2, 'newer')");
    await within("activity", "tenant_t1", "INSERT INTO activities (contact) VALUES (2)");
    await up({ home: APART, formerly: TOGETHER }, { home: TOGETHER });
    expect(await within("contact", "t1_contact", phones)).toHaveLength(2);
  });

  it("takes its own alone when it leaves for good; its role goes too", async () => {
    await up({ home: APART }, { home: TOGETHER });
    const main = await administrator("main");
    for (const tenant of TENANTS)
      expect(Object.keys(await contents(main, `tenant_${tenant}`))).toEqual(ACTIVITIES);
    expect(await query(main, "SELECT FROM pg_roles WHERE rolname = 'contact_user'")).toEqual([]);
    await within("activity", "tenant_t1", "INSERT INTO activities (contact, label) VALUES (3, ' Still')");
    const count = "SELECT count(*)::int AS n FROM activities";
    expect(await within("activity", "tenant_t1", count)).toEqual([{ n: 203 }]);
    expect((await runner.run("up")).steps).toEqual([]);
  });

  it("leaves, as the last one, what nobody takes: the preview names it, and nothing of it is deleted", async () => {
    const main = await administrator("main");
    await query(main, "CREATE TABLE tenant_t1.strays (id int)");
    await query(main, "CREATE SCHEMA tenant_t4; CREATE TABLE tenant_t4.contacts (id int)");
    const AWAY = at("contact", "{tenant}_activity");
    const { text } = await up({ home: APART }, { home: AWAY, formerly: TOGETHER });
    expect(text).toContain("tables that no pattern takes stay in main/salesflow.tenant_t1: strays.");
    expect(text).toMatch(/lists: tenant_t4\.$/m);
    const refused = await run({ home: APART }, { home: AWAY });
    expect(refused.exitCode).toBe(1);
    expect(refused.text).toMatch(/The schema main\/salesflow\.tenant_t1 is not deleted: it holds 1 table,/);
    expect(Object.keys(await contents(main, "tenant_t1"))).toContain("strays");
    await query(main, "DROP TABLE tenant_t1.strays");
    const again = await run({ home: APART }, { home: AWAY });
    expect(again.exitCode).toBe(1);
    expect(again.text).toContain("The database main/salesflow is not deleted: it holds 1 table.");
    await query(main, "DROP SCHEMA tenant_t4 CASCADE");
    await up({ home: APART }, { home: AWAY });
    const gone = query(
      { ...main, database: "postgres" },
      "SELECT FROM pg_database WHERE datname = 'salesflow'",
    );
    expect(await gone).toEqual([]);
  });
});
