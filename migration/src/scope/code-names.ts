import { scanSync } from "libpg-query";

/** A name in a piece of code, and what it can stand for where it stands. */
export interface CodeName {
  /** Absent where the name is not qualified. */
  readonly schema?: string;
  readonly name: string;
  /** `row-type`: a table or a type. `any`: qualified, so that it can be whatever the schema has. `word`: a type, perhaps. */
  readonly as: "relation" | "routine" | "row-type" | "word" | "any";
  readonly line: number;
}

interface Token {
  readonly start: number;
  readonly text: string;
  /** In lower case: a keyword, wherever it is one. */
  readonly word: string;
  readonly isName: boolean;
  /** A keyword that no table can have for a name. */
  readonly isReserved: boolean;
  readonly isString: boolean;
}

/** Words after which a table's name stands. */
const BEFORE_TABLE = new Set(["from", "join", "only", "table", "truncate", "references", "using", "lock"]);
/** Functions whose argument lists have a `FROM` of their own. */
const WITH_FROM = new Set(["extract", "trim", "substring", "overlay", "position"]);
const READS_NAMES = new Set(["nextval", "currval", "setval", "to_regclass", "pg_get_serial_sequence"]);
const ENDS_LIST = new Set([
  "select",
  "where",
  "on",
  "set",
  "group",
  "order",
  "having",
  "returning",
  "values",
  ";",
]);
const OPENS_BLOCK = new Set(["begin", "return", "perform", "call"]);
const MESSAGE = new Set(["raise", "exception", "notice", "warning", "info", "log", "debug"]);

/**
 * The names in a body of SQL or PL/pgSQL, read by PostgreSQL's own scanner, so that strings and comments are not taken
 * for names; strings are read too where the code executes some.
 */
export function namesInCode(code: string): CodeName[] {
  const tokens = scan(code);
  const executes = tokens.some(({ word }) => word === "execute");
  const derived = new Set(tokens.flatMap((_, at) => commonTable(tokens, at)));
  const names: CodeName[] = [];
  let line = 1;
  let read = 0;
  const bytes = Buffer.from(code, "utf8");
  tokens.forEach((token, at) => {
    line += bytes.subarray(read, token.start).toString("utf8").split("\n").length - 1;
    read = token.start;
    if (token.isString) names.push(...inString(tokens, at, executes).map((name) => ({ ...name, line })));
    else if (token.isName && !token.isReserved && tokens[at - 1]?.text !== ".")
      names.push(...inChain(tokens, at, derived, line));
  });
  return names;
}

function scan(code: string): Token[] {
  return scanSync(code)
    .tokens.filter(({ tokenName }) => !tokenName.endsWith("COMMENT"))
    .map(({ start, text, tokenName, keywordName }) => ({
      start,
      text,
      word: text.toLowerCase(),
      isName: tokenName !== "SCONST" && /^["\p{L}_]/u.test(text),
      isReserved: keywordName === "RESERVED_KEYWORD",
      isString: tokenName === "SCONST",
    }));
}

const nameOf = (text: string): string =>
  text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text.toLowerCase();

/** The name that a `WITH` gives to a query: it hides a table's. */
function commonTable(tokens: readonly Token[], at: number): string[] {
  const token = tokens[at];
  const before = tokens[at - 1]?.word ?? "";
  if (token?.isName !== true || !["with", "recursive", ","].includes(before)) return [];
  let next = at + 1;
  if (tokens[next]?.text === "(") while (next < tokens.length && tokens[next]?.text !== ")") next += 1;
  if (tokens[next]?.text === ")") next += 1;
  if (tokens[next]?.word !== "as") return [];
  const opens = tokens.slice(next + 1, next + 4).findIndex(({ text }) => text === "(");
  const hints = tokens.slice(next + 1, next + 1 + Math.max(0, opens)).map(({ word }) => word);
  return opens >= 0 && hints.every((word) => word === "not" || word === "materialized")
    ? [nameOf(token.text)]
    : [];
}

function inChain(
  tokens: readonly Token[],
  at: number,
  derived: ReadonlySet<string>,
  line: number,
): CodeName[] {
  const parts: string[] = [];
  let end = at;
  for (;;) {
    parts.push(nameOf(tokens[end]?.text ?? ""));
    if (tokens[end + 1]?.text !== "." || tokens[end + 2]?.isName !== true) break;
    end += 2;
  }
  const [first = "", second] = parts;
  const whole: CodeName[] = second === undefined ? [] : [{ schema: first, name: second, as: "any", line }];
  if (tokens[end + 1]?.text === "%") return [...whole, { name: first, as: "row-type", line }];
  if (second !== undefined) return whole;
  const before = tokens[at - 1];
  if (before?.text === "::") return [{ name: first, as: "row-type", line }];
  const called = tokens[end + 1]?.text === "(";
  if (standsForTable(tokens, at) && !(called && before?.word !== "into"))
    return derived.has(first) ? [] : [{ name: first, as: "relation", line }];
  if (called) return [{ name: first, as: "routine", line }];
  return [{ name: first, as: isDeclared(tokens, at) ? "row-type" : "word", line }];
}

/** Whether the token is the type of a variable: `DECLARE found contacts;` */
function isDeclared(tokens: readonly Token[], at: number): boolean {
  const after = tokens[at + 1]?.text ?? "";
  return (
    [";", ":=", "["].includes(after) &&
    tokens[at - 1]?.isName === true &&
    !OPENS_BLOCK.has(tokens[at - 1]?.word ?? "") &&
    ["declare", ";", "constant"].includes(tokens[at - 2]?.word ?? "")
  );
}

/** Whether a table's name is expected where the token stands. */
function standsForTable(tokens: readonly Token[], at: number): boolean {
  const [before, earlier] = [tokens[at - 1]?.word ?? "", tokens[at - 2]?.word ?? ""];
  if (before === "into") return earlier === "insert" || earlier === "merge";
  if (before === "update") return !["for", "key", "do", "on", "before", "after", "or"].includes(earlier);
  if (before === "from") return earlier !== "distinct" && !insideFunctionWithFrom(tokens, at);
  if (before === "exists") return earlier === "if";
  if (before === ",") return inListOfTables(tokens, at);
  return BEFORE_TABLE.has(before);
}

function insideFunctionWithFrom(tokens: readonly Token[], at: number): boolean {
  let depth = 0;
  for (let back = at - 1; back >= 0; back -= 1) {
    const { text, word } = tokens[back] ?? { text: "", word: "" };
    if (text === ")") depth += 1;
    else if (text === "(" && depth === 0) return WITH_FROM.has(tokens[back - 1]?.word ?? "");
    else if (text === "(") depth -= 1;
    else if (depth === 0 && (word === "select" || word === "delete" || word === ";")) return false;
  }
  return false;
}

/** Whether a comma parts tables: back at the same depth, `FROM` comes before anything that ends its list. */
function inListOfTables(tokens: readonly Token[], at: number): boolean {
  let depth = 0;
  for (let back = at - 1; back >= 0; back -= 1) {
    const { text, word } = tokens[back] ?? { text: "", word: "" };
    if (text === ")") depth += 1;
    else if (text === "(" && depth === 0) return false;
    else if (text === "(") depth -= 1;
    else if (depth === 0 && (word === "from" || word === "truncate" || word === "lock")) return true;
    else if (depth === 0 && ENDS_LIST.has(word)) return false;
  }
  return false;
}

/** `schema.name` or `name` and nothing else, each bare or quoted. */
const ONE_NAME = /^(?:("(?:[^"]|"")+"|[\p{L}_][\p{L}\p{N}_$]*)\.)?("(?:[^"]|"")+"|[\p{L}_][\p{L}\p{N}_$]*)$/u;

function inString(tokens: readonly Token[], at: number, executes: boolean): Omit<CodeName, "line">[] {
  const text = contentOf(tokens[at]?.text ?? "");
  const [, schema, name] = ONE_NAME.exec(text) ?? [];
  const read =
    (tokens[at - 1]?.text === "(" && READS_NAMES.has(tokens[at - 2]?.word ?? "")) ||
    (tokens[at + 1]?.text === "::" && (tokens[at + 2]?.word ?? "").startsWith("reg"));
  if (read && name !== undefined)
    return [{ ...(schema === undefined ? {} : { schema: nameOf(schema) }), name: nameOf(name), as: "any" }];
  if (!executes || MESSAGE.has(tokens[at - 1]?.word ?? "")) return [];
  try {
    return namesInCode(text).filter(({ as }) => as === "relation" || as === "any");
  } catch {
    return []; // a piece of SQL that is no text by itself: an unclosed quote
  }
}

function contentOf(literal: string): string {
  const dollar = /^(\$[^$]*\$)([\s\S]*)\1$/.exec(literal);
  return dollar?.[2] ?? literal.replace(/^[a-z&]*'|'$/gi, "").replaceAll("''", "'");
}
