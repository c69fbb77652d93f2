import type { World } from "@rehome/example-data";
import { describe, expect, it } from "vitest";
import { installed, plugged } from "./real-cli";
import { stage, type Outcome, type Stage } from "./stage";

/** What is done to a stage before an `up`: a step of the example, or an edit of a test's own. */
export type Edit = number | ((world: Stage) => Promise<void>);

const make = (world: Stage, edit: Edit): Promise<void> =>
  typeof edit === "number" ? world.edit(edit) : edit(world);

/** The ups of a test, in their order: what was edited before each, and what it did. */
export class Journey {
  readonly seen: { readonly edit: Edit; readonly outcome: Outcome }[] = [];

  constructor(
    readonly world: World,
    private readonly stage: () => Stage,
  ) {}

  /** Edits the stack file and runs `up`, which must succeed. */
  async up(edit: Edit): Promise<Outcome> {
    await make(this.stage(), edit);
    const outcome = await this.stage().run("up");
    expect(outcome.exitCode, outcome.text).toBe(0);
    this.seen.push({ edit, outcome });
    return outcome;
  }
}

const sorted = ({ steps }: Outcome): string[] => steps.map(({ op, urn }) => `${op} ${urn}`).sort();

/**
 * Goes the same way with the real CLI, on servers of its own, and expects the same steps of each `up`.
 * @param providers that the world needs beside PostgreSQL's and the random one
 */
export const theRealCliTakesTheSameSteps = (
  { world, seen }: Journey,
  providers: readonly string[] = [],
): void => {
  describe.skipIf(!installed || !providers.every(plugged))("the real Pulumi CLI", () => {
    it("takes the same steps", async () => {
      expect(seen).not.toEqual([]);
      const real = await stage(world, "pulumi");
      try {
        for (const { edit, outcome } of seen) {
          await make(real, edit);
          const done = await real.run("up");
          expect(done.exitCode, done.text).toBe(0);
          expect(sorted(done)).toEqual(sorted(outcome));
        }
      } finally {
        await real.end();
      }
    }, 600_000);
  });
};
