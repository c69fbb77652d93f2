import { blocker, some, warning, type Check } from "../finding";

/** How text is sorted here and there. Indexes are built anew, so that none is ever corrupt by it. */
export const collations: Check = ({ source, target }) => {
  if (target === undefined) return [];
  const found = [];
  const missing = source.text.collations.filter(({ name }) => !target.collations.has(name));
  if (missing.length > 0) {
    found.push(
      blocker(
        "collation-missing",
        `the new home's database has no collation of these names: ${some(missing.map(({ name }) => name))}.`,
        "Install the locale on the server and run pg_import_system_collations('pg_catalog') there, or use another collation.",
      ),
    );
  }
  const others = source.text.collations.flatMap(({ name, sorts }) => {
    const there = target.collations.get(name);
    return there === undefined || there === sorts ? [] : [`${name}: ${sorts} there, ${there} here`];
  });
  const differing =
    source.text.collation === target.text.collation
      ? others
      : [`the default: ${source.text.collation} there, ${target.text.collation} here`, ...others];
  if (differing.length > 0) {
    found.push(
      warning(
        "collation-differs",
        `text is not sorted by the same rules (${some(differing)}): ORDER BY, comparisons and lower() may answer otherwise.`,
        "Create the new database with the locale of the old one if that matters; indexes are built anew in any case.",
      ),
    );
  }
  return found;
};
