import { isConstant, nameOf, valueOf } from "./constants";
import type { Renaming, Token } from "./rename-code";

/** Functions that make SQL of their arguments, or look up what an argument names. */
const BUILDERS =
  /^(format|quote_ident|quote_literal|concat|concat_ws|to_regnamespace|to_regclass|has_\w+_privilege|pg_has_role|dblink\w*|\w+_to_xml\w*)$/;
const COMPARISON = /^(=|<>|!=|~~?\*?|!~~?\*?|like|ilike|in|any|\()$/i;
const SCHEMAS = /schema|nspname|namespace/i;

/**
 * Whether a string that is the schema's name and nothing else may be used as such: put together with others, looked up in
 * a catalog, given to something that makes SQL of it. As a mere value (`visibility = 'public'`) it means no schema.
 */
export function namesSchemaAsValue(tokens: readonly Token[], at: number, renaming: Renaming): boolean {
  const value = valueOf(tokens[at]?.text ?? "");
  if (value !== renaming.from && value.toLowerCase() !== renaming.from) return false;
  const text = (place: number): string => tokens[place]?.text.toLowerCase() ?? "";
  if (text(at - 1) === "||" || text(at + 1) === "||") return true;
  if (SCHEMAS.test(text(at - 1)) || (text(at + 1) === "::" && SCHEMAS.test(text(at + 2)))) return true;
  if (isAboutSchemas(tokens, at) || SCHEMAS.test(text(at + 2))) return true;
  const callee = calleeOf(tokens, at);
  if (callee !== undefined && (BUILDERS.test(callee) || renaming.moving.has(callee))) return true;
  const compared = COMPARISON.test(text(at - 1)) && text(at - 2) !== ":" && callee === undefined;
  return !compared && tokens.some((token) => /^execute$/i.test(token.text));
}

/** Whether what the string is compared with, or assigned to, is called something of schemas. */
function isAboutSchemas(tokens: readonly Token[], at: number): boolean {
  for (let back = at - 1; back >= Math.max(0, at - 12); back -= 1) {
    const token = tokens[back];
    if (token === undefined) return false;
    if (
      isConstant(token) ||
      /^(,|:|=|:=|\(|\[|array|text|name|constant|default|varchar)$/i.test(token.text) ||
      COMPARISON.test(token.text)
    )
      continue;
    return SCHEMAS.test(token.text);
  }
  return false;
}

/** The function that the string is an argument of, if it stands in a call. */
function calleeOf(tokens: readonly Token[], at: number): string | undefined {
  let depth = 0;
  for (let back = at - 1; back >= 0; back -= 1) {
    const text = tokens[back]?.text;
    if (text === ";") return undefined;
    if (text === ")") depth += 1;
    if (text !== "(") continue;
    if (depth === 0) return nameBefore(tokens[back - 1]);
    depth -= 1;
  }
  return undefined;
}

function nameBefore(token: Token | undefined): string | undefined {
  if (token === undefined || !/^["\p{L}_]/u.test(token.text)) return undefined;
  const name = nameOf(token.text);
  return /^(in|any|all|values|when|and|or|not|if|then|select|return)$/.test(name) ? undefined : name;
}
