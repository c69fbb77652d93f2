import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";

export const root = resolve(import.meta.dirname, "../..");
export const textOf = (file: string): string => readFileSync(join(root, file), "utf8");

/** Every page of the repository, by its path from the root. */
export const pages = (): string[] =>
  execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "*.md"], {
    cwd: root,
    encoding: "utf8",
  })
    .split("\n")
    .filter((file) => file !== "");

/** A fenced block. */
export interface Block {
  readonly language: string;
  readonly text: string;
  /** Where it begins, counted from 1. */
  readonly line: number;
  /** What a comment `<!-- test: … -->` just before it says. */
  readonly marker: string | undefined;
}

/** The fenced blocks of a page, in order. */
export const blocksOf = (page: string): Block[] => {
  const blocks: Block[] = [];
  let open: { language: string; line: number; lines: string[]; fence: string } | undefined;
  let marker: string | undefined;
  for (const [index, line] of page.split("\n").entries()) {
    const [, fence = "", language = ""] = /^\s*(`{3,})(\w*)/.exec(line) ?? [];
    if (open !== undefined) {
      if (fence !== open.fence) open.lines.push(line);
      else {
        blocks.push({ language: open.language, text: `${open.lines.join("\n")}\n`, line: open.line, marker });
        [open, marker] = [undefined, undefined];
      }
    } else if (fence !== "") open = { language, line: index + 1, lines: [], fence };
    else if (line.trim() !== "") [, marker] = /^<!-- test: (.+) -->$/.exec(line) ?? [];
  }
  return blocks;
};

/** The cells of the tables below a heading of the second rank, of those rows that begin with code. */
export const rowsBelow = (page: string, heading: string): string[][] => {
  const section = page.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? "";
  return section
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
};

/** A page without its fenced blocks and code spans: what Markdown reads as text. */
export const proseOf = (page: string): string =>
  page.replace(/^\s*(`{3,})[^]*?^\s*\1/gm, "").replace(/`[^`\n]*`/g, (code) => "`".repeat(code.length));
