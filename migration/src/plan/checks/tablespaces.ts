import { some, warning, type Check } from "../finding";

/** Tablespaces are directories of one server. */
export const tablespaces: Check = ({ strategy, source }) => {
  if (strategy === "set-schema" || strategy === "template") return [];
  const placed = source.relations.filter(({ tablespace }) => tablespace !== null);
  if (placed.length === 0) return [];
  return [
    warning(
      "tablespaces-not-carried",
      `these come to the new database's own tablespace: ${some(placed.map(({ name, tablespace }) => `${name} from ${tablespace}`))}.`,
      "ALTER TABLE … SET TABLESPACE after the move if it matters there.",
    ),
  ];
};
