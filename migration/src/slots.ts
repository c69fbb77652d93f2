import { availableParallelism } from "node:os";
import type { Endpoint } from "./types";

/** Lets a few of many run at once, the rest in the order of their coming. */
export class Slots {
  private free: number;
  private readonly waiting: (() => void)[] = [];

  constructor(count: number) {
    this.free = count;
  }

  async use<T>(work: () => Promise<T>): Promise<T> {
    if (this.free > 0) this.free -= 1;
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next === undefined) this.free += 1;
      else next();
    }
  }
}

/** Moves at a time on one server: each has several sessions at work there. */
const PER_SERVER = Math.max(2, Math.min(4, availableParallelism()));
const servers = new Map<string, Slots>();

/** Runs `work` as one of the few of this process that are at work on each of these servers at a time. */
export async function onServers<T>(ends: readonly Endpoint[], work: () => Promise<T>): Promise<T> {
  const names = [...new Set(ends.map(({ server }) => `${server.host}:${server.port}`))].sort(); // all wait in one order
  const within = names.reduceRight<() => Promise<T>>((inner, name) => {
    const slots = servers.get(name) ?? new Slots(PER_SERVER);
    servers.set(name, slots);
    return () => slots.use(inner);
  }, work);
  return await within();
}

const databases = new Map<string, Slots>();

/** Runs `work` as the only one of its kind in this process on a database. */
export async function aloneIn<T>({ server, database }: Endpoint, work: () => Promise<T>): Promise<T> {
  const name = JSON.stringify([server.host, server.port, database]);
  const slot = databases.get(name) ?? new Slots(1);
  databases.set(name, slot);
  return await slot.use(work);
}
