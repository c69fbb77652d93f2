/** What does a piece of work for several askers at once: a result for each of the things asked for. */
export type Batch<Result> = (items: readonly string[]) => Promise<ReadonlyMap<string, Result>>;

interface Asked<Result> {
  readonly item: string;
  readonly settle: (result: Promise<Result>) => void;
}

/**
 * Work that costs much the same for one thing as for many, done once for all who ask while it is under way for others:
 * what anybody gets was begun after they asked. Where a batch fails, each of it is tried by itself.
 * @param most how many things are done at once
 */
export class Together<Result> {
  /** Who waits, by key: there is a queue for as long as its work is under way. */
  private readonly queues = new Map<string, Asked<Result>[]>();
  constructor(private readonly most: number) {}

  /** @param key who may share: askers with the same key get work done by the `batch` of any of them */
  async ask(key: string, item: string, batch: Batch<Result>): Promise<Result> {
    const queue = this.queues.get(key);
    return await new Promise<Result>((settle) => {
      if (queue !== undefined) queue.push({ item, settle });
      else void this.work(key, [{ item, settle }], batch);
    });
  }

  private async work(key: string, queue: Asked<Result>[], batch: Batch<Result>): Promise<void> {
    this.queues.set(key, queue);
    while (queue.length > 0) {
      const asked = queue.splice(0, this.most);
      const whole = batch([...new Set(asked.map(({ item }) => item))]);
      const failed = await whole.then(
        () => false,
        () => true,
      );
      for (const { item, settle } of asked)
        settle(pick(failed && asked.length > 1 ? batch([item]) : whole, item));
    }
    this.queues.delete(key);
  }
}

async function pick<Result>(made: ReturnType<Batch<Result>>, item: string): Promise<Result> {
  const result = (await made).get(item);
  if (result === undefined) throw new Error(`nothing was made of ${item}`);
  return result;
}
