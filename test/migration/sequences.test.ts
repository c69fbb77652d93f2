import type pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { inspectSequences, setSequences } from "../../migration/src/inspect/sequences";
import { open } from "../../migration/src/sql/connect";
import { startServer, type TestServer } from "../support/servers";

const NAMES = ["called", "untouched", "starts late", 'set "ahead"', "goes down", "at its end"];

let server: TestServer;
let client: pg.Client;
beforeAll(async () => {
  server = await startServer();
  client = await open(server.connection, "postgres");
  await client.query(`
    CREATE SCHEMA old; CREATE SCHEMA new; CREATE SEQUENCE new.called START 7;
    CREATE SEQUENCE old.called; CREATE SEQUENCE old.untouched; CREATE SEQUENCE old."starts late" START 100;
    CREATE SEQUENCE old."set ""ahead"""; CREATE SEQUENCE old."goes down" INCREMENT -3 MAXVALUE 9; CREATE SEQUENCE old."at its end";
    SELECT nextval('old.called'), nextval('old.called'), setval('old."set ""ahead"""', 41, false), nextval('old."goes down"'),
      setval('old."at its end"', 9223372036854775807)`);
});
afterAll(async () => {
  await client.end();
  await server.stop();
});

describe("where sequences stand", () => {
  it("is told of each, whether it has been called or not", async () => {
    expect(await inspectSequences(client, "old", NAMES)).toEqual([
      { name: "at its end", lastValue: "9223372036854775807", isCalled: true },
      { name: "called", lastValue: "2", isCalled: true },
      { name: "goes down", lastValue: "9", isCalled: true },
      { name: 'set "ahead"', lastValue: "41", isCalled: false },
      { name: "starts late", lastValue: "100", isCalled: false },
      { name: "untouched", lastValue: "1", isCalled: false },
    ]);
  });

  it("is told of those alone that are asked for, in the schema asked about", async () => {
    expect(await inspectSequences(client, "new", ["called"])).toEqual([
      { name: "called", lastValue: "7", isCalled: false },
    ]);
    expect(await inspectSequences(client, "old", [])).toEqual([]);
  });

  it("is where they are set to, whatever they stood at", async () => {
    await client.query("SELECT nextval('new.called')");
    await setSequences(client, "new", [{ name: "called", lastValue: "41", isCalled: false }]);
    expect((await client.query("SELECT nextval('new.called') AS next")).rows).toEqual([{ next: "41" }]);
  });

  it("cannot be told of one that is gone", async () => {
    await expect(inspectSequences(client, "old", ["called", "gone"])).rejects.toThrow(/gone/);
  });
});
