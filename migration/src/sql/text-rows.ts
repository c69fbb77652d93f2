import type pg from "pg";

/**
 * The rows of a query whose columns are all text. Equal values are one string, also while they arrive: of what is said
 * about many thousand tables, most is the same.
 */
export async function textRows<T extends object>(
  client: pg.Client,
  text: string,
  values: readonly unknown[] = [],
): Promise<T[]> {
  const known = new Map<string, string>();
  const once = (value: string): string => {
    const same = known.get(value);
    if (same === undefined) known.set(value, value);
    return same ?? value;
  };
  const types = { getTypeParser: () => once } as unknown as pg.CustomTypesConfig;
  const { rows } = await client.query<T>({ text, values: [...values], types });
  return rows;
}
