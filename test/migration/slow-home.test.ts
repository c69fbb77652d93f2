import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { move } from "@rehome/migration";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServer, type TestServer } from "../support/servers";
import { contents, makeWorld } from "./dataset";

/** 40 MB, more than the system keeps between two sockets, that take the old home some work: they leave it a few kB at a time. */
const ROWS = 30_000;
const DEFINITIONS = `CREATE TABLE filled (id int PRIMARY KEY, body jsonb);
INSERT INTO filled SELECT i, (SELECT jsonb_object_agg(k, i * k) FROM generate_series(1, 80) k) FROM generate_series(1, ${ROWS}) i`;

/** Passes bytes on, but takes a little at a time of what is sent to the server, with rests in which nothing is taken. */
async function slowly(port: number): Promise<{ proxy: Server; rests: () => number }> {
  let rests = 0;
  const proxy = createServer((client) => {
    const server = connect(port, "127.0.0.1");
    server.pipe(client);
    let since = 0;
    client.on("data", (bytes) => {
      server.write(bytes);
      since += bytes.length;
      if (since < 200_000) return;
      since = 0;
      rests += 1;
      client.pause();
      void sleep(20).then(() => client.resume());
    });
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      one.on("error", () => undefined);
      one.once("close", () => other.destroy());
    }
  });
  await once(proxy.listen(0, "127.0.0.1"), "listening");
  return { proxy, rests: () => rests };
}

let a: TestServer;
let b: TestServer;
beforeAll(async () => {
  [a, b] = await Promise.all([startServer(), startServer()]);
});
afterAll(() => Promise.all([a.stop(), b.stop()]));

describe("a new home that takes rows slower than the old one gives them", () => {
  it("gets every one of them", async () => {
    const { request } = await makeWorld(a, b, "slow", DEFINITIONS);
    const before = await contents(a, request.from);
    const { proxy, rests } = await slowly(request.to.server.port);
    try {
      const { port } = proxy.address() as AddressInfo;
      const server = { ...request.to.server, host: "127.0.0.1", port };
      expect(await move({ ...request, to: { ...request.to, server } })).toMatchObject({
        clean: true,
        rows: ROWS,
      });
      expect(rests()).toBeGreaterThan(50);
      expect(await contents(b, request.to)).toEqual(before);
    } finally {
      proxy.close();
    }
  });
});
