import type { Manifest } from "./manifest";

/** What keeps manifests: a folder or a cluster. */
export interface Place {
  /** @param resumed an earlier run was killed while it created this */
  readonly create: (manifest: Manifest, resumed: boolean) => Promise<void>;
  readonly update: (manifest: Manifest) => Promise<void>;
  readonly exists: (manifest: Manifest) => Promise<boolean>;
  /** Resolves when it is gone; one that is gone already is no error. */
  readonly remove: (manifest: Manifest) => Promise<void>;
}

/** It is there, but does not work: a rollout that came to no end. */
export class NotReady extends Error {
  override readonly name = "NotReady";
  constructor(
    message: string,
    readonly reasons: readonly string[],
  ) {
    super(message);
  }
}
