import type { MigrationRecord } from "@rehome/migration";
import type { TopologyArgs } from "@rehome/topology";
import { describe, expect, it } from "vitest";
import { environmentOf } from "../../cli/src/connect/psql";
import { formatPreview } from "../../cli/src/plan/format-preview";
import { scratchTopology } from "../../cli/src/rehearse/scratch-topology";
import { serverByUrl } from "../../cli/src/stack/by-url";
import { opened } from "../../cli/src/stack/secrets";
import { datasetStatuses } from "../../cli/src/status/dataset-status";
import { formatStatus, statusLine } from "../../cli/src/status/format-status";
import type { StackReading } from "../../cli/src/status/read-stack";
import { liner } from "../../cli/src/status/watch";
import { paintOf } from "../../cli/src/terminal/terminal";
import { pace } from "../../migration/src/status/records";

const plain = paintOf(false);
const place = (host: string) => ({ host, database: "shop", schema: "billing" });
const options = { mode: "offline", verify: "checksum" } as const;
const dataset = { name: "billing", service: "billing", owner: "billing_user", options };

const record: MigrationRecord = {
  ...{ id: "1", dataset: "billing", source: "a/shop.billing", target: "b/shop.billing", strategy: "copy" },
  ...{
    state: "running",
    stage: "copy",
    attempt: 1,
    error: null,
    clean: null,
    alive: true,
    targetExists: true,
    givenUp: false,
  },
  tables: { done: 3, total: 12 },
  bytes: { done: 1_200_000_000, total: 3_400_000_000 },
  statements: { done: 0, total: 8 },
  ...{ copying: [], rate: 110_000_000, secondsLeft: 20, proof: null },
  ...{ startedAt: "2026-01-02T03:04:05.000Z", stageAt: "2026-01-02T03:04:06.000Z" },
  ...{ fencedAt: null, switchedAt: null, endedAt: null },
};
const done: MigrationRecord = {
  ...record,
  ...{ state: "switched", stage: "switch", clean: true, alive: false, rate: null, secondsLeft: null },
  tables: { done: 12, total: 12 },
  switchedAt: "2026-01-02T03:05:05.000Z",
};
const fence = {
  ...{ dataset: "billing", schema: "billing", migration: "1", target: "b/shop.billing" },
  ...{ placement: "a/shop.billing", state: "sealed" as const, since: "2026-01-02T03:04:06.000Z" },
};
const reading = (given: Partial<StackReading>): StackReading => ({
  ...{ at: "2026-01-02T03:04:30.000Z", migrations: [], fences: [], following: new Map(), unread: [] },
  silent: new Set(),
  ...given,
});
const of = (where: object, given: Partial<StackReading>) => {
  const [status] = datasetStatuses([{ ...dataset, home: place("a"), ...where }], [], reading(given));
  if (status === undefined) throw new Error("a dataset has a status");
  return status;
};
const moved = { home: place("b"), formerly: place("a") };

describe("a dataset's state", () => {
  it.each([
    ["steady", {}, {}],
    ["preparing", { next: place("b") }, {}],
    ["moving", {}, { migrations: [record] }],
    ["interrupted", {}, { migrations: [{ ...record, alive: false }] }],
    ["failed", {}, { migrations: [{ ...record, alive: false, error: "disk full" }] }],
    ["steady", {}, { migrations: [{ ...record, alive: false, targetExists: false }] }],
    ["given-up", { next: place("b") }, { migrations: [{ ...record, alive: false, givenUp: true }] }],
    ["steady", {}, { migrations: [{ ...record, alive: false, givenUp: true }] }],
    ["switched", {}, { migrations: [done] }],
    ["moved", moved, { migrations: [done], fences: [fence] }],
    [
      "rolled-back",
      moved,
      {
        migrations: [
          done,
          { ...done, source: "b/shop.billing", target: "a/shop.billing", state: "reversed" },
        ],
      },
    ],
  ] as const)("is %s", (state, where, given) => {
    expect(of(where, given).state).toBe(state);
  });

  it.each([
    ["verified", { migrations: [done], fences: [fence] }],
    ["stale", { migrations: [done] }],
    ["stale", { migrations: [done], fences: [{ ...fence, state: "armed" }] }],
    ["different", { migrations: [{ ...done, clean: false }], fences: [fence] }],
    ["not verified", { migrations: [{ ...done, clean: null }], fences: [fence] }],
  ] as const)("has a proof that is %s", (verification, given) => {
    expect(of(moved, given).verification).toBe(verification);
  });

  it("says what there is to do where its home does not answer, and the one before it stands fenced", () => {
    const where = { silent: new Set(["b"]), fences: [fence] };
    const hint =
      "see to it that host b answers; where it is gone for good, rehome reopen --lost b opens a/shop.billing again";
    expect(of(moved, where).next_steps).toEqual([hint]);
    expect(of(moved, { ...where, silent: new Set(["a"]) }).next_steps.join()).not.toContain("reopen");
    expect(of(moved, { ...where, fences: [{ ...fence, state: "armed" }] }).next_steps.join()).not.toContain(
      "reopen",
    );
  });

  it("says what there is to do where its next home does not answer", () => {
    const steps = of({ next: place("b") }, { silent: new Set(["b"]) }).next_steps;
    expect(steps).toEqual([
      "see to it that host b answers; a/shop.billing keeps WAL for it until then",
      "or give it up: delete `next`, then pulumi up; rehome cancel billing frees a/shop.billing before that",
    ]);
  });

  it("knows a home that was opened again, of which nothing is to be proved", () => {
    const reopened: MigrationRecord = {
      ...done,
      ...{ source: "b/shop.billing", target: "a/shop.billing", strategy: "reopen", clean: null },
    };
    const before = of(moved, { migrations: [reopened] });
    expect(before).toMatchObject({ state: "switched", verification: null });
    expect(before.next_steps).toMatchObject([
      expect.stringMatching(/^write home: a\/shop\.billing and delete/),
    ]);
    const swapped = of({ home: place("a"), formerly: place("b") }, { migrations: [reopened] });
    expect(swapped).toMatchObject({ state: "rolled-back", verification: null });
    expect(swapped.next_steps).toMatchObject([
      expect.stringContaining("nothing more is expected of b/shop.billing"),
    ]);
    expect(of({ home: place("a") }, { migrations: [{ ...reopened, state: "retired" }] }).state).toBe(
      "steady",
    );
  });

  it("is told of a first move that no state knows yet", () => {
    const found = datasetStatuses([], [], reading({ migrations: [record] }));
    expect(found).toMatchObject([{ dataset: "billing", state: "moving", home: "a/shop.billing" }]);
    expect(datasetStatuses([], [], reading({ migrations: [done] }))).toEqual([]);
    const wanted = { ...dataset, ...moved };
    const [first] = datasetStatuses([], [wanted], reading({ migrations: [done], fences: [fence] }));
    expect(first).toMatchObject({ state: "switched", home: "a/shop.billing" });
  });
});

describe("the view", () => {
  it("has a line for a log", () => {
    expect(statusLine(of({}, { migrations: [record] }))).toBe(
      "billing: moving, a/shop.billing → b/shop.billing, copy, 3 of 12 tables, 1.2 GB of 3.4 GB, 110 MB/s, 20 s left, not verified",
    );
  });

  it("has two lines for each dataset where a table does not fit", () => {
    const status = of(moved, { migrations: [done], fences: [fence] });
    const [first, second, ...rest] = formatStatus([status], [], plain, 60).split("\n");
    expect(first).toBe("billing  moved  a/shop.billing → b/shop.billing");
    expect(second).toBe("         12 tables, 3.4 GB, in 60 s, fence sealed, verified");
    expect(rest.join()).toContain("Next");
    expect(formatStatus([status], [], plain, 200)).toMatch(/^DATASET/);
  });

  it("says why a move has failed, and what to do", () => {
    const failed = of({}, { migrations: [{ ...record, alive: false, error: "disk full" }] });
    expect(formatStatus([failed], [], plain)).toContain("billing failed in copy: disk full");
    expect(failed.next_steps.join()).toContain("rehome cancel billing");
  });

  it("prints a line into a pipe only when it says something new", () => {
    const lines: string[] = [];
    const show = liner((line) => lines.push(line));
    const look = { title: "", at: "2026-01-02T03:04:30.000Z", statuses: [of({}, {})], unread: [] };
    show(look);
    show(look);
    show({ ...look, statuses: [of({}, { migrations: [record] })] });
    expect(lines).toEqual([
      "2026-01-02 03:04:30  billing: steady, a/shop.billing",
      expect.stringMatching(/^2026-01-02 03:04:30 {2}billing: moving/),
    ]);
  });

  it("is coloured where colours are wanted, and says the same", () => {
    const statuses = [of(moved, { migrations: [done], fences: [fence] })];
    const coloured = formatStatus(statuses, [], paintOf(true));
    // eslint-disable-next-line no-control-regex -- what is taken away are the colours
    expect(coloured.replace(/\u001b\[\d+m/g, "")).toBe(formatStatus(statuses, [], plain));
    expect(coloured).toContain("\u001b[");
  });
});

describe("a plan", () => {
  const preview = { project: "shop", stack: "dev", steps: [], waiting: [], gates: [], errors: [] };
  it("says that nothing moves", () => {
    expect(formatPreview(preview, plain)).toMatch(/^nothing moves/);
  });
  it("says what is refused, and why the preview has failed", () => {
    const step = { kind: "step", dataset: "billing", step: "refused", to: "b/x.y", mode: "offline" } as const;
    const text = formatPreview({ ...preview, steps: [{ ...step, refused: ["home changed"] }] }, plain);
    expect(text).toBe("billing: b/x.y\n  BLOCKER   home changed");
    const early = { ...step, step: "move", from: "a/x.y", refused: [] };
    expect(formatPreview({ ...preview, steps: [early] }, plain)).toBe(
      "billing: a/x.y → b/x.y, planned as soon as a/x.y is there",
    );
    expect(formatPreview({ ...preview, errors: ["no such file"] }, plain)).toBe("error: no such file");
  });
});

it("tells a rate only when something has arrived", () => {
  const bytes = { done: 100, total: 300 };
  expect(pace({ bytes, sinceBegin: 100, seconds: 10 })).toEqual({ rate: 10, secondsLeft: 20 });
  expect(pace({ bytes, sinceBegin: 0, seconds: 10 })).toEqual({ rate: null, secondsLeft: null });
  expect(pace({ bytes, sinceBegin: 5, seconds: 0 })).toEqual({ rate: null, secondsLeft: null });
});

it("opens secrets however deep they are", () => {
  const mark = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" };
  const inner = { ...mark, plaintext: '"hush"' };
  const outer = { ...mark, plaintext: JSON.stringify({ password: inner, port: 1 }) };
  expect(opened({ list: [outer, null, 3] })).toEqual({ list: [{ password: "hush", port: 1 }, null, 3] });
});

it("hands psql the password by its environment, and nothing of the caller's that leads elsewhere", () => {
  const server = { host: "db", port: 5433, user: "u", password: "hush", sslmode: "require" } as const;
  const inherited = { PGHOSTADDR: "10.0.0.1", PGSERVICE: "x", PGPASSFILE: "/p", PATH: "/bin" };
  expect(environmentOf({ server, database: "d", schema: 'a "b' }, inherited)).toEqual({
    ...{ PATH: "/bin", PGPASSFILE: "/p", PGAPPNAME: "rehome connect" },
    ...{
      PGHOST: "db",
      PGPORT: "5433",
      PGUSER: "u",
      PGDATABASE: "d",
      PGPASSWORD: "hush",
      PGSSLMODE: "require",
    },
    PGOPTIONS: '-c search_path="a\\ ""b"',
  });
});

it("rehearses on servers of this machine alone, from before the move to after it", () => {
  const at = (host: string) => ({ host, database: "shop", schema: "public" });
  const topology: TopologyArgs = {
    hosts: {
      old: { platform: "existing", url: "postgres://admin@db.example/postgres", password: { env: "X" } },
      new: { platform: "cloudsql", tier: "db-f1-micro", name: "prod-1" },
      here: { platform: "local", port: 5432, directory: "/var/lib/real" },
    },
    services: {
      a: {
        ...{ role: "app", adoptRole: true, password: { env: "Y" }, gate: { approval: true } },
        ...{ home: at("new"), formerly: at("old") },
      },
      b: { role: "app", adoptRole: true, datasets: { x: { home: at("here"), next: at("new") } } },
    },
  };
  const { before, after } = scratchTopology(topology);
  expect(after.hosts).toEqual({
    old: { platform: "local" },
    new: { platform: "cloudsql", tier: "db-f1-micro", deletionProtection: false },
    here: { platform: "local" },
  });
  expect(before.hosts).toEqual(after.hosts);
  expect(after.services).toEqual({
    a: { role: "app", home: at("new"), formerly: at("old") },
    b: { role: "app", adoptRole: true, datasets: { x: { home: at("here"), next: at("new") } } },
  });
  expect(before.services).toEqual({
    a: { role: "app", home: at("old") },
    b: { role: "app", adoptRole: true, datasets: { x: { home: at("here") } } },
  });
});

it("takes a server by its URL, and no password in it", () => {
  expect(serverByUrl("postgres://admin@db:5433/x?sslmode=require")).toMatchObject({
    ...{ database: "x", server: { host: "db", port: 5433, user: "admin", sslmode: "require" } },
  });
  expect(() => serverByUrl("postgres://admin:hush@db")).toThrow(
    /^The URL holds a password; take it out, and put it into PGPASSWORD\.$/,
  );
});
