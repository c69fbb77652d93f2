/** Runs work with no more than so many at once. */
export type Limiter = <T>(work: () => Promise<T>) => Promise<T>;

export const createLimiter = (most: number): Limiter => {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (running >= most) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next(); // takes over this place
    }
  };
};
