/**
 * Results of what is under way, in order. Waits for the end of all of it, whatever becomes of any; of several errors the first
 * one's, in that order, is thrown.
 */
export async function all<T extends readonly unknown[]>(works: {
  readonly [K in keyof T]: Promise<T[K]>;
}): Promise<T> {
  await Promise.allSettled(works);
  return await Promise.all(works);
}
