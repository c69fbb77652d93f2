import { rules } from "@rehome/policy";
import { expect, it } from "vitest";
import { violations, type Given } from "./judge";
import { CASES } from "./cases";

it.each(CASES)("$rule refuses $what", async ({ rule, bad, says }) => {
  const said = await violations(rule, bad);
  expect(said).toHaveLength(1);
  for (const words of says) expect(said[0]).toContain(words);
});

it.each(CASES)("$rule lets pass what $what should be instead", async ({ rule, good }) => {
  expect(await violations(rule, good)).toEqual([]);
});

it("every rule has been tried", () => {
  const tried = new Set(CASES.map(({ rule }) => rule));
  expect(rules.map(({ name }) => name).filter((name) => !tried.has(name))).toEqual([]);
});

it("says what to do in every message", async () => {
  for (const { rule, bad } of CASES) {
    for (const message of await violations(rule, bad))
      expect(message.split(/[.:;] /).length).toBeGreaterThan(1);
  }
});

it("judges what a preview knows, and is silent on what it does not", async () => {
  const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
  const trap = (props: object): object =>
    new Proxy(props, {
      get: (target, key) => {
        const value = (target as Record<string | symbol, unknown>)[key];
        if (value === UNKNOWN) throw new Error("unknown");
        return value;
      },
    });
  const type = "postgresql:index/role:Role";
  const role = (props: object): Given => ({ type, props: trap(props) });
  expect(await violations("plain-roles", [role({ name: UNKNOWN, superuser: UNKNOWN })])).toEqual([]);
  expect(await violations("plain-roles", [role({ name: UNKNOWN, superuser: true })])).toHaveLength(1);
  expect(await violations("names", [role({ name: UNKNOWN })])).toEqual([]);
  expect(await violations("passwords-secret", [role({ name: "a", password: UNKNOWN })])).toEqual([]);
});
