import { matcher } from "../../scope/match";
import { some, warning, type Check } from "../finding";

/** Schemas that are named as tenants' are, and that the stack does not have. */
export const tenants: Check = ({ request, source: { schemas = [] } }) => {
  if (request.tenants === undefined) return [];
  const { pattern, known } = request.tenants;
  const names = new Set(known);
  const patterns = known.filter((each) => each.includes("*")).map(matcher);
  const isTenants = matcher(pattern);
  const left = schemas.filter(
    (name) => isTenants(name) && !names.has(name) && !patterns.some((match) => match(name)),
  );
  if (left.length === 0) return [];
  return [
    warning(
      "tenants-not-listed",
      `schemas of database "${request.from.database}" on host "${request.from.host}" are named as tenants' are (${JSON.stringify(pattern)}), and belong to none that the stack lists: ${some(left)}.`,
      "Add their tenants to `tenants` if these are to move too; what is not listed stays as it is.",
    ),
  ];
};
