import { describe, expect, it } from "vitest";
import { at, complaints, stack } from "./stacks";

type Services = NonNullable<Parameters<typeof stack>[0]>["services"];

const home = at("shared", "d", "s");
const services = (of: NonNullable<Services>, tenants: string[] = []) =>
  complaints(stack({ services: of, tenants }));
const core = (more: object) => services({ core: { home, ...more } });
const each = (more: object, tenants: string[]) =>
  services(
    { core: { datasets: { all: { forEachTenant: true, home: at("shared", "d", "{tenant}"), ...more } } } },
    tenants,
  );

describe("placements", () => {
  it("stand on a host of this stack", () => {
    expect(core({ home: at("sharde", "d", "s") })).toEqual([
      'unknown-host services.core.home.host: "sharde" is not a host of this stack; hosts: legacy, shared. Did you mean "shared"?',
    ]);
    expect(core({ next: at("Legacy", "d", "s") })[0]).toContain('Did you mean "legacy"?');
    expect(core({ formerly: at("toString", "d", "s") })[0]).toMatch(
      /^unknown-host services\.core\.formerly\.host/,
    );
  });

  it("fit into 63 bytes, not letters", () => {
    expect(core({ home: at("shared", "d".repeat(63), "é".repeat(31)) })).toEqual([]);
    expect(core({ home: at("shared", "d".repeat(64), "é".repeat(32)) })).toEqual([
      `name-too-long services.core.home.database: "${"d".repeat(64)}" is 64 bytes long; PostgreSQL keeps 63. Shorten it by 1`,
      `name-too-long services.core.home.schema: "${"é".repeat(32)}" is 64 bytes long; PostgreSQL keeps 63. Shorten it by 1`,
    ]);
  });

  it("fit once tenants are put in; a line that is wrong for many is one problem", () => {
    const long = (length: number, count: number) =>
      Array.from({ length: count }, (_, index) => `${index}`.padEnd(length, "t"));
    expect(each({ home: at("shared", "d", "tenant_{tenant}") }, long(56, 3))).toEqual([]);
    expect(each({ home: at("shared", "d", "tenant_{tenant}") }, long(57, 3))).toEqual([
      expect.stringMatching(
        /^name-too-long services\.core\.datasets\.all\.home\.schema: .* 64 bytes .* and 2 more\)$/,
      ),
    ]);
  });

  it.each([["pg_toast"], ["pg_mine"], ["information_schema"], ["rehome"]])(
    "are not the schema %s",
    (schema) => {
      expect(core({ home: at("shared", "d", schema) })).toEqual([
        expect.stringMatching(/^reserved-name services\.core\.home\.schema: .*; choose another$/),
      ]);
    },
  );

  it("are in no template database", () => {
    expect(core({ home: at("shared", "template1", "s") })[0]).toMatch(
      /^reserved-name services\.core\.home\.database/,
    );
  });

  it.each([
    [
      { next: at("shared", "d", "n"), formerly: at("shared", "d", "f") },
      ["next-with-formerly services.core.next"],
    ],
    [{ next: home }, ["same-placement services.core.next"]],
    [{ formerly: home }, ["same-placement services.core.formerly"]],
    [
      { formerly: at("legacy", "d", "s"), startEmpty: true },
      ["start-empty-with-data services.core.startEmpty"],
    ],
    [{ next: at("legacy", "d", "s"), startEmpty: true }, ["start-empty-with-data services.core.startEmpty"]],
    [{ next: at("legacy", "d", "s") }, []],
    [{ formerly: at("legacy", "d", "s") }, []],
    [{ startEmpty: true }, []],
  ])("agree with each other: %j", (more, expected) => {
    expect(core(more)).toEqual(expected.map((start) => expect.stringContaining(start) as unknown));
  });
});

describe("ownership", () => {
  const [a, b, c] = [at("shared", "d", "a"), at("shared", "d", "b"), at("shared", "d", "c")];

  it.each<[string, NonNullable<Services>, string[]]>([
    ["two homes in one place", { one: { home: a }, two: { home: a } }, ["services.two.home"]],
    ["a home that another prepares", { one: { home: a }, two: { home: b, next: a } }, ["services.two.next"]],
    [
      "two prepare one place",
      { one: { home: a, next: c }, two: { home: b, next: c } },
      ["services.two.next"],
    ],
    [
      "a home where another may go back to",
      { one: { home: b, formerly: a }, two: { home: a } },
      ["services.two.home"],
    ],
    [
      "a swap of homes",
      { one: { home: b, formerly: a }, two: { home: a, formerly: b } },
      ["services.two.home", "services.two.formerly"],
    ],
    [
      "two that came from one whole schema",
      { one: { home: b, formerly: a }, two: { home: c, formerly: a } },
      ["services.two.formerly"],
    ],
    [
      "a whole schema and a part of it",
      { one: { home: a }, two: { home: b, formerly: a, tables: ["t"] } },
      ["services.two.formerly"],
    ],
    [
      "patterns that meet",
      { one: { home: a, tables: ["contact_*"] }, two: { home: a, tables: ["*_types"] } },
      ["services.two.home"],
    ],
    [
      "patterns that never meet",
      { one: { home: a, tables: ["contact*"] }, two: { home: a, tables: ["activit*", "tag_?"] } },
      [],
    ],
    [
      "parts of one schema, moved apart",
      { one: { home: b, formerly: a, tables: ["x"] }, two: { home: c, formerly: a, tables: ["y"] } },
      [],
    ],
    [
      "a part that stays where another left",
      { one: { home: b, formerly: a, tables: ["x"] }, two: { home: a, tables: ["y"] } },
      [],
    ],
    ["the same names on two hosts", { one: { home: a }, two: { home: at("legacy", "d", "a") } }, []],
  ])("judges %s", (_, of, paths) => {
    expect(services(of)).toEqual(
      paths.map(
        (path) => expect.stringMatching(new RegExp(`^placement-taken ${path}: shared/d\\.`)) as unknown,
      ),
    );
  });

  it("says whose it is and what to write", () => {
    expect(services({ one: { home: a }, two: { home: a } })).toEqual([
      'placement-taken services.two.home: shared/d.a is also the home of "one"; give each a schema of its own, or name the tables of each with tables: […] so that none is in both',
    ]);
  });

  it("sees through two names of one server", () => {
    const hosts = {
      old: { platform: "existing" as const, url: "postgres://admin@DB.example:5432/x" },
      new: { platform: "existing" as const, url: "postgresql://other@db.example/y?sslmode=require" },
    };
    const core = { home: at("new", "d", "s"), formerly: at("old", "d", "s") };
    expect(complaints({ hosts, services: { core } })).toEqual([
      expect.stringMatching(/^same-placement services\.core\.formerly/),
    ]);
  });
});

describe("roles", () => {
  const [a, b] = [at("shared", "d", "a"), at("legacy", "d", "b")];

  it("belong to one service, unless all but one adopt them", () => {
    const found = services({ one: { home: a, role: "app" }, two: { home: b, role: "app" } });
    expect(found).toEqual([
      expect.stringMatching(
        /^role-shared services\.two\.role: "app" is also the role of "one"; .*adoptRole: true/,
      ),
    ]);
    expect(
      services({
        one: { home: a, role: "app", adoptRole: true },
        two: { home: b, role: "app", adoptRole: true },
      }),
    ).toEqual([]);
    expect(
      services({ one: { home: a, role: "app" }, two: { home: b, role: "app", adoptRole: true } }),
    ).toEqual([]);
  });

  it("fit into 63 bytes, the default one too", () => {
    const found = services({ ["s".repeat(60)]: { home } });
    expect(found).toEqual([
      expect.stringMatching(/is 65 bytes long; .* it is the default, so write role: <name>$/),
    ]);
  });

  it("are nobody's administrator", () => {
    expect(core({ role: "postgres" })).toEqual([expect.stringMatching(/^admin-role services\.core\.role/)]);
    const hosts = {
      old: { platform: "existing" as const, url: "postgres://boss@h" },
      new: { platform: "local" as const },
    };
    const service = { role: "boss", home: at("new", "d", "s"), formerly: at("old", "d", "s") };
    expect(complaints({ hosts, services: { core: service } })).toEqual([
      'admin-role services.core.role: "boss" is the administrator of host "old"; a service owns its own schemas and nothing else, so write another role',
    ]);
  });

  it("may be read by roles that are no service's, each once, and not by the owner", () => {
    expect(core({ readers: ["analytics_user", 'odd "name"'] })).toEqual([]);
    expect(core({ readers: ["x", "x", "core_user"] })).toEqual([
      'duplicate services.core.readers[1]: "x" is listed twice; delete one',
      'duplicate services.core.readers[2]: "core_user" owns these tables already; delete it here',
    ]);
  });
});

describe("tenants", () => {
  it("are needed where something is made for each", () => {
    expect(each({}, [])).toEqual([
      "missing services.core.datasets.all.forEachTenant: is true, but the stack has no tenants; write tenants: [<name>, …]",
    ]);
  });

  it("are named once", () => {
    expect(each({}, ["a", "b", "a"])[0]).toBe('duplicate tenants[2]: "a" is listed twice; delete one');
  });

  it("have a placement each", () => {
    expect(each({ formerly: at("legacy", "d", "s") }, ["a", "b"])).toEqual([
      "tenant-placeholder services.core.datasets.all.formerly: is the same for every tenant; put {tenant} into its schema, database or host",
    ]);
  });

  it("are not put in where nothing is made for each", () => {
    expect(core({ home: at("shared", "d", "x_{tenant}") })[0]).toMatch(
      /^tenant-placeholder services\.core\.home\.schema/,
    );
    expect(each({ tables: ["{tenant}_*"] }, ["a"])[0]).toMatch(
      /^tenant-placeholder services\.core\.datasets\.all\.tables\[0\]/,
    );
  });
});

describe("the rest", () => {
  it("a search_path that would stay behind is refused", () => {
    const moved = { home: at("shared", "d", "new"), formerly: at("shared", "d", "old") };
    const path = (value: string, more: object = {}) =>
      core({ ...moved, ...more, settings: { search_path: value } });
    expect(path("new, extensions")).toEqual([]);
    expect(path('"new" , "Extra"')).toEqual([]);
    expect(path("NEW")).toEqual([]);
    expect(path("extensions, new")).toEqual([
      expect.stringMatching(/^search-path .* must begin with the home's schema, "new"/),
    ]);
    expect(path("new, OLD")).toEqual([
      expect.stringMatching(/^search-path .* names "old", where the data no longer is/),
    ]);
  });

  it("a setting is written once, in whatever case", () => {
    const home = at("shared", "d", "new");
    expect(core({ home, settings: { work_mem: "8MB", statement_timeout: "30s" } })).toEqual([]);
    expect(core({ home, settings: { work_mem: "8MB", Work_Mem: "4MB" } })).toEqual([
      'duplicate services.core.settings.Work_Mem: is the same parameter as "work_mem"; delete one',
    ]);
  });

  it("waits lead somewhere", () => {
    const [a, b, c] = [at("shared", "d", "a"), at("shared", "d", "b"), at("shared", "d", "c")];
    expect(services({ wallet: { home: a }, payment: { home: b, after: ["wallet"] } })).toEqual([]);
    expect(services({ wallet: { home: a }, payment: { home: b, after: ["walet"] } })).toEqual([
      'unknown-service services.payment.after[0]: "walet" is not a service of this stack; services: wallet, payment. Did you mean "wallet"?',
    ]);
    expect(
      services({ x: { home: a, after: ["z"] }, y: { home: b, after: ["x"] }, z: { home: c, after: ["y"] } }),
    ).toEqual([
      'order-cycle services.x.after: waits for itself: "x" after "z" after "y" after "x"; delete one of these',
    ]);
  });

  it("two servers of this machine have ports and directories of their own", () => {
    const hosts = {
      one: { platform: "local" as const, port: 5433, directory: "/data" },
      two: { platform: "docker" as const, port: 5433 },
      three: { platform: "local" as const, directory: "/data" },
    };
    expect(complaints({ hosts, services: {} })).toEqual([
      'port-taken hosts.two.port: 5433 is already the port of host "one"; choose another, or leave it out',
      'port-taken hosts.three.directory: "/data" is already the directory of host "one"; choose another, or leave it out',
    ]);
  });
});
