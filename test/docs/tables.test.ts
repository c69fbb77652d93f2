import { CONNECTION_KEYS, POOL_KEYS } from "@rehome/topology";
import { rules } from "@rehome/policy";
import { expect, it } from "vitest";
import { rowsBelow, textOf } from "./markdown";

/** The same without backquotes. */
const told = (page: string, heading: string): string[][] =>
  rowsBelow(textOf(page), heading).map((cells) => cells.map((cell) => cell.replaceAll("`", "")));

it("docs/promotion.md has every policy, with the levels at which it is enforced", () => {
  const policies = told("docs/promotion.md", "Policies").map(([name = "", dev, prod]) => ({
    name,
    dev,
    prod,
  }));
  const there = rules.map(({ name, levels }) => ({ name, ...levels }));
  const byName = (a: { name: string }, b: { name: string }) => a.name.localeCompare(b.name);
  expect(policies.sort(byName)).toEqual(there.sort(byName));
});

it("docs/kubernetes.md has every form of a connection", () => {
  const forms = told("docs/kubernetes.md", "The connection's forms").flatMap(([keys = ""]) =>
    keys.split(", "),
  );
  expect(forms.sort()).toEqual([...CONNECTION_KEYS, ...POOL_KEYS].sort());
});
