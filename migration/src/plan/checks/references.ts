import { placementName } from "../../naming";
import { blocker, some, type Check } from "../finding";

/** Foreign keys, views, types and code across the schema's border. */
export const references: Check = ({ request, strategy, source }) => {
  // Inside one database they follow their objects.
  if (strategy === "set-schema") return [];
  const from = placementName(request.from);
  const outward = source.references.filter((reference) => reference.direction === "outward");
  const inward = source.references.filter((reference) => reference.direction === "inward");
  const found = [];
  if (outward.length > 0) {
    found.push(
      blocker(
        "references-outward",
        `${from} depends on other schemas: ${some(outward.map((r) => `${r.object} on ${r.on}`))}.`,
        "Drop these references, or move both schemas' services into one placement.",
      ),
    );
  }
  if (inward.length > 0) {
    found.push(
      blocker(
        "references-inward",
        `other schemas depend on ${from}: ${some(inward.map((r) => `${r.object} on ${r.on}`))}.`,
        "Drop these references first; services share data by their interfaces.",
      ),
    );
  }
  return found;
};
