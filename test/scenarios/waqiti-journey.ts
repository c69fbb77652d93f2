import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { contents, query, refusal, repeatedNumbers } from "./proof";
import { Journey, theRealCliTakesTheSameSteps } from "./same-steps";
import { onlyServices } from "./stack-file";
import { stage, type Connection, type Stage } from "./stage";

const DATABASES: Readonly<Record<string, string>> = {
  user: "waqiti_users",
  security: "waqiti_security",
  wallet: "waqiti_wallets",
  ledger: "waqiti_ledger",
  payment: "waqiti_payments",
  compliance: "waqiti_compliance",
  analytics: "waqiti_analytics",
  notification: "waqiti_notifications",
};
/** Every service of the world, in the order of its waves. */
export const ALL = Object.keys(DATABASES);
const ONLINE = ["wallet", "ledger", "payment"];
const FIRST = ["user", "security"];

/** Takes these services of Waqiti (`user` and `payment` among them) from the shared server to their instances and back. */
export const goesTheWholeWay = (services: readonly string[]): void => {
  let world: Stage;
  const before: Record<string, Record<string, string>> = {};
  const only = onlyServices(services);
  const journey = new Journey("waqiti", () => world);
  const up = (step: number) => journey.up((on) => on.edit(step, only));
  const among = (names: readonly string[]): string[] => names.filter((name) => services.includes(name));

  const shared = () => ({ ...world.legacy.connection, database: "waqiti" });
  const instance = (name: string): Promise<Connection> =>
    world.administrator(`postgres-${name}`, DATABASES[name] ?? "");
  const arrived = async (name: string): Promise<void> => {
    expect(await contents(await instance(name), `${name}_schema`), name).toEqual(before[name]);
    expect(await world.service(name)).toMatchObject({
      database: DATABASES[name],
      user: `waqiti_${name}_service`,
    });
    expect(await repeatedNumbers(await world.service(name))).toEqual([]);
  };

  beforeAll(async () => {
    world = await stage("waqiti");
    for (const name of services) before[name] = await contents(shared(), `${name}_schema`);
  });
  afterAll(() => world.end());

  it("each service is a role of its own on the shared server", async () => {
    await up(1);
    const payment = await world.service("payment");
    expect(payment).toMatchObject({ database: "waqiti", user: "waqiti_payment_service" });
    await query(payment, "UPDATE payments SET state = state WHERE number = 100000");
    expect(await refusal(payment, "SELECT * FROM user_schema.users")).toBe("42501");
  });

  it("foreign keys across services are found in the preview, and nothing is touched", async () => {
    const key =
      "ALTER TABLE wallet_schema.wallets ADD CONSTRAINT wallets_user_fkey FOREIGN KEY (user_id) REFERENCES user_schema.users";
    await world.legacy.sql("waqiti", key);
    await world.edit(2, only);
    const { exitCode, text } = await world.run("preview");
    expect(exitCode).not.toBe(0);
    expect(text).toMatch(/other schemas depend on .*waqiti\.user_schema: .*wallets_user_fkey/);
    expect(text).toMatch(/Drop these references first.*\[references-inward\]/);
    await world.legacy.sql("waqiti", "ALTER TABLE wallet_schema.wallets DROP CONSTRAINT wallets_user_fkey");
  });

  it("the first wave moves; the second is made ready, and its services stay", async () => {
    const { text } = await up(2);
    for (const name of among(FIRST)) await arrived(name);
    for (const name of among(ONLINE)) {
      expect(text).toContain(`${name}: postgres-${name}/${DATABASES[name]}.${name}_schema follows`);
      expect(await world.service(name)).toMatchObject({ database: "waqiti" });
    }
  });

  it("the second wave is switched, one after the other, to instances of its own parameters", async () => {
    const { steps } = await up(3);
    for (const name of among(ONLINE)) await arrived(name);
    const moved = steps
      .filter(({ urn }) => urn.includes(":Migration::"))
      .map(({ urn }) => urn.split("::").at(-1));
    expect(moved).toEqual(among(ONLINE)); // `after`
    const settings =
      "SELECT name, setting FROM pg_settings WHERE name IN ('max_connections', 'work_mem') ORDER BY 1";
    expect(await query(await instance("payment"), settings)).toEqual([
      { name: "max_connections", setting: "200" },
      { name: "work_mem", setting: "8192" },
    ]);
    expect(await refusal(shared(), "DELETE FROM payment_schema.payments")).toBe("25006");
  });

  it("the third wave follows, and no service can log in at another's", async () => {
    await up(4);
    for (const name of services.filter((one) => ![...FIRST, ...ONLINE].includes(one))) await arrived(name);
    const [user, payment] = [await world.service("user"), await world.service("payment")];
    expect(await refusal({ ...user, port: payment.port, database: payment.database }, "SELECT 1")).toBe(
      "28P01",
    );
  });

  describe("payment alone", () => {
    const PAY =
      "INSERT INTO payments (wallet_id, amount, currency, metadata) SELECT wallet_id, 1, 'USD', $1 FROM payments LIMIT 1";
    const PAID = "SELECT metadata->>'at' AS at FROM payments WHERE metadata ? 'at' ORDER BY number";

    it("goes back to the shared server with what was paid since", async () => {
      await query(await world.service("payment"), PAY, [{ at: "its instance" }]);
      await up(5);
      expect(await world.service("payment")).toMatchObject({ database: "waqiti" });
      expect(await query(await world.service("payment"), PAID)).toEqual([{ at: "its instance" }]);
      await query(await world.service("payment"), PAY, [{ at: "the shared server" }]);
      expect(await world.service("user")).toMatchObject({ database: "waqiti_users" });
    });

    it("and forward again, with both", async () => {
      await up(6);
      const both = [{ at: "its instance" }, { at: "the shared server" }];
      expect(await query(await world.service("payment"), PAID)).toEqual(both);
    });
  });

  it("the shared server's schemas are dropped once all is verified", async () => {
    await up(7);
    const left = `SELECT count(*)::int AS n FROM pg_tables WHERE schemaname = ANY ($1)`;
    const there = await query(
      { ...world.legacy.connection, database: services.length === ALL.length ? "postgres" : "waqiti" },
      left,
      [services.map((name) => `${name}_schema`)],
    );
    expect(there).toEqual([{ n: 0 }]);
    for (const name of services.filter((one) => one !== "payment")) {
      expect(await contents(await instance(name), `${name}_schema`), name).toEqual(before[name]);
    }
    expect((await world.run("up")).steps).toEqual([]);
  });

  theRealCliTakesTheSameSteps(journey);
};
