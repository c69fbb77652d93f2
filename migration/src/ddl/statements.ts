import { setImmediate } from "node:timers/promises";
import { parseSync } from "libpg-query";
import { aboutOf } from "./apart";
import { loadGrammar } from "./grammar";
import { FENCE_TRIGGER } from "../fence/fence-sql";
import { COLUMN_VERSION } from "../sql/column-version";
import { literal } from "../sql/quote";

/** When a statement of a dump's post-data section runs; within a phase, order matters but where the phase is parallel. */
export const PHASES = ["index", "key", "object", "foreign-key", "validate", "comment", "refresh"] as const;
export type Phase = (typeof PHASES)[number];

export interface Statement {
  readonly sql: string;
  /** The node that PostgreSQL's grammar makes of it: `CreateStmt`, `IndexStmt`. */
  readonly node: string;
  readonly tree: Readonly<Record<string, unknown>>;
  /** `aboutOf`; absent where that is undefined. */
  readonly about?: readonly string[];
  /** The access method of the table that it makes, which the dump has said before; absent: `heap`. */
  readonly method?: string;
}

/** `pg_dump` guards its output with psql commands whose key is random: at its head, and at its end. */
function withoutPsqlCommands(dump: string): string {
  const [head = "", key] = /^(?:(?:--[^\n]*)?\n)*\\restrict (\S+)\n/.exec(dump) ?? [];
  if (key === undefined) return dump;
  const end = dump.lastIndexOf(`\\unrestrict ${key}`);
  return dump.slice(head.length, end < 0 ? undefined : end);
}

/** How `pg_dump` introduces an entry; a text of the user's may hold the same. */
const ENTRY = /\n--\n-- (?:Name|TOC entry)\b/g;
/** Letters that are given to the grammar at once, about: its trees take fifty times as much memory. */
const PIECE = 40_000;

/** A dump in pieces that begin with an entry, or with what looks like one. */
function piecesOf(dump: string): string[] {
  const pieces: string[] = [];
  let from = 0;
  for (const { index } of dump.matchAll(ENTRY)) {
    if (index - from < PIECE) continue;
    pieces.push(dump.slice(from, index));
    from = index;
  }
  return [...pieces, dump.slice(from)];
}

/**
 * Splits a plain dump into its statements with PostgreSQL's own grammar. A piece that ends within a text of the user's is
 * none to the grammar, and goes with the next one.
 */
export async function splitStatements(dump: string): Promise<Statement[]> {
  await loadGrammar();
  const pieces = piecesOf(withoutPsqlCommands(dump));
  const statements: Statement[] = [];
  let method = HEAP;
  let before = "";
  for (const [at, piece] of pieces.entries()) {
    const text = before + piece;
    try {
      for (const { whole, ...statement } of parsed(text)) {
        method = methodSet(statement.node, whole) ?? method;
        const other = method !== HEAP && isKept(statement.node, whole);
        statements.push(other ? { ...statement, method } : statement);
      }
      before = "";
    } catch (error) {
      if (at === pieces.length - 1) throw error;
      before = text;
    }
    await setImmediate(); // others have their turn
  }
  return statements;
}

const HEAP = "heap";

/** The access method that a dump sets for the tables that follow. */
function methodSet(node: string, tree: Statement["tree"]): string | undefined {
  if (node !== "VariableSetStmt" || tree["name"] !== "default_table_access_method") return undefined;
  const [{ A_Const: value } = {}] = (tree["args"] ?? []) as { A_Const?: { sval?: { sval?: string } } }[];
  return value?.sval?.sval;
}

/** Whether a statement makes something that has rows of its own. */
const isKept = (node: string, tree: Statement["tree"]): boolean =>
  (node === "CreateStmt" && tree["partspec"] === undefined) || node === "CreateTableAsStmt";

/** With the access method of the table that it makes, for whatever comes before and after it in the transaction. */
export function withMethod(statement: Statement): Statement {
  const { method, sql } = statement;
  if (method === undefined) return statement;
  const set = (name: string): string => `SET LOCAL default_table_access_method = ${literal(name)}`;
  return { ...statement, sql: `${set(method)}; ${sql}; ${set(HEAP)}` };
}

/** Statements, each with its tree as the grammar has it. */
function parsed(text: string): (Statement & { readonly whole: Statement["tree"] })[] {
  if (text.trim() === "") return []; // the grammar takes no empty text
  const bytes = Buffer.from(text, "utf8");
  return (parseSync(text).stmts ?? []).flatMap(({ stmt, stmt_location: start = 0, stmt_len: length }) => {
    const [node = "", tree] = Object.entries(stmt ?? {})[0] ?? [];
    const end = length === undefined ? bytes.length : start + length;
    const whole = tree as Statement["tree"];
    const sql = withoutVersion(textIn(bytes.subarray(start, end)), node, whole);
    if (sql === undefined) return [];
    const about = aboutOf(node, whole);
    const statement = { sql, node, tree: kept(node, whole), whole };
    return about === undefined ? statement : { ...statement, about };
  });
}

/** What sets a column's options, without the server's own among them; undefined where that is all. */
function withoutVersion(sql: string, node: string, tree: Statement["tree"]): string | undefined {
  if (node !== "AlterTableStmt" || !sql.includes(`${COLUMN_VERSION}=`)) return sql;
  const [command, ...more] = commands(tree);
  if (command?.["subtype"] !== "AT_SetOptions" || more.length > 0) return sql;
  const { List: list } = command["def"] as { List: { items: { DefElem: { defname: string } }[] } };
  const names = list.items.map(({ DefElem: option }) => option.defname);
  if (!names.includes(COLUMN_VERSION)) return sql;
  if (names.length === 1) return undefined;
  const at = sql.lastIndexOf(" SET (") + " SET (".length; // an option's value is a number
  const options = sql.slice(at, sql.lastIndexOf(")")).split(", ");
  const others = options.filter((option) => !option.startsWith(`${COLUMN_VERSION}=`));
  return `${sql.slice(0, at)}${others.join(", ")})`;
}

const NOTHING: Statement["tree"] = {};

/** Of the statements that there are most of, what somebody asks for: not columns, nor what they hold by default. */
function kept(node: string, tree: Statement["tree"]): Statement["tree"] {
  switch (node) {
    case "CreateSeqStmt":
    case "AlterSeqStmt":
      return NOTHING;
    case "CreateStmt":
    case "IndexStmt":
      return { relation: named(tree) };
    case "AlterTableStmt": {
      const all = commands(tree);
      const relation = named(tree);
      if (!all.some(({ subtype }) => /Constraint$|Trig$/.test(String(subtype)))) return { relation };
      const cmds = all.map(({ subtype, name, def }) => ({
        AlterTableCmd: { subtype, name, ...(subtype === "AT_AddConstraint" ? { def } : {}) },
      }));
      return { relation, cmds };
    }
    default:
      return tree;
  }
}

/** Of the relation that a statement is about, its name. */
const named = (tree: Statement["tree"]): { relname: string } | undefined => {
  const relname = relationOf({ tree });
  return relname === undefined ? undefined : { relname };
};

/** What PostgreSQL takes for blank, and comments. */
const BLANK = /^(?:[ \t\r\n\f\v]|--[^\n]*(?:\n|$))*/;

/** A statement's text without what stands before and behind it; a slice of a string would hold on to all of it. */
function textIn(bytes: Buffer): string {
  const text = bytes.toString("utf8");
  const [before = ""] = BLANK.exec(text) ?? [];
  const [behind = ""] = /[ \t\r\n\f\v]*$/.exec(text) ?? [];
  return bytes.subarray(Buffer.byteLength(before), bytes.length - behind.length).toString("utf8");
}

/** Whether the statement only sets up the session that restores, or makes what is declared elsewhere. */
export function isScaffolding({ node, tree }: Statement): boolean {
  if (node === "VariableSetStmt" || node === "CreateSchemaStmt") return true;
  if (node === "CommentStmt") return tree["objtype"] === "OBJECT_SCHEMA";
  return node === "SelectStmt";
}

/** Whether the statement belongs to a fence that the dump has caught. */
export function isFence({ node, tree }: Statement): boolean {
  if (node === "CreateTrigStmt") return tree["trigname"] === FENCE_TRIGGER;
  return (
    node === "AlterTableStmt" &&
    commands(tree).some(
      ({ subtype, name }) => /^AT_(En|Dis)able.*Trig$/.test(String(subtype)) && name === FENCE_TRIGGER,
    )
  );
}

/**
 * Views and materialized views that a dump creates after the rows, because they depend on a primary key: what is built
 * on them has to wait for them.
 */
export function lateRelations(statements: readonly Statement[]): Set<string> {
  return new Set(
    statements.flatMap(({ node, tree }) => {
      const into = tree["into"] as { rel?: { relname?: string } } | undefined;
      const view = tree["view"] as { relname?: string } | undefined;
      const name =
        node === "CreateTableAsStmt" ? into?.rel?.relname : node === "ViewStmt" ? view?.relname : undefined;
      return name === undefined ? [] : [name];
    }),
  );
}

/** The phase that a statement of the post-data section runs in. */
export function phaseOf({ node, tree }: Statement, late: ReadonlySet<string>): Phase {
  if (node === "IndexStmt") {
    const { relname } = tree["relation"] as { relname: string };
    return late.has(relname) ? "object" : "index";
  }
  if (node === "CommentStmt") return "comment";
  if (node === "RefreshMatViewStmt") return "refresh";
  if (node !== "AlterTableStmt") return "object";
  const kinds = commands(tree).map((command) => {
    const def = command["def"] as { Constraint?: { contype?: string } } | undefined;
    return command["subtype"] === "AT_AddConstraint" ? def?.Constraint?.contype : undefined;
  });
  if (kinds.includes("CONSTR_FOREIGN")) return "foreign-key";
  return kinds.some(
    (kind) => kind === "CONSTR_PRIMARY" || kind === "CONSTR_UNIQUE" || kind === "CONSTR_EXCLUSION",
  )
    ? "index"
    : "object";
}

/** The table whose index, constraint or property a statement is about; undefined where it is about none. */
export function relationOf({ tree }: Pick<Statement, "tree">): string | undefined {
  return (tree["relation"] as { relname?: string } | undefined)?.relname;
}

/** The parts of an `ALTER TABLE`. */
export function commands(tree: Readonly<Record<string, unknown>>): Record<string, unknown>[] {
  const list = (tree["cmds"] ?? []) as { AlterTableCmd?: Record<string, unknown> }[];
  return list.flatMap((item) => (item.AlterTableCmd === undefined ? [] : [item.AlterTableCmd]));
}
