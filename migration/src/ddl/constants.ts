const SIMPLE: Readonly<Record<string, string>> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };

/** Undoes one escape of an `E'…'` constant. */
function unescaped(_: string, hex?: string, octal?: string, code?: string, other?: string): string {
  if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
  if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
  if (code !== undefined) return character(code);
  return SIMPLE[other ?? ""] ?? other ?? "";
}
const ESCAPE = /\\(?:x([0-9A-Fa-f]{1,2})|([0-7]{1,3})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|([\s\S]))/g;

function character(hex: string): string {
  const code = Number.parseInt(hex, 16);
  return code > 0x10ffff ? "\ufffd" : String.fromCodePoint(code);
}

/** Undoes the escapes of `U&"…"` and `U&'…'`, with the backslash that they have unless `UESCAPE` says otherwise. */
function fromUnicode(text: string): string {
  return text.replace(
    /\\(?:([0-9A-Fa-f]{4})|\+([0-9A-Fa-f]{6})|(\\))/g,
    (_, short?: string, long?: string) =>
      short === undefined && long === undefined ? "\\" : character(short ?? long ?? ""),
  );
}

/** The name that an identifier token means: folded when bare, its quotes and escapes undone when quoted. */
export function nameOf(text: string): string {
  if (text.startsWith('"')) return text.slice(1, -1).replaceAll('""', '"');
  if (/^u&"/i.test(text)) return fromUnicode(text.slice(3, -1).replaceAll('""', '"'));
  return text.toLowerCase();
}

/** Whether a token is a string constant; PostgreSQL's scanner names those with `U&` otherwise than the rest. */
export function isConstant(token: { readonly text: string; readonly kind: string }): boolean {
  return token.kind === "SCONST" || /^u&'/i.test(token.text);
}

/** The value of a string constant: quotes, escapes and continuation lines undone. */
export function valueOf(text: string): string {
  const [, , dollarQuoted] = /^(\$[^$]*\$)([\s\S]*)\1$/.exec(text) ?? [];
  if (dollarQuoted !== undefined) return dollarQuoted;
  const prefix = /^(?:e|u&|n)?/i.exec(text)?.[0].toLowerCase() ?? "";
  const escapes = prefix === "e";
  let value = "";
  let inside = false;
  for (let at = prefix.length; at < text.length; at += 1) {
    const letter = text.charAt(at);
    if (letter === "'" && inside && text.charAt(at + 1) === "'") {
      value += "'";
      at += 1;
    } else if (letter === "'") inside = !inside;
    else if (inside && escapes && letter === "\\") {
      value += letter + text.charAt(at + 1);
      at += 1;
    } else if (inside) value += letter;
  }
  if (prefix === "u&") return fromUnicode(value);
  if (!escapes) return value;
  return value.replace(
    ESCAPE,
    (all, hex?: string, octal?: string, four?: string, eight?: string, other?: string) =>
      unescaped(all, hex, octal, four ?? eight, other),
  );
}
