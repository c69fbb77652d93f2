import { textsNaming } from "../../ddl/texts";
import { blocker, some, type Check } from "../finding";
import { renamingOf } from "../renaming";

/** Texts in defaults, views, policies and the like that name the old schema: the server does not rename them. */
export const definitions: Check = ({ request, source }) => {
  const found = textsNaming(source.entries, renamingOf(request, source));
  if (found.length === 0) return [];
  return [
    blocker(
      "text-unclear",
      `texts name schema "${request.from.schema}" where the server will not rename it: ${some(found)}.`,
      "Write names of objects as regclass constants ('name'::regclass), which the server follows, or without their schema.",
    ),
  ];
};
