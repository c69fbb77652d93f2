import { CONNECTION_KEYS, POOL_KEYS } from "@rehome/topology";
import { rules } from "@rehome/policy";
import { expect, it } from "vitest";
import { textOf } from "./markdown";

/** The first cells of a page's table rows, without backquotes, below a heading. */
const rowsBelow = (page: string, heading: string): string[][] => {
  const [, section = ""] = textOf(page).split(`\n## ${heading}\n`);
  return (section.split("\n## ")[0] ?? "")
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll("`", "")),
    );
};

it("docs/promotion.md has every policy, with the levels at which it is enforced", () => {
  const told = rowsBelow("docs/promotion.md", "Policies").map(([name = "", dev, prod]) => ({
    name,
    dev,
    prod,
  }));
  const there = rules.map(({ name, levels }) => ({ name, ...levels }));
  const byName = (a: { name: string }, b: { name: string }) => a.name.localeCompare(b.name);
  expect(told.sort(byName)).toEqual(there.sort(byName));
});

it("docs/kubernetes.md has every form of a connection", () => {
  const told = rowsBelow("docs/kubernetes.md", "The connection's forms").flatMap(([keys = ""]) =>
    keys.split(", "),
  );
  expect(told.sort()).toEqual([...CONNECTION_KEYS, ...POOL_KEYS].sort());
});
