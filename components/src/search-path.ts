const PLAIN = /^[a-z_][a-z0-9_]*$/;

const quote = (schema: string): string => (PLAIN.test(schema) ? schema : `"${schema.replaceAll('"', '""')}"`);

/**
 * The `search_path` of a role in a database where it has these schemas: its own, in the stack file's order, then
 * `public`, so that unqualified names find them first. Undefined when it has none: PostgreSQL's default stays.
 */
export const searchPath = (schemas: readonly string[]): string | undefined =>
  schemas.length === 0 ? undefined : [...new Set([...schemas, "public"])].map(quote).join(", ");
