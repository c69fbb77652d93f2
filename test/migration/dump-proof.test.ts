import { move } from "@rehome/migration";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ident } from "../../migration/src/sql/quote";
import { cases } from "../support/long";
import { startServer, type TestServer } from "../support/servers";
import { contents, makeWorld, reversed, type World } from "./dataset";
import { beyondDump } from "./objects/beyond-dump";
import { dumped, withName, type Dumped } from "./objects/dump";
import { legacySql } from "./objects/legacy";
import { superuserSql } from "./objects/types";

let a: TestServer;
let b: TestServer;
beforeAll(async () => {
  [a, b] = await Promise.all([startServer(), startServer()]);
});
afterAll(() => Promise.all([a.stop(), b.stop()]));

const ways = [
  { name: "from_public", from: "public", to: "new_home" },
  { name: "to_public", from: "old_home", to: "public" },
  { name: "quoted", from: "old_home", to: 'The "new".home' },
  { name: "from_quoted", from: 'The "old".home', to: "new_home" },
  { name: "reserved", from: "old_home", to: "order" },
  { name: "unnamed", from: "old_home", to: "old_home" },
];

/** The same with the strategies that touch no row, or no server but one. */
const cheaper = [
  { name: "by_files", from: "public", to: "new_home", into: "by_files_new" },
  { name: "inside", from: "old_home", to: 'The "new".home', into: "inside" },
];
const all = [
  ...ways.map((way) => ({ ...way, into: way.name, oneServer: false })),
  ...cheaper.map((way) => ({ ...way, oneServer: true })),
];

/** A rename in each direction, quoted or not, by rows, files and names. */
const shown = cases(all, ({ name }) => ["from_public", "quoted", "by_files", "inside"].includes(name));

describe.each(shown)("a move from $from to $to ($name)", ({ name, from, to, into, oneServer }) => {
  let world: World;
  let before: Dumped[];
  let facts: string[];
  let rows: Record<string, string>;

  it("arrives whole: the new home's dump is the old one's", async () => {
    const server = oneServer ? a : b;
    world = await makeWorld(a, server, name, legacySql(ident(from)), { from, to, into });
    await a.sql(name, superuserSql(ident(from), ident(world.login.user)));
    before = withName(await dumped(world.request.from), from, from);
    expect(before.length).toBeGreaterThan(200);
    rows = await contents(a, world.request.from);
    facts = (await beyondDump(a, world.request.from)).filter((fact) => !/ not owned: /.test(fact));
    expect(facts.filter((fact) => fact.startsWith("cast")).length).toBe(4);
    await move(world.request);
    expect(withName(await dumped(world.request.to), to, from)).toEqual(before);
    expect(await contents(server, world.request.to)).toEqual(rows);
    expect(await beyondDump(server, world.request.to)).toEqual(facts);
  });

  it("and comes back whole", async () => {
    await move(reversed(world.request));
    expect(withName(await dumped(world.request.from), from, from)).toEqual(before);
    expect(await contents(a, world.request.from)).toEqual(rows);
    expect(await beyondDump(a, world.request.from)).toEqual(facts);
  });
});
