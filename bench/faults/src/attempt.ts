import { Engine, type Ending } from "./engine";
import type { Job } from "./engine-process";
import type { Fault, Remove, Scene } from "./faults/fault";
import type { Ledger } from "./ledger";
import type { Random } from "./random";
import type { Home } from "./service";
import { hasCome, orderOf, type Trigger } from "./trigger";
import { sleep } from "./wait";
import type { World } from "./world";

/** A fault and when it is to happen. */
export interface Armed {
  readonly fault: Fault;
  readonly trigger: Trigger;
  readonly tag: string;
  /** How long it stays, at most, in milliseconds. */
  readonly stays: number;
}

/** A fault that happened, and the stage in which it did. */
export interface Fired {
  readonly armed: Armed;
  readonly stage: string;
}

export interface Attempted {
  readonly ending: Ending | { readonly kind: "hung" };
  /** The ending of the run that was started beside it, where one was. */
  readonly second: Ending | { readonly kind: "hung" } | undefined;
  readonly fired: readonly Fired[];
}

export interface Stand {
  readonly world: World;
  readonly from: Home;
  readonly to: Home;
  readonly ledger: Ledger;
  readonly random: Random;
}

/** What an engine is to do. `prepare` is for a service that moves online. */
export type Action = "prepare" | "move" | "retire" | "give-up";
interface Described {
  readonly action: Action;
}

/** Milliseconds in which an engine must have ended once nothing hinders it any more. */
const PATIENCE = 90_000;

export function jobOf({ world, from, to }: Stand, { action }: Described, pauseAt: readonly string[]): Job {
  if (action === "move" || action === "prepare") return { action, request: world.request(from, to), pauseAt };
  return action === "retire"
    ? { action, query: world.query(from, to) }
    : { action, query: world.query(to, from) };
}

/** Runs the engine once; faults happen to it as they are armed, and their causes are gone when this returns. */
export async function attempt(stand: Stand, what: Described, armed: readonly Armed[]): Promise<Attempted> {
  return await new Attempt(stand, what, armed).run();
}

class Attempt {
  private readonly engine: Engine;
  private second: Engine | undefined;
  private readonly pending: Set<Armed>;
  private readonly messages = new Map<Armed, number>();
  private readonly fired: Fired[] = [];
  private readonly removals = new Set<Remove>();
  private readonly under: Promise<void>[] = [];

  constructor(
    private readonly stand: Stand,
    private readonly what: Described,
    armed: readonly Armed[],
  ) {
    this.pending = new Set(armed);
    this.engine = new Engine(stand.world.temporary, (stage, paused) => this.enter(stage, paused));
  }

  async run(): Promise<Attempted> {
    const { stand, engine } = this;
    const { world, from, to } = stand;
    const proxies = new Set([world.proxyOf(from), world.proxyOf(to)]);
    for (const proxy of proxies) proxy.watch(() => this.message());
    const boundaries = [...this.pending].filter(({ trigger }) => trigger.at === "boundary");
    const order = orderOf(world.expected);
    const first = Math.min(...boundaries.map(({ trigger }) => order.indexOf(trigger.stage)));
    engine.start(jobOf(stand, this.what, boundaries.length === 0 ? [] : order.slice(first)));
    this.enter("start", false);
    const ending = await this.end(engine);
    for (const proxy of proxies) proxy.watch(undefined);
    this.pending.clear();
    for (let at = 0; at < this.under.length; at += 1) await this.under[at]; // more may come meanwhile
    for (const remove of this.removals) await remove();
    const second = this.second === undefined ? undefined : await this.end(this.second);
    return { ending, second, fired: this.fired };
  }

  /** An engine that has not ended, with every cause gone, is killed and told to have hung. */
  private async end(engine: Engine): Promise<Ending | { readonly kind: "hung" }> {
    const late = sleep(PATIENCE, undefined, { ref: false }).then(() => undefined);
    const ending = await Promise.race([engine.ending, late]);
    if (ending !== undefined) return ending;
    engine.signal("SIGKILL");
    await engine.ending;
    return { kind: "hung" };
  }

  private enter(stage: string, paused: boolean): void {
    const come = [...this.pending].filter(({ trigger }) => this.hasCome(trigger, stage));
    for (const armed of come) {
      const { trigger } = armed;
      if (trigger.at === "message") continue;
      if (trigger.at === "moment") this.later(armed, trigger.ms);
    }
    if (!paused) return;
    const now = come.filter(({ trigger }) => trigger.at === "boundary").map((armed) => this.fire(armed));
    this.under.push(Promise.all(now).then(() => this.engine.resume()));
  }

  private hasCome(trigger: Trigger, stage: string): boolean {
    return hasCome(trigger, stage, orderOf(this.stand.world.expected));
  }

  private later(armed: Armed, ms: number): void {
    this.under.push(Promise.race([sleep(ms), this.engine.ending]).then(() => this.fire(armed)));
  }

  /** Counts what the engine sends, for the faults that wait for a message of a stage that has come. */
  private async message(): Promise<{ after?: () => Promise<void> } | undefined> {
    const after: Armed[] = [];
    for (const armed of this.pending) {
      const { trigger } = armed;
      if (trigger.at !== "message" || !this.hasCome(trigger, this.engine.stage)) continue;
      const count = (this.messages.get(armed) ?? 0) + 1;
      this.messages.set(armed, count);
      if (count < trigger.count) continue;
      if (trigger.when === "before") await this.fire(armed);
      else after.push(armed);
    }
    if (after.length === 0) return undefined;
    return { after: async () => void (await Promise.all(after.map((armed) => this.fire(armed)))) };
  }

  private fire(armed: Armed): Promise<void> {
    const firing = this.happen(armed);
    this.under.push(firing);
    return firing;
  }

  private async happen(armed: Armed): Promise<void> {
    if (!this.pending.delete(armed) || !this.engine.running) return;
    const { stand, engine } = this;
    const { stage } = engine;
    const scene: Scene = { ...stand, engine, tag: armed.tag, startSecond: () => this.startSecond() };
    const remove = await armed.fault.inject(scene).catch((error: unknown) => {
      // Another fault is in its way, such as a server that is down already.
      if (this.fired.length === 0) throw error;
    });
    if (remove === undefined) return;
    this.fired.push({ armed, stage });
    const once: Remove = async () => {
      if (this.removals.delete(once)) await remove();
    };
    this.removals.add(once);
    if (armed.stays === 0) await once();
    else this.under.push(Promise.race([sleep(armed.stays), engine.ending]).then(once));
  }

  private startSecond(): Engine {
    const engine = new Engine(this.stand.world.temporary);
    engine.start(jobOf(this.stand, this.what, []));
    return (this.second = engine);
  }
}
