/**
 * What a page's reader needs, looked at from inside of a browser: each is JavaScript whose value is a list of what is wrong.
 */

/** Every text against what is behind it, as WCAG 2 computes it: 4.5 to 1 at least. */
export const CONTRAST = `(() => {
  const channels = (color) => (color.match(/[\\d.]+/g) ?? []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255).map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, at) => sum + c * [0.2126, 0.7152, 0.0722][at], 0);
  const ratio = (a, b) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p); return (x + 0.05) / (y + 0.05); };
  const opaque = (color) => { const [, , , alpha = 1] = channels(color); return color.startsWith("rgb") && alpha === 1; };
  const behind = (element) => {
    for (let at = element; at !== null; at = at.parentElement) {
      const { backgroundColor } = getComputedStyle(at);
      if (opaque(backgroundColor)) return backgroundColor;
    }
    return "rgb(255, 255, 255)";
  };
  const behindDrawn = (text) => {
    const box = text.getBoundingClientRect();
    const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
    const under = [...text.ownerSVGElement.querySelectorAll("rect")].filter((rect) => {
      const r = rect.getBoundingClientRect();
      return getComputedStyle(rect).fill !== "none" && r.left <= x && x <= r.right && r.top <= y && y <= r.bottom;
    });
    return under.length > 0 ? getComputedStyle(under.at(-1)).fill : behind(text.ownerSVGElement.parentElement ?? text.ownerSVGElement);
  };
  const wrong = [];
  let looked = 0;
  const walker = document.createTreeWalker(document, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const element = node.parentElement;
    if (node.data.trim() === "" || element === null || !element.checkVisibility?.() || element.closest("style, script, title, desc")) continue;
    const drawn = element.ownerSVGElement !== null && element.ownerSVGElement !== undefined;
    const style = getComputedStyle(element);
    const [fore, back] = drawn ? [style.fill, behindDrawn(element)] : [style.color, behind(element)];
    looked += 1;
    const found = ratio(channels(fore), channels(back));
    if (found < 4.5) wrong.push(node.data.trim().slice(0, 40) + ": " + fore + " on " + back + " is " + found.toFixed(2));
  }
  return looked < 10 ? ["only " + looked + " texts were looked at"] : [...new Set(wrong)];
})()`;

/** Landmarks, headings, tables, pictures and controls as a screen reader needs them. */
export const STRUCTURE = `(() => {
  const all = (what) => [...document.querySelectorAll(what)];
  const wrong = [];
  const say = (bad, what) => { if (bad) wrong.push(what); };
  for (const mark of ["header", "nav", "main", "footer", "h1"]) say(all(mark).length !== 1, mark + ": " + all(mark).length);
  say(document.documentElement.lang === "", "no language");
  say(document.title === "", "no title");
  let level = 0;
  for (const heading of all("h1, h2, h3, h4, h5, h6")) {
    const own = Number(heading.tagName[1]);
    say(own > level + 1, "h" + own + " follows h" + level + ": " + heading.textContent);
    say(heading.textContent.trim() === "", "an empty heading");
    level = own;
  }
  for (const table of all("table")) {
    say(table.caption === null || table.caption.textContent.trim() === "", "a table without a caption");
    say([...table.querySelectorAll("th")].some((cell) => !["col", "row"].includes(cell.scope)), "a heading cell without scope");
    say([...table.tBodies[0].rows].some((row) => row.querySelector("th[scope=row]") === null), "a row without a heading");
    const columns = table.tHead.rows[0].cells.length;
    say([...table.tBodies[0].rows].some((row) => row.cells.length !== columns), "a row of another length: " + table.caption.textContent);
  }
  for (const picture of all("svg:not([aria-hidden])")) {
    say(picture.getAttribute("role") !== "img", "an svg without a role");
    const ids = (picture.getAttribute("aria-labelledby") ?? "").split(" ");
    say(ids.length !== 2 || ids.some((id) => (document.getElementById(id)?.textContent ?? "") === ""), "an svg without title or description");
  }
  for (const part of all("section, article, [role=region], nav")) {
    const name = part.getAttribute("aria-label") ?? document.getElementById(part.getAttribute("aria-labelledby"))?.textContent ?? "";
    say(name.trim() === "", part.tagName + " without a name");
  }
  for (const input of all("input")) say((input.labels?.[0]?.textContent ?? "").trim() === "", "an input without a label");
  for (const summary of all("summary")) say(summary.textContent.trim() === "", "a summary without text");
  for (const wide of all(".scroll, pre")) say(wide.scrollWidth > wide.clientWidth + 1 && wide.tabIndex !== 0 , "scrolled by mouse alone");
  return [...new Set(wrong)];
})()`;

/** What reaches over the page's edge, so that the whole page scrolls sideways; on paper, what is cut off. */
export const OVERFLOW = `(() => {
  const wide = matchMedia("print").matches ? "svg, pre" : ".scroll, pre, svg";
  const room = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= room) return [];
  return [...document.body.querySelectorAll("*")]
    .filter((element) => element.getBoundingClientRect().right > room + 1 && element.closest(wide) === null)
    .map((element) => element.tagName + "." + element.className).slice(0, 5);
})()`;

/** Texts of a picture that reach out of the box that they belong to. */
export const OUTSIDE = `[...document.querySelectorAll("g > text")].filter((text) => {
  const [own, box] = [text.getBBox(), text.parentElement.querySelector("rect").getBBox()];
  return own.x < box.x || own.x + own.width > box.x + box.width || own.y < box.y || own.y + own.height > box.y + box.height;
}).map((text) => text.textContent)`;
