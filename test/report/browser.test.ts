import { rmSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { renderReport, renderTopology, type StackReport } from "@rehome/report";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Browser, chromium, temporary, type View } from "./chromium";
import { CONTRAST, OUTSIDE, OVERFLOW, STRUCTURE } from "./page-checks";
import { copied, hostile, single, split, tenants } from "./stacks";

/** Where screenshots are kept for a person to look at; they are thrown away unless told. */
const kept = process.env["REHOME_SCREENSHOTS"];

describe.skipIf(chromium === undefined)("in a browser", () => {
  let folder: string;
  let browser: Browser;
  beforeAll(async () => {
    folder = kept ?? temporary();
    mkdirSync(folder, { recursive: true });
    browser = await Browser.start(chromium ?? "");
  });
  afterAll(async () => {
    await browser.close();
    if (kept === undefined) rmSync(folder, { recursive: true, force: true });
  });

  const write = (name: string, text: string): string => {
    const file = join(folder, name);
    writeFileSync(file, text);
    return file;
  };
  const openAll = "document.querySelectorAll('details').forEach((part) => { part.open = true; }); 0";
  const shoot = async (name: string): Promise<Buffer> => {
    const png = await browser.screenshot();
    writeFileSync(join(folder, `${name}.png`), png);
    return png;
  };

  const views: readonly (readonly [string, Partial<View>])[] = [
    ["light", {}],
    ["dark", { scheme: "dark" }],
    ["narrow", { width: 360, height: 740 }],
    ["print", { media: "print", width: 720, scheme: "dark" }],
  ];
  const reports: readonly (readonly [string, StackReport])[] = [
    ["single", single()],
    ["split", split()],
    ["hostile", hostile()],
  ];
  it.each(views)("is legible, labelled and complete: %s", async (name, view) => {
    for (const [stack, report] of reports) {
      await browser.open(write(`${stack}.html`, renderReport(report)), view);
      await shoot(`${stack}-${name}`);
      await browser.evaluate(openAll);
      expect(await browser.evaluate(CONTRAST)).toEqual([]);
      expect(await browser.evaluate(STRUCTURE)).toEqual([]);
      expect(await browser.evaluate(OVERFLOW)).toEqual([]);
    }
    expect(browser.complaints).toEqual([]);
  });

  const paper = "getComputedStyle(document.body).backgroundColor";
  it("follows the reader's scheme, and prints on white", async () => {
    const file = write("scheme.html", renderReport(single()));
    const seen: string[] = [];
    for (const [, view] of [views[0], views[1], views[3]] as typeof views) {
      await browser.open(file, view);
      seen.push(await browser.evaluate<string>(paper));
    }
    expect(seen).toEqual(["rgb(255, 255, 255)", "rgb(18, 22, 28)", "rgb(255, 255, 255)"]);
    await browser.open(file);
    expect((await browser.pdf()).subarray(0, 5).toString()).toBe("%PDF-");
  });

  it("runs nothing and fetches nothing that a name asks for", async () => {
    await browser.open(write("hostile.html", renderReport(hostile())));
    expect(
      await browser.evaluate("[document.scripts.length, document.images.length, location.hash]"),
    ).toEqual([1, 0, ""]);
    expect(await browser.evaluate("document.querySelector('h1').textContent")).toContain(
      "</script><script>alert(1)</script>",
    );
    // Its policy is at work: what was added later may not run.
    await browser.evaluate(
      "document.body.append(Object.assign(document.createElement('script'), { textContent: 'window.ran = true' })); 0",
    );
    expect(await browser.evaluate("window.ran === undefined")).toBe(true);
    expect(browser.complaints.splice(0).join()).toContain("Content Security Policy");
  });

  it("shows pictures that stand alone in light and dark, every text within its box", async () => {
    for (const [stack, report] of [...reports, ["tenants", tenants(1000)] as const]) {
      const file = write(`${stack}.svg`, renderTopology(report));
      for (const scheme of ["light", "dark"] as const) {
        await browser.open(file, { scheme, width: 1000, height: 600 });
        await shoot(`picture-${stack}-${scheme}`);
        expect(await browser.evaluate(CONTRAST)).toEqual([]);
      }
      expect(await browser.evaluate(OUTSIDE)).toEqual([]);
    }
  });

  it("is walked through by keyboard, with the focus to be seen", async () => {
    await browser.open(write("keys.html", renderReport(single())));
    const focus = `(() => { const at = document.activeElement; const box = at.getBoundingClientRect(); const style = getComputedStyle(at);
      return { tag: at.tagName, name: at.getAttribute("aria-label") ?? at.textContent.trim().slice(0, 30), seen: box.left >= 0 && style.outlineStyle === "solid" && parseFloat(style.outlineWidth) >= 2 }; })()`;
    const visited: string[] = [];
    for (let step = 0; step < 40; step += 1) {
      await browser.press("Tab");
      const at = await browser.evaluate<{ tag: string; name: string; seen: boolean }>(focus);
      if (at.tag === "BODY") break;
      expect(at).toMatchObject({ seen: true });
      visited.push(at.name);
    }
    expect(visited[0]).toBe("Skip to the content");
    for (const name of ["Verification", "Timeline", "Throughput of the copy", "Roles and rights"])
      expect(visited).toContain(name);
    await browser.evaluate(
      "[...document.querySelectorAll('summary')].find((one) => /sequence/.test(one.textContent)).focus(); 0",
    );
    await browser.press("Enter");
    expect(await browser.evaluate("document.activeElement.parentElement.open")).toBe(true);
  });

  it("keeps ten thousand tables closed, and finds one among them", async () => {
    const report = single();
    const [billing] = report.datasets.filter(({ formerly }) => formerly);
    if (billing === undefined) throw new Error("a dataset is missing");
    const move = copied(billing, { tables: 10_000 });
    const verified = move.verified.map((row, index) =>
      index === 4321 ? { ...row, targetRows: "0", equal: false } : row,
    );
    await browser.open(
      write(
        "ten-thousand.html",
        renderReport({ ...report, migrations: [{ ...move, verified, clean: false }] }),
      ),
    );
    const table = "document.querySelector('table[data-unequal]')";
    expect(await browser.evaluate(`[${table}.tBodies[0].rows.length, ${table}.checkVisibility()]`)).toEqual([
      10_000,
      false,
    ]);
    expect(await browser.evaluate<number>("document.documentElement.scrollHeight")).toBeLessThan(5000);
    const shown = `[...${table}.tBodies[0].rows].filter((row) => !row.hidden).map((row) => row.cells[0].textContent)`;
    const filter = `${table}.closest('details').querySelector('.filter')`;
    await browser.evaluate(`(() => { ${table}.closest('details').open = true; const find = ${filter}.querySelector('input[type=search]');
      find.value = 'TABLE_0777'; find.dispatchEvent(new Event('input')); })()`);
    expect(await browser.evaluate(shown)).toEqual(["table_0777"]);
    expect(await browser.evaluate(`${filter}.querySelector('[role=status]').textContent`)).toBe(
      "1 of 10,000",
    );
    await browser.evaluate(
      `(() => { const find = ${filter}.querySelector('input[type=search]'); find.value = ''; ${filter}.querySelector('input[type=checkbox]').click(); })()`,
    );
    expect(await browser.evaluate(shown)).toEqual(["table_4322"]);
  });

  it("says everything without its script", async () => {
    await browser.open(write("plain.html", renderReport(split())), { scripts: false });
    const { root } = await browser.send<{ root: { nodeId: number } }>("DOM.getDocument");
    const { nodeIds } = await browser.send<{ nodeIds: number[] }>("DOM.querySelectorAll", {
      nodeId: root.nodeId,
      selector: "tr[data-equal], .filter",
    });
    expect(nodeIds.length).toBe(132);
  });

  it("opens what is closed for the printer, and closes it again", async () => {
    await browser.open(write("print.html", renderReport(split())));
    const closed = "document.querySelectorAll('details:not([open])').length";
    const before = await browser.evaluate<number>(closed);
    expect(before).toBeGreaterThan(0);
    await browser.evaluate("dispatchEvent(new Event('beforeprint')); 0");
    expect(await browser.evaluate(closed)).toBe(0);
    await browser.evaluate("dispatchEvent(new Event('afterprint')); 0");
    expect(await browser.evaluate(closed)).toBe(before);
  });
});
