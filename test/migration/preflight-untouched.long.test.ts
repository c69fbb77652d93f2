import { move, type MoveRequest } from "@rehome/migration";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServer, type TestServer } from "../support/servers";
import { leftovers, makeWorld } from "./dataset";
import { everything } from "./everything";

const TABLES = `CREATE TABLE t (id serial PRIMARY KEY, v text); INSERT INTO t (v) VALUES ('a'), ('b');
  CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN UPDATE public.t SET v = 'c'; END $$`;

let a: TestServer;
let b: TestServer;
beforeAll(async () => {
  [a, b] = await Promise.all([
    startServer({ parameters: { max_prepared_transactions: "2" } }),
    startServer(),
  ]);
});
afterAll(() => Promise.all([a.stop(), b.stop()]));

interface Spoilt {
  readonly code: string;
  readonly at?: "a" | "b";
  readonly spoil?: string;
  readonly change?: (request: MoveRequest) => MoveRequest;
  /** What makes the servers' dumps comparable again. */
  readonly mend?: string;
}

const to = (change: Partial<MoveRequest["to"]>) => (request: MoveRequest) => ({
  ...request,
  to: { ...request.to, ...change },
});

/** One of each kind: of the request, of either end's server, its rights, its content, of who is at work. */
const cases: Spoilt[] = [
  { code: "reserved-name", change: to({ schema: "rehome" }) },
  { code: "owner-missing", change: to({ owner: "nobody_here" }) },
  { code: "target-not-empty", at: "b", spoil: "CREATE TABLE new_home.theirs (id int)" },
  { code: "references-inward", at: "a", spoil: "CREATE SCHEMA x; CREATE VIEW x.v AS SELECT * FROM public.t" },
  {
    code: "code-unclear",
    at: "a",
    spoil:
      "CREATE FUNCTION public.g(n text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'TABLE public.' || n; END $$",
  },
  {
    code: "source-read-only",
    at: "a",
    spoil: "ALTER ROLE postgres IN DATABASE DATABASE_NAME SET default_transaction_read_only = on",
  },
  {
    code: "prepared-transactions",
    at: "a",
    spoil: "BEGIN; DELETE FROM public.t; PREPARE TRANSACTION 'left'",
    mend: "ROLLBACK PREPARED 'left'",
  },
];

describe("a move that the preflight refuses touches nothing on either side", () => {
  it.each(cases)("$code", async ({ code, at, spoil, change, mend }) => {
    const name = `kept_${code.replaceAll("-", "_")}`;
    const { request } = await makeWorld(a, b, name, TABLES);
    const server = at === "b" ? b : a;
    if (spoil !== undefined) await server.sql(name, spoil.replace("DATABASE_NAME", name));
    const before = [await everything(a), await everything(b)];
    await expect(move(change?.(request) ?? request)).rejects.toMatchObject({
      code: "blocked",
      message: expect.stringContaining(`[${code}]`) as string,
    });
    expect([await everything(a), await everything(b)]).toEqual(before);
    if (mend !== undefined) await server.sql(name, mend);
    expect([...(await leftovers(a, request.from)), ...(await leftovers(b, request.to))]).toEqual([]);
  });

  it("and what is compared here would show it", async () => {
    const { request } = await makeWorld(a, b, "shown", TABLES);
    const before = [await everything(a), await everything(b)];
    await move(request);
    const after = [await everything(a), await everything(b)];
    expect(after[0]).not.toBe(before[0]);
    expect(after[1]).not.toBe(before[1]);
    expect(before.join()).not.toContain("rehome");
  });
});
