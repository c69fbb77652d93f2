import { move, planMove } from "@rehome/migration";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startServer, type TestServer } from "../support/servers";
import { contents, makeWorld, reversed } from "./dataset";

let a: TestServer;
let b: TestServer;
beforeAll(async () => {
  [a, b] = await Promise.all([startServer(), startServer()]);
});
afterAll(() => Promise.all([a.stop(), b.stop()]));

const trigger = (name: string): string => `
  CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1);
  CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
  CREATE TRIGGER ${name} BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()`;
const codes = async (request: Parameters<typeof planMove>[0]): Promise<string[]> =>
  (await planMove(request)).findings.map(({ code }) => code);

it("a trigger with the name of the fence's is refused, and goes along once it has another", async () => {
  const { request } = await makeWorld(a, b, "taken", trigger("rehome_fence"));
  expect(await codes(request)).toEqual(["reserved-trigger"]);
  await expect(move(request)).rejects.toMatchObject({ code: "blocked" });
  await a.sql("taken", "ALTER TRIGGER rehome_fence ON public.t RENAME TO rehome_fence_of_ours");
  const before = await contents(a, request.from);
  await move(request);
  expect(await contents(b, request.to)).toEqual(before);
  expect(await codes(reversed(request))).toEqual([]); // the fence's own are known by what they call
});

it.each(["rehome", "rehome_extensions"])("a schema called %s is refused on either side", async (name) => {
  const { request } = await makeWorld(a, b, `kept_${name}`, "CREATE TABLE t ()", { from: "fine" });
  expect(await codes({ ...request, to: { ...request.to, schema: name } })).toContain("reserved-name");
  await a.sql(request.from.database, `ALTER SCHEMA fine RENAME TO ${name}`);
  expect(await codes({ ...request, from: { ...request.from, schema: name } })).toContain("reserved-name");
});

it("a function without a body is no reason to refuse, nor is one that cannot be read", async () => {
  const definitions = `CREATE FUNCTION empty() RETURNS void LANGUAGE sql AS '';
    SET check_function_bodies = off;
    CREATE FUNCTION broken() RETURNS void LANGUAGE sql AS 'SELECT ''never ends';
    CREATE TABLE t (id int)`;
  const { request } = await makeWorld(a, b, "bodies", definitions);
  expect(await codes(request)).toEqual(["code-dynamic"]);
  await move(request);
  await a.sql("bodies", "SELECT 1");
  const named = await makeWorld(
    a,
    b,
    "named",
    "SET check_function_bodies = off; CREATE FUNCTION broken() RETURNS void LANGUAGE sql AS 'SELECT public.x ''never'",
  );
  expect(await codes(named.request)).toEqual(["code-unclear"]);
});

it("a database that lets nobody in is told, with what opens it", async () => {
  const { request } = await makeWorld(a, b, "clo'sed", "CREATE TABLE t ()");
  await a.sql("postgres", `ALTER DATABASE "clo'sed" ALLOW_CONNECTIONS false`);
  const error: unknown = await planMove(request).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "database-closed" });
  const [, remedy = ""] = /run it again: (.*)\.$/.exec((error as Error).message) ?? [];
  await a.sql("postgres", remedy);
  expect(await codes(request)).toEqual([]);
});
