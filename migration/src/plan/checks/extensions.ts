import { blocker, some, warning, type Check } from "../finding";
import { extensionHome } from "../renaming";
import { sameDatabase } from "../strategy";

/** Extensions that the new home must have, where the dataset's objects look for them. */
export const extensions: Check = ({ request, strategy, source, target }) => {
  const found = [];
  const left = source.extensions.filter((e) => e.schema === request.from.schema && e.schema !== "public");
  if (left.length > 0 && sameDatabase(request.from, request.to)) {
    found.push(
      blocker(
        "extension-in-old-schema",
        `schema "${request.from.schema}" holds the extensions ${some(left.map((e) => e.name))}, which would go when it is retired.`,
        "Move them to another schema first: ALTER EXTENSION … SET SCHEMA public.",
      ),
    );
  }
  if (target === undefined || strategy === "set-schema" || strategy === "template") return found;
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
    const version = target.extensionVersions.get(extension.name);
    if (version !== undefined && version !== extension.version) {
      found.push(
        warning(
          "extension-version",
          `extension ${extension.name} is of version ${extension.version} in the old home, of ${version} in the new one.`,
          "Read what changed between them; ALTER EXTENSION ... UPDATE brings either to another version that its server has.",
        ),
      );
    }
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
