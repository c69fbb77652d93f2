import type { Op, Phase } from "../events";

/** How an operation is written: its sign, and its words before, during and after. */
interface Words {
  readonly sign: string;
  readonly plan: string;
  readonly doing: string;
  readonly done: string;
  /** In the summary: `+ 3 to create`, `+ 3 created`. */
  readonly toDo: string;
  readonly summary: string;
}

const words = (
  sign: string,
  plan: string,
  doing: string,
  done: string,
  toDo = plan,
  summary = done,
): Words => ({
  sign,
  plan,
  doing,
  done,
  toDo,
  summary,
});

export const WORDS: Readonly<Record<Op, Words>> = {
  same: words("  ", "", "", "", "unchanged", "unchanged"),
  create: words("+ ", "create", "creating", "created"),
  update: words("~ ", "update", "updating", "updated"),
  delete: words("- ", "delete", "deleting", "deleted"),
  replace: words("+-", "replace", "replacing", "replaced"),
  "create-replacement": words("++", "create replacement", "creating replacement", "created replacement"),
  "delete-replaced": words("--", "delete original", "deleting original", "deleted original"),
  read: words("> ", "read", "reading", "read"),
  refresh: words("~ ", "refresh", "refreshing", "refreshed"),
  "remove-pending-replace": words("~ ", "", "", ""),
};

/** The first line of a phase. */
export const HEADERS: Readonly<Record<Phase, string>> = {
  preview: "Previewing update",
  update: "Updating",
  "destroy-preview": "Previewing destroy",
  destroy: "Destroying",
  refresh: "Refreshing",
};

/** The operations of a summary, in its order; the parts of a replacement count as one. */
export const SUMMARY_ORDER: readonly Op[] = ["create", "update", "delete", "replace"];
