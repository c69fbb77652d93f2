import type { Engine } from "../engine";
import type { Ledger } from "../ledger";
import type { Random } from "../random";
import type { Home } from "../service";
import type { World } from "../world";

/** What a fault may act on. */
export interface Scene {
  readonly world: World;
  readonly from: Home;
  readonly to: Home;
  readonly engine: Engine;
  readonly ledger: Ledger;
  readonly random: Random;
  /** A name that no other fault of this world has. */
  readonly tag: string;
  /** Starts a further engine on the same job. */
  readonly startSecond: () => Engine;
}

/** Takes a fault's cause away; called once, whatever has happened since. */
export type Remove = () => Promise<void>;

export interface Fault {
  readonly kind: string;
  /** The longest that it stays when the engine does not end before, in milliseconds; 0: it is over at once. */
  readonly lasts: number;
  /** Makes it happen. */
  readonly inject: (scene: Scene) => Promise<Remove>;
}

export const nothing: Remove = async () => undefined;
