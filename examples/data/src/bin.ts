#!/usr/bin/env node
import { parseArgs } from "node:util";
import { loadWorld } from "./load-world";
import { exportLines } from "./passwords";
import { prepareWorld } from "./prepare-world";
import { WORLDS, type World } from "./worlds";

const USAGE = `node examples/data/dist/bin.js <${WORLDS.join(" | ")}> --url postgres://user@host:port [--scale 1] [--tenants 2] [--prepare] [--replace]
Loads a world into a throwaway server; the superuser's password is read from PGPASSWORD. --prepare: what its owners do by hand
then. Prints the variables that its stack files take the roles' passwords from, for eval; these passwords are no secret.`;

const serverOf = (text: string) => {
  const url = new URL(text);
  if (url.protocol !== "postgres:" && url.protocol !== "postgresql:")
    throw new Error("--url is no postgres:// URL.");
  if (url.password !== "") throw new Error("--url holds a password: leave it out and set PGPASSWORD.");
  return {
    host: url.hostname === "" ? "127.0.0.1" : url.hostname,
    port: url.port === "" ? 5432 : Number(url.port),
    user: url.username === "" ? "postgres" : decodeURIComponent(url.username),
    password: process.env["PGPASSWORD"] ?? "",
  };
};

const main = async (): Promise<void> => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      url: { type: "string" },
      scale: { type: "string", default: "1" },
      tenants: { type: "string", default: "2" },
      prepare: { type: "boolean", default: false },
      replace: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  const world = positionals[0] as World | undefined;
  if (values.help) return console.log(USAGE);
  if (world === undefined || !WORLDS.includes(world) || values.url === undefined) throw new Error(USAGE);
  const { scale, tenants, replace } = values;
  const server = serverOf(values.url);
  const sizes = { scale: Number(scale), tenants: Number(tenants) };
  // The standard output is a shell's.
  const loaded = await loadWorld({ world, server, ...sizes, replace }, ({ database, rows, done, total }) =>
    console.error(`${done}/${total} ${database}: ${rows} rows`),
  );
  const prepared = values.prepare ? await prepareWorld(world, server) : {};
  console.error(`${world}: ${loaded.rows} rows in ${loaded.databases.length} databases`);
  for (const line of await exportLines(world, { ...loaded.passwords, ...prepared })) console.log(line);
};

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
