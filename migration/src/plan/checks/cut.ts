import { placementName } from "../../naming";
import { matcher } from "../../scope/match";
import type { Crossing } from "../../scope/scope";
import { blocker, some, warning, type Check } from "../finding";

const REMEDIES: Readonly<Record<Crossing["code"], string>> = {
  "cut-foreign-key": "Drop these foreign keys, or select the tables of both ends.",
  "cut-view": "Drop these views, or select every table that they read.",
  "cut-inheritance": "Select the whole tree of tables, or detach what is to go.",
  "cut-sequence": "Give each side a sequence of its own.",
  "cut-code":
    "Split this code so that each part names the tables of one side alone, or select all that it names.",
  "cut-reference": "Take these references away, or select the tables of both ends.",
};

/** Where a part of a schema is cut out of it: what is on both sides, and what stays. */
export const cut: Check = ({ request, source, target }) => {
  const { scope } = source;
  if (scope === undefined) return [];
  const from = placementName(request.from);
  const found = [];
  if (scope.unmatched.length > 0) {
    found.push(
      blocker(
        "pattern-matches-nothing",
        `${some(scope.unmatched.map((pattern) => JSON.stringify(pattern)))}: no table of ${from} has such a name.`,
        "Correct the patterns in `tables`; capitals count.",
      ),
    );
  }
  for (const code of Object.keys(REMEDIES) as Crossing["code"][]) {
    const texts = scope.crossings.filter((crossing) => crossing.code === code).map(({ text }) => text);
    if (texts.length > 0)
      found.push(blocker(code, `the cut through ${from} parts ${some(texts)}.`, REMEDIES[code]));
  }
  const copied = scope.objects
    .filter(({ shared }) => shared)
    .map(({ kind, name }) => `${kind} ${name}`)
    .sort();
  if (copied.length > 0) {
    found.push(
      warning(
        "cut-type-copied",
        `both sides of the cut through ${from} use ${some(copied)}: each will have its own.`,
        "From then on, a change of one is to be made in the other too.",
      ),
    );
  }
  if (scope.unused.length > 0) {
    found.push(
      warning(
        "cut-unused-stays",
        `no table of ${from} uses ${some(scope.unused)}: they stay there, until it is deleted.`,
        "If the service calls them, create them in the new home too.",
      ),
    );
  }
  const taken = (request.others ?? []).map(matcher);
  const left = scope.staying.filter((name) => !taken.some((match) => match(name))).sort();
  // Where nobody knows what is others', only a dataset that has left and comes back may have made tables there.
  if (left.length > 0 && (request.others !== undefined || target?.standing?.left === true)) {
    found.push(
      warning(
        "cut-left-behind",
        `tables that no pattern takes stay in ${from}: ${some(left)}.`,
        "Name in `tables` those that a service needs; what nobody takes keeps its schema from being deleted.",
      ),
    );
  }
  return found;
};
