import { setTimeout as sleep } from "node:timers/promises";

export { sleep };

/** Asks until the answer is yes. False when it is still no after `patience` milliseconds. */
export async function within(patience: number, question: () => Promise<boolean>): Promise<boolean> {
  const end = Date.now() + patience;
  for (;;) {
    if (await question()) return true;
    if (Date.now() > end) return false;
    await sleep(100);
  }
}
