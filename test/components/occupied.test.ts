import type { Claim, Standing } from "@rehome/migration";
import { describe, expect, it } from "vitest";
import { occupiedRefusal, type Engine, type Site } from "../../components/src/creation/occupied";
import { decodeOnHost, onHost } from "../../components/src/naming";

const server = { host: "127.0.0.1", port: 1, user: "postgres", password: "hidden" };
const site = (given: Partial<Site> = {}): Site => ({
  ...{ host: "main", server, logical: "it's@main", existing: false, preview: false },
  ...given,
});
const removed: string[] = [];
const engine = (found: Standing | Error, free = true): Engine => ({
  standing: () => (found instanceof Error ? Promise.reject(found) : Promise.resolve(found)),
  removeBare: (_server, { name }) => {
    removed.push(name);
    return Promise.resolve(free);
  },
});
const database: Claim = { kind: "database", name: "shop" };
const role: Claim = { kind: "role", name: "shop_user" };
const failure = (code: string): Error => Object.assign(new Error("No answer."), { code });

describe("what is about to be created", () => {
  it("may be where nothing stands, or where the server cannot be asked", async () => {
    expect(await occupiedRefusal(database, site(), engine("absent"))).toBeUndefined();
    expect(await occupiedRefusal(database, site(), engine(failure("unreachable")))).toBeUndefined();
    await expect(occupiedRefusal(database, site(), engine(failure("XX000")))).rejects.toThrow("No answer.");
  });

  it("takes away what a killed run has left bare on a server of Rehome's own, in an update alone", async () => {
    removed.length = 0;
    expect(await occupiedRefusal(database, site({ preview: true }), engine("bare"))).toBeUndefined();
    expect(removed).toEqual([]);
    expect(await occupiedRefusal(role, site(), engine("bare"))).toBeUndefined();
    expect(removed).toEqual(["shop_user"]);
    expect(await occupiedRefusal(role, site(), engine("bare", false))).toMatch(
      /has a role "shop_user" already/,
    );
  });

  it("is refused where something else stands, in previews too, with what can be done", async () => {
    removed.length = 0;
    for (const preview of [true, false]) {
      expect(await occupiedRefusal(database, site({ preview }), engine("used"))).toBe(
        "Host \"main\" has a database \"shop\" already, and this run would create it. If nobody needs it, drop it there. While it is there, --replace cannot make another. If this stack made it and has lost or given up its state, take it back, with the URNs of its parent and its provider (docs/faq.md), without which the next run would delete it: pulumi import postgresql:index/database:Database 'it'\\''s@main' 'shop' --protect=false --generate-code=false --parent 'topology=URN' --provider 'main=URN'",
      );
    }
    expect(removed).toEqual([]);
  });

  it.each(["bare", "used"] as const)("touches nothing on someone else's server: %s", async (found) => {
    removed.length = 0;
    const theirs = site({ existing: true });
    expect(await occupiedRefusal(database, theirs, engine(found))).toMatch(
      /one more host, with the url of "main" and without manage: true/,
    );
    expect(await occupiedRefusal(role, theirs, engine(found))).toMatch(/write adoptRole: true/);
    expect(removed).toEqual([]);
  });
});

it("the logical name of a role gives back role and host, whatever they are called", () => {
  for (const [who, host] of [
    ["core_user", "shared"],
    [`ro'le" %I`, "ma$(naged) %s"],
    ["a@b/c.d:e%", "two\nlines"],
  ] as const)
    expect(decodeOnHost(onHost(who, host))).toEqual({ who, host });
  expect(decodeOnHost("shared/erp")).toBeUndefined();
});
