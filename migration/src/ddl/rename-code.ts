import { scanSync } from "libpg-query";
import { isConstant, nameOf, valueOf } from "./constants";
import { namesSchemaAsValue } from "./schema-as-value";
import { ident, literal } from "../sql/quote";
import { withoutPasswords } from "../sql/without-passwords";

/** What is renamed, and what the reader of a piece of code may mean by a name. */
export interface Renaming {
  readonly from: string;
  readonly to: string;
  /** Names of relations, functions and types that move. */
  readonly moving: ReadonlySet<string>;
  /** Names of objects of extensions that stay reachable as `from.name` in the new home. */
  readonly staying: ReadonlySet<string>;
  /**
   * Whether anything that moves makes SQL at run time: then a text that is just the schema's name, or ends in it, may
   * become a part of a qualified one.
   */
  readonly dynamic?: boolean;
  /** The schema of the new home that holds extensions and stays on a search path after the dataset's own. */
  readonly extensionSchema: string;
}

export interface RenamedCode {
  readonly text: string;
  /** Places where it is not certain what is meant: `line 3: 'core.' || table_name`. Empty when all is certain. */
  readonly unclear: readonly string[];
}

export interface Token {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly kind: string;
}

/** Says of a token that it may mean the schema, or may not. */
const UNCLEAR = Symbol("unclear");

const REGCLASS_CASTS = new Set(["regclass", "regproc", "regprocedure", "regtype"]);
const REGCLASS_CALLS = new Set(["nextval", "currval", "setval", "to_regclass", "pg_get_serial_sequence"]);

function isName(token: Token | undefined): token is Token {
  return token !== undefined && /^["\p{L}_]/u.test(token.text) && !isConstant(token);
}

/**
 * Renames the schema `from` in the body of a function: qualified names of what moves, `SET search_path` lists, and
 * names in `regclass` literals. What it cannot be sure of it reports and leaves alone. `loadGrammar` comes first.
 * @param code SQL or PL/pgSQL. Read by PostgreSQL's own scanner, so strings and comments are not taken for names.
 */
export function renameInCode(code: string, renaming: Renaming): RenamedCode {
  return renameTokens(code, renaming, editOf);
}

/**
 * The same for a definition that the server has parsed and prints: it has renamed the names itself, and knows nothing
 * of what its string constants say.
 */
export function renameInDefinition(definition: string, renaming: Renaming): RenamedCode {
  return renameTokens(definition, renaming, (tokens, at) =>
    isConstant(tokens[at] ?? { text: "", kind: "" }) ? inString(tokens, at, renaming) : undefined,
  );
}

function renameTokens(
  code: string,
  renaming: Renaming,
  edited: (tokens: readonly Token[], at: number, renaming: Renaming) => string | typeof UNCLEAR | undefined,
): RenamedCode {
  if (renaming.from === renaming.to) return { text: code, unclear: [] };
  const bytes = Buffer.from(code, "utf8");
  const tokens = scan(code);
  if (tokens === undefined) {
    const names = code.toLowerCase().includes(renaming.from.toLowerCase());
    return { text: code, unclear: names ? ["which PostgreSQL's grammar cannot read"] : [] };
  }
  const edits: { start: number; end: number; text: string }[] = [];
  const unclear: string[] = [];
  const report = (token: Token): void => {
    const line = bytes.subarray(0, token.start).toString("utf8").split("\n").length;
    const shown = withoutPasswords(token.text);
    unclear.push(`line ${line}: ${shown.length > 60 ? `${shown.slice(0, 57)}...` : shown}`);
  };
  tokens.forEach((token, at) => {
    const edit = edited(tokens, at, renaming);
    if (edit === UNCLEAR) report(token);
    else if (edit !== undefined) edits.push({ start: token.start, end: token.end, text: edit });
  });
  let text = "";
  let from = 0;
  for (const edit of edits) {
    text += bytes.subarray(from, edit.start).toString("utf8") + edit.text;
    from = edit.end;
  }
  return { text: text + bytes.subarray(from).toString("utf8"), unclear };
}

/** The tokens of a piece of code but for comments; undefined when the scanner cannot make them out. */
export function scan(code: string): Token[] | undefined {
  if (code.trim() === "") return [];
  try {
    return scanSync(code)
      .tokens.filter((token) => !token.tokenName.endsWith("COMMENT"))
      .map((token) => ({ start: token.start, end: token.end, text: token.text, kind: token.tokenName }));
  } catch {
    return undefined; // `check_function_bodies = off` lets anything be a body
  }
}

function editOf(
  tokens: readonly Token[],
  at: number,
  renaming: Renaming,
): string | typeof UNCLEAR | undefined {
  const token = tokens[at];
  if (token === undefined) return undefined;
  return isConstant(token) ? inString(tokens, at, renaming) : inName(tokens, at, renaming);
}

/** Whether code makes SQL, or names of objects, from values. */
export function isDynamic(code: string): boolean {
  const tokens = scan(code);
  if (tokens === undefined) return true;
  return tokens.some(({ text }) => {
    const word = text.toLowerCase();
    return (
      DYNAMIC.has(word) ||
      /^(to_)?reg(class|type|proc|procedure|namespace|oper|operator|collation)$/.test(word)
    );
  });
}

const DYNAMIC = new Set([
  "execute",
  "set_config",
  "query_to_xml",
  "table_to_xml",
  "schema_to_xml",
  "cursor_to_xml",
  "dblink",
  "dblink_exec",
  "nspname",
  "table_schema",
  "schemaname",
  "pg_namespace",
  "information_schema",
]);

function inName(
  tokens: readonly Token[],
  at: number,
  renaming: Renaming,
): string | typeof UNCLEAR | undefined {
  if (!meansSchema(tokens, at, renaming)) return undefined;
  if (tokens[at + 1]?.text !== ".") {
    if (inSearchPathList(tokens, at)) return pathAfter(renaming);
    return behindSchemaKeyword(tokens, at) ? UNCLEAR : undefined;
  }
  const next = tokens[at + 2];
  const name = isName(next) ? nameOf(next.text) : undefined;
  const aliased = tokens.some(
    (_, other) =>
      meansSchema(tokens, other, renaming) &&
      tokens[other + 1]?.text !== "." &&
      !inSearchPathList(tokens, other),
  );
  const moves = name !== undefined && renaming.moving.has(name);
  // `core.id` where a table goes by the alias `core`; a column with the name of a moving object could be either.
  if (aliased) return moves ? UNCLEAR : undefined;
  if (moves) return ident(renaming.to);
  return name !== undefined && renaming.staying.has(name) ? undefined : UNCLEAR;
}

/** Whether the token is the old schema's name, and not a part of a longer name. */
function meansSchema(tokens: readonly Token[], at: number, renaming: Renaming): boolean {
  const token = tokens[at];
  return isName(token) && nameOf(token.text) === renaming.from && tokens[at - 1]?.text !== ".";
}

/** Whether the token stands in a list behind `search_path =` or `search_path TO`. */
function inSearchPathList(tokens: readonly Token[], at: number): boolean {
  for (let back = at - 1; back >= 0; back -= 1) {
    const text = tokens[back]?.text ?? "";
    if (text === "=" || text.toLowerCase() === "to") {
      return tokens[back - 1]?.text.toLowerCase() === "search_path";
    }
    if (text !== "," && !isName(tokens[back]) && tokens[back]?.kind !== "SCONST") return false;
  }
  return false;
}

/** Whether the token stands in a list behind the word SCHEMA: `GRANT USAGE ON SCHEMA a, core`, `SET SCHEMA core`. */
function behindSchemaKeyword(tokens: readonly Token[], at: number): boolean {
  for (let back = at - 1; back >= 0; back -= 1) {
    const token = tokens[back];
    if (/^schema$/i.test(token?.text ?? "")) return true;
    const between =
      token?.text === "," || /^(if|not|exists)$/i.test(token?.text ?? "") || tokens[back + 1]?.text === ",";
    if (!between) return false;
  }
  return false;
}

/** The new schema, and where `public` held extensions too, the schema that holds them now. */
function pathAfter(renaming: Renaming): string {
  const names = renaming.from === "public" ? [renaming.to, renaming.extensionSchema] : [renaming.to];
  return [...new Set(names)].map(ident).join(", ");
}

function inString(
  tokens: readonly Token[],
  at: number,
  renaming: Renaming,
): string | typeof UNCLEAR | undefined {
  const token = tokens[at];
  if (token === undefined) return undefined;
  const content = valueOf(token.text);
  if (content === renaming.from && inSearchPathList(tokens, at)) return pathAfter(renaming);
  const [, first, second] = QUALIFIED.exec(content) ?? [];
  if (
    first !== undefined &&
    second !== undefined &&
    nameOf(first) === renaming.from &&
    renaming.moving.has(nameOf(second)) &&
    isRegclass(tokens, at)
  ) {
    return literal(`${ident(renaming.to)}.${second}`).trimStart();
  }
  const setsPath =
    content.toLowerCase() === "search_path" && tokens[at - 2]?.text.toLowerCase() === "set_config";
  if (setsPath) {
    const path = valueOf(tokens[at + 2]?.text ?? "").toLowerCase();
    return path.includes(renaming.from.toLowerCase()) ? UNCLEAR : undefined;
  }
  if (renaming.dynamic === true && mayBecome(content, renaming.from) && !isRaised(tokens, at)) return UNCLEAR;
  return mayName(content, renaming.from) || namesSchemaAsValue(tokens, at, renaming) ? UNCLEAR : undefined;
}

/** Whether a text may become a part of a name: it is the schema's, or ends in it. */
function mayBecome(content: string, schema: string): boolean {
  const trimmed = content.trimEnd();
  return [schema, ident(schema)].some((name) => {
    const end = trimmed.slice(-name.length);
    const before = trimmed.slice(0, -name.length);
    return (end === name || end.toLowerCase() === schema) && !/[\p{L}\p{N}_$]$/u.test(before);
  });
}

/** Whether a literal is the message of a RAISE. */
function isRaised(tokens: readonly Token[], at: number): boolean {
  return [1, 2].some((back) => tokens[at - back]?.text.toLowerCase() === "raise");
}

/** `schema.name` and nothing else, each bare or quoted. */
const QUALIFIED = /^("(?:[^"]|"")+"|[\p{L}_][\p{L}\p{N}_$]*)\.("(?:[^"]|"")+"|[\p{L}_][\p{L}\p{N}_$]*)$/u;

/** Whether a text may hold SQL that names the schema: before a dot, or beside `search_path`. */
function mayName(text: string, schema: string): boolean {
  const content = text.replace(/u&"(?:[^"]|"")*"/gi, (name) => ident(nameOf(name)));
  const [plain = "", quoted = ""] = [schema, ident(schema)].map((name) =>
    name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"),
  );
  const name = `(?<![\\p{L}\\p{N}_$])(?:${quoted}|${plain})`;
  const gap = String.raw`(?:\s|/\*[\s\S]*?\*/|--[^\n]*\n)*`;
  const beforeDot = new RegExp(`${name}"?${gap}\\.`, "iu").test(content);
  const onPath =
    /search_path/i.test(content) && new RegExp(`${name}(?![\\p{L}\\p{N}_$])`, "iu").test(content);
  return beforeDot || onPath || new RegExp(`\\bschema\\s.*${name}`, "isu").test(content);
}

/** Whether a string literal is read as the name of an object. */
function isRegclass(tokens: readonly Token[], at: number): boolean {
  const past = pastText(tokens, at);
  const cast =
    tokens[past + 1]?.text === "::" && REGCLASS_CASTS.has(tokens[past + 2]?.text.toLowerCase() ?? "");
  const typed = REGCLASS_CASTS.has(tokens[at - 1]?.text.toLowerCase() ?? "");
  const called = tokens[at - 1]?.text === "(" && REGCLASS_CALLS.has(tokens[at - 2]?.text.toLowerCase() ?? "");
  return cast || typed || called;
}

/** The place of a literal's end when `::text` and brackets are around it: `('core.seq'::text)::regclass`. */
function pastText(tokens: readonly Token[], at: number): number {
  const isText = tokens[at + 1]?.text === "::" && tokens[at + 2]?.text.toLowerCase() === "text";
  if (!isText) return at;
  return tokens[at - 1]?.text === "(" && tokens[at + 3]?.text === ")" ? at + 3 : at + 2;
}
