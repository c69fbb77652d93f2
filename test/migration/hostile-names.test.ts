import { move, planMove, release, retire, type MoveRequest } from "@rehome/migration";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ident, literal, qualified } from "../../migration/src/sql/quote";
import { cases } from "../support/long";
import { startServer, type TestServer } from "../support/servers";
import { contents, leftovers, reversed, value } from "./dataset";
import { HOSTILE, fit, hostileDefinitions } from "./hostile-schema";
import { killedIn } from "./killed-in";

let a: TestServer;
let b: TestServer;
beforeAll(async () => {
  [a, b] = await Promise.all([startServer(), startServer()]);
});
afterAll(() => Promise.all([a.stop(), b.stop()]));

interface Names {
  readonly dataset: string;
  readonly hosts: readonly [string, string];
  readonly databases: readonly [string, string];
  readonly schemas: readonly [string, string];
  readonly owner: string;
  readonly reader: string;
  readonly admin: string;
  readonly password: string;
}

/** Each of these goes where a message, a statement, a connection or a program's argument takes it up. */
const WORLDS: readonly Names[] = [
  {
    dataset: `o'rders"; --/%s`,
    hosts: [`the "old" $fence$`, "new's\n%I"],
    databases: [`d"b'; DROP DATABASE postgres; --`, "$fence$; SELECT 1/0; $fence$"],
    schemas: [`public"; DROP SCHEMA public; --`, "$fence$ %s $1 \\"],
    owner: `own"er'; --`,
    reader: "-- reader %I",
    admin: `ad"min'`,
    password: ` !"#$%&'()*+,-./0123456789:;<=>?@ABCXYZ[\\]^_\`abcxyz{|}~ `,
  },
  {
    dataset: "two\nlines/👩‍👩‍👧",
    hosts: ["h\u202eost", "*?[x]|"],
    databases: ["host=nowhere dbname=postgres", "postgres://nobody:x@nowhere:1/postgres?sslmode=require"],
    schemas: ["two\nlines\tand a tab", `${"日".repeat(20)}本`],
    owner: "$(touch /tmp/owned) `id`",
    reader: "MixedCase",
    admin: "ünïcödé",
    password: "pa\u00df\u00a0w\u00f6rd \u00ad\ufb01 日本 e\u0301 $(touch /tmp/owned)`id`%00 \\x",
  },
  {
    dataset: "select",
    hosts: ["a.b", "c/d"],
    databases: [" padded ", `${"é".repeat(31)}"`],
    schemas: ["%I.%s", " Rehome "],
    owner: "日".repeat(21),
    reader: "select",
    admin: "$user",
    password: `\n\t${"x".repeat(900)}👩`,
  },
];

type Way = "copy" | "set-schema" | "template";
/** Each world by a copy, and one each inside a database and on a server; there the stage to be killed in is another. */
const ALL: { names: Names; way: Way; stage: string }[] = [
  ...WORLDS.map((names) => ({ names, way: "copy" as const, stage: "index" })),
  ...WORLDS.map((names) => ({ names, way: "set-schema" as const, stage: "fence" })),
  ...WORLDS.map((names) => ({ names, way: "template" as const, stage: "verify" })),
];
/** Each world and each way once; every pair with `make test-long`. */
const MOVES = cases(ALL, (_, at) => at % (WORLDS.length + 1) === 0);

const SERVICE = "service's own \\ %41";

/** Roles, databases and schemas by these names, and the request to move between them. */
const makeHostile = async (names: Names, way: Way): Promise<MoveRequest> => {
  const [owner, reader, admin] = [names.owner, names.reader, names.admin].map(ident);
  for (const server of [a, b]) {
    const known = await server.sql(
      "postgres",
      `SELECT FROM pg_roles WHERE rolname = ${literal(names.owner)}`,
    );
    if (known.length > 0) continue;
    await server.sql(
      "postgres",
      `CREATE ROLE ${owner} LOGIN PASSWORD ${literal(SERVICE)}; CREATE ROLE ${reader} LOGIN PASSWORD ${literal(SERVICE)};
       CREATE ROLE ${admin} SUPERUSER LOGIN PASSWORD ${literal(names.password)}`,
    );
  }
  const servers = [a, way === "copy" ? b : a] as const;
  const ends = servers.map((server, at) => ({
    host: names.hosts[at] ?? "",
    server: { ...server.connection, user: names.admin, password: names.password },
    database: names.databases[way === "set-schema" ? 0 : at] ?? "",
    schema: names.schemas[at] ?? "",
    owner: names.owner,
    ownDatabase: way === "template",
  }));
  const [from, to] = ends as [MoveRequest["from"], MoveRequest["to"]];
  for (const [at, { database, schema }] of [from, to].entries()) {
    const server = servers[at] ?? a;
    const path = (way === "set-schema" ? names.schemas : [schema]).map(ident).join(", ");
    const found = await server.sql(
      "postgres",
      `SELECT FROM pg_database WHERE datname = ${literal(database)}`,
    );
    if (found.length === 0) await server.sql("postgres", `CREATE DATABASE ${ident(database)}`);
    await server.sql(
      database,
      `CREATE SCHEMA ${ident(schema)} AUTHORIZATION ${owner}; GRANT USAGE ON SCHEMA ${ident(schema)} TO ${reader};
       ALTER ROLE ${owner} IN DATABASE ${ident(database)} SET search_path = ${path}`,
    );
  }
  await a.sql(
    from.database,
    `SET ROLE ${owner}; ${hostileDefinitions(from.schema)} GRANT SELECT ON ALL TABLES IN SCHEMA ${ident(from.schema)} TO ${reader}`,
  );
  const options = { mode: "offline", verify: "checksum", jobs: 2, fenceTimeout: 5_000 } as const;
  return { dataset: names.dataset, from, to, options };
};

/** What the routine beside each table says, which names the table with its schema. */
const asked = async (
  server: TestServer,
  { database, schema }: MoveRequest["to"],
  owner: string,
): Promise<string[]> => {
  const calls = HOSTILE.map((name) => `${qualified(schema, fit(name, "_q"))}('')`);
  const [row] = await server.sql<{ said: string[] }>(database, `SELECT ARRAY[${calls.join(", ")}] AS said`, {
    user: owner,
    password: SERVICE,
  });
  return row?.said ?? [];
};

describe.each(MOVES)(
  "with names like $names.dataset in $names.databases, by $way",
  ({ names, way, stage }) => {
    let home: TestServer;
    let request: MoveRequest;
    let before: Record<string, string>;
    let said: string[];
    beforeAll(async () => {
      home = way === "copy" ? b : a;
      request = await makeHostile(names, way);
      before = await contents(a, request.from);
      said = await asked(a, request.from, names.owner);
      expect(Object.keys(before)).toHaveLength(HOSTILE.length);
    });
    const service = { user: names.owner, password: SERVICE };

    it("a move is planned, and killed in the middle it leaves the service where it was", async () => {
      const { strategy, findings } = await planMove(request);
      expect(strategy).toBe(way);
      // Whoever reads the tables is declared anew; what is said of it stays a line, whatever the names hold.
      expect(findings.map(({ code }) => code)).toEqual(["rights-not-carried"]);
      for (const { message } of findings) expect(message).not.toMatch(/[\p{Cc}\u202e]/u);
      expect(await killedIn(stage, request)).toBe("SIGKILL");
      const table = qualified(request.from.schema, HOSTILE[0] ?? "");
      await expect
        .poll(() =>
          a
            .sql(request.from.database, `DELETE FROM ${table} WHERE false`, service)
            .then(() => "written", String),
        )
        .toBe("written");
    });

    it("goes on and takes everything along", async () => {
      await move(request);
      expect(await contents(home, request.to)).toEqual(before);
      expect(await asked(home, request.to, names.owner)).toEqual(said);
      const table = qualified(request.from.schema, HOSTILE[3] ?? "");
      await expect(a.sql(request.from.database, `DELETE FROM ${table}`)).rejects.toMatchObject({
        code: way === "set-schema" ? "42P01" : "25006",
      });
      for (const [server, end] of [
        [a, { ...request.from, schema: "" }],
        [home, request.to],
      ] as const)
        expect(await leftovers(server, end)).toEqual([]);
    });

    it("goes back with what was written since, and forward again", async () => {
      const [table, column] = [ident(HOSTILE[4] ?? ""), ident(fit(HOSTILE[4] ?? "", "_c"))];
      await home.sql(
        request.to.database,
        `INSERT INTO ${table} (${column}) VALUES ('written there')`,
        service,
      );
      await move(reversed(request));
      const find = `SELECT count(*)::int FROM ${table} WHERE ${column} = 'written there'`;
      expect(await value(a, request.from.database, find, service)).toBe(1);
      const reader = { user: names.reader, password: SERVICE };
      const there = qualified(request.from.schema, HOSTILE[0] ?? "");
      await expect(a.sql(request.from.database, `SELECT FROM ${there}`, reader)).rejects.toThrow(
        /permission denied/,
      );
      await move(request);
      expect(await value(home, request.to.database, find, service)).toBe(1);
    });

    afterAll(async () => {
      for (const { database } of [request.from, request.to])
        await home.sql("postgres", `DROP DATABASE IF EXISTS ${ident(database)} WITH (FORCE)`);
    });

    it("is retired: the old home and its database go, and nothing else", async () => {
      const query = { dataset: request.dataset, old: request.from, home: request.to };
      expect(await release(query)).toMatchObject({ released: true });
      const databases = async (): Promise<string[]> =>
        (await a.sql<{ name: string }>("postgres", "SELECT datname::text AS name FROM pg_database")).map(
          ({ name }) => name,
        );
      const before = await databases();
      await retire({ ...query, drop: way === "set-schema" ? "objects" : "database" });
      const after = await databases();
      expect(before.filter((name) => !after.includes(name))).toEqual(
        way === "set-schema" ? [] : [request.from.database],
      );
      expect(
        await value(
          home,
          request.to.database,
          "SELECT count(*)::int FROM pg_namespace WHERE nspname = 'public'",
        ),
      ).toBe(1);
    });
  },
);
