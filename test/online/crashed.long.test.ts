import { followMove, move, prove, retire } from "@rehome/migration";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServer, type TestServer } from "../support/servers";
import { contents, makeWorld, until } from "../migration/dataset";

let a: TestServer;
let b: TestServer;
beforeAll(async () => {
  const parameters = { synchronous_commit: "on" };
  [a, b] = await Promise.all([startServer({ parameters }), startServer({ parameters })]);
});
afterAll(() => Promise.all([a.stop(), b.stop()]));

const SERVICE = `
CREATE TABLE orders (id bigserial PRIMARY KEY, total numeric);
CREATE TABLE notes (note text);
CREATE TABLE documents (doc json);
INSERT INTO orders (total) SELECT i FROM generate_series(1, 500) i;
INSERT INTO notes SELECT 'n' || i FROM generate_series(1, 50) i;
INSERT INTO documents SELECT '{}' FROM generate_series(1, 50) i`;
const WRITE =
  "INSERT INTO orders (total) VALUES (7); UPDATE notes SET note = note || '!'; INSERT INTO documents VALUES ('{}')";

const STAGES = ["follow", "compare", "fence", "drain", "switch"] as const;
const cases = STAGES.flatMap((stage) => (["old", "new"] as const).map((which) => ({ stage, which })));

describe.each(cases)("the $which home's server, crashed in $stage", ({ stage, which }) => {
  it("costs no row: the service works in one of its homes, and the next run goes on", async () => {
    const name = `crashed_${which}_${stage}`;
    const { request, login } = await makeWorld(a, b, name, SERVICE, {
      to: "core",
      options: { mode: "online" },
    });
    if (stage !== "follow") await followMove(request);
    await a.sql(name, WRITE, login);
    const server = which === "old" ? a : b;
    let crashed: Promise<void> | undefined;
    const ended = await move(request, (progress) => {
      if (progress.stage === stage) crashed ??= server.halt("immediate");
    }).then(
      () => "switched",
      () => "failed",
    );
    await crashed;
    await server.start();
    const here = `SET search_path = public; ${WRITE}`;
    const there = `SET search_path = core; ${WRITE}`;
    // Sealed, it refuses; otherwise it is the service's at once.
    const sealed = await a
      .sql<{ sealed: boolean }>(name, "SELECT coalesce(bool_or(sealed), false) AS sealed FROM rehome.fence")
      .then(([row]) => row?.sealed === true);
    if (!sealed)
      await until(() =>
        a.sql(name, here, login).then(
          () => true,
          () => false,
        ),
      );
    else await expect(a.sql(name, here)).rejects.toThrow(/fenced/);
    if (ended === "switched") expect(sealed).toBe(true);
    const before = await contents(a, request.from);
    await move(request);
    expect(await contents(b, request.to)).toEqual(before);
    await b.sql(name, there, login);
    expect(await prove(request)).toBe(true);
    await until(async () => {
      const [old, now] = [await contents(a, request.from), await contents(b, request.to)];
      return old["orders"] === now["orders"] && old["notes"] === now["notes"];
    });
    await retire({ dataset: name, old: request.from, home: request.to, drop: "objects" });
  });
});
