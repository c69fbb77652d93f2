import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Crypter } from "../secrets/crypter";
import type { Vault } from "../secrets/passphrase";
import { openSeal, readCheckpoint, resourceWriter, saltOf, sealer, writeCheckpoint } from "./checkpoint";
import { readJson, writeAtomically } from "./file";
import { EMPTY, type Snapshot } from "./resource";

/** A stack's state file. */
export interface StateStore {
  readonly load: () => Promise<Snapshot>;
  /** Resolves once the snapshot as it is now, or a later one, is safely on disk. */
  readonly save: (snapshot: () => Snapshot) => Promise<void>;
  /** The checkpoint as JSON text. */
  readonly render: (snapshot: Snapshot, showSecrets: boolean) => string;
}

/** Where everything about a project's rehearsals is kept. */
export const rehearsalDirectory = (root: string): string => join(root, ".rehome", "rehearsal");
export const stateFile = (root: string, stack: string): string =>
  join(rehearsalDirectory(root), `${stack}.json`);

/** How long the disk rests after a long write, in times of what that took: PostgreSQL waits for it too. */
const REST = 2;
/** Milliseconds that a write may take without a rest: only the state of a stack of thousands takes longer. */
const SHORT = 50;

/**
 * Saves one after the other, with a rest; those that come in the meantime are covered by one more write of the newest.
 * @param clock milliseconds
 */
export const coalesced = (
  write: (snapshot: Snapshot) => Promise<void>,
  clock: () => number = () => performance.now(),
  wait: (milliseconds: number) => Promise<void> = sleep,
): StateStore["save"] => {
  let newest: () => Snapshot = () => EMPTY;
  let rested: Promise<void> = Promise.resolve();
  let queued: Promise<void> | undefined;
  return (snapshot) => {
    newest = snapshot;
    queued ??= rested.then(async () => {
      queued = undefined;
      const began = clock();
      const written = write(newest());
      rested = written
        .catch(() => undefined) // told to whoever waited for that write
        .then(() => {
          const took = clock() - began;
          return took < SHORT ? undefined : wait(REST * took);
        });
      await written;
    });
    return queued;
  };
};

export const openStore = async (root: string, stack: string, vault: Vault): Promise<StateStore> => {
  const file = stateFile(root, stack);
  const existing = await readJson(file);
  const salt = existing === undefined ? undefined : saltOf(existing);
  const crypter: Crypter = salt === undefined ? await vault.create() : await vault.open(salt, file);
  const [sealed, open] = [resourceWriter(sealer(crypter)), resourceWriter(openSeal)];
  const text = (snapshot: Snapshot, how: typeof sealed): string =>
    `${writeCheckpoint(snapshot, crypter.salt, how, new Date())}\n`;
  return {
    load: async () => {
      const json = await readJson(file);
      return json === undefined ? EMPTY : readCheckpoint(json, crypter);
    },
    save: coalesced((snapshot) => writeAtomically(file, text(snapshot, sealed))),
    render: (snapshot, showSecrets) => text(snapshot, showSecrets ? open : sealed),
  };
};
