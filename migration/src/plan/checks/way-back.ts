import { renameInCode, type Renaming } from "../../ddl/rename-code";
import { textsNaming } from "../../ddl/texts";
import { some, warning, type Check } from "../finding";
import { isRead, renamingOf } from "../renaming";

/** What already holds the new schema's name, as a word of its own: no way back could tell it from the schema. */
export const wayBack: Check = ({ request, source }) => {
  const { from, to, ...rest } = renamingOf(request, source);
  if (from === to) return [];
  const back: Renaming = { ...rest, from: to, to: from, staying: new Set() };
  const routines = source.routines
    .filter(({ language, body }) => isRead(language) && renameInCode(body, back).unclear.length > 0)
    .map(({ signature }) => `function ${signature}`);
  const found = [...textsNaming(source.entries, back), ...routines];
  if (found.length === 0) return [];
  return [
    warning(
      "way-back-unclear",
      `texts hold the new schema's name "${to}" already, so a way back to "${from}" would be refused: ${some(found)}.`,
      "Give the new schema another name, or write the texts otherwise.",
    ),
  ];
};
