import { chownSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { move } from "@rehome/migration";
import { afterAll, beforeAll, expect, it } from "vitest";
import { contents, makeWorld, value } from "../migration/dataset";
import { startServer, type TestServer } from "../support/servers";

let a: TestServer;
let b: TestServer;
beforeAll(async () => {
  [a, b] = await Promise.all([startServer(), startServer()]);
});
afterAll(() => Promise.all([a.stop(), b.stop()]));

const DEFINITIONS = `
CREATE TABLE big (id int PRIMARY KEY, v text);
INSERT INTO big SELECT i, 'v' || i FROM generate_series(1, 5000) i;
CREATE TABLE small (id int PRIMARY KEY, big int REFERENCES big);
INSERT INTO small SELECT i, i FROM generate_series(1, 100) i`;

it.each([
  [4, true],
  [3, false],
])("with %i jobs a table of a gigabyte beside small ones is divided: %s", async (jobs, divided) => {
  const name = `divided_${jobs}`;
  const { request } = await makeWorld(a, b, name, DEFINITIONS, { options: { jobs } });
  const before = await contents(a, request.from);
  // Pages with nothing in them: they take no room on the disk, and a gigabyte of its table.
  await a.sql(name, "CHECKPOINT");
  const file = join(a.directory, await value<string>(a, name, "SELECT pg_relation_filepath('big')"));
  const { uid, gid } = statSync(file);
  await a.halt();
  truncateSync(file, 2 ** 30);
  chownSync(file, uid, gid);
  await a.start();

  await move(request);

  const ranges = "FROM rehome.work WHERE table_name = 'big' AND parts -> 0 ? 'range' AND done_at IS NOT NULL";
  const count = await value(b, name, `SELECT count(*)::int ${ranges}`);
  expect(count > 1).toBe(divided);
  // Whichever of its own streams was free.
  const strangers = await value(b, name, `SELECT count(*)::int ${ranges} AND worker !~ '^leader [1-4]$'`);
  expect(strangers).toBe(0);
  expect(await contents(b, request.to)).toEqual(before);
});
