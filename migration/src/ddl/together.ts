/** What does a piece of work for several askers at once: a result for each of the things asked for. */
export type Batch<Result> = (items: readonly string[]) => Promise<ReadonlyMap<string, Result>>;

interface Queue<Result> {
  running: boolean;
  waiting: { readonly item: string; readonly settle: (result: Promise<Result>) => void }[];
}

/**
 * Work that costs much the same for one thing as for many, done once for all who ask while it is under way for others:
 * what anybody gets was begun after they asked. Where a batch fails, each of it is tried by itself.
 * @param most how many things are done at once
 */
export class Together<Result> {
  private readonly queues = new Map<string, Queue<Result>>();
  constructor(private readonly most: number) {}

  /** @param key who may share: askers with the same key get work done by the `batch` of any of them */
  async ask(key: string, item: string, batch: Batch<Result>): Promise<Result> {
    const queue = this.queues.get(key) ?? { running: false, waiting: [] };
    this.queues.set(key, queue);
    const result = new Promise<Result>((resolve) => queue.waiting.push({ item, settle: resolve }));
    if (!queue.running) void this.work(key, queue, batch);
    return await result;
  }

  private async work(key: string, queue: Queue<Result>, batch: Batch<Result>): Promise<void> {
    queue.running = true;
    while (queue.waiting.length > 0) {
      const asked = queue.waiting.splice(0, this.most);
      const one = async (item: string): Promise<Result> => {
        const result = (await batch([item])).get(item);
        if (result === undefined) throw new Error(`nothing was made of ${item}`);
        return result;
      };
      try {
        const results = await batch([...new Set(asked.map(({ item }) => item))]);
        for (const { item, settle } of asked) {
          const result = results.get(item);
          settle(result === undefined ? one(item) : Promise.resolve(result));
        }
      } catch (error) {
        const reason = error instanceof Error ? error : new Error(String(error));
        for (const { item, settle } of asked) settle(asked.length === 1 ? Promise.reject(reason) : one(item));
      }
    }
    this.queues.delete(key);
  }
}
