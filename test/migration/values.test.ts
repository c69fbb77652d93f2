import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { move, type Endpoint } from "@rehome/migration";
import { findBinaries } from "@rehome/postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ident } from "../../migration/src/sql/quote";
import { startServer, type TestServer } from "../support/servers";
import { makeWorld, reversed, value, type World } from "./dataset";
import { WITH_OIDS, valuesSql } from "./objects/values";

let a: TestServer;
let b: TestServer;
let world: World;
let before: Record<string, string>;
beforeAll(async () => {
  [a, b] = await Promise.all([startServer(), startServer()]);
});
afterAll(() => Promise.all([a.stop(), b.stop()]));

/** What psql's COPY gives of every table, in order of its first column: text for people, or a hash of the bytes. */
async function copied(
  { server, database, schema }: Endpoint,
  format: "text" | "binary",
): Promise<Record<string, string>> {
  const { path } = await findBinaries({ need: ["psql"] });
  const env = {
    PATH: process.env["PATH"],
    PGHOST: server.host,
    PGPORT: String(server.port),
    PGUSER: server.user,
    PGPASSWORD: server.password,
    PGDATABASE: database,
  };
  const psql = async (sql: string): Promise<Buffer> => {
    const setup = `SET extra_float_digits = 3; SET timezone = 'Asia/Kathmandu'; SET lc_monetary = 'C'; SET search_path = ${ident(schema)}, public`;
    const { stdout } = await promisify(execFile)(path("psql"), ["-XqAt", "-c", setup, "-c", sql], {
      env,
      encoding: "buffer",
      maxBuffer: 1 << 28,
    });
    return stdout;
  };
  const names = (
    await psql(
      `SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace ORDER BY 1`,
    )
  )
    .toString()
    .trim()
    .split("\n");
  const found: Record<string, string> = {};
  for (const name of names) {
    if (format === "binary" && WITH_OIDS.has(name)) continue;
    const bytes = await psql(`COPY (SELECT * FROM ${ident(name)} ORDER BY id) TO STDOUT (FORMAT ${format})`);
    found[name] =
      bytes.length > 10_000 || format === "binary"
        ? `${bytes.length} ${createHash("sha256").update(bytes).digest("hex")}`
        : bytes.toString();
  }
  return found;
}

describe("values that careless code changes", () => {
  it("arrive as they were, in text and in bytes", async () => {
    const extensions = ["hstore", "citext", "ltree"]
      .map((name) => `CREATE EXTENSION ${name} SCHEMA public`)
      .join("; ");
    world = await makeWorld(a, b, "vals", valuesSql(), { from: "core", before: extensions });
    before = await copied(world.request.from, "text");
    expect(Object.keys(before)).toHaveLength(13);
    expect(before["floats"]).toContain("\t-0\t-0");
    await move(world.request);
    expect(await copied(world.request.to, "text")).toEqual(before);
    expect(await copied(world.request.to, "binary")).toEqual(await copied(world.request.from, "binary"));
  });

  it("and come back, on which the old home was emptied first", async () => {
    const { floats, ...bytes } = await copied(world.request.to, "binary");
    expect(floats).toBeDefined();
    await b.sql("vals", "DELETE FROM new_home.floats WHERE id = 1");
    await move(reversed(world.request));
    expect(await value(a, "vals", "SELECT count(*)::int FROM core.floats")).toBe(9);
    const others = await copied(world.request.from, "binary");
    delete others["floats"];
    expect(others).toEqual(bytes);
  });
});
