import type { Diff } from "../providers/provider";
import type { Resource } from "../state/resource";
import { changedKeys, type Values } from "../wire/values";
import { isWithin } from "./ignore-changes";

/** What is to be done about a resource that exists. */
export type Decision =
  | { readonly action: "same" }
  | { readonly action: "update" }
  | { readonly action: "replace"; readonly deleteFirst: boolean; readonly keys: readonly string[] };

interface Question {
  readonly old: Resource;
  readonly news: Values;
  /** The provider's word; absent for components. */
  readonly diff: Diff | undefined;
  readonly replaceOnChanges: readonly string[];
  /** The program's word on delete-before-replace. */
  readonly deleteBeforeReplace: boolean | undefined;
  /** It was deleted in this run because something it depends on is being replaced. */
  readonly deletedFirst: boolean;
  /** It is deleted together with something that is being replaced. */
  readonly goesWithReplaced: boolean;
}

const inputKeys = (old: Resource, news: Values): string[] =>
  changedKeys(old.inputs, news).filter((key) => key !== "__defaults");

/** Same, update or replacement: from the provider's diff and from what the program said. Decides, does nothing. */
export const decide = (question: Question): Decision => {
  const { old, news, diff } = question;
  const deleteFirst = question.deleteBeforeReplace ?? diff?.deleteBeforeReplace ?? false;
  if (question.deletedFirst || old.pendingReplacement)
    return { action: "replace", deleteFirst: true, keys: [] };
  if (question.goesWithReplaced) return { action: "replace", deleteFirst, keys: ["deletedWith"] };
  const differing = inputKeys(old, news);
  const changed = diff?.changes ?? differing.length > 0;
  const blamed = diff !== undefined && diff.changedKeys.length > 0 ? diff.changedKeys : differing;
  const onChange = changed ? blamed.filter((key) => isWithin(key, question.replaceOnChanges)) : [];
  const keys = [...new Set([...(diff?.replaceKeys ?? []), ...onChange])];
  if (changed && keys.length > 0) return { action: "replace", deleteFirst, keys };
  return changed || old.initErrors.length > 0 ? { action: "update" } : { action: "same" };
};
