import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Plan } from "@rehome/migration";
import type { GateArgs } from "./gate";

/** What a preview says of one dataset or service, as data: for the comment on a pull request. No secrets. */
export type Told =
  | {
      readonly kind: "step";
      readonly dataset: string;
      /**
       * What the edit asks for: move, roll-back, prepare, retire, …; `recorded` where it is done and only noted, `lost` where
       * the home that is given up is lost.
       */
      readonly step: string;
      readonly from?: string;
      readonly to?: string;
      readonly mode: string;
      readonly plan?: Plan;
      /** Why it is refused; empty when it is not. */
      readonly refused: readonly string[];
    }
  | { readonly kind: "waiting"; readonly service: string; readonly line: string }
  | ({ readonly kind: "gate" } & Pick<GateArgs, "service" | "after" | "url">);

/** The file that it is in. */
export const fileOf = (told: Told): string =>
  `${told.kind}-${encodeURIComponent(told.kind === "step" ? told.dataset : told.service)}.json`;

/** Writes it to the folder that `REHOME_PLAN_DIR` names, a file for each; nothing where none is named. */
export const tell = async (told: Told): Promise<void> => {
  const folder = process.env["REHOME_PLAN_DIR"];
  if (folder === undefined || folder === "") return;
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, fileOf(told)), `${JSON.stringify(told, undefined, 2)}\n`);
};
