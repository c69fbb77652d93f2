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
  relations: readonly Pick<Relation, "name" | "kind">[],
): LaterStatement[] {
  const late = lateRelations(postData);
  const tables = new Set(relations.filter(({ kind }) => kind === "r").map(({ name }) => name));
  return postData
    .flatMap((statement): LaterStatement[] => {
      const phase = phaseOf(statement, late);
      const relation = relationOf(statement) ?? null;
      if (phase !== "foreign-key") return [{ phase, sql: statement.sql, relation }];
      const { add, validate } = checkedLater(statement, schema, (name) => tables.has(name));
      if (validate === undefined) return [{ phase, sql: add, relation }];
      return [
        { phase, sql: add, relation },
        { phase: "validate", sql: validate, relation },
      ];
    })
    .sort((a, b) => PHASES.indexOf(a.phase) - PHASES.indexOf(b.phase));
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
