import { move, planMove, prove, recordedMove, type MoveRequest } from "@rehome/migration";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startServer, type TestServer } from "../support/servers";
import { makeWorld, reversed } from "./dataset";

let a: TestServer;
let b: TestServer;
beforeAll(async () => {
  [a, b] = await Promise.all([startServer(), startServer()]);
});
afterAll(() => Promise.all([a.stop(), b.stop()]));

const ROWS = "CREATE TABLE notes (id int PRIMARY KEY); INSERT INTO notes SELECT generate_series(1, 20)";
const sameServer = ({ from, ...request }: MoveRequest, to: Partial<MoveRequest["to"]>): MoveRequest => ({
  ...{ ...request, from, to: { ...request.to, host: from.host, server: from.server, ...to } },
});

it.each(["copy", "follow", "template", "set-schema"])(
  "is what the journal says of a move that is done, by %s, and of none that is not",
  async (strategy) => {
    const name = `recorded_${strategy}`;
    const { request: between } = await makeWorld(a, b, name, ROWS, {
      ...{ from: "old", to: "core", options: { mode: strategy === "follow" ? "online" : "offline" } },
    });
    if (strategy === "template") {
      await a.sql("postgres", `CREATE DATABASE "${name}_now"`);
      await a.sql(`${name}_now`, `CREATE SCHEMA core AUTHORIZATION "${name}_user"`);
    }
    if (strategy === "set-schema") await a.sql(name, `CREATE SCHEMA core AUTHORIZATION "${name}_user"`);
    const request =
      strategy === "template"
        ? sameServer(between, { database: `${name}_now` })
        : strategy === "set-schema"
          ? sameServer(between, {})
          : between;
    expect(await recordedMove(request)).toBeUndefined();
    const done = await move(request);
    expect(done.strategy).toBe(strategy);
    if (strategy === "follow") await prove(request);
    expect(await recordedMove(request)).toMatchObject({ migration: done.migration, clean: true });
    expect(await recordedMove(reversed(request))).toBeUndefined();

    // There and back again: what was recorded first holds no more.
    await move(reversed(request));
    expect(await recordedMove(request)).toBeUndefined();
    const again = await move(request);
    expect(await recordedMove(request)).toMatchObject({ migration: again.migration });
  },
);

it("is none of a dataset that has left again for a third home, and no home of it is told to be dropped", async () => {
  const { request } = await makeWorld(a, b, "left", ROWS, { to: "core" });
  await move(request);
  await a.sql("postgres", "CREATE DATABASE third");
  await a.sql("third", 'CREATE SCHEMA core AUTHORIZATION "left_user"');
  await move({ ...request, from: request.to, to: { ...request.from, database: "third", schema: "core" } });
  expect(await recordedMove(request)).toBeUndefined();
  // As who has lost the stack's state would ask for it.
  const { findings } = await planMove(request);
  expect(findings).toContainEqual(
    expect.objectContaining({
      code: "target-not-empty",
      message:
        "new/left.core holds 1 objects, and its journal says that left came there from old/left.public.",
      remedy: expect.stringMatching(/^Drop nothing/) as string,
    }),
  );
});
