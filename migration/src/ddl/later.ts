import { SMALL } from "../copy/units";
import type { Relation } from "../inspect/relations";
import { ident, qualified } from "../sql/quote";
import {
  PHASES,
  commands,
  lateRelations,
  phaseOf,
  relationOf,
  type Phase,
  type Statement,
} from "./statements";

/** A statement that follows the rows. */
export interface LaterStatement {
  readonly phase: Phase;
  readonly sql: string;
  /** The table whose index, constraint or property it is about. */
  readonly relation: string | null;
}

/** What of a dump is to follow the rows, in its order. Pure. */
export function laterStatements(
  postData: readonly Statement[],
  schema: string,
  relations: readonly Pick<Relation, "name" | "kind" | "bytes">[],
): LaterStatement[] {
  const late = lateRelations(postData);
  const tables = new Map(relations.filter(({ kind }) => kind === "r").map((table) => [table.name, table]));
  return postData
    .flatMap((statement): LaterStatement[] => {
      const phase = phaseOf(statement, late);
      const relation = relationOf(statement) ?? null;
      const as = (at: Phase, sql: string): LaterStatement => ({ phase: at, sql, relation });
      if (phase === "foreign-key") {
        const { add, validate } = checkedLater(statement, schema, (name) => tables.has(name));
        return [as(phase, add), ...(validate === undefined ? [] : [as("validate", validate)])];
      }
      const big = (tables.get(relation ?? "")?.bytes ?? 0) >= SMALL;
      const key = phase === "index" && big ? indexFirst(statement, schema) : undefined;
      return key === undefined ? [as(phase, statement.sql)] : [as(phase, key.index), as("key", key.add)];
    })
    .sort((a, b) => PHASES.indexOf(a.phase) - PHASES.indexOf(b.phase));
}

/** A constraint as the grammar has it: what both functions below ask of it. */
interface Key {
  readonly contype?: string;
  readonly conname?: string;
  readonly keys?: readonly { readonly String?: { readonly sval?: string } }[];
  readonly including?: Key["keys"];
  readonly nulls_not_distinct?: boolean;
  readonly deferrable?: boolean;
  readonly initdeferred?: boolean;
}

/** What is understood of a key; one with anything more is left as it is. */
const UNDERSTOOD = new Set(
  "contype conname keys including nulls_not_distinct deferrable initdeferred location".split(" "),
);

/**
 * A primary or unique key in two statements: its index, which can be built beside the table's others, and the constraint,
 * which then takes a moment. To add a constraint at once would keep the others off the table for as long as it is built.
 */
function indexFirst(
  statement: Statement,
  schema: string,
): { readonly index: string; readonly add: string } | undefined {
  const [command, ...others] = commands(statement.tree);
  const { Constraint: key } = (command?.["def"] ?? {}) as { Constraint?: Key };
  const kind = { CONSTR_PRIMARY: "PRIMARY KEY", CONSTR_UNIQUE: "UNIQUE" }[key?.contype ?? ""];
  const table = relationOf(statement);
  if (others.length > 0 || key?.conname === undefined || kind === undefined || table === undefined)
    return undefined;
  if (Object.keys(key).some((name) => !UNDERSTOOD.has(name))) return undefined;
  const columns = (list: Key["keys"] = []): string =>
    list.map(({ String: column }) => ident(column?.sval ?? "")).join(", ");
  const name = ident(key.conname);
  const on = qualified(schema, table);
  const index = [
    `CREATE UNIQUE INDEX ${name} ON ONLY ${on} (${columns(key.keys)})`,
    ...(key.including === undefined ? [] : [`INCLUDE (${columns(key.including)})`]),
    ...(key.nulls_not_distinct === true ? ["NULLS NOT DISTINCT"] : []),
  ];
  const add = [
    `ALTER TABLE ONLY ${on} ADD CONSTRAINT ${name} ${kind} USING INDEX ${name}`,
    ...(key.deferrable === true ? ["DEFERRABLE"] : []),
    ...(key.initdeferred === true ? ["INITIALLY DEFERRED"] : []),
  ];
  return { index: index.join(" "), add: add.join(" ") };
}

interface ForeignKey {
  readonly contype?: string;
  readonly conname?: string;
  readonly initially_valid?: boolean;
  readonly pktable?: { readonly schemaname?: string; readonly relname?: string };
}

/**
 * A foreign key in two statements: one that adds it, and keeps others from both tables for a moment, and one that checks
 * the rows, which several can do at once. As it is where that cannot be: of partitioned tables.
 * @param isTable whether this is an ordinary table of the dataset's
 */
function checkedLater(
  statement: Statement,
  schema: string,
  isTable: (name: string) => boolean,
): { readonly add: string; readonly validate?: string } {
  const { sql, tree } = statement;
  const [command, ...others] = commands(tree);
  const { Constraint: key } = (command?.["def"] ?? {}) as { Constraint?: ForeignKey };
  const table = relationOf(statement);
  const simple =
    others.length === 0 &&
    key?.contype === "CONSTR_FOREIGN" &&
    key.initially_valid === true &&
    key.conname !== undefined &&
    key.pktable?.schemaname === schema;
  if (!simple || table === undefined || !isTable(table) || !isTable(key.pktable?.relname ?? ""))
    return { add: sql };
  return {
    add: `${sql} NOT VALID`,
    validate: `ALTER TABLE ONLY ${qualified(schema, table)} VALIDATE CONSTRAINT ${ident(key.conname ?? "")}`,
  };
}
