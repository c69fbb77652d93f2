import { allFaults } from "./faults";
import { Journey, type Survived, type Told } from "./journey";
import { Proxy } from "./proxy";
import { startServer, type Server } from "./server";
import { plantPattern } from "./shop";
import { WORLDS, type Ground } from "./world";

export interface HarnessOptions {
  /** Faults that are to happen, at least. */
  readonly count: number;
  /** Decides every choice. */
  readonly seed: string;
  /** Services that are moved at the same time, each on two servers of its own. */
  readonly lanes: number;
  /** Only this journey, to see it again. */
  readonly journey?: number;
  /** Only faults whose kind matches. */
  readonly kinds?: RegExp;
  /** Only worlds whose kind matches. */
  readonly worlds?: RegExp;
  readonly tell: (line: string) => void;
}

export interface Summary {
  readonly survived: readonly Survived[];
  readonly violations: Told["violations"];
  readonly journeys: number;
  readonly acknowledged: number;
  readonly unknown: number;
  /** Kinds of faults that this machine cannot make happen. */
  readonly impossible: readonly string[];
}

/** Runs journeys until enough faults have happened. Servers are started before and removed after. */
export async function runHarness(options: HarnessOptions): Promise<Summary> {
  const told: Told[] = [];
  const happened = (): number => told.reduce((sum, { survived }) => sum + survived.length, 0);
  let next = options.journey ?? 1;
  let disks = true;
  const worlds = WORLDS.filter((kind) => options.worlds?.test(kind) ?? true);
  const take = (): number | undefined => {
    const enough = options.journey === undefined ? happened() >= options.count : next !== options.journey;
    return enough ? undefined : next++;
  };
  const lane = async (): Promise<void> => {
    const servers: [Server, Server] = [await startServer("first"), await startServer("second")];
    const proxies: [Proxy, Proxy] = [
      await new Proxy(servers[0]).listen(),
      await new Proxy(servers[1]).listen(),
    ];
    const ground: Ground = { servers, proxies };
    disks = servers.every(({ disk }) => disk !== undefined);
    const faults = allFaults(disks).filter(({ kind }) => options.kinds?.test(kind) ?? true);
    try {
      for (const server of servers) await plantPattern(server);
      for (let number = take(); number !== undefined; number = take()) {
        const kind = worlds[number % worlds.length] ?? "two-servers";
        told.push(await new Journey(options.seed, number, kind, ground, faults, options.tell).run());
      }
    } finally {
      await Promise.all(proxies.map((proxy) => proxy.close()));
      await Promise.all(servers.map((server) => server.remove()));
    }
  };
  await Promise.all(Array.from({ length: options.journey === undefined ? options.lanes : 1 }, lane));
  const possible = new Set(allFaults(disks).map(({ kind }) => kind));
  return {
    survived: told.flatMap(({ survived }) => survived),
    violations: told.flatMap(({ violations }) => violations),
    journeys: told.length,
    acknowledged: told.reduce((sum, { acknowledged }) => sum + acknowledged, 0),
    unknown: told.reduce((sum, { unknown }) => sum + unknown, 0),
    impossible: allFaults(true).flatMap(({ kind }) => (possible.has(kind) ? [] : [kind])),
  };
}
