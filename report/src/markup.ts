/** Text that is HTML or SVG already. Made by `markup` alone. */
export class Markup {
  constructor(readonly text: string) {}
}

/** What may stand in a template: text is escaped, markup is not, lists are joined, `false` and `undefined` leave nothing. */
export type Value = Markup | string | number | false | undefined | readonly Value[];

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
  "`": "&#96;",
};

/** What does not show, or turns the direction of what follows; but a line's end and a tab may stay. */
const UNSEEN = /[^\P{C}\n\t]|[\p{Zl}\p{Zp}]/gu;

const unseen = (character: string): string =>
  [...Array(character.length).keys()]
    .map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`)
    .join("");

/** A name as a reader sees it: what does not show is written out. */
export const visible = (text: string): string => text.replace(UNSEEN, unseen);

const escape = (text: string): string =>
  visible(text).replace(/[&<>"'`]/g, (character) => ENTITIES[character] ?? character);

function render(value: Value): string {
  if (value instanceof Markup) return value.text;
  if (value === false || value === undefined) return "";
  if (typeof value === "string") return escape(value);
  if (typeof value === "number") return String(value);
  return value.map(render).join("");
}

const plain = new WeakMap<TemplateStringsArray, readonly string[]>();

/** A template's own parts, without the indentation of the source that they stand in. */
function partsOf(template: TemplateStringsArray): readonly string[] {
  const known = plain.get(template);
  if (known !== undefined) return known;
  const parts = template.map((part) => part.replace(/\n\s+/g, "\n"));
  plain.set(template, parts);
  return parts;
}

/** The one place where data becomes markup: whatever stands in `${}` is escaped. Attributes are always quoted. */
export function markup(template: TemplateStringsArray, ...values: readonly Value[]): Markup {
  return new Markup(partsOf(template).reduce((text, part, at) => text + render(values[at - 1]) + part));
}
