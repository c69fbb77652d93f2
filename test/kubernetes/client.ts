/**
 * A small service, as it is in its image: it says that it is well at /health, writes a row at a time with whatever
 * connection its environment has, and tells COLLECTOR of each row that was acknowledged, before it writes the next.
 */
export const CLIENT = `
const { createServer, request } = require("node:http");
const { Client } = require("pg");
const pause = (time) => new Promise((resolve) => setTimeout(resolve, time));
let stopping = false;
let well = false;
process.on("SIGTERM", () => { stopping = true; });
createServer((_, response) => response.writeHead(well ? 200 : 503).end()).listen(8080);

const tell = async (body) => {
  for (;;) {
    const told = await new Promise((resolve) => {
      const sent = request(process.env.COLLECTOR, { method: "POST" }, (response) => {
        response.resume().on("end", () => resolve(response.statusCode === 200));
      });
      sent.on("error", () => resolve(false)).end(JSON.stringify(body));
    });
    if (told) return;
    await pause(50);
  }
};
const open = async () => {
  const client = new Client({ connectionString: process.env.DATABASE_URL });
  client.on("error", () => {});
  await client.connect();
  await client.query("CREATE TABLE IF NOT EXISTS ledger (id text PRIMARY KEY, at timestamptz DEFAULT now())");
  return client;
};
(async () => {
  const run = process.env.HOSTNAME + "-" + Date.now();
  for (let number = 0, client; !stopping; number++) {
    const id = run + "-" + number;
    try {
      client ??= await open();
      await client.query("INSERT INTO ledger (id) VALUES ($1)", [id]);
      well = true;
      await tell({ id, port: process.env.PGPORT, database: process.env.PGDATABASE });
    } catch {
      await client?.end().catch(() => {});
      client = undefined;
      await pause(200);
    }
    await pause(20);
  }
  process.exit(0);
})();
`;
