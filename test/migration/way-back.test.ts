import {
  abandon,
  arriving,
  holdsTables,
  move,
  release,
  retire,
  stopFollowing,
  type ReleaseQuery,
} from "@rehome/migration";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { scratchName } from "../../migration/src/ddl/scratch";
import { shortHash } from "../../migration/src/naming";
import { startServer, type TestServer } from "../support/servers";
import { contents, leftovers, makeWorld, reversed, value, type World } from "./dataset";
import { everything } from "./everything";

const SMALL = `
CREATE TABLE things (id serial PRIMARY KEY, v text);
INSERT INTO things (v) SELECT 'v' || i FROM generate_series(1, 100) i;
CREATE VIEW all_things AS SELECT * FROM things`;

let a: TestServer;
let b: TestServer;
beforeAll(async () => {
  [a, b] = await Promise.all([startServer(), startServer()]);
});
afterAll(() => Promise.all([a.stop(), b.stop()]));

const leaving = ({ request }: World): ReleaseQuery => ({
  dataset: request.dataset,
  old: request.from,
  home: request.to,
});
const staying = ({ request }: World): ReleaseQuery => ({
  dataset: request.dataset,
  old: request.to,
  home: request.from,
});
const released = async (query: ReleaseQuery): Promise<boolean> => (await release(query)).released;

describe("an old home", () => {
  it("is released by a verified arrival alone, whichever way", async () => {
    const world = await makeWorld(a, b, "both", SMALL);
    expect(await released(leaving(world))).toBe(false);
    expect(await released(staying(world))).toBe(false);
    await expect(retire({ ...leaving(world), drop: "database" })).rejects.toMatchObject({
      code: "not-released",
    });
    await move(world.request);
    expect([await released(leaving(world)), await released(staying(world))]).toEqual([true, false]);
    await move(reversed(world.request));
    expect([await released(leaving(world)), await released(staying(world))]).toEqual([false, true]);
    await expect(retire({ ...leaving(world), drop: "objects" })).rejects.toMatchObject({
      code: "not-released",
    });
    expect(await holdsTables(a.connection, "both")).toBe(1);
    await retire({ ...staying(world), drop: "objects" });
    expect(await holdsTables(b.connection, "both")).toBe(0);
    expect(await leftovers(b, world.request.to)).toEqual([]);
    expect(await value(a, "both", "SELECT count(*)::int FROM things", world.login)).toBe(100);
    // Retired means emptied, not forbidden: the way is open again.
    await move(world.request);
    expect(await released(leaving(world))).toBe(true);
  });

  it("stays as it is, and the new one too, where following is stopped that never began", async () => {
    const objects = "SELECT lo_from_bytea(7, 'kept')";
    const world = await makeWorld(a, b, "unfollowed", `${SMALL}; ${objects}`);
    await move(world.request);
    await move(reversed(world.request));
    const { from: home, to: formerly } = world.request;
    const state = async (): Promise<unknown> => [
      ...[await everything(a), await everything(b)],
      ...[await leftovers(a, home), await leftovers(b, formerly)],
    ];
    const before = await state();
    await stopFollowing({ dataset: "unfollowed", from: home, to: formerly });
    expect(await state()).toEqual(before);
    await expect(b.sql("unfollowed", "DELETE FROM new_home.things")).rejects.toMatchObject({ code: "25006" });
  });

  it("keeps what a proof by another dataset's name would delete", async () => {
    const world = await makeWorld(a, b, "named", SMALL);
    await move(world.request);
    expect(await released({ ...leaving(world), dataset: "other" })).toBe(false);
    const elsewhere = { ...world.request.from, schema: "elsewhere" };
    expect(await released({ ...leaving(world), old: elsewhere })).toBe(false);
    const host = { ...world.request.from, host: "another" };
    expect(await released({ ...leaving(world), old: host })).toBe(false);
  });

  it("stays when only the definitions are wanted gone: nothing", async () => {
    const world = await makeWorld(a, b, "kept", SMALL);
    await move(world.request);
    await retire({ ...leaving(world), drop: "nothing" });
    expect(await holdsTables(a.connection, "kept")).toBe(1);
    await expect(a.sql("kept", "DELETE FROM public.things")).rejects.toMatchObject({ code: "25006" });
    expect(await value<string>(b, "kept", "SELECT state FROM rehome.migration")).toBe("retired");
    expect(await released(leaving(world))).toBe(true);
  });

  it("keeps its database while another service's tables are in it", async () => {
    const world = await makeWorld(a, b, "shared", SMALL);
    await a.sql("shared", "CREATE SCHEMA neighbour; CREATE TABLE neighbour.t (id int)");
    await move(world.request);
    await retire({ ...leaving(world), drop: "database" });
    expect(await holdsTables(a.connection, "shared", "public")).toBe(0);
    expect(await holdsTables(a.connection, "shared", "neighbour")).toBe(1);
  });
});

describe("a new home that was never handed out", () => {
  it("is released, and what the attempt left on the home is taken away", async () => {
    const world = await makeWorld(a, b, "givenup", SMALL);
    const stop = (): never => {
      throw new Error("stopped by its user");
    };
    await expect(
      move(world.request, ({ stage }) => (stage === "verify" ? stop() : undefined)),
    ).rejects.toThrow("stopped");
    await a.sql("givenup", "INSERT INTO things (v) VALUES ('still')", world.login);
    expect([await released(leaving(world)), await released(staying(world))]).toEqual([false, true]);
    await retire({ ...staying(world), drop: "objects" });
    await abandon(staying(world));
    expect(await holdsTables(b.connection, "givenup")).toBe(0);
    expect(await leftovers(a, world.request.from)).toEqual([]);
    expect(await value(a, "givenup", "SELECT count(*)::int FROM things", world.login)).toBe(101);
  });

  it("is released too once its dataset has gone elsewhere, and not before that", async () => {
    const { request } = await makeWorld(a, b, "elsewhere", SMALL);
    await expect(
      move(request, ({ stage }) => {
        if (stage === "verify") throw new Error("stopped by its user");
      }),
    ).rejects.toThrow("stopped");
    const third = { ...request, to: { ...request.to, schema: "third" } };
    await b.sql("elsewhere", `CREATE SCHEMA third AUTHORIZATION "${request.to.owner}"`);
    const half = { dataset: request.dataset, old: request.to, home: third.to };
    expect(await released(half)).toBe(false);
    await move(third);
    expect(await released(half)).toBe(true);
    await retire({ ...half, drop: "objects" });
    await abandon(half);
    expect(await holdsTables(b.connection, "elsewhere", request.to.schema)).toBe(0);
    expect(await contents(b, third.to)).toMatchObject({ things: expect.stringMatching(/^100 /) as string });
  });

  it("is told by its journal alone, and goes where its dataset's own tables are in it and no others", async () => {
    const world = await makeWorld(a, b, "forgotten", SMALL);
    const stop = (): never => {
      throw new Error("killed");
    };
    await expect(
      move(world.request, ({ stage }) => (stage === "verify" ? stop() : undefined)),
    ).rejects.toThrow();
    const { dataset, to } = world.request;
    expect(await arriving(to)).toEqual([
      { dataset, source: expect.stringMatching(/\/forgotten\./) as string, givenUp: false },
    ]);
    const query = { ...staying(world), forgotten: true };
    await b.sql("forgotten", `CREATE TABLE "${to.schema}".strange (id int)`);
    expect(await release(query)).toMatchObject({
      released: false,
      reason: expect.stringContaining("strange there did not come from") as string,
    });
    const gone = { ...query, home: { ...query.home, database: "gone" } };
    expect(await released(gone)).toBe(false);
    await b.sql("forgotten", `DROP TABLE "${to.schema}".strange`);
    expect(await released(query)).toBe(true);
    await abandon(query);
    expect(await leftovers(a, world.request.from)).toEqual([]);
    expect(await arriving(to)).toMatchObject([{ givenUp: true }]);
    await abandon(gone); // nothing is there to take away
  });

  it("goes with the databases that a killed run was working in", async () => {
    const world = await makeWorld(a, b, "killed", SMALL);
    const stop = (): never => {
      throw new Error("killed");
    };
    await expect(
      move(world.request, ({ stage }) => (stage === "fence" ? stop() : undefined)),
    ).rejects.toThrow();
    const id = await value<string>(b, "killed", "SELECT id::text FROM rehome.migration");
    const names = [scratchName(id), `rehome_copy_${shortHash(id)}`, `rehome_replaced_${shortHash(id)}`];
    for (const name of names) await b.sql("postgres", `CREATE DATABASE ${name}`);
    await b.sql("postgres", "CREATE DATABASE rehome_scratch_another");
    await retire({ ...staying(world), drop: "objects" });
    await abandon(staying(world));
    expect(await leftovers(b, world.request.to)).toEqual(["database rehome_scratch_another"]);
    await b.sql("postgres", "DROP DATABASE rehome_scratch_another");
  });

  it("is not released once its dataset's old home is sealed", async () => {
    const world = await makeWorld(a, b, "sealed", SMALL);
    await move(world.request);
    // As an engine leaves it that dies between the seal and the journal's last word.
    await b.sql("sealed", "UPDATE rehome.migration SET state = 'running', clean = NULL, switched_at = NULL");
    expect(await released(staying(world))).toBe(false);
    expect(await move(world.request)).toMatchObject({ clean: true, rows: 100 });
    expect(await released(leaving(world))).toBe(true);
  });

  it("is not released either once its dataset is sealed on its way back there", async () => {
    const world = await makeWorld(a, b, "goneback", SMALL);
    await move(world.request);
    await move(reversed(world.request));
    // As an engine leaves both journals that dies right after the seal.
    await a.sql(
      "goneback",
      "UPDATE rehome.migration SET state = 'running', clean = NULL, switched_at = NULL",
    );
    await b.sql("goneback", "UPDATE rehome.migration SET state = 'switched'");
    expect(await released(leaving(world))).toBe(false);
    await expect(retire({ ...leaving(world), drop: "objects" })).rejects.toMatchObject({
      code: "not-released",
    });
    expect(await move(reversed(world.request))).toMatchObject({ clean: true, rows: 100 });
    expect([await released(leaving(world)), await released(staying(world))]).toEqual([false, true]);
  });
});

describe("the way back", () => {
  it("gives the schema's users their rights again, but for those who have left", async () => {
    const world = await makeWorld(a, b, "granted", SMALL);
    await a.sql(
      "postgres",
      "CREATE ROLE reader LOGIN PASSWORD 'r'; CREATE ROLE leaver; CREATE ROLE delegate",
    );
    await a.sql(
      "granted",
      `GRANT USAGE ON SCHEMA public TO reader, leaver; GRANT SELECT ON things TO reader;
       GRANT USAGE ON SCHEMA public TO delegate WITH GRANT OPTION`,
    );
    await a.sql("granted", "SET ROLE delegate; GRANT USAGE ON SCHEMA public TO pg_monitor");
    await move(world.request);
    const reader = { user: "reader", password: "r" };
    await expect(a.sql("granted", "SELECT FROM public.things", reader)).rejects.toMatchObject({
      code: "42501",
    });
    await a.sql("granted", "DROP OWNED BY leaver; DROP ROLE leaver");
    await b.sql("granted", "INSERT INTO new_home.things (v) VALUES ('b')", world.login);
    await move(reversed(world.request));
    const usage = "SELECT has_schema_privilege($who$reader$who$, 'public', 'USAGE') AS yes";
    expect(await value<boolean>(a, "granted", usage)).toBe(true);
    await a.sql("granted", "INSERT INTO things (v) VALUES ('a'); CREATE TABLE more ()", world.login);
  });

  it("works many times, and never loses what was written", async () => {
    const world = await makeWorld(a, b, "often", SMALL);
    for (const round of [1, 2]) {
      await move(world.request);
      await b.sql("often", `INSERT INTO new_home.things (v) VALUES ('b${round}')`, world.login);
      await move(reversed(world.request));
      await a.sql("often", `INSERT INTO public.things (v) VALUES ('a${round}')`, world.login);
    }
    await move(world.request);
    const at = await contents(b, world.request.to);
    expect(at).toEqual(await contents(a, world.request.from));
    expect(
      await value<string[]>(
        b,
        "often",
        "SELECT array_agg(v ORDER BY id) FROM new_home.things WHERE id > 100",
      ),
    ).toEqual(["b1", "a1", "b2", "a2"]);
    for (const server of [a, b])
      expect(
        await value(server, "often", "SELECT count(*)::int FROM rehome.migration WHERE state = 'running'"),
      ).toBe(0);
  });
});
