import pg from "pg";

type Parser = (value: string) => unknown;

/**
 * The rows of a query in which equal values of a type are one value, also while they arrive: of what is said about many
 * thousand tables, most is the same. Nobody may change what is shared.
 */
export async function sharedRows<T extends object>(
  client: pg.Client,
  text: string,
  values: readonly unknown[] = [],
): Promise<T[]> {
  const parsers = new Map<number, Parser>();
  const getTypeParser = (type: number): Parser => {
    const parser = parsers.get(type) ?? parsedOnce(pg.types.getTypeParser(type) as Parser);
    parsers.set(type, parser);
    return parser;
  };
  const types: pg.CustomTypesConfig = { getTypeParser };
  const { rows } = await client.query<T>({ text, values: [...values], types });
  return rows;
}

function parsedOnce(parse: Parser): Parser {
  const known = new Map<string, unknown>();
  return (value) => {
    if (!known.has(value)) known.set(value, parse(value));
    return known.get(value);
  };
}
