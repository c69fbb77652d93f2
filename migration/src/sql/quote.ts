/** The one place where names and values become SQL text. */

/** A quoted identifier. Throws `RangeError` on NUL, which PostgreSQL has no form for. */
export function ident(name: string): string {
  refuseNul(name);
  return `"${name.replaceAll('"', '""')}"`;
}

/** `schema.name`, both quoted. */
export function qualified(schema: string, name: string): string {
  return `${ident(schema)}.${ident(name)}`;
}

/** A quoted string literal that reads the same whatever `standard_conforming_strings` says. */
export function literal(value: string): string {
  refuseNul(value);
  const quoted = `'${value.replaceAll("'", "''")}'`;
  return value.includes("\\") ? ` E${quoted.replaceAll("\\", "\\\\")}` : quoted;
}

function refuseNul(value: string): void {
  if (value.includes("\0"))
    throw new RangeError("PostgreSQL has no form for a NUL character in a name or value");
}
