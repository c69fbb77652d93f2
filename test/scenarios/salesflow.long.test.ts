import { tenantNames } from "@rehome/example-data";
import { afterAll, beforeAll, expect, it } from "vitest";
import { contents, query } from "./proof";
import { stage, type Connection, type Stage } from "./stage";

/** A tenth of what one stack is to hold, unless told: `REHOME_TENANTS=1000` takes an hour or more. */
const TENANTS = tenantNames(Number(process.env["REHOME_TENANTS"] ?? 100));
const HOURS = 3_600_000 * 4;

let world: Stage;
let admin: Connection;
const before: Record<string, Record<string, string>> = {};
const edit = (step: number): Promise<void> =>
  world.edit(step, (text) => text.replace(/tenants: \[.*\]/, `tenants: [${TENANTS.join(", ")}]`));

beforeAll(async () => {
  world = await stage("salesflow", "rehearsal", { max_locks_per_transaction: "256" }, TENANTS.length);
  for (const tenant of TENANTS)
    before[tenant] = await contents(
      { ...world.legacy.connection, database: "salesflow" },
      `tenant_${tenant}`,
    );
}, HOURS);
afterAll(() => world.end(), HOURS);

it(
  "all tenants are divided in one up",
  async () => {
    await edit(1);
    const { exitCode, text, steps } = await world.run("up");
    expect(exitCode, text.slice(-5000)).toBe(0);
    expect(steps.filter(({ urn }) => urn.includes(":Migration::"))).toHaveLength(2 * TENANTS.length + 4);
    admin = await world.administrator("main", "salesflow_db");
    for (const tenant of TENANTS) {
      const [contact, activity] = [
        await contents(admin, `tenant_${tenant}_contact`),
        await contents(admin, `tenant_${tenant}_activity`),
      ];
      expect({ ...contact, ...activity }).toEqual(before[tenant]);
    }
  },
  HOURS,
);

it("what the state holds of a tenant does not grow with their number", async () => {
  const moves = (await world.resources()).filter(({ type }) => type.endsWith(":Migration"));
  const sizes = moves.map((one) => JSON.stringify(one).length);
  expect(Math.max(...sizes)).toBeLessThan(10_000);
});

it(
  "and their old schemas dropped in another",
  async () => {
    await edit(4);
    const { exitCode, text } = await world.run("up");
    expect(exitCode, text.slice(-5000)).toBe(0);
    const server = { ...world.legacy.connection, database: "postgres" };
    expect(await query(server, "SELECT datname FROM pg_database WHERE datname = 'salesflow'")).toEqual([]);
    expect((await world.run("preview")).steps).toEqual([]);
  },
  HOURS,
);
