import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { followHealth, followMove, move, stopFollowing } from "@rehome/migration";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { contents, makeWorld, until, value, type World } from "../migration/dataset";
import { LONG } from "../support/long";
import { startServer, type TestServer } from "../support/servers";

/** They wait for what no worker will ever do. */
const long = it.skipIf(!LONG);

let a: TestServer;
let b: TestServer;
beforeAll(async () => {
  const parameters = { max_logical_replication_workers: "1" };
  [a, b] = await Promise.all([startServer(), startServer({ parameters })]);
});
afterAll(() => Promise.all([a.stop(), b.stop()]));

const followed = async (name: string): Promise<World> => {
  const world = await makeWorld(a, b, name, "CREATE TABLE notes (id int PRIMARY KEY)", {
    ...{ from: "core", to: "core", options: { mode: "online" } },
  });
  expect(await followMove(world.request)).toMatchObject({ running: true, ready: true, remedy: null });
  return world;
};
const subscription = (name: string): Promise<string> =>
  value<string>(
    b,
    name,
    "SELECT subname::text FROM pg_subscription s JOIN pg_database d ON d.oid = subdbid WHERE datname = current_database()",
  );
const alter = async (name: string, to: "ENABLE" | "DISABLE"): Promise<void> => {
  await b.sql(name, `ALTER SUBSCRIPTION ${await subscription(name)} ${to}`);
};
describe("a subscription without a worker", () => {
  it("is not ready for a switch, and what to do is told", async () => {
    const first = await followed("first");
    await alter("first", "DISABLE");
    const second = await followed("second");
    await alter("second", "DISABLE");
    await alter("first", "ENABLE");
    await until(async () => (await followHealth(first.request))?.running === true);
    await alter("second", "ENABLE");
    await a.sql("second", "INSERT INTO core.notes VALUES (1)", second.login);
    const health = {
      ...{ ready: false, running: false, lost: false },
      broken: 'no worker is left on host "new" to apply its changes',
      remedy: expect.stringContaining("Raise max_logical_replication_workers") as string,
    };
    expect(await followHealth(second.request)).toMatchObject(health);
    await expect(move(second.request)).rejects.toMatchObject({ code: "blocked" });
    await alter("first", "DISABLE");
    const before = await contents(a, second.request.from);
    await move(second.request);
    expect(await contents(b, second.request.to)).toEqual(before);
  });
});

describe("a subscription whose publisher does not let it in", () => {
  long("is told, and reconnected by the next run with no fresh copy", async () => {
    const { request, login } = await followed("outside");
    const role = await subscription("outside");
    await a.sql(
      "outside",
      `ALTER ROLE ${role} PASSWORD 'another'; SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = '${role}'`,
    );
    await a.sql("outside", "INSERT INTO core.notes VALUES (1)", login);
    expect(await followHealth(request)).toMatchObject({
      ...{
        ready: false,
        running: false,
        lost: false,
        broken: 'no worker on host "new" receives its changes',
      },
      remedy: expect.stringMatching(`have it reach .*:${a.port} as role "${role}"`) as string,
    });
    expect(await followMove(request)).toMatchObject({ broken: null, ready: true });
    await until(async () => (await value(b, "outside", "SELECT count(*)::int FROM core.notes")) === 1);
    expect(
      await value(
        b,
        "outside",
        "SELECT count(*)::int FROM rehome.event WHERE stage = 'prepare' AND message LIKE 'a fresh copy%'",
      ),
    ).toBe(1);
    await stopFollowing(request);
  });

  long("ends a run before its fence, while it does not", async () => {
    const { request, login } = await followed("shut_out");
    const role = await subscription("shut_out");
    const file = join(a.directory, "pg_hba.conf");
    const rules = await readFile(file, "utf8");
    await writeFile(file, `local all ${role} reject\nhost all ${role} all reject\n${rules}`);
    const reload = `SELECT pg_reload_conf(), pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = '${role}'`;
    await a.sql("shut_out", reload);
    await a.sql("shut_out", "INSERT INTO core.notes VALUES (1)", login);
    await expect(move(request)).rejects.toMatchObject({
      code: "link-broken",
      message: expect.stringContaining("pg_hba.conf") as string,
    });
    await a.sql("shut_out", "INSERT INTO core.notes VALUES (2)", login);
    await writeFile(file, rules);
    await a.sql("shut_out", "SELECT pg_reload_conf()");
    await move(request);
    expect(await value(b, "shut_out", "SELECT count(*)::int FROM core.notes")).toBe(2);
    const fresh =
      "SELECT count(*)::int FROM rehome.event WHERE stage = 'prepare' AND message LIKE 'a fresh copy%'";
    expect(await value(b, "shut_out", fresh)).toBe(1);
  });
});
