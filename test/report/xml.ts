/** An element as it was opened. */
export interface Element {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
}

/** What HTML closes by itself. */
const VOID = new Set(["meta", "input", "br", "col", "link", "hr", "img"]);
const TOKEN =
  /<!doctype html>|<(style|script)>([\s\S]*?)<\/\1>|<\/([a-zA-Z0-9]+)\s*>|<([a-zA-Z0-9]+)((?:\s+[a-zA-Z:-]+(?:="[^"<]*")?)*)\s*(\/?)>|([^<]+)/gy;
const ATTRIBUTE = /([a-zA-Z:-]+)(?:="([^"]*)")?/g;
const TEXT = /^(?:[^&]|&(?:amp|lt|gt|quot|#39|#96);)*$/;

/** Reads markup as strictly as XML, but for void elements and attributes without a value. Throws where it is neither. */
export function parseXml(text: string): { readonly elements: readonly Element[] } {
  const open: string[] = [];
  const elements: Element[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex;
    const found = TOKEN.exec(text);
    if (found === null) throw new Error(`not markup: ${text.slice(at, at + 120)}`);
    const [, , , closed, opened, given = "", alone, content] = found;
    if (content !== undefined && !TEXT.test(content))
      throw new Error(`not escaped: ${content.slice(0, 120)}`);
    if (closed !== undefined) {
      const last = open.pop();
      if (last !== closed) throw new Error(`</${closed}> closes <${last}>: ${text.slice(at - 200, at + 40)}`);
    }
    if (opened === undefined) continue;
    const attributes = new Map<string, string>();
    for (const [, name = "", value = ""] of given.matchAll(ATTRIBUTE)) {
      if (attributes.has(name)) throw new Error(`${name} is there twice: ${given}`);
      if (!TEXT.test(value)) throw new Error(`not escaped: ${value}`);
      attributes.set(name, value);
    }
    elements.push({ name: opened, attributes });
    if (alone === "" && !VOID.has(opened)) open.push(opened);
  }
  if (open.length > 0) throw new Error(`not closed: ${open.join(", ")}`);
  return { elements };
}
