import { makeUrn, parseUrn, type Urn } from "../wire/urn";
import type { Alias, Goal } from "./goal";

/** Where a stack's resources live. */
export interface Home {
  readonly stack: string;
  readonly project: string;
}

const aliasUrn = (alias: Alias, goal: Goal, home: Home, parent: Urn): Urn => {
  if ("urn" in alias) return alias.urn;
  const { name = goal.name, type = goal.type, stack = home.stack, project = home.project } = alias;
  return makeUrn(stack, project, alias.parent ?? parent, type, name);
};

/** A child named after its parent was named after its parent's old name, too. */
const inheritedName = (name: string, parent: Urn, formerParent: Urn): string => {
  const [now, before] = [parseUrn(parent).name, parseUrn(formerParent).name];
  return now !== "" && name.startsWith(now) ? `${before}${name.slice(now.length)}` : name;
};

/**
 * The URNs that a resource may have had: its own aliases, and those that follow from its parent's.
 * @param formerParent what its parent was called in the state, when that was something else
 */
export const formerUrns = (goal: Goal, home: Home, formerParent: Urn | undefined): Urn[] => {
  const own = goal.aliases.map((alias) => aliasUrn(alias, goal, home, goal.parent));
  if (formerParent === undefined) return own;
  const inherited: Goal = { ...goal, name: inheritedName(goal.name, goal.parent, formerParent) };
  const throughParent = goal.aliases.map((alias) => aliasUrn(alias, inherited, home, formerParent));
  return [...own, aliasUrn({}, inherited, home, formerParent), ...throughParent];
};
