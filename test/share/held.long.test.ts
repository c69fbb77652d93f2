import { setTimeout as sleep } from "node:timers/promises";
import { move } from "@rehome/migration";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { contents, makeWorld } from "../migration/dataset";
import { startServer, type TestServer } from "../support/servers";
import { openWay } from "../support/way";

/** Longer than a server waits for the acknowledgment of a peer that has vanished. */
const HELD_MS = 40_000;
const ROWS = 100_000;
/** More than the system keeps between two sockets. */
const DEFINITIONS = `CREATE TABLE big (id serial PRIMARY KEY, v text);
INSERT INTO big (v) SELECT repeat('x', 1000) FROM generate_series(1, ${ROWS})`;

let a: TestServer;
let b: TestServer;
beforeAll(async () => {
  [a, b] = await Promise.all([startServer(), startServer()]);
});
afterAll(() => Promise.all([a.stop(), b.stop()]));

describe("a share of a copy", () => {
  it("goes on after the new home has taken no rows for long", async () => {
    const options = { copyRate: 20_000_000, workers: { count: 0, shareBytes: 200_000_000 } };
    const { request } = await makeWorld(a, b, "held", DEFINITIONS, { options });
    const way = await openWay(b.port);
    let held = false;
    try {
      const server = { ...request.to.server, host: "127.0.0.1", port: way.port };
      const result = await move({ ...request, to: { ...request.to, server } }, ({ stage, bytesDone }) => {
        if (held || stage !== "copy" || bytesDone < 1_000_000) return;
        held = true;
        const rows = way.busiest();
        rows?.block();
        void sleep(HELD_MS).then(() => rows?.release());
      });
      expect(held).toBe(true);
      expect(result).toMatchObject({ clean: true, rows: ROWS });
      expect(await contents(b, request.to)).toEqual(await contents(a, request.from));
    } finally {
      way.close();
    }
  });
});
