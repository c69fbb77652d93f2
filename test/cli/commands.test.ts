import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type {
  CancelDocument,
  DoctorDocument,
  HistoryDocument,
  ReportDocument,
  SizesDocument,
  StatusDocument,
  VerifyDocument,
} from "@rehome/cli";
import { readStack } from "@rehome/rehearsal";
import { afterAll, beforeAll, expect, it } from "vitest";
import { BILLING, firstCopying, ONLINE, openShop, ORDERS, ROWS, slowly, type Ran, type Shop } from "./shop";

let shop: Shop;
/** Everything that any command has printed. */
let printed = "";
const rehome = async (...args: string[]): Promise<Ran> => {
  const ran = await shop.rehome(args);
  printed += ran.out + ran.err;
  return ran;
};
const json = async <Document>(...args: string[]): Promise<Document> => {
  const { out, err } = await rehome(...args, "--json");
  expect(err).toBe("");
  return JSON.parse(out) as Document;
};
beforeAll(async () => {
  shop = await openShop();
});
afterAll(async () => {
  for (const secret of shop.secrets) expect(printed).not.toContain(secret);
  await shop.end();
});

it("says that there is no stack before the first up", async () => {
  await shop.edit({ billing: { ...BILLING, ...slowly(350_000) }, orders: { ...ORDERS, ...ONLINE } });
  const { code, err } = await rehome("status");
  expect(code).toBe(6);
  expect(err).toMatch(/^error: stack "dev" has no state: .* npx rehearse up .*\[no-stack\]\n$/);
});

it("shows a move under way", async () => {
  const run = shop.startUp();
  const ended = new Promise((done) => run.once("exit", done));
  const seen = await firstCopying(shop, run);
  expect(seen).toMatchObject({
    state: "moving",
    migration: { stage: "copy", alive: true, tables: { total: 2 }, state: "running" },
    fence: { placement: "legacy/shop.billing", state: "closed" },
    verification: "not verified",
  });
  const { bytes, rate, secondsLeft } = seen?.migration ?? {};
  expect(bytes?.done).toBeGreaterThan(0);
  expect(bytes?.done).toBeLessThan(bytes?.total ?? 0);
  expect(rate).toBeGreaterThan(0);
  expect(secondsLeft).toBeGreaterThan(0);
  const { out } = await rehome("status", "billing", "--watch", "--wait", "--interval", "0.2");
  expect(out).toMatch(
    /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}billing: \w+, legacy\/shop\.billing → main\/billing\.public, /,
  );
  expect(out).toMatch(/billing: (moved|switched), .* verified\n$/);
  await ended;
  expect(run.exitCode).toBe(0);
});

it("shows where each dataset is, what proves it and what to do next", async () => {
  const { datasets, unread } = await json<StatusDocument>("status");
  expect(unread).toEqual([]);
  expect(datasets).toMatchObject([
    {
      ...{ dataset: "billing", state: "moved", home: "main/billing.public", formerly: "legacy/shop.billing" },
      ...{ verification: "verified", fence: { placement: "legacy/shop.billing", state: "sealed" } },
      migration: { attempt: 1, clean: true, proof: { tables: 2, different: 0, rows: ROWS.invoices + 10 } },
    },
    {
      ...{ dataset: "orders", state: "preparing", home: "legacy/shop.orders", next: "main/orders.orders" },
      replication: { broken: null, ready: true },
    },
  ]);
  const { code, out } = await rehome("status");
  expect(code).toBe(0);
  expect(out).toMatch(
    /^DATASET +STATE +WHERE +PROGRESS +FENCE +PROOF\nbilling +moved .* sealed +verified\norders +preparing /,
  );
  expect(out).toMatch(/\nNext\n {2}billing {2}to finish: delete `formerly`/);
  expect(out).not.toContain("\u001b");
});

it("prints what happened, and when", async () => {
  const { out } = await rehome("history", "billing");
  expect(out).toMatch(
    /^billing: legacy\/shop\.billing → main\/billing\.public\n {2}copy, switched, 2 tables, 4,010 rows, /,
  );
  expect(out).toMatch(/fence[^]*copy[^]*verify[^]*switched/);
  const { migrations } = await json<HistoryDocument>("history");
  expect(migrations.map(({ dataset }) => dataset).sort()).toEqual(["billing", "orders"]);
  expect(migrations.flatMap(({ events }) => events.map(({ stage }) => stage))).toContain("follow");
});

it("writes a report that needs nothing else, and the picture alone", async () => {
  const { file, unread } = await json<ReportDocument>("report", "--out", join(shop.folder, "report.html"));
  expect(unread).toEqual([]);
  const page = await readFile(file, "utf8");
  expect(page).toMatch(/^<!doctype html>/i);
  for (const shown of ["legacy/shop.billing", "main/billing.public", "invoices", "fenced"])
    expect(page).toContain(shown);
  const { out } = await rehome("report", "billing", "--svg", "--out", join(shop.folder, "billing.svg"));
  const picture = await readFile(out.trim(), "utf8");
  expect(picture).toMatch(/^<svg/);
  expect(picture).toContain("billing");
  expect(picture).not.toContain("orders");
  const { code, err } = await rehome("report", "--out", join(shop.folder, "nowhere", "report.html"));
  expect([code, err]).toEqual([1, expect.stringMatching(/cannot be written to .*nowhere.*--out/)]);
});

it("prints what each schema takes", async () => {
  const { schemas } = await json<SizesDocument>("sizes");
  expect(schemas.map(({ placement, use, tables }) => [placement, use, tables])).toEqual(
    expect.arrayContaining([
      ["main/billing.public", "home", 2],
      ["legacy/shop.billing", "formerly", 2],
      ["legacy/shop.orders", "home", 1],
      ["main/orders.orders", "next", 1],
    ]),
  );
  for (const { tableBytes, indexBytes } of schemas)
    expect(Math.min(tableBytes, indexBytes)).toBeGreaterThan(0);
  expect((await rehome("sizes", "orders")).out).toMatch(
    /^DATASET +SCHEMA +USE +TABLES +ROWS +DATA +INDEXES +SESSIONS/,
  );
});

it("connects as the service, and as the administrator", async () => {
  const args = ["--", "-XAtc", "SELECT current_user, count(*) FROM invoices"];
  const service = await rehome("connect", "billing", ...args);
  expect(service).toMatchObject({ code: 0, out: `billing_user|${ROWS.invoices}\n` });
  const admin = await rehome("connect", "billing", "--admin", ...args);
  expect(admin).toMatchObject({ code: 0, out: `postgres|${ROWS.invoices}\n` });
  const failed = await rehome("connect", "billing", "--", "-Xc", "SELECT nonsense");
  expect(failed.code).toBe(1);
  const where = await json<object>("connect", "billing");
  expect(where).toMatchObject({ database: "billing", user: "billing_user", port: shop.main.port });
});

it("examines the hosts, with codes and remedies", async () => {
  const [all, one, url] = await Promise.all([
    json<DoctorDocument>("doctor"),
    rehome("doctor", "main"),
    shop.rehome(["doctor", "--url", `postgres://postgres@127.0.0.1:${shop.main.port}`], {
      PGPASSWORD: "wrong",
    }),
  ]);
  expect(all.hosts.map(({ host }) => host)).toEqual(["legacy", "main"]);
  expect(all).toMatchObject({ problems: 0, warnings: 2 });
  const odd = all.hosts.flatMap(({ checks }) => checks).filter(({ level }) => level !== "ok");
  expect(odd.map(({ code }) => code)).toEqual(["fsync-off", "fsync-off"]);
  expect(one.code).toBe(0);
  expect(one.out).toMatch(
    /^main\n {2}✓ connection +127\.0\.0\.1:\d+, as postgres\n {2}✓ version +PostgreSQL \d+/,
  );
  expect(one.out).toMatch(/ {2}! durability .*\n +Set fsync = on.* \[fsync-off\]/);
  expect(url.code).toBe(1);
  expect(url.out).toMatch(/✗ connection .*\n +\[authentication-failed\]/);
});

it("verifies both homes, and tells what was written since from what is wrong", async () => {
  const untouched = await json<VerifyDocument>("verify");
  expect(untouched.datasets).toMatchObject([
    { dataset: "billing", kind: "left", wrong: false, tables: [{ state: "equal" }, { state: "equal" }] },
    { dataset: "orders", kind: "following", wrong: false, tables: [{ table: "orders", state: "equal" }] },
  ]);
  await shop.main.sql(
    "billing",
    "UPDATE invoices SET note = 'new' WHERE id = 7; DELETE FROM payments WHERE id = 3; INSERT INTO payments VALUES (99)",
  );
  const [verified, diff] = await Promise.all([rehome("verify", "billing"), rehome("diff", "billing")]);
  expect(verified.code).toBe(0);
  expect(verified.out).toMatch(
    / {2}verified {2}2 tables: 2 written to since the switch, and in the old home as proved\n$/,
  );
  expect(diff.code).toBe(1);
  expect(diff.out).toMatch(/table invoices .*\n {4}~ \(id\) = \(7\)\n/);
  expect(diff.out).toMatch(
    /table payments \(10 rows there, 10 here\)\n {4}[-+] \(id\) = .*\n {4}[-+] \(id\) = /,
  );
  expect(diff.out).toContain("- (id) = (3)");
  expect(diff.out).toContain("+ (id) = (99)");
});

it("finds rows of a home that was left that are not what was proved", async () => {
  await shop.legacy.sql(
    "shop",
    "ALTER TABLE billing.payments DISABLE TRIGGER ALL; UPDATE billing.payments SET invoice = 5 WHERE id = 1",
  );
  const { code, out } = await rehome("verify", "billing");
  expect(code).toBe(1);
  expect(out).toMatch(/ {2}different {2}2 tables: .*1 different\n {4}table payments/);
});

it("cancels what is prepared when told to, and nothing that has moved", async () => {
  const [unasked, moved] = await Promise.all([
    rehome("cancel", "orders"),
    rehome("cancel", "billing", "--yes"),
  ]);
  expect(unasked).toMatchObject({ code: 2, err: expect.stringContaining("--yes. [yes-missing]") as string });
  expect(moved.code).toBe(1);
  expect(moved.err).toMatch(
    /^error: billing has moved to main\/billing\.public.* swap `home` and `formerly` .*\[moved\]\n$/,
  );
  const done = await json<CancelDocument>("cancel", "orders", "--yes");
  expect(done).toMatchObject({ cancelled: true, home: "legacy/shop.orders" });
  const slots =
    "SELECT slot_name AS trace FROM pg_replication_slots UNION ALL SELECT pubname FROM pg_publication";
  expect(await shop.legacy.sql("shop", slots)).toEqual([]);
  const [status] = (await json<StatusDocument>("status", "orders")).datasets;
  expect(status).toMatchObject({ state: "given-up", home: "legacy/shop.orders" });
  expect(await rehome("cancel", "orders", "--yes")).toMatchObject({ code: 0 });
});

it("plans what the stack file asks for", async () => {
  const back = { home: BILLING.formerly, formerly: BILLING.home };
  await shop.edit({ billing: back, orders: { ...ORDERS, ...ONLINE } });
  const { code, out } = await rehome("plan");
  expect(code).toBe(0);
  expect(out).toMatch(/^billing: main\/billing\.public → legacy\/shop\.billing\n {2}strategy {2}copy: /);
  expect(out).toContain("orders: legacy/shop.orders → main/orders.orders, goes on being prepared");
});

it("reads the state from Pulumi where that knows the stack", async () => {
  const { exported } = await readStack({ cwd: shop.folder, stack: "dev" });
  const path = join(shop.folder, "path");
  await mkdir(path);
  await writeFile(join(path, "state.json"), exported(true));
  await writeFile(join(path, "pulumi"), `#!/bin/sh\necho "$@" > ${path}/asked\ncat ${path}/state.json\n`);
  await chmod(join(path, "pulumi"), 0o755);
  const env = { PATH: `${path}:${process.env["PATH"]}` };
  const { code, out } = await shop.rehome(["status", "--stack", "prod", "--json"], env);
  expect(code).toBe(0);
  expect((JSON.parse(out) as StatusDocument).datasets).toHaveLength(2);
  expect(await readFile(join(path, "asked"), "utf8")).toMatch(
    /^stack export --show-secrets .* --stack prod\n$/,
  );
});

it("refuses a command line that makes no sense, with what it should be", async () => {
  expect(await rehome("statsu")).toMatchObject({
    code: 2,
    err: expect.stringContaining("Did you mean status?") as string,
  });
  expect((await rehome("status", "--bogus")).code).toBe(2);
  expect(await rehome("status", "nobody")).toMatchObject({
    code: 6,
    err: 'error: the stack has no service or dataset "nobody"; it has: billing, orders. [no-service]\n',
  });
  const { code, out } = await rehome("sizes", "nobody", "--json");
  expect(code).toBe(6);
  expect(JSON.parse(out)).toMatchObject({ error: { code: "no-service" } });
});

it("completes commands, services, hosts and stacks", async () => {
  const asked = (...words: string[]) => rehome("complete", "--", ...words).then(({ out }) => out);
  const [script, commands, services, hosts, stacks] = await Promise.all([
    rehome("completion", "bash"),
    asked(""),
    asked("status", ""),
    asked("doctor", ""),
    asked("status", "--stack", ""),
  ]);
  expect(script.out).toContain("complete -F __rehome_complete rehome");
  expect(commands).toMatch(/^status\twhere every dataset is/);
  expect(services).toMatch(/^billing\t\norders\t\n/);
  expect(hosts).toMatch(/^legacy\t\nmain\t\n/);
  expect(stacks).toMatch(/^dev\t\n/);
});

it("says what cannot be reached, and all the rest", async () => {
  await shop.main.halt("fast");
  const { code, out } = await rehome("status");
  expect(code).toBe(1);
  expect(out).toMatch(/main\/\w+ is not known: .*127\.0\.0\.1:\d+.*\[unreachable\]/);
  expect(out).toMatch(/^orders /m);
});
