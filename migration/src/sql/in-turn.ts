import type pg from "pg";

/** Does a piece of work with a session that is free, once it is its turn. */
export type InTurn = <T>(work: (client: pg.Client) => Promise<T>) => Promise<T>;

/** Sessions that do one thing at a time each: who is free takes what waits longest. After an error nothing more begins. */
export function inTurn(clients: readonly pg.Client[]): InTurn {
  const free = [...clients];
  const waiting: ((client: pg.Client) => void)[] = [];
  let failed: { readonly error: unknown } | undefined;
  return async (work) => {
    const client = free.shift() ?? (await new Promise<pg.Client>((resolve) => waiting.push(resolve)));
    try {
      if (failed !== undefined) throw failed.error;
      return await work(client);
    } catch (error) {
      failed ??= { error };
      throw error;
    } finally {
      const next = waiting.shift();
      if (next === undefined) free.push(client);
      else next(client);
    }
  };
}
