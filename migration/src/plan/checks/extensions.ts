import { blocker, some, type Check } from "../finding";
import { extensionHome } from "../renaming";

/** Extensions that the new home must have, where the dataset's objects look for them. */
export const extensions: Check = ({ request, source, target }) => {
  if (target === undefined) return [];
  const found = [];
  const missing = source.extensions.filter(
    (e) => !target.availableExtensions.has(e.name) && !target.installedExtensions.has(e.name),
  );
  if (missing.length > 0) {
    found.push(
      blocker(
        "extension-missing",
        `the new home's server does not offer the extensions ${some(missing.map((e) => e.name))}.`,
        "Install them on the server, or drop them from the old home if nothing uses them.",
      ),
    );
  }
  for (const extension of source.extensions) {
    const home = extensionHome(extension, request, target);
    const inTheWay = request.from.schema !== request.to.schema && extension.schema === request.to.schema;
    if ((home !== extension.schema || inTheWay) && !extension.relocatable) {
      found.push(
        blocker(
          "extension-fixed",
          `extension ${extension.name} cannot change its schema from "${extension.schema}" to "${home}".`,
          `Install it in schema "${extension.schema}" of the new database.`,
        ),
      );
    }
  }
  return found;
};
