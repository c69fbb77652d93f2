import { FENCE_TRIGGER } from "../../fence/fence-sql";
import { blocker, some, type Check } from "../finding";

/** Triggers that have the name of the fence's own. */
export const reservedTriggers: Check = ({ source }) => {
  const triggers = source.entries.filter(
    ({ kind, name }) => kind === "trigger" && name.endsWith(`.${FENCE_TRIGGER}`),
  );
  if (triggers.length === 0) return [];
  return [
    blocker(
      "reserved-trigger",
      `triggers have the name that the fence's have: ${some(triggers.map(({ name }) => name))}.`,
      `Give them another name: ALTER TRIGGER ${FENCE_TRIGGER} ON … RENAME TO ….`,
    ),
  ];
};
