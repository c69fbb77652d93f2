import { move } from "@rehome/migration";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ident } from "../../migration/src/sql/quote";
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

describe.each(ways)("a move from $from to $to ($name)", ({ name, from, to }) => {
  let world: World;
  let before: Dumped[];
  let facts: string[];
  let rows: Record<string, string>;

  it("arrives whole: the new home's dump is the old one's", async () => {
    world = await makeWorld(a, b, name, legacySql(ident(from)), { from, to });
    await a.sql(name, superuserSql(ident(from), ident(world.login.user)));
    before = withName(await dumped(world.request.from), from, from);
    expect(before.length).toBeGreaterThan(200);
    rows = await contents(a, world.request.from);
    facts = await beyondDump(a, world.request.from);
    await move(world.request);
    expect(withName(await dumped(world.request.to), to, from)).toEqual(before);
    expect(await contents(b, world.request.to)).toEqual(rows);
    expect(facts.filter((fact) => fact.startsWith("cast")).length).toBe(4);
    expect(await beyondDump(b, world.request.to)).toEqual(facts.filter((fact) => !/ not owned: /.test(fact)));
  });

  it("and comes back whole", async () => {
    await move(reversed(world.request));
    expect(withName(await dumped(world.request.from), from, from)).toEqual(before);
    expect(await contents(a, world.request.from)).toEqual(rows);
    expect(await beyondDump(a, world.request.from)).toEqual(
      facts.filter((fact) => !/ not owned: /.test(fact)),
    );
  });
});
