import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Plan } from "@rehome/migration";

/** What the preview says of a dataset: the step that the edit asks for, and its plan where data moves. */
export interface PlannedStep {
  readonly kind: "step";
  readonly dataset: string;
  /** move, roll-back, prepare, preparing, abandon, retire, settle, steady, moved, recorded, lost, refused */
  readonly step: string;
  readonly from?: string;
  readonly to?: string;
  readonly mode: string;
  readonly plan?: Plan;
  /** Why it is refused; empty when it is not. */
  readonly refused: readonly string[];
}

/** A service whose move waits for an approval. */
export interface Waiting {
  readonly kind: "waiting";
  readonly service: string;
  readonly line: string;
}

/** A service whose move waits for another one's health. */
export interface Gate {
  readonly kind: "gate";
  readonly service: string;
  readonly after: readonly string[];
  readonly url: string;
}

/** What a preview wrote to the folder that `REHOME_PLAN_DIR` named, in the order of the names. */
export const readTold = async (folder: string): Promise<(PlannedStep | Waiting | Gate)[]> => {
  const files = (await readdir(folder)).filter((file) => file.endsWith(".json")).sort();
  return Promise.all(
    files.map(
      async (file) => JSON.parse(await readFile(join(folder, file), "utf8")) as PlannedStep | Waiting | Gate,
    ),
  );
};
