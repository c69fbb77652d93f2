import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { loadMeasured, type Section } from "../results";
import { copyPage } from "./copy-page";
import { growthPage } from "./growth-page";
import { insidePage } from "./inside-page";

interface Part {
  readonly text: string;
  readonly plots: Readonly<Record<string, string>>;
}

/** Puts a section's text between its marks. @throws Error where they are missing */
export function withSection(page: string, section: Section, text: string): string {
  const [begin, end] = [`<!-- measured: ${section} -->`, `<!-- end: ${section} -->`];
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`the page has no place for ${section}: ${begin} … ${end}`);
  return `${page.slice(0, from + begin.length)}\n\n${text}\n\n${page.slice(to)}`;
}

/** Writes what has been measured into `docs/benchmarks.md`, whose other words stay, and its plots beside it. */
export async function writePage(results: string, docs: string): Promise<void> {
  const file = join(docs, "benchmarks.md");
  let page = await readFile(file, "utf8");
  const parts: Partial<Record<Section, Part>> = {};
  const [copy, inside, growth] = [
    await loadMeasured(results, "copy"),
    await loadMeasured(results, "same-server"),
    await loadMeasured(results, "growth"),
  ];
  if (copy !== undefined) parts.copy = copyPage(copy);
  if (inside !== undefined) parts["same-server"] = insidePage(inside);
  if (growth !== undefined) parts.growth = growthPage(growth);
  await mkdir(join(docs, "benchmarks"), { recursive: true });
  for (const [section, { text, plots }] of Object.entries(parts) as [Section, Part][]) {
    page = withSection(page, section, text);
    for (const [name, plot] of Object.entries(plots)) await writeFile(join(docs, "benchmarks", name), plot);
  }
  await writeFile(file, page);
}
