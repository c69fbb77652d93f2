import { z } from "zod";
import { fields } from "./fields";

const quantity = (what: string) =>
  z
    .string()
    .regex(/^[0-9]+(\.[0-9]+)?(m|k|M|G|T|Ki|Mi|Gi|Ti)?$/, {
      error: 'is not a quantity; for example "250m" or "512Mi"',
    })
    .exactOptional()
    .describe(what);

/** What a pod is promised, or may use. */
export const resources = fields({
  cpu: quantity("Cores: 250m is a quarter of one. Default: none."),
  memory: quantity("Bytes: 512Mi, 1Gi. Default: none."),
}).describe("CPU and memory.");

/** `cpu` and `memory` as Kubernetes writes quantities: `250m`, `512Mi`. Absent: none. */
export type Resources = z.output<typeof resources>;
