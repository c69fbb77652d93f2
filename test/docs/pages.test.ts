import { existsSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { parseTopology } from "@rehome/topology";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { blocksOf, pages, proseOf, root, textOf } from "./markdown";

/** A heading's anchor, as GitHub makes it. */
const anchorOf = (heading: string): string =>
  heading
    .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .trim()
    .replace(/\s/g, "-");

const anchorsOf = (file: string): string[] =>
  [...textOf(file).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = ""]) => anchorOf(heading));

/** The links of a page that lead into the repository. */
const linksOf = (file: string): string[] =>
  [...proseOf(textOf(file)).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = ""]) => target)
    .filter((target) => !/^[a-z]+:/.test(target));

/** What is wrong with a link, or undefined. */
const trouble = (file: string, link: string): string | undefined => {
  const [path = "", anchor] = link.split("#");
  const target = path === "" ? file : relative(root, join(root, dirname(file), path));
  if (!existsSync(join(root, target))) return `${link}: there is no ${target}`;
  if (anchor === undefined || !target.endsWith(".md")) return undefined;
  return anchorsOf(target).includes(anchor) ? undefined : `${link}: ${target} has no such heading`;
};

/** The hosts that placements of this topology name. */
const named = (value: unknown): string[] => {
  if (typeof value !== "object" || value === null) return [];
  const { host, database } = value as { host?: unknown; database?: unknown };
  const here = typeof host === "string" && typeof database === "string" ? [host] : [];
  return [...here, ...Object.values(value).flatMap(named)];
};

/** A block's topology: of a whole stack file, or of its hosts, services and tenants alone. Undefined: it is something else. */
const topologyIn = (text: string): unknown => {
  const file = parse(text) as Record<string, unknown>;
  const whole = (file["config"] as Record<string, unknown> | undefined)?.["rehome:topology"];
  const fragment = "services" in file || "hosts" in file || "tenants" in file ? file : undefined;
  const topology = (whole ?? fragment) as Record<string, object> | undefined;
  if (topology === undefined) return undefined;
  const services = topology["services"] ?? {};
  const hosts = Object.fromEntries(named(services).map((host) => [host, { platform: "local" }]));
  return { ...topology, services, hosts: { ...hosts, ...topology["hosts"] } };
};

const all = pages();

it("there are pages", () => {
  expect(all.length).toBeGreaterThan(30);
});

describe.each(all)("%s", (file) => {
  it("links to what there is", () => {
    expect(linksOf(file).flatMap((link) => trouble(file, link) ?? [])).toEqual([]);
  });

  it("has stack files that the program would take", () => {
    for (const { language, text, line } of blocksOf(textOf(file))) {
      if (language !== "yaml") continue;
      const topology = topologyIn(text);
      if (topology !== undefined) expect(() => parseTopology(topology), `line ${line}`).not.toThrow();
    }
  });
});

describe("docs/README.md", () => {
  it("lists every page of docs but the decisions", () => {
    const listed = linksOf("docs/README.md").map((link) => join("docs", link.split("#")[0] ?? ""));
    const there = all.filter(
      (file) => /^docs\/(how-to\/)?[^/]+\.md$/.test(file) && file !== "docs/README.md",
    );
    expect(there.filter((file) => !listed.includes(file))).toEqual([]);
  });
});
