import { blocker, some, type Check } from "../finding";

/** Tables are made by the method that they are kept by in the old home; it belongs to a database, and to no schema. */
export const accessMethods: Check = ({ strategy, source, target }) => {
  if (target === undefined || strategy === "set-schema" || strategy === "template") return [];
  const missing = source.relations.flatMap(({ name, accessMethod: method }) => {
    if (method === undefined || target.accessMethods.has(method.name)) return [];
    // One that comes with an extension comes with it here too.
    const comes = method.extension !== null && !target.installedExtensions.has(method.extension);
    return comes ? [] : [`${name} by ${method.name}`];
  });
  if (missing.length === 0) return [];
  return [
    blocker(
      "access-method-missing",
      `tables are kept by an access method that the new home's database does not have: ${some(missing)}.`,
      "CREATE ACCESS METHOD there, or ALTER TABLE … SET ACCESS METHOD heap in the old home.",
    ),
  ];
};
