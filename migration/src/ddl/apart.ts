import { runsOf } from "../batches";
import type { Statement } from "./statements";

/** Definitions that are made before the next part's. */
export interface Part {
  readonly inOrder: readonly Statement[];
  /** The same in several lists that can be made at the same time, each in order; one where they depend on each other. */
  readonly lists: readonly (readonly Statement[])[];
}

/** Statements from which on it is worth to make them in several sessions. */
const WORTH = 400;

/** Changes of a table that concern nothing but it, and a sequence that it owns. */
const OWN_CHANGES = new Set([
  ...["AT_ColumnDefault", "AT_AddIdentity", "AT_SetStorage", "AT_SetStatistics"],
  ...["AT_SetCompression", "AT_SetOptions", "AT_ReplicaIdentity"],
]);

const COMMENTED = new Set(["OBJECT_TABLE", "OBJECT_COLUMN", "OBJECT_SEQUENCE"]);

type Tree = Statement["tree"];
interface Names {
  readonly items?: readonly { readonly String?: { readonly sval?: string } }[];
}

const nameIn = ({ items = [] }: Names, at: number): string | undefined => items[at]?.String?.sval;

/**
 * The relations that a statement is about, where it is about nothing else that may just be in the making: a table, its
 * sequences, what is said of them. Undefined of every other statement.
 * @param tree as the grammar has it, whole
 */
export function aboutOf(node: string, tree: Tree): readonly string[] | undefined {
  const { relation, sequence } = tree as Record<string, { relname?: string } | undefined>;
  const names = (...found: (string | undefined)[]): string[] | undefined =>
    found.includes(undefined) ? undefined : (found as string[]);
  switch (node) {
    case "CreateStmt": {
      const of = tree["inhRelations"] ?? tree["partbound"] ?? tree["ofTypename"];
      return of === undefined ? names(relation?.relname) : undefined;
    }
    case "CreateSeqStmt":
      return names(sequence?.relname);
    case "AlterSeqStmt": {
      const options = (tree["options"] ?? []) as {
        DefElem?: { defname?: string; arg?: { List?: Names } };
      }[];
      const owned = options.find(({ DefElem: option }) => option?.defname === "owned_by");
      return names(sequence?.relname, nameIn(owned?.DefElem?.arg?.List ?? {}, 1));
    }
    case "AlterTableStmt": {
      const changes = (tree["cmds"] ?? []) as { AlterTableCmd?: { subtype?: string } }[];
      const own = changes.every(({ AlterTableCmd: change }) => OWN_CHANGES.has(change?.subtype ?? ""));
      return own ? names(relation?.relname) : undefined;
    }
    case "CommentStmt": {
      const { List: object } = (tree["object"] ?? {}) as { List?: Names };
      return COMMENTED.has(String(tree["objtype"])) ? names(nameIn(object ?? {}, 1)) : undefined;
    }
    default:
      return undefined;
  }
}

/**
 * Definitions in parts that follow each other. Where many tables follow one another they are shared out: what is about one
 * table stays together, in its order. Pure.
 * @param lists how many there are to be at most
 */
export function inParts(statements: readonly Statement[], lists: number): Part[] {
  const parts: Part[] = [];
  let order: Statement[] = [];
  const flush = (): void => {
    if (order.length > 0) parts.push({ inOrder: order, lists: [order] });
    order = [];
  };
  for (const run of runsOf(statements, ({ about }) => about !== undefined)) {
    const many = lists > 1 && run.length >= WORTH;
    const shared = many ? shareOut(run, lists) : [];
    if (shared.length > 1) {
      flush();
      parts.push({ inOrder: run, lists: shared });
    } else for (const statement of run) order.push(statement);
  }
  flush();
  return parts;
}

function shareOut(run: readonly Statement[], lists: number): Statement[][] {
  const root = new Map<string, string>();
  const rootOf = (name: string): string => {
    let at = name;
    for (let up = root.get(at); up !== undefined && up !== at; up = root.get(at)) at = up;
    root.set(name, at);
    return at;
  };
  for (const { about = [] } of run) for (const name of about) root.set(rootOf(name), rootOf(about[0] ?? ""));
  const listOf = new Map<string, Statement[]>();
  const shared: Statement[][] = Array.from({ length: lists }, () => []);
  for (const statement of run) {
    const group = rootOf(statement.about?.[0] ?? "");
    const list =
      listOf.get(group) ?? shared.reduce((least, each) => (each.length < least.length ? each : least));
    listOf.set(group, list);
    list.push(statement);
  }
  return shared.filter(({ length }) => length > 0);
}
