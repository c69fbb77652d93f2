import { afterAll, beforeAll, expect, it } from "vitest";
import { measuredRates } from "../../migration/src/inspect/measured-rates";
import { ensureJournal } from "../../migration/src/journal/journal";
import { startServer, type TestServer } from "../support/servers";

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const rates = async () => {
  const client = await server.connect("postgres");
  try {
    return await measuredRates(client);
  } finally {
    await client.end();
  }
};

/** @param seconds how long the service could not write, `ago` hours ago */
const moved = (strategy: string, bytes: number, seconds: number, ago = 1, attempt = 1): Promise<unknown> =>
  server.sql(
    "postgres",
    `INSERT INTO rehome.migration (id, dataset, source, target, strategy, state, stage, bytes, attempt, fenced_at, switched_at)
     SELECT gen_random_uuid(), 'd', 's', 't', '${strategy}', 'switched', 'switch', ${bytes}, ${attempt}, at - interval '${seconds} s', at
     FROM (SELECT now() - interval '${ago} h' AS at) moment`,
  );

it("nothing is known where nothing has moved", async () => {
  expect(await rates()).toEqual({});
  const client = await server.connect("postgres");
  await ensureJournal(client);
  await client.end();
  expect(await rates()).toEqual({});
});

it("the last five moves of a strategy count, by their bytes; small and resumed ones do not", async () => {
  await moved("copy", 5e9, 1, 99);
  for (const [bytes, seconds] of [
    [100e6, 10],
    [100e6, 10],
    [100e6, 10],
    [100e6, 10],
    [600e6, 10],
  ] as const)
    await moved("copy", bytes, seconds);
  await moved("copy", 9e6, 9);
  await moved("copy", 100e6, 1, 1, 2);
  await moved("template", 40e6, 2);
  await moved("follow", 40e6, 2);
  expect(await rates()).toEqual({ copy: 20e6, template: 20e6 });
});
