import { spawn, type ChildProcess } from "node:child_process";
import { resolve } from "node:path";
import { move, type MoveRequest } from "@rehome/migration";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServer, type TestServer } from "../support/servers";
import { contents, leftovers, makeWorld, until, value } from "./dataset";

const TABLES = 30;
/** Bytes a second, of 33 MB in all: time to be killed in. */
const RATE = 10_000_000;
/** Tables that take a while together, and one whose writers go through its root. */
const DEFINITIONS = `
${Array.from(
  { length: TABLES },
  (_, i) => `CREATE TABLE t${i} (id serial PRIMARY KEY, v text);
  INSERT INTO t${i} (v) SELECT repeat('x', 200) FROM generate_series(1, 6000 - ${i} * 50) i;`,
).join("\n")}
CREATE TABLE late (id serial PRIMARY KEY, t0 int REFERENCES t0 ON DELETE CASCADE);
INSERT INTO late (t0) SELECT i FROM generate_series(1, 100) i;`;

let a: TestServer;
let b: TestServer;
beforeAll(async () => {
  [a, b] = await Promise.all([startServer(), startServer()]);
});
afterAll(() => Promise.all([a.stop(), b.stop()]));

const SCRIPT = `
  const { move } = require(${JSON.stringify(resolve("migration"))});
  move(JSON.parse(require("node:fs").readFileSync(0, "utf8"))).then(() => process.exit(0), () => process.exit(1));`;

const engine = (request: MoveRequest): ChildProcess => {
  const child = spawn(process.execPath, ["-e", SCRIPT], { stdio: ["pipe", "ignore", "inherit"] });
  child.stdin?.end(JSON.stringify(request));
  return child;
};
const killed = (child: ChildProcess): Promise<NodeJS.Signals | null> =>
  new Promise((done) => {
    child.once("exit", (_, signal) => done(signal));
    child.kill("SIGKILL");
  });

describe("an engine that is killed between two tables", () => {
  it("lets writers pass at once; only what they wrote to is copied again", async () => {
    const { request, login } = await makeWorld(a, b, "big", DEFINITIONS, {
      options: { jobs: 1, copyRate: RATE },
    });
    const copied = async (): Promise<Record<string, string>> =>
      Object.fromEntries(
        (
          await b.sql<{ name: string; at: string }>(
            "big",
            "SELECT table_name AS name, copied_at::text AS at FROM rehome.copied_table",
          )
        ).map(({ name, at }) => [name, at]),
      );
    const child = engine(request);
    await until(async () => Object.keys(await copied().catch(() => ({}))).length >= 3);
    // The fence holds while the engine lives.
    await expect(a.sql("big", "DELETE FROM t0 WHERE id = 1", login)).rejects.toMatchObject({ code: "25006" });
    expect(await killed(child)).toBe("SIGKILL");

    await expect
      .poll(() => a.sql("big", "DELETE FROM t0 WHERE id = 1", login).then(() => "passed", String), {
        timeout: 5000,
      })
      .toBe("passed");
    await a.sql("big", "INSERT INTO t1 (v) VALUES ('since')", login);
    await a.sql("big", "BEGIN; UPDATE t2 SET v = 'never'; ROLLBACK", login);
    const first = await copied();
    expect(Object.keys(first).length).toBeLessThan(TABLES);
    expect(await value(a, "big", "SELECT count(*)::int FROM late", login)).toBe(99); // the key's cascade went through

    await until(async () => (await leftovers(a, request.from)).every((what) => what.startsWith("trigger")));
    const before = await contents(a, request.from);
    const result = await move(request);
    expect(result).toMatchObject({ clean: true, tables: TABLES + 1 });
    expect(await contents(b, request.to)).toEqual(before);
    const second = await copied();
    const again = Object.keys(first).filter((name) => first[name] !== second[name]);
    expect(again.sort()).toEqual(["t0", "t1"]);
    expect(await leftovers(b, request.to)).toEqual([]);
    expect(await move(request)).toEqual(result);
  });
});
