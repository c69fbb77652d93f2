import { formatPlan, type MoveRequest } from "@rehome/migration";
import { beforeAll, describe, expect, it } from "vitest";
import { loadGrammar } from "../../migration/src/ddl/grammar";
import { FINDING_CODES } from "../../migration/src/codes";
import type { FollowableTable } from "../../migration/src/inspect/followable";
import { makePlan, refuseBlocked } from "../../migration/src/plan/plan";
import type { TargetInspection } from "../../migration/src/plan/finding";
import { preflight } from "../../migration/src/plan/preflight";
import { extensionHome } from "../../migration/src/plan/renaming";
import { MB, host, obstacles } from "./inspections";
import {
  server,
  request,
  relation,
  plain,
  source,
  target,
  routine,
  able,
  followable,
  online,
  renamed,
} from "./preflight-ends";
import { PLACES, PARTS } from "./preflight-cases";
import { FOLLOWING } from "./preflight-cases-following";
import { CONTENT } from "./preflight-cases-content";

beforeAll(loadGrammar);

const cases = [...FOLLOWING, ...PLACES, ...PARTS, ...CONTENT];

describe("preflight", () => {
  it("has a case here for every code", () => {
    const elsewhere = ["already-running", "extension-in-old-schema"]; // in tests of their own
    expect([...new Set([...cases.map(({ code }) => code), ...elsewhere])].sort()).toEqual([...FINDING_CODES]);
  });

  it("says one thing of a place that cannot be, whatever else is wrong with it", () => {
    const spoilt = { ...target, strangers: 7, server: source.server };
    const to = { ...request.to, database: "core_db", schema: "public" };
    const { findings } = makePlan({ ...request, to }, source, spoilt, 14);
    expect(findings.map(({ code }) => code)).toEqual(["same-placement"]);
  });

  it("counts the sessions of both ends together where one server has both", () => {
    const room = (free: number) => host("one", { freeSessions: { "max_connections of the server": free } });
    const options = { ...request.options, jobs: 3 };
    const said = (free: number) =>
      makePlan(
        { ...request, options },
        { ...source, server: room(free) },
        { ...target, server: room(free) },
        15,
      ).findings.map(({ message }) => message);
    expect(said(11)).toEqual([]);
    expect(said(10)).toEqual([expect.stringContaining("room for 10 more sessions")]);
  });

  it("finds nothing of a home that can be followed under its own name", () => {
    const plan = makePlan(
      { ...request, ...online },
      { ...source, replication: able, followable: [followable("users"), followable("orders")] },
      { ...target, replication: able },
      15,
    );
    expect(plan).toMatchObject({ strategy: "follow", findings: [], fenceSeconds: 1 });
    expect(formatPlan(plan)).toMatch(/proof +all rows compared before the fence while clients write/);
  });

  it("asks for the rights of a replica only where one is played", () => {
    const lacking = { ...able, mayActAsReplica: false };
    const codes = (change: Partial<MoveRequest>, tables: FollowableTable[]): string[] =>
      makePlan(
        { ...request, ...change },
        { ...source, replication: lacking, followable: tables },
        { ...target, replication: lacking },
        15,
      ).findings.map(({ code }) => code);
    expect(codes(online, [followable("users")])).toEqual([]);
    const twice = ["rights-missing", "rights-missing"];
    expect(codes(renamed, [followable("users")])).toEqual([...twice, "definitions-held"]);
    const unlogged = followable("cache", { obstacle: "it is unlogged" });
    expect(codes(online, [unlogged])).toEqual([...twice, "not-followed"]);
  });

  it("leaves alone what a strategy does not do", () => {
    const tight = { lockCapacity: 4, freeSessions: { "max_connections of the server": 5 } };
    const ends = {
      request,
      source: {
        ...source,
        server: host("one", tight),
        obstacles: { ...obstacles, invalidIndexes: [{ name: "i", table: "users" }] },
        relations: [{ ...relation("users"), tablespace: "fast" }],
      },
      target: { ...target, server: host("one", tight), disk: { data: 0, wal: 0, shared: true } },
      dumpVersion: 15,
    };
    expect(preflight({ ...ends, strategy: "set-schema" })).toEqual([]);
    const codes = preflight({ ...ends, strategy: "template" }).map(({ code }) => code);
    expect(codes).toEqual(["connections-too-few", "disk-short"]);
  });

  it("finds nothing where nothing is wrong", () => {
    expect(preflight({ request, strategy: "copy", source, target, dumpVersion: 15 })).toEqual([]);
    expect(preflight({ request, strategy: "copy", source, target: undefined, dumpVersion: 15 })).toEqual([]);
  });

  it.each(cases)("$code", ({ code, level = "blocker", says, dump = 15, beside = [], ...change }) => {
    const plan = makePlan(
      { ...request, ...change.request },
      { ...source, ...change.source },
      { ...target, ...change.target },
      dump,
    );
    expect(plan.findings.map((finding) => [finding.code, finding.level])).toEqual([
      [code, level],
      ...beside.map((other) => [other, "warning"]),
    ]);
    const [finding] = plan.findings;
    expect(finding?.message).toMatch(says);
    expect(finding?.remedy).toMatch(/^[A-Z].*\.$/);
    const title = level === "warning" ? "warning" : "BLOCKER";
    expect(formatPlan(plan)).toContain(
      `\n  ${title}   ${finding?.message}\n            ${finding?.remedy} [${code}]`,
    );
    if (level === "warning") expect(() => refuseBlocked(plan)).not.toThrow();
    else expect(() => refuseBlocked(plan)).toThrow(new RegExp(`core cannot move.*\\[${code}\\]`, "s"));
  });

  it.each([
    ["nothing where an administrator has all that it takes", {}, {}],
    [
      "nothing where it may make itself a member",
      { owners: [{ name: "u", usable: false, grantable: true }] },
      {},
    ],
    [
      "nothing of extensions where a cloud allows them",
      { managed: true },
      { trustedExtensions: new Set<string>() },
    ],
  ])("finds %s", (_, change, there) => {
    const both = { rights: plain(change) };
    const ends = { request, source: { ...source, ...both }, target: { ...target, ...both, ...there } };
    expect(makePlan(ends.request, ends.source, ends.target, 15).findings).toEqual([]);
  });

  it.each([
    [15, "u", 'Run GRANT "u" TO "admin" there as one who may.'],
    [16, "u", 'Run GRANT "u" TO "admin" WITH INHERIT TRUE, SET TRUE there as one who may.'],
    [16, "pg_database_owner", 'Run ALTER DATABASE "core_db" OWNER TO "admin" there as one who may.'],
  ])("names what to run on %i for %s", (version, name, remedy) => {
    const owners = [{ name, usable: false, grantable: false }];
    const plan = makePlan(request, { ...source, rights: plain({ version, owners }) }, target, 15);
    expect(plan.findings.map((finding) => finding.remedy)).toEqual([remedy]);
  });

  it("prints blockers before warnings, and a remedy once", () => {
    const routines = ["a", "b"].map((name) => ({
      ...routine("EXECUTE 'TABLE public.' || t"),
      signature: name,
    }));
    const plan = makePlan(
      request,
      { ...source, longTransactions: ["pid 7"], routines, obstacles: { ...obstacles, running: true } },
      { ...target, strangers: 1 },
      15,
    );
    const lines = formatPlan(plan).split("\n");
    const codes = lines.flatMap((line) => /\[([a-z-]+)\]$/.exec(line)?.[1] ?? []);
    expect(codes).toEqual(["code-unclear", "target-not-empty", "already-running", "long-transactions"]);
    const first = lines.findIndex((line) => line.startsWith("  BLOCKER"));
    expect(lines.slice(first, first + 2)).toEqual([
      expect.stringMatching(/^ {2}BLOCKER {3}function a may/),
      expect.stringMatching(/^ {12}function b may/),
    ]);
  });

  it("says how much disk it takes, and whether there is room", () => {
    const text = (change: Partial<TargetInspection>, to = request.to) =>
      formatPlan(makePlan({ ...request, to }, source, { ...target, ...change }, 15));
    expect(text({})).toMatch(/disk +about 77\.5 MB in the new home; how much is free there is not known$/m);
    const disk = { data: 900 * MB, wal: 900 * MB, shared: true };
    expect(text({ disk })).toMatch(/disk +about 77\.5 MB in the new home; 900 MB are free$/m);
    // Held back, WAL is as much as the data; what the former copy takes is given back first.
    const held = { server: host("two", { walHeld: true }), disk: { data: 130 * MB, wal: 1, shared: true } };
    expect(text({ ...held, reclaimable: 50 * MB })).not.toContain("disk-short");
    expect(text(held)).toMatch(/135 MB.*\n.*\[disk-short\]/);
    expect(text({}, { ...request.to, server, database: "core_db" })).not.toContain("disk ");
  });

  it("an owner that the stack declares may be still to come, in a preview", () => {
    const missing = { ...target, ownerExists: false };
    expect(makePlan({ ...request, ownerToCome: true }, source, missing, 15).findings).toEqual([]);
  });

  it.each([
    ["database", /ALTER DATABASE "core_db" RESET default_transaction_read_only/],
    ["user", /ALTER ROLE "admin" RESET/],
    ["database user", /ALTER ROLE "admin" IN DATABASE "core_db" RESET/],
    ["configuration file", /configuration \(it is set by: configuration file\)/],
  ])("says how read-only sessions end that the %s is the reason of", (readOnlyFrom, remedy) => {
    const plan = makePlan(
      request,
      { ...source, server: host("one", { readOnly: true, readOnlyFrom }) },
      target,
      15,
    );
    expect(plan.findings[0]?.remedy).toMatch(remedy);
  });

  it("tells all at once", () => {
    const plan = makePlan(
      request,
      { ...source, largeObjects: { mine: [1], others: 0, shared: [] } },
      { ...target, strangers: 1, largeObjects: new Set([1]) },
      15,
    );
    expect(() => refuseBlocked(plan)).toThrow(/large-objects-clash.*target-not-empty/s);
  });

  it.each([
    ["what is installed already stays", new Map([["citext", "ext"]]), "public", "ext"],
    ["an extension of the moving schema goes to public", new Map<string, string>(), "public", "public"],
    ["others keep their schema", new Map<string, string>(), "ext", "ext"],
  ])("%s", (_, installedExtensions, schema, home) => {
    expect(extensionHome({ name: "citext", schema }, request, { ...target, installedExtensions })).toBe(home);
  });

  it("does not mind code that names the schema when the name stays", () => {
    const same = { ...request, to: { ...request.to, schema: "public" } };
    expect(
      preflight({
        request: same,
        strategy: "copy",
        source: { ...source, routines: [routine("EXECUTE 'TABLE public.' || t")] },
        target,
        dumpVersion: 15,
      }),
    ).toEqual([]);
  });
});

describe("a plan", () => {
  it("counts what moves, and prints it in a few lines without a secret", () => {
    const plan = makePlan(request, source, target, 15);
    expect(plan).toMatchObject({
      strategy: "copy",
      because: "to another server",
      tables: 2,
      rows: 12_310,
      bytes: 45_001_000,
      objects: { index: 1, function: 2, view: 1 },
      fingerprint: "abc",
      fenceSeconds: 3,
    });
    const text = formatPlan(plan);
    expect(text).toMatch(/^core: old\/core_db\.public → new\/erp\.core$/m);
    expect(text).toMatch(/data +2 tables, ~12,310 rows, 45\.0 MB$/m);
    expect(text).toMatch(/objects +1 index, 1 view, 2 functions$/m);
    expect(text).toMatch(/fence +about 3 s/);
    expect(JSON.stringify(plan) + text).not.toContain("s3cret-pass");
  });

  it("reckons by what has been measured, where there is such a figure, and says so", () => {
    const slow = { ...target, rates: { copy: 1_500_000, template: 9e9 } };
    const plan = makePlan(request, source, slow, 15);
    expect(plan).toMatchObject({ fenceSeconds: 32, measuredRate: 1_500_000 });
    expect(formatPlan(plan)).toMatch(
      /fence +about 32 s, .* cannot write; by the 1\.5 MB\/s of the last moves into this database$/m,
    );
  });
});
