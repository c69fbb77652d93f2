import { isDynamic, renameInCode, type Renaming } from "../../ddl/rename-code";
import { blocker, some, warning, type Check } from "../finding";
import { isRead, renamingOf } from "../renaming";
import type { Finding } from "../../types";
import type { Routine } from "../../inspect/schema";

/** Code that only reading tells the schemas of. */
export const code: Check = ({ request, source }) => {
  const renaming = renamingOf(request, source);
  if (renaming.from === renaming.to) return [];
  return source.routines.flatMap((routine) =>
    isRead(routine.language) ? readCode(routine, renaming) : unreadCode(routine, renaming.from),
  );
};

function readCode({ signature, body }: Routine, renaming: Renaming): Finding[] {
  const { unclear } = renameInCode(body, renaming);
  if (unclear.length > 0) {
    return [
      blocker(
        "code-unclear",
        `function ${signature} may name schema "${renaming.from}" in a way that cannot be renamed for certain: ${some(unclear)}.`,
        "Write the names without their schema, or qualify them plainly.",
      ),
    ];
  }
  if (!isDynamic(body)) return [];
  return [
    warning(
      "code-dynamic",
      `function ${signature} makes names or SQL from values at run time; its text does not name schema "${renaming.from}".`,
      "Check that no value that it is given does, in tables or from clients.",
    ),
  ];
}

function unreadCode({ signature, language, body }: Routine, schema: string): Finding[] {
  if (body.toLowerCase().includes(schema.toLowerCase())) {
    return [
      blocker(
        "code-unread",
        `function ${signature} is in ${language}, which is not read for schema names, and holds the text "${schema}".`,
        "Take the schema's name out of it.",
      ),
    ];
  }
  return [
    warning(
      "code-unread",
      `function ${signature} is in ${language}, which is not read for schema names.`,
      "Check that it does not name the old schema.",
    ),
  ];
}
