import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ERROR_CODES, FINDING_CODES } from "../../migration/src/codes";
import { root, rowsBelow, textOf } from "./markdown";

const sources = (room: string): string =>
  readdirSync(join(root, room), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts") && path !== "codes.ts")
    .map((path) => textOf(join(room, path)))
    .join("\n");

const rows = (heading: string): string[][] => rowsBelow(textOf("docs/preflight.md"), heading);
const documented = (heading: string): string[] =>
  rows(heading)
    .map(([code = ""]) => code.replaceAll("`", ""))
    .sort();

/** The members of a union of texts in a source file. */
const union = (path: string, name: string): string[] => {
  const [, body = ""] = new RegExp(`export type ${name} =([^;]*);`).exec(textOf(path)) ?? [];
  return [...body.matchAll(/"([a-z-]+)"/g)].map(([, code = ""]) => code).sort();
};

const known: [heading: string, codes: readonly string[]][] = [
  ["Findings", FINDING_CODES],
  ["Errors", ERROR_CODES],
  ["The stack file", union("topology/src/topology-error.ts", "ProblemCode")],
  ["Edits of the stack file", union("topology/src/refusal.ts", "RefusalCode")],
  ["Local servers", union("postgres/src/cluster-error.ts", "ClusterErrorCode")],
  ["Rehearsals", union("rehearsal/src/rehearsal-error.ts", "RehearsalErrorCode")],
];

describe("docs/preflight.md", () => {
  it.each(known)("%s: every code, and no other", (heading, codes) => {
    expect(codes.length).toBeGreaterThan(5);
    expect(documented(heading)).toEqual([...codes].sort());
  });

  it.each(known)("%s: each says what it means, why it matters and what to do", (heading) => {
    for (const row of rows(heading)) {
      expect(row).toHaveLength(4);
      for (const cell of row.slice(1)) expect(cell).toMatch(/^[A-Z`].*\.$/);
    }
  });

  it("has no code that nothing says", () => {
    const engine = sources("migration/src");
    for (const code of [...FINDING_CODES, ...ERROR_CODES]) expect(engine).toContain(`"${code}"`);
    for (const [room, codes] of [
      ["topology/src", [...(known[2]?.[1] ?? []), ...(known[3]?.[1] ?? [])]],
      ["postgres/src", known[4]?.[1] ?? []],
      ["rehearsal/src", known[5]?.[1] ?? []],
    ] as const) {
      const text = sources(room);
      // Once in its union, and where it is said.
      for (const code of codes) expect(text.split(`"${code}"`).length, code).toBeGreaterThan(2);
    }
  });

  it("knows every class of errors that has codes", () => {
    const rooms = ["topology", "migration", "components", "postgres", "rehearsal", "policy"];
    const coded = rooms.flatMap((room) =>
      readdirSync(join(root, room, "src"), { recursive: true, encoding: "utf8" })
        .filter((path) => path.endsWith(".ts"))
        .map((path) => textOf(join(room, "src", path)))
        .flatMap((text) =>
          /^ +readonly code\b/m.test(text) ? (/class (\w+) extends Error/.exec(text)?.[1] ?? []) : [],
        ),
    );
    expect(coded.sort()).toEqual(["ClusterError", "RehearsalError", "RehomeError", "TopologyError"]);
    expect(textOf("docs/preflight.md")).toContain("`invalid-topology`");
  });

  it("has every code that the engine gives as a text", () => {
    const said = [...sources("migration/src").matchAll(/\b(?:blocker|warning|RehomeError)\(\s*"([a-z-]+)"/g)];
    expect(said.length).toBeGreaterThan(40);
    const all: readonly string[] = [...FINDING_CODES, ...ERROR_CODES];
    for (const [, code = ""] of said) expect(all).toContain(code);
  });
});
