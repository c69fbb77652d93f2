import { HOLD } from "../../ddl/scratch";
import { FENCE_TRIGGER } from "../../fence/fence-sql";
import { blocker, some, type Check } from "../finding";

/** Names that the engine needs for itself while it works. */
export const reservedNames: Check = ({ request, source }) => {
  const found = [];
  const triggers = source.entries.filter(
    ({ kind, name }) => kind === "trigger" && name.endsWith(`.${FENCE_TRIGGER}`),
  );
  if (triggers.length > 0) {
    found.push(
      blocker(
        "reserved-trigger",
        `triggers have the name that the fence's have: ${some(triggers.map(({ name }) => name))}.`,
        `Give them another name: ALTER TRIGGER ${FENCE_TRIGGER} ON … RENAME TO ….`,
      ),
    );
  }
  const schemas = [request.from.schema, request.to.schema].filter(
    (name) => name === "rehome" || name === HOLD,
  );
  if (schemas.length > 0) {
    found.push(
      blocker(
        "reserved-schema",
        `schema "${schemas[0]}" has a name that Rehome keeps for itself.`,
        "Rename the schema, or choose another placement.",
      ),
    );
  }
  return found;
};
