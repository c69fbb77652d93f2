import { renameInCode } from "../../ddl/rename-code";
import { blocker, some, warning, type Check } from "../finding";
import { renamingOf } from "../renaming";

/** Code that only reading tells the schemas of. */
export const code: Check = ({ request, source }) =>
  source.routines.flatMap((routine) => {
    if (routine.language !== "sql" && routine.language !== "plpgsql") {
      return [
        warning(
          "code-unread",
          `function ${routine.signature} is in ${routine.language}, which is not read for schema names.`,
          "Check that it does not name the old schema.",
        ),
      ];
    }
    const { unclear } = renameInCode(routine.body, renamingOf(request, source));
    if (unclear.length === 0) return [];
    return [
      blocker(
        "code-unclear",
        `function ${routine.signature} may name schema "${request.from.schema}" in a way that cannot be renamed for certain: ${some(unclear)}.`,
        "Write the names without their schema, or qualify them plainly.",
      ),
    ];
  });
