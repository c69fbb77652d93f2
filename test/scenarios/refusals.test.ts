import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { contents, query } from "./proof";
import { stage, type Outcome, type Stage } from "./stage";

let world: Stage;
let untouched: unknown;

/** What is in the state, and on the legacy server: databases, roles, schemas of crm's, and crm's rows. */
const look = async (): Promise<unknown> => {
  const crm = { ...world.legacy.connection, database: "crm_db" };
  return [
    (await world.resources()).map(({ urn }) => urn),
    await query(crm, "SELECT datname FROM pg_database ORDER BY 1"),
    await query(crm, "SELECT rolname, rolcanlogin FROM pg_roles ORDER BY 1"),
    await query(crm, "SELECT nspname, nspacl::text FROM pg_namespace WHERE nspname !~ '^pg_' ORDER BY 1"),
    await contents(crm, "public"),
  ];
};

/** The errors that a user sees: one for each line that begins so. */
const errors = ({ text }: Outcome): string[] => [
  ...new Set(
    text
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line.startsWith("error:")),
  ),
];

const refused = async (edit: (text: string) => string): Promise<string> => {
  await world.edit(2, edit);
  const outcome = await world.previewedUp();
  expect(outcome.exitCode, outcome.text).toBe(1);
  expect(errors(outcome), outcome.text).toHaveLength(1);
  expect(await look()).toEqual(untouched);
  expect(outcome.text).not.toContain(world.legacy.password);
  return outcome.text;
};

const without = (lines: RegExp) => (text: string) =>
  text
    .split("\n")
    .filter((line) => !lines.test(line))
    .join("\n");

beforeAll(async () => {
  world = await stage("chiro-erp");
  const first = await world.run("up", 1);
  expect(first.exitCode, first.text).toBe(0);
  untouched = await look();
});
afterAll(() => world.end());

describe("one clear error, before anything is touched, for", () => {
  it("a home changed without formerly", async () => {
    const text = await refused(without(/formerly: .* crm_db/));
    expect(text).toMatch(/crm.*formerly: \{ host: legacy, database: crm_db, schema: public \}/s);
  });

  it("two services on one schema", async () => {
    const text = await refused((stack) => stack.replace("schema: crm_schema", "schema: core_schema"));
    expect(text).toMatch(/services\.crm\.home.*core/s);
  });

  it("an unknown host", async () => {
    const text = await refused((stack) =>
      stack.replace(
        "host: shared, database: chiro_erp, schema: crm",
        "host: shraed, database: chiro_erp, schema: crm",
      ),
    );
    expect(text).toMatch(/services\.crm\.home\.host.*shraed.*shared/s);
  });

  it("a name that PostgreSQL would cut off", async () => {
    const text = await refused((stack) => stack.replace("schema: crm_schema", `schema: ${"s".repeat(64)}`));
    expect(text).toMatch(/services\.crm\.home\.schema.*63/s);
  });

  it("a server that cannot be reached", async () => {
    const port = 1;
    const text = await refused((stack) =>
      stack.replace(`127.0.0.1:${world.legacy.port}`, `127.0.0.1:${port}`),
    );
    expect(text).toMatch(/legacy.*127\.0\.0\.1:1/s);
  });

  it("a wrong password", async () => {
    const right = process.env["LEGACY_PASSWORD"];
    process.env["LEGACY_PASSWORD"] = "not-the-password";
    try {
      const text = await refused((stack) => stack);
      expect(text).toMatch(/legacy.*password/s);
      expect(text).not.toContain("not-the-password");
    } finally {
      process.env["LEGACY_PASSWORD"] = right;
    }
  });
});
