import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { followMove, move, prove, type Progress } from "@rehome/migration";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startServer, type TestServer } from "../support/servers";
import { makeWorld, reversed, value } from "../migration/dataset";

let a: TestServer;
let b: TestServer;
beforeAll(async () => {
  const parameters = { log_statement: "all", log_min_duration_statement: "0", log_duration: "on" };
  [a, b] = await Promise.all([startServer({ parameters }), startServer({ parameters })]);
});
afterAll(() => Promise.all([a.stop(), b.stop()]));

it("the password by which one home follows the other is in no log, no journal and no report", async () => {
  const { request } = await makeWorld(a, b, "told", "CREATE TABLE t (id int PRIMARY KEY)", {
    ...{ to: "core", options: { mode: "online" } },
  });
  const seen: Progress[] = [];
  const passwords: string[] = [];
  const known = async (server: TestServer): Promise<void> => {
    const conninfo = await value<string>(
      server,
      "told",
      "SELECT string_agg(subconninfo, ' ') FROM pg_subscription",
    );
    for (const [, password = ""] of conninfo.matchAll(/password='([^']+)'/g)) passwords.push(password);
  };
  await followMove(request, (progress) => seen.push(progress));
  await known(b);
  await move(request, (progress) => seen.push(progress));
  await prove(request);
  await known(a);
  await move(reversed(request), (progress) => seen.push(progress));
  expect(passwords.length).toBeGreaterThan(1);
  const journals = await Promise.all(
    [a, b].map((server) =>
      server.sql("told", "SELECT schema_to_xml('rehome', true, false, '')::text AS journal"),
    ),
  );
  const logs = await Promise.all(
    [a, b].map(({ directory }) => readFile(join(directory, "server.log"), "utf8")),
  );
  expect(/CREATE PUBLICATION/.test(logs.join(""))).toBe(true);
  const text = JSON.stringify([seen, journals]) + logs.join("");
  expect(passwords.filter((password) => text.includes(password))).toEqual([]);
});
