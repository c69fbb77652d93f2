import { followMove, move, prove, type MoveOptions } from "@rehome/migration";
import { findBinaries } from "@rehome/postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runTool } from "../../postgres/src/run-tool";
import { ownerOf } from "../../postgres/src/server-account";
import { startServer, type TestServer } from "../support/servers";
import { contents, makeWorld, value } from "./dataset";
import { EXTENSIONS, richSchema } from "./rich-schema";
import { CONTACTS, SALESFLOW } from "./salesflow";

/** Beyond what a signed number of 32 bits holds: an object's on a server that has seen billions of them. */
const OID = 3_000_000_000;

/** A server whose next object has that number. */
const old = async (): Promise<TestServer> => {
  const server = await startServer();
  await server.halt();
  const { path } = await findBinaries({ version: server.version, need: ["pg_resetwal"] });
  await runTool(path("pg_resetwal"), ["-o", String(OID), server.directory], await ownerOf(server.directory));
  await server.start();
  return server;
};

let a: TestServer;
let b: TestServer;
beforeAll(async () => {
  [a, b] = await Promise.all([old(), old()]);
});
afterAll(() => Promise.all([a.stop(), b.stop()]));

describe("between servers whose objects have numbers beyond 2^31", () => {
  const ways: [
    what: string,
    name: string,
    definitions: string,
    mode: MoveOptions["mode"],
    tables?: string[],
  ][] = [
    ["a schema moves", "whole", richSchema("core"), "offline"],
    ["a part of a schema moves", "part", SALESFLOW, "offline", CONTACTS],
    ["a schema is followed and switched", "online", SALESFLOW, "online"],
  ];
  it.each(ways)("%s", async (_, name, definitions, mode, tables) => {
    const given = { from: "core", before: EXTENSIONS, options: { mode } };
    const world = await makeWorld(a, b, name, definitions, given);
    const request = { ...world.request, ...(tables && { tables }) };
    const oid = "SELECT oid::int8::text FROM pg_namespace WHERE nspname = 'core'";
    expect(Number(await value<string>(a, name, oid))).toBeGreaterThan(OID);
    const before = await contents(a, request.from);
    if (mode === "online") await followMove(request);
    expect(await move(request)).toMatchObject({ clean: mode === "offline" });
    if (mode === "online") expect(await prove(request)).toBe(true);
    const after = await contents(b, request.to);
    expect(before).toMatchObject(after);
    expect(Object.keys(after)).toHaveLength(tables === undefined ? Object.keys(before).length : 5);
  });
});
