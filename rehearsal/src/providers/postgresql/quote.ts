/** Quotes an identifier, whatever is in it. */
export const identifier = (name: string): string => `"${name.replaceAll("\0", "").replaceAll('"', '""')}"`;

/** Quotes a text, also where `standard_conforming_strings` is off. */
export const literal = (text: string): string => {
  const doubled = text.replaceAll("\0", "").replaceAll("'", "''");
  return doubled.includes("\\") ? `E'${doubled.replaceAll("\\", "\\\\")}'` : `'${doubled}'`;
};

/** `public` is PostgreSQL's word for everybody, not a role, so it is not quoted. */
export const grantee = (role: string): string =>
  role.toLowerCase() === "public" ? "PUBLIC" : identifier(role);

/** Quotes a function's name and leaves its argument types, or a plain name. */
export const routine = (name: string): string => {
  const [bare = "", ...types] = name.split("(");
  return types.length === 0 ? identifier(bare) : `${identifier(bare)}(${types.join("(")}`;
};
