import { attempt, type Action, type Armed, type Attempted, type Stand } from "./attempt";
import { leftovers, retired, whereabouts } from "./check";
import type { Fault } from "./faults/fault";
import { Ledger, type Violation } from "./ledger";
import { Random } from "./random";
import { compareHome, definitions, untouched } from "./read-home";
import { serviceClient, type Home } from "./service";
import { chooseTrigger, describeTrigger } from "./trigger";
import { sleep } from "./wait";
import { makeWorld, type Ground, type World, type WorldKind } from "./world";
import { Writer } from "./writers";

/** One fault that happened, as the table at the end counts it. */
export interface Survived {
  readonly journey: number;
  readonly world: WorldKind;
  readonly kind: string;
  readonly stage: string;
  readonly trigger: string;
  readonly leg: string;
  /** How the run under it ended: `done`, `killed`, or the error's code. */
  readonly run: string;
  /** Where the service worked then. */
  readonly at: string;
  strategy: string;
}

export interface Told {
  readonly survived: readonly Survived[];
  readonly violations: readonly (Violation & { readonly step: string })[];
  readonly acknowledged: number;
  readonly unknown: number;
}

/** Stages to aim at, by strategy: those that have more to lose more often. */
const AIMS = {
  copy: [
    ...["start", "inspect", "prepare", "prepare", "prepare", "fence", "fence", "copy", "copy", "copy"],
    ...["index", "index", "index", "verify", "verify", "verify", "switch", "switch", "switch", "switch"],
  ],
  template: [
    "start",
    "inspect",
    "fence",
    "fence",
    "copy",
    "copy",
    "copy",
    "verify",
    "verify",
    "switch",
    "switch",
  ],
  "set-schema": ["start", "inspect", "prepare", "prepare", "fence", "fence", "fence"],
  follow: [
    ...[
      "start",
      "inspect",
      "prepare",
      "prepare",
      "copy",
      "copy",
      "copy",
      "index",
      "index",
      "compare",
      "compare",
    ],
    ...[
      "fence",
      "fence",
      "fence",
      "drain",
      "drain",
      "drain",
      "switch",
      "switch",
      "switch",
      "prove",
      "prove",
      "prove",
    ],
  ],
};
const WRITERS = 3;
const RETRIES = 20;

/** A journey that cannot go on: told as a violation already. */
class Stranded extends Error {}

/** The life of one service under faults: there, perhaps back, perhaps for good. Its number and the seed decide all of it. */
export class Journey {
  private readonly random: Random;
  private readonly ledger = new Ledger();
  private readonly survived: Survived[] = [];
  private readonly violations: (Violation & { readonly step: string })[] = [];
  private writers: Writer[] = [];
  private step = "";
  private tags = 0;
  private began = new Map<string, string>();
  private readonly surroundings = new Map<string, string[]>();

  constructor(
    seed: string,
    private readonly number: number,
    private readonly kind: WorldKind,
    private readonly ground: Ground,
    private readonly faults: readonly Fault[],
    private readonly tell: (line: string) => void,
  ) {
    this.random = new Random(`${seed}/${number}`);
  }

  async run(): Promise<Told> {
    const world = await makeWorld(this.kind, `journey_${this.number}`, this.ground, this.random);
    const { a, b } = world;
    await this.remember(world);
    this.writers = Array.from(
      { length: WRITERS },
      (_, i) => new Writer(`w${i}`, new Random(`${this.number}/${i}`), this.ledger, a),
    );
    try {
      let [old, home] = [a, b];
      if (world.expected === "follow" && this.random.chance(0.5)) await this.prepare(world, a, b);
      await this.leg(world, a, b, "there");
      if (this.random.chance(0.4)) {
        await world.close(a);
        await this.leg(world, b, a, "back");
        [old, home] = [b, a];
      }
      if (this.random.chance(0.35)) await this.retire(world, old, home);
    } catch (error) {
      if (error instanceof Stranded) return this.told();
      this.violate({
        what: "died",
        detail: `the harness: ${error instanceof Error ? error.stack : String(error)}`,
      });
    } finally {
      await Promise.all(this.writers.map((writer) => writer.stop()));
      for (const server of world.servers) await server.revive();
      await world.remove();
    }
    return this.told();
  }

  private told(): Told {
    const { survived, violations, ledger } = this;
    return { survived, violations, acknowledged: ledger.acknowledged, unknown: ledger.unknown };
  }

  /** What the first home holds before anyone writes. */
  private async remember(world: World): Promise<void> {
    for (const server of world.servers) this.surroundings.set(server.name, await world.surroundings(server));
    const client = await serviceClient(world.a);
    this.began = await untouched(client);
    for (const { kind, id, value } of await definitions(client)) this.ledger.given(kind, id, value);
    await client.end();
  }

  /** Has the next home follow the first: under faults first, then without. The service stays where it is. */
  private async prepare(world: World, from: Home, to: Home): Promise<void> {
    const stand: Stand = { world, from, to, ledger: this.ledger, random: this.random };
    const since = this.survived.length;
    const outcome = await this.underFaults(stand, "prepare", "prepare");
    const { at, violations } = await whereabouts(stand, false);
    this.note(outcome, "prepare", at);
    violations.forEach((violation) => this.violate(violation));
    if (at !== from)
      this.violate({ what: "neither", detail: "only prepared, and the old home does not work" });
    await this.undisturbed(stand, "prepare");
    for (const survived of this.survived.slice(since)) survived.strategy = "follow";
    await this.audit(stand, from, [from]);
  }

  /** Takes the service from one home to another: under faults first, then without. */
  private async leg(world: World, from: Home, to: Home, name: string): Promise<void> {
    const stand: Stand = { world, from, to, ledger: this.ledger, random: this.random };
    const since = this.survived.length;
    let done = false;
    for (let left = this.random.chance(0.35) ? 2 : 1; left > 0 && !done; left -= 1) {
      const outcome = await this.underFaults(stand, "move", name);
      done = outcome.ending.kind === "done" || outcome.second?.kind === "done";
      const { at, violations } = await whereabouts(stand, done);
      this.note(outcome, name, at);
      violations.forEach((violation) => this.violate(violation));
      // A second run may have gone on after the first had told.
      const alone = outcome.second?.kind !== "done";
      if (alone && outcome.ending.kind === "failed" && isUntrue(outcome.ending, at === to))
        this.violate({ what: "untold", detail: `works on ${at.name}: ${outcome.ending.message}` });
    }
    if (!done && this.random.chance(0.12)) await this.giveUp(stand);
    const last = await this.undisturbed(stand, "move");
    const strategy = last.ending.kind === "done" ? (last.ending.result?.strategy ?? "none") : "none";
    for (const survived of this.survived.slice(since)) survived.strategy = strategy;
    const { violations } = await whereabouts(stand, true);
    violations.forEach((violation) => this.violate(violation));
    await this.audit(stand, to, [to]);
  }

  /** The edit is taken back: nothing of the attempt stays, and the service is where it was. */
  private async giveUp(stand: Stand): Promise<void> {
    const { ending } = await attempt(stand, { action: "give-up" }, []);
    if (ending.kind !== "done") return; // refused where the old home is sealed: the move goes on
    const { at, violations } = await whereabouts(stand, false);
    violations.forEach((violation) => this.violate(violation));
    if (at !== stand.from)
      this.violate({ what: "neither", detail: "given up, and the old home does not work" });
    await this.audit(stand, stand.from, [stand.from], false);
    (await retired(stand.to)).forEach((violation) => this.violate(violation));
  }

  private async retire(world: World, old: Home, home: Home): Promise<void> {
    const stand: Stand = { world, from: old, to: home, ledger: this.ledger, random: this.random };
    const since = this.survived.length;
    const outcome = await this.underFaults(stand, "retire", "retire");
    const { at, violations } = await whereabouts(stand, true);
    this.note(outcome, "retire", at);
    violations.forEach((violation) => this.violate(violation));
    await this.undisturbed(stand, "retire");
    for (const survived of this.survived.slice(since)) survived.strategy = "retire";
    (await retired(old)).forEach((violation) => this.violate(violation));
    await this.audit(stand, home, [old, home], false);
  }

  private async underFaults(stand: Stand, action: Action, leg: string): Promise<Attempted> {
    const armed = Array.from({ length: this.random.chance(0.2) ? 2 : 1 }, () =>
      this.arm(action, stand.world.expected),
    );
    this.step = `journey ${this.number} (${stand.world.kind}), ${leg}: ${armed.map(describe).join(" and ")}`;
    const outcome = await attempt(stand, { action }, armed);
    for (const ending of [outcome.ending, outcome.second]) {
      if (ending?.kind === "hung")
        this.violate({ what: "hung", detail: "the engine does not come to an end" });
      if (ending?.kind === "failed" && !ending.told)
        this.violate({
          what: "untold",
          detail: `an error that is none of the engine's own: ${ending.message}`,
        });
      if (ending?.kind === "died") this.violate({ what: "died", detail: ending.message });
    }
    for (const server of stand.world.servers) await server.revive();
    return outcome;
  }

  private arm(action: Action, expected: keyof typeof AIMS): Armed {
    const { random } = this;
    const fault = random.pick(this.faults);
    this.tags += 1;
    return {
      fault,
      trigger: chooseTrigger(random, action === "retire" ? "retire" : random.pick(AIMS[expected])),
      tag: `${this.number}_${this.tags}`,
      stays: fault.lasts === 0 ? 0 : random.between(100, fault.lasts),
    };
  }

  /** The next run, which nothing hinders, must finish. A lock of a run that has just died may take a moment to go. */
  private async undisturbed(stand: Stand, action: Action): Promise<Attempted> {
    for (let tries = 1; ; tries += 1) {
      const outcome = await attempt(stand, { action }, []);
      const { ending } = outcome;
      if (ending.kind === "failed" && ending.code === "already-running" && tries < RETRIES) {
        await sleep(500);
        continue;
      }
      if (ending.kind !== "done") {
        const detail = ending.kind === "failed" ? `${ending.code}: ${ending.message}` : ending.kind;
        this.violate({ what: "refused", detail: `the next run does not finish: ${detail}` });
        throw new Stranded();
      }
      return outcome;
    }
  }

  /**
   * Nobody writes: everything is compared.
   * @param linked whether one of the homes follows the other now
   */
  private async audit(
    { world }: Stand,
    home: Home,
    open: readonly Home[],
    linked = world.expected === "follow",
  ): Promise<void> {
    await Promise.all(this.writers.map((writer) => writer.pause()));
    const client = await serviceClient(home);
    const wrong = await compareHome(client, this.ledger, this.began);
    await client.end();
    wrong.push(...(await leftovers(world, this.surroundings, open, linked)));
    wrong.forEach((violation) => this.violate(violation));
    for (const writer of this.writers) writer.resume(home);
  }

  private violate(violation: Violation): void {
    this.violations.push({ ...violation, step: this.step });
    this.tell(`VIOLATION ${violation.what}: ${violation.detail}\n  in ${this.step}`);
  }

  private note({ ending, second, fired }: Attempted, leg: string, at: Home): void {
    const run = ending.kind === "failed" ? ending.code : ending.kind;
    const beside =
      second === undefined ? "" : `, beside it ${second.kind === "failed" ? second.code : second.kind}`;
    for (const { armed, stage } of fired) {
      const { number: journey, kind: world } = this;
      const trigger = describeTrigger(armed.trigger);
      const noted = {
        journey,
        world,
        kind: armed.fault.kind,
        stage,
        trigger,
        leg,
        run,
        at: at.name,
        strategy: "",
      };
      this.survived.push(noted);
      this.tell(
        `journey ${journey} ${world}, ${leg}: ${noted.kind} in ${stage} (${trigger}): ${run}${beside}; the service works on ${at.name}`,
      );
    }
  }
}

/** Whether an error's words say that the service is where it is not. */
const isUntrue = ({ code, message }: { code: string; message: string }, moved: boolean): boolean =>
  moved ? /goes on (where it was|there)/.test(message) : code === "switch-unrecorded";

const describe = ({ fault, trigger }: Armed): string => `${fault.kind} when ${describeTrigger(trigger)}`;
